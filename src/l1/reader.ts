/** Headers and logs of an L1 node, each held to the header's hash. */
import { setTimeout as sleep } from "node:timers/promises";
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Hash32 } from "../primitives/types.ts";
import { type VerifiedHeader, verifyHeader } from "./header.ts";
import { type RawLog, verifyReceipts } from "./receipts.ts";
import type { RpcTransport } from "./rpc.ts";

export interface L1Reader {
	readonly rpc: RpcTransport;
	/** The header of a block by number or tag, or null if there is none. Errors as `verifyHeader`. */
	header(at: number | "latest" | "safe" | "finalized"): Promise<VerifiedHeader | null>;
	/** All logs of the block, in order. Errors as `verifyReceipts`, and `retry` with `l1-moved` if the node has forgotten the block. */
	logs(block: VerifiedHeader): Promise<RawLog[]>;
}

export function createReader(rpc: RpcTransport): L1Reader {
	let receiptsAtOnce = true;

	/** In one request where the node can, one by one where it cannot; by the block's hash, so that forks do not mix. */
	const fetchReceipts = async (hash: Hash32): Promise<unknown> => {
		if (receiptsAtOnce) {
			try {
				return await rpc.request("eth_getBlockReceipts", [hash]);
			} catch (error) {
				if (!isMeridianError(error) || error.code !== "rpc-method-missing") throw error;
				receiptsAtOnce = false;
			}
		}
		const block = await rpc.request("eth_getBlockByHash", [hash, false]);
		const hashes = (block as { transactions?: unknown } | null)?.transactions;
		if (!Array.isArray(hashes)) return null;
		return await Promise.all(hashes.map((transaction) => rpc.request("eth_getTransactionReceipt", [transaction])));
	};

	return {
		rpc,
		async header(at) {
			const tag = typeof at === "number" ? `0x${at.toString(16)}` : at;
			const answer = await rpc.request("eth_getBlockByNumber", [tag, false]);
			return answer === null ? null : verifyHeader(answer, typeof at === "number" ? at : null);
		},
		async logs(block) {
			const receipts = await fetchReceipts(block.hash);
			const gone = receipts === null || (Array.isArray(receipts) && receipts.includes(null));
			if (!gone) return await verifyReceipts(receipts, block);
			const what = `${rpc.label} has no receipts of L1 block ${block.number} (${block.hash}), which it named itself`;
			throw new MeridianError("retry", "l1-moved", `${what}; the chain may have changed`, { number: block.number });
		},
	};
}

/** Codes of answers that are not true or make no sense, and may be right if asked for again: a balancer may mix nodes. */
const DOUBTFUL = new Set([
	"l1-wrong-block",
	"l1-header-hash",
	"l1-receipts-root",
	"timeline-mismatch",
	"l1-moved",
	"malformed",
]);

/** How often a node is asked whose answers are doubtful, and the first pause in between (milliseconds, growing). */
export interface Patience {
	readonly attempts: number;
	readonly pauseMs: number;
}

/** Asks again while the answer is doubtful; the last error stands. */
export async function persistently<T>({ attempts, pauseMs }: Patience, ask: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await ask();
		} catch (error) {
			const doubtful = isMeridianError(error) && DOUBTFUL.has(error.code);
			if (!doubtful || attempt >= attempts) throw error;
			await sleep(pauseMs * attempt);
		}
	}
}
