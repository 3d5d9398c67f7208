/** The timeline in words, in 80 columns. */

import type { ReaderEvent, ReaderSummary } from "../../node/reader.ts";
import type { IncludedRecord, PositionRecord, PublicationRecord, TickRecord } from "../../node/records.ts";
import type { RollupRecord } from "../../node/timelineIndex.ts";
import type { Colors } from "../output.ts";

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

const shortHash = (hash: string): string => `${hash.slice(0, 10)}..${hash.slice(-4)}`;

const ORIGINS: Readonly<Record<TickRecord["kind"], string>> = {
	published: "published",
	filled: "inserted before a later tick",
	horizon: "made by L1 alone",
};

export function tickSource(record: TickRecord): string {
	return record.publicationId === null ? ORIGINS[record.kind] : `publication ${record.publicationId}`;
}

export function tickLine(record: TickRecord, colors: Colors): string {
	const forced = record.positions.filter((position) => position.class === 0).length;
	const dropped = record.positions.filter((position) => position.outcome?.kind === "dropped").length;
	const parts = [plural(record.positions.length - forced, "item")];
	if (forced > 0) parts.push(colors.yellow(`${forced} forced`));
	if (dropped > 0) parts.push(colors.dim(`${dropped} dropped`));
	if (record.deposits.length > 0) parts.push(colors.cyan(plural(record.deposits.length, "deposit")));
	const blocks = record.blocks.map(({ number, rollupId }) => `${rollupId}:${number}`).join(" ");
	const made = blocks === "" ? colors.dim("no blocks") : colors.green(`blocks ${blocks}`);
	return `tick ${record.tick}  L1 ${record.l1Block}  ${tickSource(record)}  ${parts.join(", ")}  ${made}`;
}

export function publicationLine(record: PublicationRecord, colors: Colors): string {
	return colors.red(`publication ${record.id}  L1 ${record.l1Block}  void: ${record.voidReason}`);
}

export function rollupLine({ config, l1Block, refused, rollupId }: RollupRecord): string {
	const state = refused ? "refused (its genesis breaks rule E-1)" : `from tick ${config.activationTick} on`;
	return `rollup ${rollupId}  L1 ${l1Block}  chain ${config.chainId} in cluster ${config.cluster}, ${state}`;
}

export function reorgLine({ ancestor, depth, lastTick }: Extract<ReaderEvent, { kind: "reorg" }>): string {
	return `L1 reorg: ${plural(depth, "block")} replaced after block ${ancestor.number}; back to tick ${lastTick}`;
}

export function summaryLines(summary: ReaderSummary, seconds: number, out: string | null): string[] {
	const { l1, timeline } = summary;
	return [
		`timeline   ${timeline.inbox} on L1 chain ${timeline.l1ChainId}`,
		`derived    L1 blocks ${l1.from} to ${l1.to} (${shortHash(l1.hash)}), ticks up to ${summary.lastTick}`,
		`order      ${plural(summary.ticks, "tick")}, ${plural(summary.publications, "publication")} (${summary.void} void), ${plural(summary.deposits, "deposit")}`,
		`items      ${summary.items}: ${summary.forced} forced, ${summary.dropped} dropped`,
		`order root ${summary.accumulatorRoot}`,
		`state hash ${summary.stateHash}`,
		...summary.rollups.map((rollup) => {
			const head = rollup.refused
				? "refused: its genesis breaks rule E-1"
				: `block ${rollup.blockNumber} ${shortHash(rollup.blockHash)}`;
			return `rollup ${String(rollup.rollupId).padEnd(4)}chain ${rollup.chainId}, ${head}`;
		}),
		...(out === null ? [] : [`files      ${out}`]),
		`took       ${seconds} s`,
	];
}

/** What became of a transaction or of one leg of a bundle. */
export function outcomeText({ outcome }: PositionRecord, place: number): string {
	if (outcome === null) return "not executed here";
	if (outcome.kind === "included") return includedText(outcome);
	if (outcome.kind === "held") {
		const leg = outcome.legs[place];
		return leg === undefined ? "" : includedText(leg);
	}
	if (outcome.reason !== "leg") return `dropped: ${outcome.reason}`;
	const { place: failed, reason } = outcome.leg;
	return place === failed ? `dropped: ${reason}` : `dropped with leg ${failed}: ${reason}`;
}

function includedText({ block, gasUsed, status, txIndex }: IncludedRecord): string {
	return `block ${block} tx ${txIndex}, ${status === 1 ? "success" : "reverted"}, gas ${gasUsed}`;
}

/** One line per leg: `class/index[/leg]  rollup  hash  outcome`. */
export function positionLines(position: PositionRecord): string[] {
	return position.legs.map((leg, place) => {
		const where = `${position.class}/${position.index}${position.bundle ? `/${place}` : ""}`;
		return `  ${where.padEnd(9)} r${String(leg.rollupId).padEnd(4)} ${shortHash(leg.txHash)}  ${outcomeText(position, place)}`;
	});
}

/** `name  value`, aligned. */
export function fields(rows: readonly (readonly [name: string, value: string | number | null])[]): string[] {
	const width = Math.max(...rows.map(([name]) => name.length)) + 2;
	return rows.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(width)}${value}`]));
}
