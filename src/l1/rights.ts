/** Who may publish which ticks, as the timeline's rights module says. Answers of a node are taken as they are. */
import { Interface } from "ethers";
import { RIGHTS_ABI } from "../primitives/abi.ts";
import { bytesToHex, bytesToUint } from "../primitives/bytes.ts";
import { isMeridianError } from "../primitives/errors.ts";
import type { Address, Tick } from "../primitives/types.ts";
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
