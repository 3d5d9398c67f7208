/**
 * Files that are made from others and committed all the same, because people read them or tools need them. Each says how it is
 * made; the check makes it again and compares.
 */
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binOf, runNode, type Verdict } from "./tool.ts";

interface Generated {
	readonly name: string;
	/** Files or folders, from the root. */
	readonly paths: readonly string[];
	/** A script and its arguments, run by Node in the root; writes `paths`. */
	readonly command: (root: string) => readonly string[];
}

/** To add one: a script that writes the files from nothing but the repository, the same bytes every time. */
const GENERATED: readonly Generated[] = [
	{
		name: "typed contracts",
		paths: ["typechain-types"],
		command: (root) => [binOf(root, "hardhat"), "build"],
	},
	{
		name: "genesis code",
		paths: ["src/execute/predeploys.ts"],
		command: () => ["scripts/predeploys.ts"],
	},
	{
		name: "table of the audit",
		paths: ["docs/audit.md"],
		command: () => ["scripts/audit/table.ts"],
	},
];

/** Every file below the paths with its bytes. */
function readAll(root: string, paths: readonly string[]): Map<string, string> {
	const files = paths.flatMap((path) => {
		if (!existsSync(join(root, path))) return [];
		if (statSync(join(root, path)).isFile()) return [path];
		return globSync(`${path}/**/*`, { cwd: root }).filter((file) => statSync(join(root, file)).isFile());
	});
	return new Map(files.map((file) => [file, readFileSync(join(root, file), "latin1")]));
}

/** Typechain lists contracts in the order in which the file system happens to name them, which says nothing. */
const sortedLines = (content: string | undefined): string | undefined =>
	content
		?.split("\n")
		.map((line) => line.trim())
		.sort()
		.join("\n");

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
	const files = [...new Set([...before.keys(), ...after.keys()])].sort();
	return files.filter((file) => sortedLines(before.get(file)) !== sortedLines(after.get(file)));
}

/** Makes one anew where it belongs; without `fix` what was there is put back. */
async function regenerate(root: string, item: Generated, fix: boolean): Promise<Verdict> {
	const backup = mkdtempSync(join(tmpdir(), "meridian-check-"));
	const before = readAll(root, item.paths);
	for (const path of item.paths.filter((path) => existsSync(join(root, path)))) {
		cpSync(join(root, path), join(backup, path), { recursive: true });
		// A folder from nothing, so that a file nobody makes any more is found too; a file may be made in part only.
		if (statSync(join(root, path)).isDirectory()) rmSync(join(root, path), { recursive: true });
	}
	const made = await runNode(root, item.command(root));
	const stale = differences(before, readAll(root, item.paths));
	if (!fix && (stale.length > 0 || !made.ok)) {
		for (const path of item.paths) {
			rmSync(join(root, path), { recursive: true, force: true });
			if (existsSync(join(backup, path))) cpSync(join(backup, path), join(root, path), { recursive: true });
		}
	}
	rmSync(backup, { recursive: true, force: true });
	if (!made.ok) return { ok: false, output: `${item.name}: could not be made:\n${made.output}` };
	if (fix || stale.length === 0) return { ok: true, output: "" };
	return { ok: false, output: stale.map((file) => `${item.name}: stale: ${file}`).join("\n") };
}

/** One after another: some of them share the compiler's cache. */
export async function checkGenerated(root: string, fix: boolean): Promise<Verdict> {
	const problems: string[] = [];
	for (const item of GENERATED) {
		const verdict = await regenerate(root, item, fix);
		if (!verdict.ok) problems.push(verdict.output);
	}
	return { ok: problems.length === 0, output: problems.join("\n") };
}
