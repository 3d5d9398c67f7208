/** What a mined transaction has logged, and when. */
import type { Interface, Result } from "ethers";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address } from "../../primitives/types.ts";
import type { L1Receipt, Request } from "../../sequencer/l1-account.ts";

export interface MinedEvent {
	readonly args: Result;
	/** Of the L1 block, seconds. */
	readonly timestamp: number;
}

/** The contract's event of that name. Throws `retry` (`l1-moved`) if the node no longer has it. */
export async function minedEvent(
	request: Request,
	receipt: L1Receipt,
	contract: Address,
	abi: Interface,
	name: string,
): Promise<MinedEvent> {
	const [full, block] = (await Promise.all([
		request("eth_getTransactionReceipt", [receipt.hash]),
		request("eth_getBlockByNumber", [`0x${receipt.blockNumber.toString(16)}`, false]),
	])) as [{ logs: { address: string; topics: string[]; data: string }[] } | null, { timestamp: string } | null];
	const events = (full?.logs ?? [])
		.filter((log) => log.address.toLowerCase() === contract)
		.map((log) => abi.parseLog(log))
		.filter((event) => event?.name === name);
	const args = events[0]?.args;
	if (args !== undefined && block !== null) return { args, timestamp: Number(block.timestamp) };
	throw new MeridianError(
		"retry",
		"l1-moved",
		`L1 no longer has transaction ${receipt.hash} in block ${receipt.blockNumber}; it may be mined again`,
		{ hash: receipt.hash, hint: "look for its receipt before sending it again" },
	);
}
