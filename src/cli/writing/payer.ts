/** From flags to an L1 account that calls contracts beside a timeline's. */
import type { Interface } from "ethers";
import type { RpcTransport } from "../../l1/rpc.ts";
import type { Address, Hex } from "../../primitives/types.ts";
import { createL1Account, type L1Account, type L1Receipt } from "../../sequencer/l1-account.ts";
import { sendCall, waitForReceipt } from "../../sequencer/l1-send.ts";
import type { Output } from "../output.ts";
import { readKey } from "./open.ts";

export interface Payer {
	readonly account: L1Account;
	/** Sends the call and waits until it is mined. Throws `usage` (`reverted`, `l1-funds`) and what broadcasting throws. */
	call(
		to: Address,
		contract: Interface,
		name: string,
		parameters: readonly unknown[],
		/** Wei; nothing by default. */
		value?: bigint,
	): Promise<L1Receipt>;
}

/** Throws `usage` (`no-key`, `bad-key`); keys are in no message. */
export async function openPayer(
	key: string | undefined,
	rpc: RpcTransport,
	output: Output,
	signal: AbortSignal,
): Promise<Payer> {
	const account = await createL1Account(rpc.request, readKey(key, output));
	return {
		account,
		async call(to, contract, name, parameters, value = 0n) {
			const data = contract.encodeFunctionData(name, [...parameters]) as Hex;
			const hash = await sendCall(rpc.request, account, { to, data, value });
			output.note(`sent ${hash}; waiting until it is mined`);
			return await waitForReceipt(account, hash, { signal });
		},
	};
}
