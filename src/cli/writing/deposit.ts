/** What `meridian deposit` does. */
import { Interface } from "ethers";
import { tickAt } from "../../derive/clock.ts";
import { parseAddress } from "../../node/connect.ts";
import { BRIDGE_ABI } from "../../primitives/abi.ts";
import type { Hex } from "../../primitives/types.ts";
import { sendCall, waitForReceipt } from "../../sequencer/l1-send.ts";
import { parseAmount } from "./amount.ts";
import type { WriteFlags } from "./flags.ts";
import { withWriter } from "./open.ts";
import { minedEvent } from "./receipts.ts";

export interface DepositFlags extends WriteFlags {
	readonly to: string;
	readonly amount: string;
}

const GWEI = 1_000_000_000n;
const bridge = new Interface(BRIDGE_ABI);

export async function deposit(flags: DepositFlags): Promise<void> {
	const { rollup } = flags;
	const wei = parseAmount(flags.amount);
	const to = parseAddress(flags.to, "recipient");
	await withWriter(flags, async ({ account, output, request, signal, timeline }) => {
		const data = bridge.encodeFunctionData("deposit", [rollup, to]) as Hex;
		const hash = await sendCall(request, account, { to: timeline.bridge, data, value: wei });
		output.note(`sent ${hash}; waiting until it is mined`);
		const receipt = await waitForReceipt(account, hash, { signal });
		const event = await minedEvent(request, receipt, timeline.bridge, bridge, "Deposited");
		const index = Number(event.args.index);
		output.line(`deposited ${flags.amount} ETH for ${to} on rollup ${rollup}: its deposit ${index}`);
		output.line(`L1 block ${receipt.blockNumber}, transaction ${hash}`);
		const last = tickAt(timeline.config, event.timestamp + timeline.config.maxLag) + 1;
		output.line(`credited by the first tick that has seen that block; by tick ${last} if nobody publishes`);
		output.result({ hash, l1Block: receipt.blockNumber, rollupId: rollup, to, gwei: wei / GWEI, index });
	});
}
