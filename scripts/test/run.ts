/** `meridian test`: Hardhat's test runners in processes of their own, their output untouched, then one line that sums them up. */
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryPath } from "../../src/cli/repository.ts";
import { onShutdown } from "../../src/cli/shutdown.ts";
import { formatCoverage, readCoverage } from "./coverage.ts";
import { type Lane, runLanes } from "./lanes.ts";
import { selectTests } from "./select.ts";
import { readCounts, SUMMARY_VARIABLE, summaryLine } from "./summary.ts";

export interface TestOptions {
	readonly patterns: readonly string[];
	readonly coverage: boolean;
	readonly grep?: string;
}

export async function runTests(options: TestOptions): Promise<{ readonly ok: boolean }> {
	const root = repositoryPath("./");
	const files = selectTests(root, process.cwd(), options.patterns);
	const folder = mkdtempSync(join(tmpdir(), "meridian-test-"));
	const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
	const release = onShutdown(removeFolder);
	const summary = join(folder, "summary");
	writeFileSync(summary, "");
	try {
		if (options.coverage) rmSync(join(root, "coverage"), { recursive: true, force: true });
		const environment = { ...process.env, [SUMMARY_VARIABLE]: summary, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" };
		// What does not compile cannot be tested.
		let succeeded = options.coverage || (await runLanes(root, [["build"]], environment));
		if (succeeded)
			for (const lanes of runsOf(root, files, options))
				succeeded = (await runLanes(root, lanes, environment)) && succeeded;
		const counts = readCounts(summary);
		// Tests that could not even start (a contract does not compile) are one failure, whatever the runners counted.
		if (!succeeded && counts.failed === 0) counts.failed = 1;
		if (options.coverage && existsSync(join(root, "coverage/lcov.info")))
			process.stdout.write(`${formatCoverage(readCoverage(root))}\n\n`);
		process.stdout.write(`${summaryLine(counts)}\n`);
		return { ok: succeeded && counts.failed === 0 };
	} finally {
		release();
		removeFolder();
	}
}

/** One after the other, each of lanes side by side. */
function runsOf(root: string, files: readonly string[], { coverage, grep }: TestOptions): readonly (readonly Lane[])[] {
	if (files.length > 0 || coverage || grep !== undefined)
		return [[[...(coverage ? ["--coverage"] : []), "test", ...files, ...(grep === undefined ? [] : ["--grep", grep])]]];
	// Tests of whole programs wait for clocks and blocks most of the time; all others compute.
	const all = globSync("test/**/*.test.ts", { cwd: root }).sort();
	const waits = (file: string): boolean => file.startsWith(join("test", "integration"));
	const mocha = (which: readonly string[]): Lane => ["test", "mocha", "--no-compile", ...which];
	return [
		[["test", "solidity", "--no-compile"]],
		[mocha(all.filter((file) => !waits(file))), mocha(all.filter(waits))],
	];
}
