/** What `meridian sequence` does: a sequencer for the windows of one key, until it is stopped. */
import { formatEther } from "ethers";
import { slotAt } from "../../derive/clock.ts";
import type { Timeline } from "../../derive/ports.ts";
import { openArchive } from "../../l1/archive.ts";
import { latestTime } from "../../l1/beacon/epochs.ts";
import { bondOf } from "../../l1/cover.ts";
import { rightOf } from "../../l1/rights.ts";
import { httpTransport, type RpcTransport } from "../../l1/rpc.ts";
import { parseAddress } from "../../node/connect.ts";
import { ZERO_ADDRESS } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address } from "../../primitives/types.ts";
import { createL1Account } from "../../sequencer/l1-account.ts";
import { servePromises } from "../../sequencer/preconf/server.ts";
import { createPromiseSigner } from "../../sequencer/preconf/signer.ts";
import type { Window } from "../../sequencer/windows/book.ts";
import { followWindows, type WindowEvent } from "../../sequencer/windows/follow.ts";
import { type WindowPublication, WindowSequencer, type WindowSync } from "../../sequencer/windows/sequencer.ts";
import { createOutput, type Output } from "../output.ts";
import type { L1Flags } from "../reading/flags.ts";
import { connect, interruptible } from "../reading/open.ts";
import { readKey } from "./open.ts";

export interface SequenceFlags extends L1Flags {
	readonly key?: string;
	readonly slasher: string;
	readonly journal: string;
	readonly port: number;
	readonly host: string;
	readonly lead?: number;
	readonly calldata: boolean;
	readonly blobProofs: "cell" | "blob";
}

export async function sequence(flags: SequenceFlags): Promise<void> {
	const output = createOutput();
	const slasher = parseAddress(flags.slasher, "slasher");
	const wallet = readKey(flags.key, output);
	await interruptible(async (signal) => {
		const { source, timeline } = await connect(flags, output, signal);
		const rpc = httpTransport(flags.l1);
		const wrapperVersion = flags.blobProofs === "cell" ? 1 : 0;
		const account = await createL1Account(rpc.request, wallet, { wrapperVersion });
		await checkWindows(rpc, timeline);
		await checkBond(output, rpc, { slasher, timeline: timeline.inbox, sequencer: account.address });
		const one = await WindowSequencer.open({
			source,
			rpc,
			account,
			signer: createPromiseSigner(wallet.privateKey),
			slasher,
			journal: flags.journal,
			carrier: flags.calldata ? "calldata" : "cheapest",
			wrapperVersion,
			...(flags.archive === undefined ? {} : { archive: openArchive(flags.archive) }),
			...(flags.lead === undefined ? {} : { lead: flags.lead }),
		});
		try {
			output.note("deriving the timeline, to know what may come next");
			await one.sync();
			await serve(one, flags, output, signal);
		} finally {
			await one.close();
		}
	});
}

async function serve(one: WindowSequencer, flags: SequenceFlags, output: Output, signal: AbortSignal): Promise<void> {
	const server = await listen(one, flags);
	output.line(`${one.address}: receipts at ${server.url}, journal ${flags.journal}, ${one.lead} s before each slot`);
	try {
		await followWindows(one, { signal, onEvent: createDisplay(one, output) });
	} finally {
		await server.close();
		const left = one.outstanding();
		if (left.length > 0)
			output.note(
				`promised and not on L1 yet: ticks ${left.join(", ")}. Start again with the same journal before their window ends.`,
			);
	}
}

/** Throws `usage` (`no-windows`) where one sequencer, or anyone, may publish at any time: nobody owns windows there. */
async function checkWindows(rpc: RpcTransport, { config, rights }: Timeline): Promise<void> {
	const right = await rightOf(rpc, rights, slotAt(config, await latestTime(rpc)));
	if (right === null || right.maxTick < Number.MAX_SAFE_INTEGER) return;
	const whose = right.sequencer === ZERO_ADDRESS ? "anyone" : `${right.sequencer} alone`;
	throw new MeridianError(
		"usage",
		"no-windows",
		`This timeline has no windows: by its rights (${rights}) ${whose} may publish at any time`,
		{ hint: "publish with meridian publish or meridian bundle, or run a Sequencer from the library" },
	);
}

