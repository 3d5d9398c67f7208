/** What `meridian force` does. */
import { formatEther, Interface } from "ethers";
import { tickAt, tickTime } from "../../derive/clock.ts";
import type { Timeline } from "../../derive/ports.ts";
import { FORCED_INCLUSION_ABI, REGISTRY_ABI } from "../../primitives/abi.ts";
import { hexToBytes } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hex } from "../../primitives/types.ts";
import { decodePoolTx } from "../../sequencer/decode.ts";
import type { Request } from "../../sequencer/l1-account.ts";
import { sendCall, waitForReceipt } from "../../sequencer/l1-send.ts";
import { explainRevert } from "../../sequencer/reverts.ts";
import type { WriteFlags } from "./flags.ts";
import { withWriter } from "./open.ts";
import { minedEvent } from "./receipts.ts";

export interface ForceFlags extends WriteFlags {
	readonly tx: string;
	readonly gas?: number;
	readonly anyway: boolean;
}

const queue = new Interface(FORCED_INCLUSION_ABI);
const registry = new Interface(REGISTRY_ABI);

export async function force(flags: ForceFlags): Promise<void> {
	const { rollup, tx } = flags;
	await withWriter(flags, async ({ account, output, request, signal, timeline }) => {
		const { config, forcedInclusion } = timeline;
		const gas = await gasToDeclare(flags, timeline, request);
		const fee = await feeFor(request, timeline, rollup, gas);
		const data = queue.encodeFunctionData("enqueue", [rollup, gas, tx]) as Hex;
		// The fee may rise until it is mined; what is too much comes back.
		const hash = await sendCall(request, account, { to: forcedInclusion, data, value: fee + fee / 4n });
		output.note(`sent ${hash}; waiting until it is mined`);
		const receipt = await waitForReceipt(account, hash, { signal });
		const event = await minedEvent(request, receipt, forcedInclusion, queue, "Enqueued");
		const [cluster, index] = [Number(event.args.cluster), Number(event.args.index)];
		const dueAt = event.timestamp + config.forcedDelay;
		// The first tick at or after the due time.
		const dueTick = tickAt(config, dueAt + config.tickSeconds - 1);
		const time = new Date(tickTime(config, dueTick) * 1_000).toISOString();
		output.line(
			`queued for rollup ${rollup}: entry ${index} of cluster ${cluster}, ${gas} gas, fee ${formatEther(fee)} ETH`,
		);
		output.line(`L1 block ${receipt.blockNumber}, transaction ${hash}`);
		output.line(`due ${config.forcedDelay} s later: the first tick from ${dueTick} on (${time}) executes it,`);
		output.line("unless the queue is longer than ticks can take; no sequencer is needed for that");
		output.result({ hash, l1Block: receipt.blockNumber, rollupId: rollup, cluster, index, gas, fee, dueAt, dueTick });
	});
}

/** The gas given, or the transaction's own limit. Bytes that would be dropped when due are refused unless they are wanted. */
async function gasToDeclare(flags: ForceFlags, timeline: Timeline, request: Request): Promise<number> {
	const { anyway, gas, rollup, tx } = flags;
	const data = registry.encodeFunctionData("rollupInfo", [rollup]);
	const answer = String(await request("eth_call", [{ to: timeline.registry, data }, "latest"]));
	const [info] = registry.decodeFunctionResult("rollupInfo", answer);
	if (Number(info.cluster) === 0)
		throw new MeridianError("usage", "no-rollup", `Rollup ${rollup} is not registered in this timeline`, {
			hint: "rollups count from 1; meridian derive lists them",
		});
	const decoded = decodePoolTx(rollup, Number(info.chainId), hexToBytes(tx));
	const limit = decoded.ok ? Number(decoded.tx.gasLimit) : null;
	const wrong = !decoded.ok
		? decoded.message
		: gas !== undefined && gas < Number(decoded.tx.gasLimit)
			? `It has a gas limit of ${limit}, more than the ${gas} declared`
			: null;
	if (wrong !== null && !anyway)
		throw new MeridianError("usage", "would-be-dropped", `It would be dropped when due: ${wrong}`, {
			hint: "give a transaction signed for this rollup; or --anyway (with --gas), to pay for nothing",
		});
	const declared = gas ?? limit;
	if (declared !== null) return declared;
	throw new MeridianError("usage", "no-gas", "How much gas to declare cannot be told from these bytes; give --gas");
}

/** Wei that L1 asks for queuing this much gas. Throws `usage` with the contract's reason. */
export async function feeFor(request: Request, timeline: Timeline, rollup: number, gas: number): Promise<bigint> {
	const data = queue.encodeFunctionData("feeFor", [rollup, gas]);
	try {
		return BigInt(String(await request("eth_call", [{ to: timeline.forcedInclusion, data }, "latest"])));
	} catch (error) {
		throw explainRevert(error);
	}
}
