/** Who may publish which ticks, as the timeline's rights module says. Answers of a node are taken as they are. */
import { Interface } from "ethers";
import { slotAt, tickTime } from "../derive/clock.ts";
import { RIGHTS_ABI } from "../primitives/abi.ts";
import { bytesToHex, bytesToUint } from "../primitives/bytes.ts";
import { isMeridianError } from "../primitives/errors.ts";
import type { Address, Tick, TimelineConfig } from "../primitives/types.ts";
import { bytesOf } from "./json.ts";
import type { RpcTransport } from "./rpc.ts";

export interface Right {
	/** Zero if anyone may. */
	readonly sequencer: Address;
	readonly minTick: Tick;
	readonly maxTick: Tick;
	/** 0: one fixed sequencer, 1: open, 2: an L1 proposer's delegate, 3: drawn from the staked set. */
	readonly kind: number;
}

/** A right, and the slots that have it: those that are known. */
export interface Window extends Right {
	readonly firstSlot: number;
	readonly lastSlot: number;
}

/** Of an L1 proposer's delegate, or of the staked set's: what a sequencer can own. */
export const OWNED_KINDS: ReadonlySet<number> = new Set([2, 3]);
/** A right begins at most one slot before the first slot after the tick's time, since a handover lead is at most a slot. */
const SLOTS_AFTER = 2;
/** No window reaches over an epoch, and none has more slots; a node may say anything. */
const MAX_WINDOW_SLOTS = 32;

const rights = new Interface(RIGHTS_ABI);
/** A right without an end names the largest number. */
function tickOf(word: Uint8Array): Tick {
	const value = bytesToUint(word);
	return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** Null: the module says nothing of the slot (it refuses, or is none). Throws what the transport throws when the node does not answer. */
export async function rightOf(rpc: RpcTransport, module: Address, slot: number): Promise<Right | null> {
	const data = rights.encodeFunctionData("rightOf", [slot]);
	const answer = await callOrNull(rpc, module, data);
	if (answer?.length !== 128) return null;
	const [sequencer, minTick, maxTick, kind] = [0, 32, 64, 96].map((at) => answer.subarray(at, at + 32));
	return {
		sequencer: bytesToHex((sequencer as Uint8Array).subarray(12)),
		minTick: tickOf(minTick as Uint8Array),
		maxTick: tickOf(maxTick as Uint8Array),
		kind: tickOf(kind as Uint8Array),
	};
}

/** The slot and right of an owner of the tick; null if none is known. Throws as `rightOf` does. */
export async function ownerOf(
	rpc: RpcTransport,
	module: Address,
	config: TimelineConfig,
	tick: Tick,
): Promise<{ readonly slot: number; readonly right: Right } | null> {
	const first = Math.max(0, slotAt(config, tickTime(config, tick)));
	for (let slot = first; slot <= first + SLOTS_AFTER; slot++) {
		const right = await rightOf(rpc, module, slot);
		if (right !== null && right.minTick <= tick && tick <= right.maxTick && OWNED_KINDS.has(right.kind))
			return { slot, right };
	}
	return null;
}

/** The whole window that an owner of the tick has it by; null if none is known. Throws as `rightOf` does. */
export async function windowOf(
	rpc: RpcTransport,
	module: Address,
	config: TimelineConfig,
	tick: Tick,
): Promise<Window | null> {
	const owner = await ownerOf(rpc, module, config, tick);
	if (owner === null) return null;
	const { right, slot } = owner;
	const isIn = async (other: number): Promise<boolean> =>
		other >= 0 && isSameRight(right, await rightOf(rpc, module, other));
	let [firstSlot, lastSlot] = [slot, slot];
	while (slot - firstSlot < MAX_WINDOW_SLOTS && (await isIn(firstSlot - 1))) firstSlot--;
	while (lastSlot - slot < MAX_WINDOW_SLOTS && (await isIn(lastSlot + 1))) lastSlot++;
	return { ...right, firstSlot, lastSlot };
}

/** Windows that follow each other have other ticks, whoever owns them. */
export const isSameRight = (right: Right, other: Right | null): boolean =>
	other !== null &&
	other.minTick === right.minTick &&
	other.maxTick === right.maxTick &&
	other.sequencer === right.sequencer &&
	other.kind === right.kind;

/** What a contract returns; null if it reverts. */
export async function callOrNull(rpc: RpcTransport, to: Address, data: string): Promise<Uint8Array | null> {
	try {
		return bytesOf(await rpc.request("eth_call", [{ to, data }, "latest"]), "The answer to eth_call");
	} catch (error) {
		// The node has answered: it is the contract that refuses.
		if (isMeridianError(error) && error.code === "rpc-error" && error.details.again !== true) return null;
		throw error;
	}
}

/** Seconds that a window's last tick is before its last slot; null for a module that has no windows. Throws as `rightOf` does. */
export async function handoverLeadOf(rpc: RpcTransport, module: Address): Promise<number | null> {
	const answer = await callOrNull(rpc, module, rights.encodeFunctionData("HANDOVER_LEAD"));
	return answer?.length === 32 ? Number(bytesToUint(answer)) : null;
}
