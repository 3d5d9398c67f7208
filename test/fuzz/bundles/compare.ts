/** What the two executors say of one tick, side by side. */
import type { DerivedTick } from "../../../src/derive/types.ts";
import type { ClusterExecutor, Outcome, SealedBlock } from "../../../src/execute/types.ts";
import type { ClusterId } from "../../../src/primitives/types.ts";
import type { ReferenceExecutor } from "../../reference/execution/executor.ts";
import type { ReferenceBlock, Verdict } from "../../reference/execution/types.ts";

/** A verdict as one line. */
export function verdictLine(verdict: Verdict): string {
	if (verdict.kind === "dropped") {
		return verdict.leg === undefined ? verdict.reason : `leg ${verdict.leg.index}: ${verdict.leg.reason}`;
	}
	return verdict.legs
		.map(
			(leg) =>
				`${leg.rollupId}/${leg.blockNumber}/${leg.txIndex} ${leg.txHash} status ${leg.status} gas ${leg.gasUsed}`,
		)
		.join(", ");
}

/** An outcome of `src` as one line. */
export function outcomeLine({ result }: Outcome): string {
	if (result.kind === "dropped")
		return result.reason === "leg" ? `leg ${result.leg.place}: ${result.leg.reason}` : result.reason;
	const legs = result.kind === "held" ? result.legs : [result];
	return legs
		.map(
			(leg) =>
				`${leg.rollupId}/${leg.blockNumber}/${leg.txIndex} ${leg.txHash} status ${leg.status} gas ${leg.gasUsed}`,
		)
		.join(", ");
}

export const blockLines = (blocks: readonly (SealedBlock | ReferenceBlock)[]): string[] =>
	[...blocks]
		.sort((a, b) => a.rollupId - b.rollupId)
		.map(({ rollupId, number, hash }) => `${rollupId}/${number} ${hash}`);

export type Executors = ReadonlyMap<ClusterId, ClusterExecutor>;

export interface ExecutedTick {
	/** By position. */
	readonly outcomes: readonly Outcome[];
	readonly blocks: readonly SealedBlock[];
}

/** The tick, by the executors of all clusters. */
export async function execute(executors: Executors, tick: DerivedTick): Promise<ExecutedTick> {
	const outcomes: Outcome[] = [];
	const blocks: SealedBlock[] = [];
	for (const executor of executors.values()) {
		const result = await executor.execute(tick);
		outcomes.push(...result.outcomes);
		blocks.push(...result.blocks);
	}
	outcomes.sort(({ position: a }, { position: b }) => a.class - b.class || a.index - b.index);
	return { outcomes, blocks };
}

export const linesOf = ({ outcomes, blocks }: ExecutedTick): string[] => [
	...outcomes.map(outcomeLine),
	...blockLines(blocks),
];

/** The same by the plain executors, as lines. */
export async function executeReferences(references: Iterable<ReferenceExecutor>, tick: DerivedTick): Promise<string[]> {
	const results = [];
	for (const reference of references) results.push(await reference.execute(tick));
	const outcomes = results.flatMap((result) => result.outcomes);
	outcomes.sort((a, b) => a.class - b.class || a.index - b.index);
	return [
		...outcomes.map(({ verdict }) => verdictLine(verdict)),
		...blockLines(results.flatMap((result) => result.blocks)),
	];
}

/** The first line in which two lists differ, or null. */
export function firstDifference(
	left: readonly string[],
	right: readonly string[],
	names: readonly [left: string, right: string] = ["src", "reference"],
): string | null {
	for (let i = 0; i < Math.max(left.length, right.length); i++) {
		if (left[i] === right[i]) continue;
		return `at ${i}: ${names[0]} ${left[i] ?? "nothing"}, ${names[1]} ${right[i] ?? "nothing"}`;
	}
	return null;
}
