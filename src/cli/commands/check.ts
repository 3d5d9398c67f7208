import type { Command } from "commander";
import { EXIT } from "../failure.ts";
import { importFromRepository } from "../repository.ts";

interface CheckOptions {
	readonly fix: boolean;
	readonly only?: string;
}

interface Checker {
	runChecks(options: CheckOptions): Promise<{ readonly ok: boolean }>;
}

/** `meridian check`: what a change must satisfy besides the tests. */
export function register(program: Command): void {
	program
		.command("check")
		.description("check formatting, lint, types, compiler warnings, generated files, import direction, unused code")
		.option("--fix", "write the formatting, safe lint fixes and generated files instead of only checking", false)
		.option("--only <name>", "run one check only")
		.addHelpText("after", "\nEach check that fails says how to mend it. The tree need not be clean.")
		.action(async (options: CheckOptions) => {
			const checker = await importFromRepository<Checker>("scripts/check/run.ts");
			const { ok } = await checker.runChecks(options);
			process.exitCode = ok ? EXIT.ok : EXIT.failed;
		});
}
