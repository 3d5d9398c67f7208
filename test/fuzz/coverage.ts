/** What a corpus of histories has met, so that a generator that has become trivial is noticed. */
import type { L1Block, PublishedLog, VoidReason } from "../../src/derive/types.ts";
import type { ReadBlock, ReadPublication, ReadTick } from "../reference/types.ts";
import type { Generated } from "./history.ts";

const VOID_REASONS: readonly VoidReason[] = [
	"blob-encoding",
	"blob-not-full",
	"data-header",
	"codec",
	"manifest-length",
	"compression",
	"manifest-encoding",
	"manifest-cap",
	"tick-order",
	"origin-order",
	"origin-unknown",
	"origin-age",
	"ticks-root",
];

/** All that a corpus must have met. */
export const LANDMARKS = [
	...VOID_REASONS.map((reason) => `void: ${reason}` as const),
	"tick: published",
	"tick: filled",
	"tick: horizon",
	"valid: calldata",
	"valid: one blob",
	"valid: several blobs",
	"valid: after a void one in its block",
	"valid: l1Origin exactly maxOriginAge old",
	"void: ticks already taken (D-4)",
	"forced: in a published tick",
	"forced: due exactly at the tick",
	"forced: several clusters in one tick",
	"forced: bundle",
	"forced: over cap",
	"forced: rollup not active",
	"forced: rollup active from this tick on",
	"forced: rollup active from the next tick on",
	"forced: a backlog filled",
	"deposit: a backlog filled",
	"deposit: carried over",
	"deposit: waited for activation",
	"config: a scheduled change in force",
	"config: a rollup retired",
	"forced: under a lowered limit, as the contracts allow (INV-FORCED-5)",
	"message: to a rollup",
	"reorg",
	"reorg: from the first block on",
	"reorg: a publication again",
	"log: ignored",
] as const;

export type Landmark = (typeof LANDMARKS)[number];
export type Coverage = Map<Landmark, number>;

const MAX_DEPOSITS = 1_024;

function ofPublication(log: PublishedLog, read: ReadPublication, lastTick: number, voidBefore: boolean): Landmark[] {
	const [reason, ...others] = read.broken;
	if (reason !== undefined) {
		const met: Landmark[] = others.length === 0 ? [`void: ${reason}`] : [];
		const taken = reason === "tick-order" && log.header.firstTick <= lastTick;
		return taken ? [...met, "void: ticks already taken (D-4)"] : met;
	}
	const met: Landmark[] = voidBefore ? ["valid: after a void one in its block"] : [];
	if (log.data.kind === "calldata") return [...met, "valid: calldata"];
	return [...met, log.data.blobs.length > 1 ? "valid: several blobs" : "valid: one blob"];
}

interface Facts {
	readonly maxOriginAge: number;
	readonly forcedDelay: number;
	readonly activation: ReadonlyMap<number, number>;
	readonly scheduled: ReadonlySet<string>;
	readonly retired: ReadonlySet<number>;
	/** Whether the contracts kept all their rules, and fee recipients of the configs that came with lower limits. */
	readonly lawful: boolean;
	readonly lowered: ReadonlySet<string>;
}

function ofForced(tick: ReadTick, facts: Facts): Landmark[] {
	const met: Landmark[] = [];
	const active = new Set(tick.rollups.map((rollup) => rollup.rollupId));
	if (tick.forced.length > 0 && tick.kind === "published") met.push("forced: in a published tick");
	if (tick.forced.length > 0 && tick.kind === "filled") met.push("forced: a backlog filled");
	if (new Set(tick.forced.map((entry) => entry.cluster)).size > 1) met.push("forced: several clusters in one tick");
	if (facts.lawful && tick.forced.length > 0 && tick.rollups.some((one) => facts.lowered.has(one.feeRecipient)))
		met.push("forced: under a lowered limit, as the contracts allow (INV-FORCED-5)");
	for (const entry of tick.forced) {
		if (entry.enqueuedAt + facts.forcedDelay === tick.time) met.push("forced: due exactly at the tick");
		if (entry.bundle) met.push("forced: bundle");
		const inactive = entry.rollupIds.some((rollupId) => !active.has(rollupId));
		if (entry.overCap) met.push(inactive ? "forced: rollup not active" : "forced: over cap");
		const edges = entry.rollupIds.map((rollupId) => (facts.activation.get(rollupId) ?? 0) - tick.tick);
		if (edges.includes(0)) met.push("forced: rollup active from this tick on");
		if (edges.includes(1)) met.push("forced: rollup active from the next tick on");
	}
	return met;
}

