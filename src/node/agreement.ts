/** Verifying a directory that someone wrote: everything is derived again from L1, in memory, and compared as it comes. */
import type { L1Source } from "../derive/ports.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { RollupId, Tick } from "../primitives/types.ts";
import { ClaimedFiles, type Difference, Disagreement } from "./claimedFiles.ts";
import { openReader, type ReaderEvent, type RunOptions } from "./reader.ts";

export interface Agreement {
	readonly agrees: boolean;
	/** What was compared and found equal. */
	readonly ticks: number;
	readonly blocks: number;
	/** Rollups whose blocks are in the directory. */
	readonly rollups: readonly RollupId[];
	/** Positions whose outcome the directory does not say, because it does not execute their rollup. */
	readonly unexecuted: number;
	readonly lastTick: Tick;
	readonly l1: { readonly from: number; readonly to: number };
	/** The first one. */
	readonly difference: Difference | null;
}

export interface VerifyOptions extends Omit<RunOptions, "until"> {
	readonly source: L1Source;
	/** With `order.jsonl`, `rollup-<id>/`, or some of them. */
	readonly directory: string;
	readonly onEvent?: (event: ReaderEvent) => void;
}

/**
 * Derives from L1 up to its head, or until all of the directory is compared. Throws `usage` (`nothing-to-verify`), `reset` (`l1-moved`) if
 * L1 is reorganized meanwhile, otherwise as `Reader.run`.
 */
export async function verifyDirectory({ directory, onEvent, source, ...run }: VerifyOptions): Promise<Agreement> {
	const counts = { ticks: 0, blocks: 0, unexecuted: 0, lastTick: 0 };
	let difference: Difference | null = null;
	const reader = await openReader({ source, index: false });
	const files = await ClaimedFiles.open(directory);
	try {
		await files.begin();
		for await (const event of reader.run({ ...run, until: "latest" })) {
			onEvent?.(event);
			if (files.done) break;
			await compare(files, event, counts);
		}
		if (!run.signal?.aborted) files.compareEnds();
	} catch (error) {
		if (!(error instanceof Disagreement)) throw error;
		difference = error.difference;
	} finally {
		await files.close();
	}
	const l1 = { from: reader.timeline.config.startBlock, to: reader.state.l1.number };
	return { agrees: difference === null, ...counts, rollups: files.rollups, l1, difference };
}

async function compare(
	files: ClaimedFiles,
	event: ReaderEvent,
	counts: { ticks: number; blocks: number; unexecuted: number; lastTick: Tick },
): Promise<void> {
	if (event.kind === "reorg") {
		throw new MeridianError(
			"reset",
			"l1-moved",
			"L1 was reorganized while it was being compared; run the command again",
		);
	}
	if (event.kind === "rollup" && event.record.genesis !== null) {
		await files.compareGenesis(event.record.rollupId, event.record.genesis);
	}
	if (event.kind !== "tick") return;
	counts.unexecuted += await files.compareTick(event.record);
	counts.ticks++;
	counts.lastTick = event.record.tick;
	for (const block of event.blocks) if (await files.compareBlock(block)) counts.blocks++;
}
