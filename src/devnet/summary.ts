/** What a devnet has shown, as numbers that can be checked: for a script, and for a person. */
import type { ReaderSummary } from "../node/reader.ts";
import type { RollupId } from "../primitives/types.ts";
import type { LedgerTotals } from "./beacon/ledger.ts";
import type { GasTotals } from "./gas.ts";
import type { Agreement } from "./history.ts";
import type { Traces } from "./rerun.ts";
import type { Colors } from "./score.ts";

/** How long the forced transaction of the user whom the sequencer refuses took, from the L1 block that queued it. */
export interface ForcedTiming {
	/** Slots until the L1 block from which readers derive it. */
	readonly slots: number;
	/** The same in L1 seconds. */
	readonly seconds: number;
}

export interface DevnetResult {
	readonly rollups: readonly {
		readonly rollupId: RollupId;
		readonly chainId: number;
		readonly blockNumber: number;
		readonly blockHash: string;
		readonly stateRoot: string;
		readonly gasPerPublication: number;
	}[];
	readonly ticks: number;
	readonly publications: number;
	readonly void: number;
	/** Positions: forced entries and items. */
	readonly items: number;
	readonly reverted: number;
	readonly dropped: number;
	readonly deposits: number;
	/** Unsafe ticks that the sequencer had to undo. */
	readonly undone: number;
	/** Refused by the sequencer's mempool: never ordered. */
	readonly refused: number;
	readonly forced: number;
	readonly forcedIncluded: number;
	readonly bundlesHeld: number;
	/** All of their legs; no block knows of them. */
	readonly bundlesDropped: number;
	/** Of those that held: forced ones. */
	readonly forcedBundles: number;
	/** All rollups' blocks beside those of an execution without the dropped bundles; null if none was dropped, or if interrupted. */
	readonly traces: Traces | null;
	readonly forcedTiming: ForcedTiming | null;
	/** Everything the reader has is what the sequencer has; unless interrupted, the reader has everything. */
	readonly readerAgrees: boolean;
	/** Everything the sequencer ordered, and all that was queued on L1, has been derived. */
	readonly settled: boolean;
	readonly comparedBlocks: number;
	/** Ticks in which reader and sequencer have anything different. */
	readonly differences: number;
	readonly secondsToFirstTick: number | null;
	readonly gasPerPublication: number;
	readonly l1: { readonly kind: string; readonly url: string; readonly blocks: number; readonly carrier: string };
	/** Slots, publications and promises of L1's proposers; null if the rights are not theirs. */
	readonly proposers: LedgerTotals | null;
	readonly inbox: string;
	readonly orderRoot: string;
	readonly interrupted: boolean;
}

export interface Findings {
	readonly summary: ReaderSummary;
	readonly agreement: Agreement;
	/** Whether the heads of sequencer and reader were equal at the end, rollup by rollup. */
	readonly sameHeads: boolean;
	readonly settled: boolean;
	readonly reverted: number;
	readonly undone: number;
	readonly refused: number;
	readonly forcedIncluded: number;
	readonly bundlesHeld: number;
	/** All of their legs; no block knows of them. */
	readonly bundlesDropped: number;
	/** Of those that held: forced ones. */
	readonly forcedBundles: number;
	/** All rollups' blocks beside those of an execution without the dropped bundles; null if none was dropped, or if interrupted. */
	readonly traces: Traces | null;
	readonly forcedTiming: ForcedTiming | null;
	readonly secondsToFirstTick: number | null;
	readonly gas: GasTotals;
	readonly l1: { readonly kind: string; readonly url: string; readonly carrier: string };
	readonly proposers: LedgerTotals | null;
	readonly interrupted: boolean;
}

export function resultOf(findings: Findings): DevnetResult {
	const { agreement, gas, l1, summary } = findings;
	const average = (total: number): number => (gas.publications === 0 ? 0 : Math.round(total / gas.publications));
	return {
		rollups: summary.rollups.map(({ blockHash, blockNumber, chainId, rollupId, stateRoot }) => ({
			rollupId,
			chainId,
			blockNumber,
			blockHash,
			stateRoot,
			gasPerPublication: average(gas.perRollup.get(rollupId) ?? 0),
		})),
		ticks: summary.ticks,
		publications: summary.publications,
		void: summary.void,
		items: summary.items,
		reverted: findings.reverted,
		dropped: summary.dropped,
		deposits: summary.deposits,
		undone: findings.undone,
		refused: findings.refused,
		forced: summary.forced,
		forcedIncluded: findings.forcedIncluded,
		bundlesHeld: findings.bundlesHeld,
		bundlesDropped: findings.bundlesDropped,
		forcedBundles: findings.forcedBundles,
		traces: findings.traces,
		forcedTiming: findings.forcedTiming,
		// Interrupted, the sequencer may be ahead of L1: then what both have must agree.
		readerAgrees: agreement.differences.length === 0 && (findings.sameHeads || findings.interrupted),
		settled: findings.settled,
		comparedBlocks: agreement.blocks,
		differences: agreement.differences.length,
		secondsToFirstTick: findings.secondsToFirstTick,
		gasPerPublication: average(gas.gas),
		l1: { ...l1, blocks: summary.l1.to - summary.l1.from + 1 },
		proposers: findings.proposers,
		inbox: summary.timeline.inbox,
		orderRoot: summary.accumulatorRoot,
		interrupted: findings.interrupted,
	};
}

