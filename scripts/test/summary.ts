/** Counts of the test runners, handed from Hardhat's process to `meridian test` through a file. */
import { appendFileSync, readFileSync } from "node:fs";

export interface Counts {
	passed: number;
	failed: number;
	skipped: number;
}

/** Names the file; unset when somebody runs `hardhat test` directly. */
export const SUMMARY_VARIABLE = "MERIDIAN_TEST_SUMMARY";

export function recordCounts(counts: Counts): void {
	const file = process.env[SUMMARY_VARIABLE];
	if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}

/** What Hardhat tells of the tests of one contract. */
export interface SuiteResult {
	readonly testResults: readonly { readonly status: string }[];
}

export function countsOf(suites: readonly SuiteResult[]): Counts {
	const all = suites.flatMap(({ testResults }) => testResults);
	const count = (wanted: string): number => all.filter(({ status }) => status === wanted).length;
	return { passed: count("Success"), failed: count("Failure"), skipped: count("Skipped") };
}

/** The sum over all runners that finished. */
export function readCounts(file: string): Counts {
	const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
	for (const line of readFileSync(file, "utf8").split("\n")) {
		if (line === "") continue;
		const counts = JSON.parse(line) as Counts;
		sum.passed += counts.passed;
		sum.failed += counts.failed;
		sum.skipped += counts.skipped;
	}
	return sum;
}

/** The line that scripts read; always the last one of a test run. */
export function summaryLine(counts: Counts): string {
	const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
	return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}
