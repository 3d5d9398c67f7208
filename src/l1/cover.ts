/** Whether a receipt is covered: its signer owns the tick, and there is enough to take from him if he breaks it (P-4). */
import { Interface, type Result } from "ethers";
import type { Receipt } from "../codec/receipt.ts";
import { tickTime } from "../derive/clock.ts";
import { SLASHER_ABI } from "../primitives/abi.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import { isMeridianError } from "../primitives/errors.ts";
import type { Address, TimelineConfig } from "../primitives/types.ts";
import { numberOf, objectOf } from "./json.ts";
import { decodeTimelineCall, TIMELINE_CALL } from "./logs.ts";
import { callOrNull, ownerOf, type Right } from "./rights.ts";
import type { RpcTransport } from "./rpc.ts";

export type CoverFault =
	/** The node is of another L1. */
	| "chain"
	/** There is no Inbox at `timeline`. */
	| "timeline"
	/** There is no PreconfSlasher at `slasher`, it is another timeline's, or not the one that was asked for. */
	| "slasher"
	/** Nobody's right of kind 2 or 3 over the tick is known. */
	| "no-right"
	/** Somebody else's. */
	| "not-owner"
	/** Below `penalty`. */
	| "bond"
	/** It may be gone before the promise can be shown to be broken. */
	| "leaving"
	/** Nobody can show it any more. */
	| "too-late";

export interface Cover {
	readonly right: Right;
	/** Wei. */
	readonly bond: bigint;
	/** Wei. */
	readonly penalty: bigint;
	/** L1 time in seconds until which a broken promise can be shown. */
	readonly until: number;
}

export type CoverVerdict =
	| { readonly ok: true; readonly cover: Cover }
	/** @property what one line for a person */
	| { readonly ok: false; readonly reason: CoverFault; readonly what: string };

export interface CoverOptions {
	/** The slasher that the timeline is known to have. Warning: without it, a receipt may name one of its signer's own making. */
	readonly slasher?: Address;
}

const slashing = new Interface(SLASHER_ABI);

const no = (reason: CoverFault, what: string) => ({ ok: false, reason, what }) as const;

/**
 * Asks L1 at its head. That the receipt is good is for `verifyReceipt`. Throws `retry` when the node does not answer, or not in
 * sense; whatever the contracts say is a verdict.
 */
export async function coverOf(rpc: RpcTransport, receipt: Receipt, options: CoverOptions = {}): Promise<CoverVerdict> {
	const chainId = numberOf(await rpc.request("eth_chainId", []), "The L1 chain id");
	if (chainId !== receipt.chainId)
		return no("chain", `the receipt is of chain ${receipt.chainId}; ${rpc.label} is of ${chainId}`);
	if (options.slasher !== undefined && options.slasher !== receipt.slasher)
		return no("slasher", `the receipt names the slasher ${receipt.slasher}, not ${options.slasher}`);
	const answer = await callOrNull(rpc, receipt.timeline, TIMELINE_CALL);
	const timeline = answer === null ? null : decodeTimelineCall(bytesToHex(answer));
	if (timeline === null) return no("timeline", `there is no Meridian Inbox at ${receipt.timeline}`);
	const bonded = await bondOf(rpc, receipt);
	if (bonded === null) return no("slasher", `there is no PreconfSlasher of this timeline at ${receipt.slasher}`);
	const { sequencer, tick } = receipt;
	const owner = await ownerOf(rpc, timeline.rights, timeline.config, tick);
	if (owner === null) return no("no-right", `nobody is known to own tick ${tick} by an L1 proposer or by stake`);
	const { right } = owner;
	if (right.sequencer !== sequencer)
		return no("not-owner", `tick ${tick} belongs to ${right.sequencer}, not to ${sequencer}`);
	return judge(receipt, timeline.config, { ...bonded, right, now: await timeOf(rpc) });
}

/** Wei and seconds. */
export interface Bonds {
	readonly bond: bigint;
	/** Zero: it is not leaving. */
	readonly leavesAt: bigint;
	readonly penalty: bigint;
	readonly livenessFee: bigint;
	readonly exitDelay: bigint;
	readonly challengeWindow: bigint;
	/** The timeline that the slasher says it is of. */
	readonly inbox: Address;
}

function judge(
	{ sequencer, tick }: Receipt,
	config: TimelineConfig,
	{ bond, challengeWindow, leavesAt, now, penalty, right }: Bonds & { readonly right: Right; readonly now: number },
): CoverVerdict {
	const until = tickTime(config, tick) + Number(challengeWindow);
	if (bond < penalty) return no("bond", `the bond of ${sequencer} is ${bond} wei; a broken promise costs ${penalty}`);
	if (leavesAt !== 0n && leavesAt < until)
		return no("leaving", `the bond may be gone at ${leavesAt}; a broken promise can be shown until ${until}`);
	if (now > until) return no("too-late", `a broken promise could be shown until ${until}; L1's time is ${now}`);
	return { ok: true, cover: { right, bond, penalty, until } };
}

/** What stands behind a sequencer's promises. Null: there is no slasher, or one of another timeline. Throws as `coverOf` does. */
export async function bondOf(
	rpc: RpcTransport,
	{ sequencer, slasher, timeline }: Pick<Receipt, "sequencer" | "slasher" | "timeline">,
): Promise<Bonds | null> {
	const bonds = await readBonds(rpc, slasher, sequencer);
	return bonds?.inbox === timeline ? bonds : null;
}

/** The same of a slasher of any timeline; null if there is none. */
export async function readBonds(rpc: RpcTransport, slasher: Address, sequencer: Address): Promise<Bonds | null> {
	const call = async (name: string, args: readonly unknown[], words: number): Promise<Result | null> => {
		const answer = await callOrNull(rpc, slasher, slashing.encodeFunctionData(name, args));
		return answer?.length === 32 * words ? slashing.decodeFunctionResult(name, answer) : null;
	};
	try {
		const [inbox, bond, parameters] = [
			await call("inbox", [], 1),
			await call("bondOf", [sequencer], 2),
			await call("parameters", [], 4),
		];
		if (inbox === null || bond === null || parameters === null) return null;
		const { challengeWindow, exitDelay, livenessFee, penalty } = parameters[0];
		const times = { exitDelay, challengeWindow };
		return { bond: bond[0], leavesAt: bond[1], penalty, livenessFee, ...times, inbox: inbox[0].toLowerCase() };
	} catch (error) {
		// Bytes that are no answers to these questions.
		if (isMeridianError(error)) throw error;
		return null;
	}
}

async function timeOf(rpc: RpcTransport): Promise<number> {
	const block = objectOf(await rpc.request("eth_getBlockByNumber", ["latest", false]), "The latest block");
	return numberOf(block.timestamp, "Its timestamp");
}