const number = (value: number): string => value.toLocaleString("en-US");
export const plural = (count: number, word: string): string => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

/** The end of a devnet for a person, at most 80 columns wide. */
export function summaryLines(result: DevnetResult, colors: Colors): readonly string[] {
	const { l1 } = result;
	const blocks = `all ${number(result.comparedBlocks)} blocks`;
	const verdict = result.readerAgrees
		? colors.green(`equal to the sequencer's on ${blocks}`)
		: colors.red(
				result.settled ? "NOT the sequencer's: a bug, please report it" : "unfinished, not all ticks got to L1",
			);
	const first = result.secondsToFirstTick;
	const facts: [string, string][] = [
		[
			"L1",
			`${plural(l1.blocks, "block")} of ${l1.kind}, ${plural(result.publications, "publication")} by ${l1.carrier}, ${result.void} void`,
		],
		[
			"order",
			`${plural(result.ticks, "tick")}, ${plural(result.items, "position")}: ${result.reverted} reverted, ${result.dropped} dropped`,
		],
		["", `${plural(result.deposits, "deposit")}; ${result.refused} refused by the sequencer's mempool`],
		[
			"bundles",
			`${result.bundlesHeld} held, ${result.forcedBundles} of them forced; ${result.bundlesDropped} dropped whole`,
		],
		...traceFacts(result, colors),
		["forced", forcedLine(result)],
		...proposerFacts(result, colors),
		["reader", `from L1 alone: ${verdict}`],
		[
			"",
			`${plural(result.undone, "unsafe tick")} undone; first tick ${first === null ? "never" : `${first.toFixed(1)} s after the start`}`,
		],
		["gas", `${number(result.gasPerPublication)} per publication; by share of bytes:`],
		["", result.rollups.map((rollup) => `${rollup.chainId} ${number(rollup.gasPerPublication)}`).join(", ")],
		["root", result.orderRoot],
	];
	return [
		"",
		colors.bold(result.interrupted ? "Seen until the interruption" : "Summary"),
		...facts.map(([label, text]) => `  ${label.padEnd(9)}${text}`),
		"",
		colors.bold("  rollup block  block hash, state root"),
		...result.rollups.flatMap(({ blockHash, blockNumber, chainId, stateRoot }) => [
			`  ${String(chainId).padEnd(5)}${String(blockNumber).padStart(6)} ${blockHash}`,
			colors.dim(`${" ".repeat(14)}${stateRoot}`),
		]),
	];
}

function traceFacts({ traces }: DevnetResult, colors: Colors): [string, string][] {
	if (traces === null) return [];
	const { blocks, differences } = traces;
	const verdict =
		differences === 0
			? colors.green(`all ${number(blocks)} blocks the same`)
			: colors.red(`${plural(differences, "block")} DIFFER: a bug`);
	return [["", `run again without what was dropped: ${verdict}`]];
}

function proposerFacts({ proposers }: DevnetResult, colors: Colors): [string, string][] {
	if (proposers === null) return [];
	const { byOthers, handedOver, publications, receipts } = proposers;
	const own = `${plural(publications, "publication")}, each by the delegate of its block's proposer`;
	const promised = `${plural(receipts.given, "receipt")}: ${receipts.kept} kept, ${receipts.lost} lost with their window; ${receipts.refused} refused`;
	return [
		[
			"rights",
			byOthers === 0
				? colors.green(own)
				: colors.red(`${byOthers} of ${publications} NOT by their proposer's delegate`),
		],
		["", `${handedOver} of them right behind the end marker of the window before`],
		["promised", receipts.broken === 0 ? promised : colors.red(`${promised}; ${receipts.broken} BROKEN`)],
	];
}

function forcedLine({ forced, forcedIncluded, forcedTiming }: DevnetResult): string {
	if (forcedTiming === null) return `${forcedIncluded} of ${forced} included`;
	const { seconds, slots } = forcedTiming;
	return `${forcedIncluded} of ${forced} included; the refused user waited ${slots} slots (${seconds} s)`;
}
