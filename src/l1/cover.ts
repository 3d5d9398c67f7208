/** Whether a receipt is covered: its signer owns the tick, and there is enough to take from him if he breaks it (P-4). */
import { getAddress, Interface, type Result } from "ethers";
import type { Receipt } from "../codec/receipt.ts";
import { slotAt, tickTime } from "../derive/clock.ts";
import { SLASHER_ABI } from "../primitives/abi.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import { isMeridianError } from "../primitives/errors.ts";
import type { Address, TimelineConfig } from "../primitives/types.ts";
import { numberOf, objectOf } from "./json.ts";
import { decodeTimelineCall, TIMELINE_CALL } from "./logs.ts";
import { callOrNull, type Right, rightOf } from "./rights.ts";
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

/** A right begins at most one slot before the first slot after the tick's time, since a handover lead is at most a slot. */
const SLOTS_AFTER = 2;
const PROPOSER = 2;
const STAKED = 3;
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
	const right = await ownerOf(rpc, timeline.rights, timeline.config, receipt);
	if ("ok" in right) return right;
	return judge(receipt, timeline.config, { ...bonded, right, now: await timeOf(rpc) });
}

/** Wei; `challengeWindow` in seconds. */
export interface Bonded {
	readonly bond: bigint;
	/** Zero: it is not leaving. */
	readonly leavesAt: bigint;
	readonly penalty: bigint;
	readonly challengeWindow: bigint;
}

function judge(
	{ sequencer, tick }: Receipt,
	config: TimelineConfig,
	{ bond, challengeWindow, leavesAt, now, penalty, right }: Bonded & { readonly right: Right; readonly now: number },
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
): Promise<Bonded | null> {
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
		if (inbox === null || bond === null || parameters === null || inbox[0] !== getAddress(timeline)) return null;
		const { challengeWindow, penalty } = parameters[0];
		return { bond: bond[0], leavesAt: bond[1], penalty, challengeWindow };
	} catch (error) {
		// Bytes that are no answers to these questions.
		if (isMeridianError(error)) throw error;
		return null;
	}
}

/** the right of kind 2 or 3 in whose window the tick is, if it is the signer's. */
async function ownerOf(
	rpc: RpcTransport,
	module: Address,
	config: TimelineConfig,
	{ sequencer, tick }: Receipt,
): Promise<Right | Extract<CoverVerdict, { ok: false }>> {
	const first = Math.max(0, slotAt(config, tickTime(config, tick)));
	for (let slot = first; slot <= first + SLOTS_AFTER; slot++) {
		const right = await rightOf(rpc, module, slot);
		if (right === null || tick < right.minTick || tick > right.maxTick) continue;
		if (right.kind !== PROPOSER && right.kind !== STAKED) continue;
		if (right.sequencer === sequencer) return right;
		return no("not-owner", `tick ${tick} belongs to ${right.sequencer}, not to ${sequencer}`);
	}
	return no("no-right", `nobody is known to own tick ${tick} by an L1 proposer or by stake`);
}

async function timeOf(rpc: RpcTransport): Promise<number> {
	const block = objectOf(await rpc.request("eth_getBlockByNumber", ["latest", false]), "The latest block");
	return numberOf(block.timestamp, "Its timestamp");
}
