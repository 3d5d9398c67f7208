import type { Command } from "commander";
import { EXIT } from "../failure.ts";
import { importFromRepository } from "../repository.ts";

interface TestOptions {
	readonly coverage: boolean;
	readonly grep?: string;
}

interface TestRunner {
	runTests(options: TestOptions & { readonly patterns: readonly string[] }): Promise<{ readonly ok: boolean }>;
}

const EXAMPLES = `
Examples:
  meridian test                          everything
  meridian test test/unit/codec          a folder
  meridian test Inbox.t.sol              files whose path contains the word
  meridian test --grep "D-7"             tests whose name matches
  meridian test --coverage               also line and branch coverage of contracts/

The last line is always "N passed, N failed", Solidity and TypeScript together.`;

/** `meridian test`: Hardhat's runners for Solidity and mocha, and one sum at the end. */
export function register(program: Command): void {
	program
		.command("test")
		.description("run the tests: contracts in Solidity, everything else in TypeScript")
		.argument("[pattern...]", "test files, folders, or parts of their paths")
		.option("--coverage", "measure line and branch coverage of contracts/", false)
		.option("--grep <text>", "only tests whose name matches")
		.addHelpText("after", EXAMPLES)
		.action(async (patterns: string[], options: TestOptions) => {
			const runner = await importFromRepository<TestRunner>("scripts/test/run.ts");
			const { ok } = await runner.runTests({ ...options, patterns });
			process.exitCode = ok ? EXIT.ok : EXIT.failed;
		});
}
