/** What `meridian derive` does. */
import { clustersOf } from "../../node/connect.ts";
import { openReader, type Reader, type ReaderEvent } from "../../node/reader.ts";
import { MeridianError } from "../../primitives/errors.ts";
import { createOutput, type Output, type Progress } from "../output.ts";
import type { DeriveFlags } from "./flags.ts";
import { connect, firstContact, interruptible, openStoreIn } from "./open.ts";
import { publicationLine, reorgLine, rollupLine, summaryLines, tickLine } from "./text.ts";

export async function derive(flags: DeriveFlags): Promise<void> {
	const output = createOutput({ json: flags.json });
	await interruptible((signal) => deriveUntil(flags, output, signal));
}

async function deriveUntil(flags: DeriveFlags, output: Output, signal: AbortSignal): Promise<void> {
	const started = performance.now();
	const { source, timeline } = await connect(flags, output, signal);
	const { rollup: rollupIds } = flags;
	const clusters =
		rollupIds && (await firstContact(() => clustersOf(flags.l1, timeline, rollupIds), flags.giveUp, output, signal));
	const { latest } = await firstContact(() => source.heads(), flags.giveUp, output, signal);
	checkRange(flags, timeline.config.startBlock);
	const store = await openStoreIn(flags.out);
	try {
		const reader = await openReader({
			source,
			store,
			index: false,
			...(flags.out === undefined ? {} : { out: flags.out }),
			...(clusters === undefined ? {} : { clusters }),
		});
		const display = createDisplay(flags, output, reader, latest.number);
		const run = reader.run({ until: flags.until, signal, onStatus: display.status });
		for await (const event of run) display.show(event);
		display.end();
		checkRollups(reader, rollupIds ?? []);
		report(reader, flags, output, started);
	} finally {
		await store.close();
	}
}

function checkRange({ from, until }: DeriveFlags, startBlock: number): void {
	const wrong = (code: string, message: string): MeridianError => new MeridianError("usage", code, message);
	if (typeof until === "number" && until < startBlock) {
		throw wrong(
			"bad-range",
			`--until ${until} is before the timeline's first L1 block, ${startBlock}; nothing to derive`,
		);
	}
	if (typeof until === "number" && from !== undefined && from > until) {
		throw wrong("bad-range", `--from ${from} is after --until ${until}; nothing to show`);
	}
}

/** The clusters came from the node's word; what is derived has the last one. */
function checkRollups(reader: Reader, wanted: readonly number[]): void {
	const executed = new Set(reader.heads().map((head) => head.rollupId));
	for (const rollupId of wanted) {
		const registered = reader.state.rollups.get(rollupId);
		if (registered === undefined || executed.has(rollupId)) continue;
		const message = `the L1 node named a wrong cluster for rollup ${rollupId}: L1's logs say ${registered.cluster}; use another node`;
		throw new MeridianError("halt", "wrong-cluster", message, { rollupId });
	}
}

function report(reader: Reader, { out, json }: DeriveFlags, output: Output, started: number): void {
	const seconds = Math.round(performance.now() - started) / 1_000;
	const summary = reader.summary();
	for (const line of summaryLines(summary, seconds, out ?? null)) output.line(line);
	if (json) output.result({ ...summary, seconds });
}

interface Display {
	show(event: ReaderEvent): void;
	status(line: string): void;
	end(): void;
}

/** A bar while catching up; a line per tick where somebody watches: from `--from` on, and at the head with `--until follow`. */
function createDisplay({ from, until }: DeriveFlags, output: Output, reader: Reader, latest: number): Display {
	const { startBlock } = reader.timeline.config;
	const target = typeof until === "number" ? until : latest;
	const linesFrom = from ?? (until === "follow" ? latest + 1 : Number.POSITIVE_INFINITY);
	let bar: Progress | null = null;
	const stopBar = (): void => {
		bar?.stop();
		bar = null;
	};
	if (reader.state.l1.number < Math.min(target, linesFrom - 1)) {
		bar = output.progress("L1 blocks", Math.max(1, Math.min(target, linesFrom - 1) - startBlock + 1));
	}
	return {
		show(event) {
			if (event.kind === "block") {
				bar?.update(event.l1.number - startBlock + 1, `${reader.totals.ticks} ticks`);
				if (event.l1.number >= Math.min(target, linesFrom - 1)) stopBar();
			} else if (event.kind === "reorg") output.note(reorgLine(event));
			else if (event.kind === "tick" && event.record.l1Block >= linesFrom)
				output.line(tickLine(event.record, output.colors));
			else if (event.kind === "publication" && event.record.l1Block >= linesFrom && !event.record.valid)
				output.line(publicationLine(event.record, output.colors));
			else if (event.kind === "rollup" && event.record.l1Block >= linesFrom) output.line(rollupLine(event.record));
		},
		status: (line) => output.note(line),
		end: stopBar,
	};
}
