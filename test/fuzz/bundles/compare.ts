/** What the two executors say of one tick, side by side. */
import type { Outcome, SealedBlock } from "../../../src/execute/types.ts";
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

/** The first line in which two lists differ, or null. */
export function firstDifference(src: readonly string[], reference: readonly string[]): string | null {
	for (let i = 0; i < Math.max(src.length, reference.length); i++) {
		if (src[i] !== reference[i]) return `at ${i}: src ${src[i] ?? "nothing"}, reference ${reference[i] ?? "nothing"}`;
	}
	return null;
}
