/** Which L1 block's timestamp leads to a state that an epoch can be proved from. */
import { MeridianError } from "../../primitives/errors.ts";
import type { Hash32 } from "../../primitives/types.ts";
import { hexOf, numberOf, objectOf } from "../json.ts";
import type { RpcTransport } from "../rpc.ts";
import { epochOf, type OracleClock, slotAt, startOf } from "./oracle.ts";

export interface Block {
	readonly number: number;
	readonly hash: Hash32;
	readonly parentHash: Hash32;
	/** Seconds. */
	readonly timestamp: number;
}

/** Timestamp of L1's latest block, seconds. */
export async function latestTime(rpc: RpcTransport): Promise<number> {
	return (await latestBlock(rpc)).timestamp;
}

export async function latestBlock(rpc: RpcTransport): Promise<Block> {
	return await readBlock(rpc, "latest");
}

/** The one before; null before the first. */
export async function parentOf(rpc: RpcTransport, { number, parentHash }: Block): Promise<Block | null> {
	if (number === 0) return null;
	return blockOf(await rpc.request("eth_getBlockByHash", [parentHash, false]), `The L1 block ${parentHash}`);
}

/**
 * Timestamp of an L1 block whose beacon root is of a state in the epoch or the one before: the newest there is before the epoch ends.
 * Throws `usage` (`epoch-ahead`) if L1 is not so far. Whether there is such a state, only the state can say: a whole epoch may be missed.
 */
export async function timeToProve(rpc: RpcTransport, clock: OracleClock, epoch: number): Promise<number> {
	const latest = await readBlock(rpc, "latest");
	const now = epochOf(clock, slotAt(clock, latest.timestamp));
	if (epoch > now + 1)
		throw new MeridianError(
			"usage",
			"epoch-ahead",
			`L1 is in epoch ${now}: it knows proposers up to epoch ${now + 1}, not ${epoch}`,
			{
				hint: "try again when the epoch before it has begun",
			},
		);
	const end = startOf(clock, (epoch + 1) * clock.slotsPerEpoch);
	if (latest.timestamp < end) return latest.timestamp;
	return (await newestBefore(rpc, latest, end)).timestamp;
}

async function newestBefore(rpc: RpcTransport, latest: Block, time: number): Promise<Block> {
	let [low, high] = [await readBlock(rpc, 0), latest];
	while (high.number - low.number > 1) {
		const middle = await readBlock(rpc, Math.floor((low.number + high.number) / 2));
		if (middle.timestamp < time) low = middle;
		else high = middle;
	}
	return low;
}

async function readBlock(rpc: RpcTransport, id: number | "latest"): Promise<Block> {
	const tag = id === "latest" ? id : `0x${id.toString(16)}`;
	return blockOf(await rpc.request("eth_getBlockByNumber", [tag, false]), `The L1 block ${id}`);
}

function blockOf(value: unknown, what: string): Block {
	const json = objectOf(value, what);
	return {
		number: numberOf(json.number, "Its number"),
		hash: hexOf(json.hash, "Its hash", 32),
		parentHash: hexOf(json.parentHash, "Its parent's hash", 32),
		timestamp: numberOf(json.timestamp, "Its timestamp"),
	};
}