async function listen(one: WindowSequencer, { host, port }: SequenceFlags) {
	try {
		return await servePromises({ promises: one.promises, host, port });
	} catch (cause) {
		const { code } = cause as { code?: string };
		const why = code === "EADDRINUSE" ? "something else listens there" : String(code ?? cause);
		throw new MeridianError("usage", "no-port", `Cannot take requests at ${host}:${port}: ${why}`, {}, { cause });
	}
}

/** A receipt that no bond stands behind is worth little; its takers see that themselves (P-4). Throws `usage` (`no-slasher`). */
async function checkBond(output: Output, rpc: RpcTransport, who: Parameters<typeof bondOf>[1]): Promise<void> {
	const bonded = await bondOf(rpc, who);
	if (bonded === null)
		throw new MeridianError("usage", "no-slasher", `There is no PreconfSlasher of this timeline at ${who.slasher}`, {
			hint: "check --slasher and --inbox",
		});
	const { bond, leavesAt, penalty } = bonded;
	const lacks = `${formatEther(bond)} ETH, and a broken promise costs ${formatEther(penalty)}`;
	const why = bond < penalty ? `is ${lacks}` : leavesAt !== 0n ? "is leaving" : null;
	if (why !== null) output.note(`warning: the bond of ${who.sequencer} ${why}: its receipts are not covered`);
}

/** A line whenever something is published, whenever the windows change hands, and for each new trouble. */
function createDisplay(one: WindowSequencer, output: Output): (event: WindowEvent) => void {
	let owner: Address | null = null;
	let trouble = "";
	return (event) => {
		if (event.kind === "trouble") {
			if (event.error.message !== trouble) output.note(event.error.message);
			trouble = event.error.message;
		} else if (event.kind === "publication") publicationLines(event.slot, event.publication).forEach(output.line);
		else if (event.kind === "l1") {
			trouble = "";
			syncLines(event.sync).forEach(output.line);
			const window = one.book.windowAt(slotAt(one.sequencer.timeline.config, one.sequencer.safeState.l1.timestamp) + 1);
			if (window !== null && window.sequencer !== owner) output.line(windowLine(window, one.address));
			owner = window?.sequencer ?? null;
		}
	};
}

function windowLine({ firstSlot, lastSlot, maxTick, minTick, sequencer }: Window, own: Address): string {
	const who = sequencer === own ? "ours" : sequencer === ZERO_ADDRESS ? "nobody's" : `of ${sequencer}`;
	return `slots ${firstSlot} to ${lastSlot}, ticks ${minTick} to ${maxTick}: ${who}`;
}

function syncLines({ lapsed, mined, removedBlocks }: WindowSync): readonly string[] {
	const lines: string[] = [];
	if (removedBlocks > 0) lines.push(`L1 took back ${removedBlocks} blocks`);
	if (mined !== null) {
		const { firstTick, lastTick, receipt } = mined;
		const fate = receipt.success ? "are" : "REVERTED";
		lines.push(`ticks ${firstTick} to ${lastTick} ${fate} in L1 block ${receipt.blockNumber}`);
	}
	if (lapsed.length > 0) lines.push(`ticks ${lapsed.join(", ")} are lost: their window is over`);
	return lines;
}

function publicationLines(slot: number, publication: WindowPublication): readonly string[] {
	if (publication.kind !== "sent") return [];
	const { carrier, ends, firstTick, lastTick, parent } = publication;
	const end = ends ? ", the last of the window" : "";
	return [`slot ${slot}: sent ticks ${firstTick} to ${lastTick} in ${carrier}, after publication ${parent.id}${end}`];
}
