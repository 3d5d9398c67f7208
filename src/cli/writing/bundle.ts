/** What `meridian bundle` does. */
import { readFile } from "node:fs/promises";
import { formatEther, Interface } from "ethers";
import { tickAt } from "../../derive/clock.ts";
import type { OrderState } from "../../derive/types.ts";
import type { ItemResult } from "../../execute/types.ts";
import { FORCED_INCLUSION_ABI } from "../../primitives/abi.ts";
import { bytesToHex, hexToBytes } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hex, Leg } from "../../primitives/types.ts";
import { readLegs } from "../../sequencer/bundles/read.ts";
import { sendCall, waitForReceipt } from "../../sequencer/l1-send.ts";
import type { Sequencer } from "../../sequencer/sequencer.ts";
import type { UnsafeTick } from "../../sequencer/types.ts";
import { legVerdict, whyDropped } from "../reading/bundle.ts";
import type { PayFlags, PublishingFlags } from "./flags.ts";
import { feeFor } from "./force.ts";
import { openSequencer, type Writer, withWriter } from "./open.ts";
import { publishNext } from "./publish.ts";
import { minedEvent } from "./receipts.ts";

export interface BundleFlags extends PayFlags, PublishingFlags {
	readonly file: string;
	readonly force: boolean;
	readonly anyway: boolean;
}

interface FileLeg extends Leg {
	/** To declare on L1; null: the transaction's own limit. */
	readonly gas: number | null;
}

const queue = new Interface(FORCED_INCLUSION_ABI);

export async function bundle(flags: BundleFlags): Promise<void> {
	const legs = await readBundleFile(flags.file);
	await withWriter(flags, async (writer) => {
		const { output } = writer;
		const sequencer = await openSequencer(writer, flags);
		output.note("deriving the timeline, to know what the bundle would do");
		await sequencer.sync();
		if (flags.force) await force(legs, flags, writer, sequencer.safeState);
		else await publish(legs, flags, writer, sequencer);
	});
}

async function publish(
	legs: readonly FileLeg[],
	flags: BundleFlags,
	writer: Writer,
	sequencer: Sequencer,
): Promise<void> {
	const { output } = writer;
	sequencer.orderUnseen({ kind: "bundle", legs: legs.map(({ rawTx, rollupId }) => ({ rollupId, rawTx })) });
	const judge = (made: UnsafeTick): void => {
		const result = resultOf(made);
		if (result.kind === "dropped" && !flags.anyway) throw wouldBeDropped(whyDropped(result));
	};
	const { made, receipt, tick } = await publishNext(sequencer, writer, judge);
	const result = resultOf(made);
	const { blockNumber: l1Block, gasUsed, hash } = receipt;
	output.line(`tick ${tick} published in L1 block ${l1Block}, ${gasUsed} gas, transaction ${hash}`);
	output.line(result.kind === "dropped" ? `dropped: ${whyDropped(result)}` : "the bundle holds");
	for (const [place, { rollupId }] of legs.entries())
		output.line(`  leg ${String(place).padEnd(3)} r${String(rollupId).padEnd(4)} ${legText(result, place)}`);
	output.result({ hash, l1Block, gasUsed: Number(gasUsed), tick, result });
}

const wouldBeDropped = (why: string): MeridianError =>
	new MeridianError("usage", "would-be-dropped", `The bundle would be dropped: ${why}`, {
		hint: "build it again on the present state; or --anyway, to pay for nothing",
	});

/** Of the only item that was ordered. */
function resultOf({ ticks }: UnsafeTick): ItemResult {
	const outcomes = ticks.at(-1)?.result.outcomes ?? [];
	const own = outcomes.find(({ position }) => position.class === 1);
	return own?.result ?? { kind: "dropped", reason: "unknown-rollup" };
}

function legText(result: ItemResult, place: number): string {
	if (result.kind === "dropped") return legVerdict(result, place);
	const leg = result.kind === "held" ? result.legs[place] : result;
	return leg === undefined ? "" : `block ${leg.blockNumber} tx ${leg.txIndex}, ${leg.gasUsed} gas, ${leg.txHash}`;
}

