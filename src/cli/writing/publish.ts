/** What `meridian publish` does: a sequencer for one tick. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { tickAt, tickTime } from "../../derive/clock.ts";
import type { IncludedTx, ItemResult } from "../../execute/types.ts";
import { hexToBytes } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Tick } from "../../primitives/types.ts";
import type { L1Receipt } from "../../sequencer/l1-account.ts";
import type { Sequencer } from "../../sequencer/sequencer.ts";
import type { UnsafeTick } from "../../sequencer/types.ts";
import type { Output } from "../output.ts";
import { type PublishingFlags, rawTransactions, type WriteFlags } from "./flags.ts";
import { openSequencer, type Writer, withWriter } from "./open.ts";

export interface PublishFlags extends WriteFlags, PublishingFlags {
	readonly tx?: readonly string[];
	readonly file?: string;
}

const POLL_MS = 500;
const ATTEMPTS = 5;

export async function publish(flags: PublishFlags): Promise<void> {
	const raws = await readTransactions(flags);
	await withWriter(flags, async (writer) => {
		const { output } = writer;
		const sequencer = await openSequencer(writer, flags);
		output.note("deriving the timeline, to know what may come next");
		await sequencer.sync();
		if (!sequencer.safeState.rollups.has(flags.rollup))
			throw new MeridianError("usage", "no-rollup", `Rollup ${flags.rollup} is not registered in this timeline`, {
				hint: "rollups count from 1; meridian derive lists them",
			});
		for (const rawTx of raws) sequencer.orderUnseen({ kind: "tx", leg: { rollupId: flags.rollup, rawTx } });
		const { made, receipt, tick } = await publishNext(sequencer, writer);
		report(flags, tick, made, receipt, output);
	});
}

interface Published {
	readonly tick: Tick;
	readonly made: UnsafeTick;
	readonly receipt: L1Receipt;
}

/**
 * Publishes what the sequencer has as the next tick that L1 takes. Throws `retry` (`displaced`) if others are faster every time.
 * @param judge sees what the tick will do before anything is sent
 */
export async function publishNext(
	sequencer: Sequencer,
	writer: Writer,
	judge: (made: UnsafeTick) => void = () => undefined,
): Promise<Published> {
	for (let attempt = 1; ; attempt++) {
		const { made, tick } = await nextTick(sequencer, writer);
		judge(made);
		await sequencer.preflight(tick, writer.request);
		const receipt = await untilMined(sequencer, tick, writer);
		if (receipt !== null) return { tick, made, receipt };
		if (attempt === ATTEMPTS)
			throw new MeridianError("retry", "displaced", `Somebody else published first, ${ATTEMPTS} times in a row`, {
				hint: "run the command again, or give the transactions to that sequencer",
			});
		writer.output.note("somebody else published first; trying the next tick");
	}
}

async function readTransactions({ file, tx = [] }: PublishFlags): Promise<readonly Uint8Array[]> {
	const lines = file === undefined ? [] : (await readFile(file, "utf8")).split(/\s+/).filter((line) => line !== "");
	for (const [i, line] of lines.entries()) {
		if (/^0x([0-9a-fA-F]{2})+$/.test(line)) continue;
		throw new MeridianError("usage", "bad-file", `${file}: entry ${i + 1} is no transaction as 0x and hex digits`);
	}
	const all = lines.reduce<readonly string[]>((before, line) => rawTransactions(line, before), tx);
	if (all.length > 0) return all.map(hexToBytes);
	throw new MeridianError("usage", "nothing-to-publish", "There is no transaction to publish; give --tx or --file");
}

/** The newest tick that L1 would already take, or the one after the last; waits for L1 to come so far. */
async function nextTick(sequencer: Sequencer, { signal }: Writer): Promise<{ tick: Tick; made: UnsafeTick }> {
	const { config } = sequencer.timeline;
	for (;;) {
		const { l1, lastTick } = sequencer.safeState;
		const tick = Math.max(lastTick + 1, tickAt(config, l1.timestamp));
		if (tickTime(config, tick) <= l1.timestamp + config.slotSeconds) {
			const made = await sequencer.makeTick(tick);
			if (made !== null) return { tick, made };
		}
		await sleep(POLL_MS, undefined, { signal });
		await sequencer.sync();
	}
}

/** Null if the tick went to somebody else's publication; the transactions then wait for another. */
async function untilMined(sequencer: Sequencer, tick: Tick, { output, signal }: Writer): Promise<L1Receipt | null> {
	let told = false;
	for (;;) {
		const report = await sequencer.publish(tick);
		if (report.kind === "sent") output.note(`${told ? "sent again" : "sent"}; waiting until it is mined`);
		told = true;
		await sleep(POLL_MS, undefined, { signal });
		const { mined, undoneTicks } = await sequencer.sync();
		if (mined?.receipt.success) return mined.receipt;
		if (undoneTicks.includes(tick)) return null;
		if (mined !== null)
			throw new MeridianError("retry", "reverted", `The publication ${mined.receipt.hash} reverted on L1`, {
				hint: "L1 changed between checking and mining; run the command again",
			});
	}
}

function report(flags: PublishFlags, tick: Tick, made: UnsafeTick, receipt: L1Receipt, output: Output): void {
	const outcomes = (made.ticks.at(-1)?.result.outcomes ?? []).filter(({ position }) => position.class === 1);
	output.line(
		`tick ${tick} published in L1 block ${receipt.blockNumber}, ${receipt.gasUsed} gas, transaction ${receipt.hash}`,
	);
	for (const { position, result } of outcomes) output.line(`  item ${position.index}: ${describe(result)}`);
	output.result({
		hash: receipt.hash,
		l1Block: receipt.blockNumber,
		gasUsed: Number(receipt.gasUsed),
		carrier: flags.calldata ? "calldata" : "blobs",
		rollupId: flags.rollup,
		tick,
		items: outcomes.map(({ result }) => result),
	});
}

function describe(result: ItemResult): string {
	if (result.kind === "dropped") return `dropped (${result.reason})`;
	if (result.kind === "held") return `held (${result.legs.map(describeTx).join("; ")})`;
	return describeTx(result);
}

function describeTx(result: IncludedTx): string {
	const status = result.status === 1 ? "succeeded" : "reverted";
	return `${status} in block ${result.blockNumber}, ${result.gasUsed} gas, ${result.txHash}`;
}
