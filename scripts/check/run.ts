/** `meridian check`: one line per check, the words of the tools only for those that fail, and how to mend them. */
import { globSync } from "node:fs";
import { createOutput } from "../../src/cli/output.ts";
import { repositoryPath } from "../../src/cli/repository.ts";
import { MeridianError } from "../../src/primitives/errors.ts";
import { checkGenerated } from "./generated.ts";
import { checkLock } from "./lock.ts";
import { checkCompiler } from "./solc.ts";
import { all, binOf, runNode, type Verdict } from "./tool.ts";

export interface CheckOptions {
	readonly fix: boolean;
	readonly only?: string;
}

interface Check {
	readonly name: string;
	readonly mend: string;
	run(root: string, fix: boolean): Promise<Verdict>;
}

const solidityFiles = (root: string): string[] =>
	globSync(["contracts/**/*.sol", "test/contracts/**/*.sol"], { cwd: root });

function checkFormat(root: string, fix: boolean): Promise<Verdict> {
	const biome = [binOf(root, "@biomejs/biome", "biome"), "format", ...(fix ? ["--write"] : [])];
	const prettier = [
		binOf(root, "prettier"),
		"--log-level=warn",
		fix ? "--write" : "--list-different",
		...solidityFiles(root),
	];
	return all([runNode(root, biome), runNode(root, prettier)]);
}

function checkLint(root: string, fix: boolean): Promise<Verdict> {
	// `check` without the formatter: lint rules and the order of imports.
	const biome = [binOf(root, "@biomejs/biome", "biome"), "check", "--formatter-enabled=false", "--error-on-warnings"];
	const solhint = [binOf(root, "solhint"), "--max-warnings=0", "--noPoster", ...solidityFiles(root)];
	return all([runNode(root, [...biome, ...(fix ? ["--write"] : [])]), runNode(root, solhint)]);
}

async function checkLockFile(root: string, fix: boolean): Promise<Verdict> {
	const forgotten = checkLock(root, fix);
	const output = `package-lock.json lacks the packages of other platforms: ${forgotten.join(", ")}`;
	return { ok: fix || forgotten.length === 0, output };
}

const CHECKS: readonly Check[] = [
	{ name: "format", mend: "./meridian check --fix writes it", run: checkFormat },
	{ name: "lint", mend: "./meridian check --fix mends what is safe to mend; the rest by hand", run: checkLint },
	{
		name: "types",
		mend: "mend the types; an editor shows the same errors",
		run: (root) => runNode(root, [binOf(root, "typescript", "tsc"), "--noEmit", "--pretty", "false"]),
	},
	{ name: "generated", mend: "./meridian check --fix makes them again; commit the result", run: checkGenerated },
	{ name: "solc", mend: "mend what the compiler warns of", run: checkCompiler },
	{
		name: "imports",
		mend: "move the code to the layer it belongs to; .dependency-cruiser.mjs says the rules and why",
		run: (root) =>
			runNode(root, [
				binOf(root, "dependency-cruiser", "depcruise"),
				"--output-type=err",
				...globSync(["src", "test", "bench", "scripts", "deploy"], { cwd: root }),
			]),
	},
	{
		name: "unused",
		mend: "delete what nobody uses, or use it",
		run: (root) => runNode(root, [binOf(root, "knip"), "--no-progress", "--treat-config-hints-as-errors"]),
	},
	{ name: "lock", mend: "./meridian check --fix enters them; commit the result", run: checkLockFile },
];

function selectChecks(only: string | undefined): readonly Check[] {
	if (only === undefined) return CHECKS;
	const selected = CHECKS.filter(({ name }) => name === only);
	if (selected.length === 0) {
		throw new MeridianError("usage", "no-such-check", `there is no check named ${JSON.stringify(only)}`, {
			hint: `the checks are ${CHECKS.map(({ name }) => name).join(", ")}`,
		});
	}
	return selected;
}

export async function runChecks(options: CheckOptions): Promise<{ readonly ok: boolean }> {
	const root = repositoryPath("./");
	const output = createOutput();
	const { green, red, dim } = output.colors;
	const failed: string[] = [];
	for (const { name, mend, run } of selectChecks(options.only)) {
		const started = performance.now();
		const verdict = await run(root, options.fix);
		const seconds = dim(`${((performance.now() - started) / 1000).toFixed(1)} s`);
		output.line(`${name.padEnd(10)} ${verdict.ok ? green("ok") : red("FAILED")} ${seconds}`);
		if (verdict.ok) continue;
		failed.push(name);
		output.line(verdict.output.replace(/^/gm, "  "));
		output.line(`  to mend: ${mend}`);
	}
	output.line(failed.length === 0 ? "all checks passed" : `failed: ${failed.join(", ")}`);
	return { ok: failed.length === 0 };
}