async function force(
	legs: readonly FileLeg[],
	flags: BundleFlags,
	{ account, output, request, signal, timeline }: Writer,
	state: OrderState,
): Promise<void> {
	const read = readLegs(legs, (rollupId) => state.rollups.get(rollupId)?.chainId);
	if (!read.ok && !flags.anyway)
		throw wouldBeDropped(read.place === null ? `${read.reason}` : `leg ${read.place}: ${read.reason}`);
	const declared = legs.map(({ gas, rawTx, rollupId }, place) => ({
		rollupId,
		gas: gas ?? (read.ok ? Number(read.legs[place]?.gasLimit ?? 0) : noGas(place)),
		rawTx: bytesToHex(rawTx),
	}));
	const gas = declared.reduce((sum, leg) => sum + leg.gas, 0);
	const fee = await feeFor(request, timeline, declared[0]?.rollupId ?? 0, gas);
	const data = queue.encodeFunctionData("enqueueBundle", [declared]) as Hex;
	const { config, forcedInclusion } = timeline;
	// The fee may rise until it is mined; what is too much comes back.
	const hash = await sendCall(request, account, { to: forcedInclusion, data, value: fee + fee / 4n });
	output.note(`sent ${hash}; waiting until it is mined`);
	const receipt = await waitForReceipt(account, hash, { signal });
	const event = await minedEvent(request, receipt, forcedInclusion, queue, "BundleEnqueued");
	const [cluster, index] = [Number(event.args.cluster), Number(event.args.index)];
	const dueAt = event.timestamp + config.forcedDelay;
	const dueTick = tickAt(config, dueAt + config.tickSeconds - 1);
	output.line(
		`bundle of ${legs.length} queued: entry ${index} of cluster ${cluster}, ${gas} gas, fee ${formatEther(fee)} ETH`,
	);
	output.line(`L1 block ${receipt.blockNumber}, transaction ${hash}`);
	output.line(`due ${config.forcedDelay} s later: the first tick from ${dueTick} on tries it, whole`);
	output.result({ hash, l1Block: receipt.blockNumber, cluster, index, legs: legs.length, gas, fee, dueAt, dueTick });
}

function noGas(place: number): never {
	throw new MeridianError("usage", "no-gas", `How much gas to declare for leg ${place} cannot be told from its bytes`, {
		hint: 'give the leg "gas" in the file',
	});
}

async function readBundleFile(path: string): Promise<readonly FileLeg[]> {
	const bad = (what: string): MeridianError =>
		new MeridianError("usage", "bad-file", `${path}: ${what}`, {
			hint: 'give a JSON list of {"rollupId": 1, "rawTx": "0x..."}',
		});
	let list: unknown;
	try {
		list = JSON.parse(await readFile(path, "utf8"));
	} catch (cause) {
		throw bad(cause instanceof Error ? cause.message : "it cannot be read");
	}
	if (!Array.isArray(list) || list.length === 0) throw bad("it is no list of legs");
	return list.map((entry: unknown, place) => {
		const { gas = null, rawTx, rollupId } = (entry ?? {}) as Partial<Record<"gas" | "rawTx" | "rollupId", unknown>>;
		if (!Number.isSafeInteger(rollupId) || Number(rollupId) < 1 || Number(rollupId) >= 2 ** 32)
			throw bad(`leg ${place} has no rollupId from 1 on`);
		if (typeof rawTx !== "string" || !/^0x([0-9a-fA-F]{2})+$/.test(rawTx))
			throw bad(`leg ${place} has no rawTx as 0x and hex digits`);
		if (gas !== null && (!Number.isSafeInteger(gas) || Number(gas) < 0))
			throw bad(`leg ${place} has a gas that is no number`);
		return { rollupId: Number(rollupId), rawTx: hexToBytes(rawTx), gas: gas === null ? null : Number(gas) };
	});
}
