/** What `meridian verify` does. */
import { type Agreement, verifyDirectory } from "../../node/agreement.ts";
import { EXIT } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";
import type { VerifyFlags } from "./flags.ts";
import { connect, firstContact, interruptible } from "./open.ts";
import { plural } from "./text.ts";

export async function verify(flags: VerifyFlags): Promise<void> {
	const output = createOutput({ json: flags.json });
	await interruptible(async (signal) => {
		const started = performance.now();
		const { source, timeline } = await connect(flags, output, signal);
		const { latest } = await firstContact(() => source.heads(), flags.giveUp, output, signal);
		const { startBlock } = timeline.config;
		const bar = output.progress("L1 blocks", Math.max(1, latest.number - startBlock + 1));
		const agreement = await verifyDirectory({
			source,
			directory: flags.out,
			signal,
			onStatus: (line) => output.note(line),
			onEvent: (event) => {
				if (event.kind === "block") bar.update(event.l1.number - startBlock + 1);
			},
		}).finally(() => bar.stop());
		if (signal.aborted) return;
		report(agreement, output);
		output.result({ ...agreement, seconds: Math.round(performance.now() - started) / 1_000 });
		process.exitCode = agreement.agrees ? EXIT.ok : EXIT.failed;
	});
}

function report(agreement: Agreement, output: Output): void {
	const { blocks, difference, l1, rollups, ticks, unexecuted } = agreement;
	const compared = `${plural(ticks, "tick")} and ${plural(blocks, "block")} of ${plural(rollups.length, "rollup")}`;
	const range = `L1 blocks ${l1.from} to ${l1.to}`;
	if (difference === null) {
		output.line(`${output.colors.green("agree")}: ${compared} are what ${range} say`);
		if (unexecuted > 0)
			output.line(`not compared: what ${plural(unexecuted, "item")} of rollups that are not in the directory did`);
		return;
	}
	const { block, expected, field, found, rollupId, tick } = difference;
	output.line(`${output.colors.red("differ")}, after ${compared} that agree:`);
	const place = [
		tick === null ? [] : [`tick ${tick}`],
		rollupId === null ? [] : [`rollup ${rollupId}`],
		block === null ? [] : [`block ${block}`],
	].flat();
	output.line(`  where   ${[...place, field].join(", ")}`);
	output.line(`  L1 says ${text(expected)}`);
	output.line(`  found   ${text(found)}`);
}

const text = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing"));
