/** Waits for transactions on chains that make a block only when there is something to put into it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ethers } from "ethers";
import { MeridianError } from "../src/primitives/errors.ts";

const POLL_MS = 50;
/** A node that has just been asked by way of another one may not know it yet. */
const GONE_MS = 60_000;

/**
 * The transaction's receipt, as soon as there is one. ethers' own `wait` looks again only when a block comes after it has begun to look:
 * where the transaction's own block is the last one for now, and came in just that moment, it waits for ever.
 * Throws `halt`: `reverted` if it failed, `dropped` if the node has not known it for a minute (`goneMs`); and what the provider throws.
 */
export async function mined(
	{ hash, provider }: Pick<ethers.TransactionResponse, "hash" | "provider">,
	{ goneMs = GONE_MS }: { readonly goneMs?: number } = {},
): Promise<ethers.TransactionReceipt> {
	let known = Date.now();
	for (;;) {
		const receipt = await provider.getTransactionReceipt(hash);
		if (receipt?.status === 0)
			throw new MeridianError(
				"halt",
				"reverted",
				`The transaction ${hash} failed on L1 in block ${receipt.blockNumber}; its call data says what it was`,
				{ hash },
			);
		if (receipt !== null) return receipt;
		if ((await provider.getTransaction(hash)) !== null) known = Date.now();
		else if (Date.now() - known > goneMs)
			throw new MeridianError(
				"halt",
				"dropped",
				`The L1 node no longer knows the transaction ${hash}; look at the account's nonce and fees, and send it again`,
				{ hash },
			);
		await sleep(POLL_MS);
	}
}
