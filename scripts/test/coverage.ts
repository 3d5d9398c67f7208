/** Line and branch coverage of contracts/, from what a `hardhat --coverage test` left in coverage/. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Branch } from "./branches.ts";

export const BRANCHES_FOLDER = "coverage/branches";

export interface FileCoverage {
	readonly path: string;
	readonly lines: { readonly found: number; readonly hit: number };
	readonly branches: { readonly found: number; readonly hit: number };
	/** Lines never run, and conditions never seen to be true or false. */
	readonly missing: readonly string[];
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** Line counts per file: lcov's `DA:line,count`. */
function readLines(root: string): Map<string, Map<number, number>> {
	const files = new Map<string, Map<number, number>>();
	for (const record of readFileSync(join(root, "coverage/lcov.info"), "utf8").split("end_of_record")) {
		const path = /^SF:(.+)$/m.exec(record)?.[1];
		if (path === undefined) continue;
		const counts = [...record.matchAll(/^DA:(\d+),(\d+)/gm)];
		files.set(path, new Map(counts.map(([, line, count]) => [Number(line), Number(count)])));
	}
	return files;
}

function readBranches(root: string): Map<string, readonly Branch[]> {
	const files = globSync(`${BRANCHES_FOLDER}/*.json`, { cwd: root });
	return new Map(
		files.map((file) => {
			const { path, branches } = readJson(join(root, file)) as { path: string; branches: Branch[] };
			return [path, branches];
		}),
	);
}

function readHits(root: string): Set<string> {
	const files = globSync("coverage/data/*/*.json", { cwd: root });
	return new Set(files.flatMap((file) => Object.keys(readJson(join(root, file)) as object)));
}

export function readCoverage(root: string): FileCoverage[] {
	const branchesOf = readBranches(root);
	const hits = readHits(root);
	const files = [...readLines(root)].map(([path, lines]) => {
		const branches = branchesOf.get(path) ?? [];
		const ways = branches.flatMap(({ line, condition, whenTrue, whenFalse }) => [
			{ line, text: `${line}: never true: ${condition}`, hit: hits.has(whenTrue) },
			{ line, text: `${line}: never false: ${condition}`, hit: hits.has(whenFalse) },
		]);
		const unrun = [...lines].filter(([, count]) => count === 0);
		return {
			path,
			lines: { found: lines.size, hit: lines.size - unrun.length },
			branches: { found: ways.length, hit: ways.filter(({ hit }) => hit).length },
			missing: [...unrun.map(([line]) => ({ line, text: `${line}: never run` })), ...ways.filter(({ hit }) => !hit)]
				.sort((a, b) => a.line - b.line)
				.map(({ text }) => text),
		};
	});
	return files.sort((a, b) => a.path.localeCompare(b.path));
}

const percent = ({ found, hit }: { found: number; hit: number }): string =>
	found === 0 ? "-" : `${((100 * hit) / found).toFixed(1)} %`;

/** A table for people, the missing parts below it. */
export function formatCoverage(files: readonly FileCoverage[]): string {
	const width = Math.max(8, ...files.map(({ path }) => path.length));
	const row = (name: string, lines: string, branches: string): string =>
		`${name.padEnd(width)}  ${lines.padStart(8)}  ${branches.padStart(8)}`;
	const total = (kind: "lines" | "branches") =>
		files.reduce((sum, file) => ({ found: sum.found + file[kind].found, hit: sum.hit + file[kind].hit }), {
			found: 0,
			hit: 0,
		});
	const missing = files.flatMap((file) => file.missing.map((text) => `  ${file.path}:${text}`));
	return [
		row("contract", "lines", "branches"),
		...files.map((file) => row(file.path, percent(file.lines), percent(file.branches))),
		row("all", percent(total("lines")), percent(total("branches"))),
		...(missing.length === 0 ? [] : ["", "Not covered:", ...missing]),
	].join("\n");
}
