/** Waits for transactions on chains that make a block only when there is something to put into it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ethers } from "ethers";
import { MeridianError } from "../src/primitives/errors.ts";

const POLL_MS = 50;

/**
 * The transaction's receipt, as soon as there is one. ethers' own `wait` looks again only when a block comes after it has begun to look:
 * where the transaction's own block is the last one for now, and came in just that moment, it waits for ever.
 * Throws `halt` (`reverted`) if it failed, and what the provider throws.
 */
export async function mined(sent: ethers.TransactionResponse): Promise<ethers.TransactionReceipt> {
	for (;;) {
		const receipt = await sent.provider.getTransactionReceipt(sent.hash);
		if (receipt?.status === 0)
			throw new MeridianError(
				"halt",
				"reverted",
				`The transaction ${sent.hash} failed on L1 in block ${receipt.blockNumber}; its call data says what it was`,
				{ hash: sent.hash },
			);
		if (receipt !== null) return receipt;
		await sleep(POLL_MS);
	}
}
