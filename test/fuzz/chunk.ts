/** A run of consecutive histories of one seed: what a worker does, and what a test may do by itself. */
import { compareHistory, type Difference } from "./compare.ts";
import { type Coverage, observe } from "./coverage.ts";
import { generate } from "./generator.ts";
import { type History, readHistory } from "./history.ts";
import { overCap } from "./lawful.ts";
import { cutAfter, describeHistory, shrink } from "./shrink.ts";

export interface Finding {
	readonly kind: "difference" | "throw";
	/** Of the history alone: `meridian fuzz` names it, `reproduce` takes it. */
	readonly seed: string;
	/** What differs or was thrown, in one line. */
	readonly what: string;
	/** The smallest history found that still fails; for the first findings only. */
	readonly history?: string;
}

const MAX_DESCRIBED = 3;

/** Seed of one history of a campaign. */
const historySeed = (seed: string, index: number): string => `${seed}/${index}`;

const describe = ({ segment, block, field, src, reference }: Difference): string => {
	const text = (value: unknown): string => JSON.stringify(value)?.slice(0, 300) ?? "nothing";
	return `segment ${segment}, block ${block}, ${field}: src ${text(src)}, reference ${text(reference)}`;
};

const thrown = (error: unknown): Omit<Finding, "seed"> => {
	const [message = "", , where = ""] = (error instanceof Error ? (error.stack ?? "") : String(error)).split("\n");
	return { kind: "throw", what: `${message} ${where.trim()}` };
};

/** The failure of a history, in one line, or null. */
function failure(history: History): (Omit<Finding, "seed"> & { at?: Difference }) | null {
	try {
		const difference = compareHistory(history, readHistory(history));
		return difference === null ? null : { kind: "difference", what: describe(difference), at: difference };
	} catch (error) {
		return thrown(error);
	}
}

/** Reads one history again, clean, and makes what fails small. */
export function reproduce(seed: string): Finding | null {
	const { history } = generate(seed);
	const failed = failure(history);
	if (failed === null) return null;
	const { at } = failed;
	const cut = at === undefined ? history : cutAfter(history, at.segment, at.block);
	const start = failure(cut)?.kind === failed.kind ? cut : history;
	const small = shrink(start, (candidate) => failure(candidate)?.kind === failed.kind);
	const { kind, what } = failure(small) ?? failed;
	return { kind, seed, what, history: describeHistory(small) };
}

/** Generates and compares one history. */
function check(seed: string, coverage: Coverage): Finding | null {
	try {
		const generated = generate(seed);
		observe(coverage, generated);
		const difference = compareHistory(generated.history, generated.expected);
		if (difference !== null) return { kind: "difference", seed, what: describe(difference) };
		const broken = overCap(generated);
		return broken === null ? null : { kind: "difference", seed, what: broken };
	} catch (error) {
		return { ...thrown(error), seed };
	}
}

export interface Chunk {
	readonly seed: string;
	/** Index of the first history. */
	readonly from: number;
	readonly count: number;
}

export interface ChunkResult {
	readonly findings: readonly Finding[];
	readonly coverage: Coverage;
}

export function runChunk({ seed, from, count }: Chunk): ChunkResult {
	const coverage: Coverage = new Map();
	const findings: Finding[] = [];
	for (let index = from; index < from + count; index++) {
		const finding = check(historySeed(seed, index), coverage);
		if (finding === null) continue;
		findings.push(findings.length < MAX_DESCRIBED ? (reproduce(finding.seed) ?? finding) : finding);
	}
	return { findings, coverage };
}
