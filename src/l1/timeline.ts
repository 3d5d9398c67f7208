/** What an Inbox says of its timeline, held to what its constructor emitted. */
import { genesisWord } from "../codec/header.ts";
import type { Timeline } from "../derive/ports.ts";
import type { TimelineCreatedLog } from "../derive/types.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address } from "../primitives/types.ts";
import { bytesOf, numberOf } from "./json.ts";
import { decodeTimelineCall, findTimelineCreated, TIMELINE_CALL } from "./logs.ts";
import type { L1Reader } from "./reader.ts";

/**
 * Throws `usage` with `no-inbox` if there is none at the address, `halt` with `timeline-mismatch` if its creation block says otherwise
 * than the node does, and what the reader throws.
 */
export async function loadTimeline(reader: L1Reader, inbox: Address): Promise<Timeline> {
	const { rpc } = reader;
	const l1ChainId = numberOf(await rpc.request("eth_chainId", []), "The L1 chain id");
	const answer = await rpc.request("eth_call", [{ to: inbox, data: TIMELINE_CALL }, "latest"]);
	const claimed = decodeTimelineCall(bytesToHex(bytesOf(answer, "The answer to Inbox.timeline()")));
	if (claimed === null) {
		const message = `There is no Meridian Inbox at ${inbox} on chain ${l1ChainId} (${rpc.label}); check the address and the chain`;
		throw new MeridianError("usage", "no-inbox", message, { inbox, l1ChainId });
	}
	const { creationBlock, ...fields } = claimed;
	const block = await reader.header(creationBlock);
	if (block === null) {
		const message = `${rpc.label} names L1 block ${creationBlock} as the one that created ${inbox}, but does not have it`;
		throw new MeridianError("retry", "l1-moved", message, { creationBlock });
	}
	const created = findTimelineCreated(await reader.logs(block), inbox);
	// H-4 binds the chain and the address, so that the log of another timeline's Inbox cannot stand in for this one's.
	const bound = fields.genesisHead === genesisWord(l1ChainId, inbox, fields.config);
	if (created === null || !bound || !same(fields, created)) {
		const message = `${rpc.label} describes the timeline of ${inbox} otherwise than its creation in L1 block ${creationBlock} does`;
		throw new MeridianError("halt", "timeline-mismatch", message, { claimed, created, bound });
	}
	return { l1ChainId, inbox, creationBlock, ...fields };
}

type Fields = Omit<TimelineCreatedLog, "kind">;

const same = (a: Fields, b: Fields): boolean =>
	a.registry === b.registry &&
	a.forcedInclusion === b.forcedInclusion &&
	a.bridge === b.bridge &&
	a.rights === b.rights &&
	a.genesisHead === b.genesisHead &&
	Object.entries(a.config).every(([name, value]) => b.config[name as keyof Fields["config"]] === value);