function ofTick(tick: ReadTick, facts: Facts): Landmark[] {
	const met: Landmark[] = [`tick: ${tick.kind}`, ...ofForced(tick, facts)];
	const age = tick.time - tick.l1Origin.timestamp;
	if (tick.kind === "published" && age === facts.maxOriginAge) met.push("valid: l1Origin exactly maxOriginAge old");
	for (const { rollupId, credits } of tick.deposits) {
		if (credits.length === MAX_DEPOSITS) met.push("deposit: carried over");
		if (tick.kind === "filled") met.push("deposit: a backlog filled");
		if (facts.activation.get(rollupId) === tick.tick) met.push("deposit: waited for activation");
	}
	if (tick.rollups.some((rollup) => facts.scheduled.has(rollup.feeRecipient))) {
		met.push("config: a scheduled change in force");
	}
	const gone = (rollupId: number): boolean =>
		(facts.activation.get(rollupId) ?? Number.POSITIVE_INFINITY) <= tick.tick &&
		!tick.rollups.some((rollup) => rollup.rollupId === rollupId);
	if ([...facts.retired].some(gone)) met.push("config: a rollup retired");
	return met;
}

function ofBlock(block: L1Block, read: ReadBlock, lastTick: number, facts: Facts): Landmark[] {
	const met = read.ticks.flatMap((tick) => ofTick(tick, facts));
	const published = block.logs.filter((log) => log.kind === "published");
	let voidBefore = false;
	for (const [i, publication] of read.publications.entries()) {
		const log = published[i];
		if (log !== undefined) met.push(...ofPublication(log, publication, lastTick, voidBefore));
		voidBefore ||= publication.broken.length > 0;
	}
	const registering = block.logs.filter((log) => log.kind === "rollupRegistered").length;
	if (read.messages.length > 0) met.push("message: to a rollup");
	if (registering > read.registrations.length) met.push("log: ignored");
	return met;
}

/** What the reader can tell of rollups from all logs of a history (a fork registers the same ids anew: the last counts). */
function factsOf({ history, lawful }: Generated): Facts {
	const activation = new Map<number, number>();
	const scheduled = new Set<string>();
	const retired = new Set<number>();
	const limits = new Map<number, number>();
	const lowered = new Set<string>();
	for (const log of history.segments.flatMap(({ blocks }) => blocks).flatMap(({ logs }) => logs)) {
		if (log.kind === "rollupRegistered") {
			activation.set(log.rollupId, log.config.activationTick);
			limits.set(log.rollupId, log.config.gasLimit);
		}
		if (log.kind === "configScheduled") scheduled.add(log.feeRecipient);
		if (log.kind === "configScheduled" && log.gasLimit < (limits.get(log.rollupId) ?? 0)) lowered.add(log.feeRecipient);
		if (log.kind === "configScheduled" && log.gasLimit === 0) retired.add(log.rollupId);
	}
	return { ...history.config, activation, scheduled, retired, lawful, lowered };
}

export function observe(coverage: Coverage, generated: Generated): void {
	const met: Landmark[] = [];
	const facts = factsOf(generated);
	const seen = new Set<string>();
	for (const [i, { keep, blocks }] of generated.history.segments.entries()) {
		if (i > 0) met.push("reorg");
		if (i > 0 && keep === 0) met.push("reorg: from the first block on");
		for (const [j, block] of blocks.entries()) {
			const read = generated.expected[i]?.[j];
			const lastTick = generated.expected[i]?.[j - 1]?.lastTick ?? 0;
			if (read !== undefined) met.push(...ofBlock(block, read, lastTick, facts));
			for (const log of block.logs) {
				if (log.kind !== "published") continue;
				if (seen.has(log.header.coinbase)) met.push("reorg: a publication again");
				seen.add(log.header.coinbase);
			}
		}
	}
	for (const landmark of met) coverage.set(landmark, (coverage.get(landmark) ?? 0) + 1);
}
