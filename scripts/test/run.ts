/** `meridian test`: Hardhat's test runners in a child process, their own output untouched, then one line that sums them up. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryPath } from "../../src/cli/repository.ts";
import { onShutdown } from "../../src/cli/shutdown.ts";
import { formatCoverage, readCoverage } from "./coverage.ts";
import { selectTests } from "./select.ts";
import { readCounts, SUMMARY_VARIABLE, summaryLine } from "./summary.ts";

export interface TestOptions {
	readonly patterns: readonly string[];
	readonly coverage: boolean;
	readonly grep?: string;
}

function runHardhat(root: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const script = join(root, "node_modules/hardhat/dist/src/cli.js");
		const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: "inherit", env: environment });
		const release = onShutdown(() => child.kill());
		child.once("error", reject);
		child.once("exit", (code, signal) => {
			release();
			// A runner that dies in native code after its last test says nothing itself.
			if (signal !== null) process.stderr.write(`The test runner was ended by ${signal}\n`);
			resolve(code === 0);
		});
	});
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
		const args = [
			...(options.coverage ? ["--coverage"] : []),
			"test",
			...files,
			...(options.grep === undefined ? [] : ["--grep", options.grep]),
		];
		if (options.coverage) rmSync(join(root, "coverage"), { recursive: true, force: true });
		const environment = { ...process.env, [SUMMARY_VARIABLE]: summary, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" };
		const succeeded = await runHardhat(root, args, environment);
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
