/**
 * Which test holds which invariant and which revert of the contracts: writes the tables of docs/audit.md, or with `--check` fails if
 * they are stale. Fails in any case if an invariant or a custom error has no test.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DOCUMENT = `${ROOT}docs/audit.md`;
const BEGIN = "<!-- generated: node scripts/audit/table.ts -->";
const END = "<!-- end of generated -->";

/** The variables by which the flow tests call the contracts. */
const RECEIVERS: Readonly<Record<string, string>> = {
	inbox: "IInbox",
	registry: "IRollupRegistry",
	forced: "IForcedInclusion",
	bridge: "IBridge",
	rights: "ISequencingRights",
	slasher: "IPreconfSlasher",
	oracle: "ILookaheadOracle",
	delegations: "IProposerRegistry",
};

interface Test {
	readonly file: string;
	readonly name: string;
	/** Its comment, name and body. */
	readonly text: string;
}

interface Row {
	readonly subject: string;
	readonly meaning: string;
	readonly tests: readonly Test[];
}

const read = (path: string): string => readFileSync(`${ROOT}${path}`, "utf8");
const files = (pattern: string): string[] => globSync(pattern, { cwd: ROOT }).sort();
const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*(\/\/\/ ?)?/g, " ").trim();

/** Solidity tests: a function, with the comment before it. */
function solidityTests(file: string): Test[] {
	const pieces = read(file).split(/\n(?=(?: {4}\/\/\/[^\n]*\n)* {4}function )/);
	return pieces.flatMap((text) => {
		const name = /function ((?:test|invariant)\w*)\(/.exec(text)?.[1];
		return name === undefined ? [] : [{ file, name, text }];
	});
}

/** Mocha tests: from one `it` to the next. */
function mochaTests(file: string): Test[] {
	return read(file)
		.split(/\n(?=\t+it\()/)
		.flatMap((text) => {
			const name = /^\t+it\(\s*["`](.+?)["`],/.exec(text)?.[1];
			return name === undefined ? [] : [{ file, name, text }];
		});
}

/** Statements `INV-X-1: ...` in the contracts' comments. */
function invariants(tests: readonly Test[]): Row[] {
	return files("contracts/l[12]/**/*.sol").flatMap((path) => {
		const comments = read(path).matchAll(/(INV-[A-Z]+-\d+): ((?:[^\n]|\n\/\/\/ (?!INV-))*?)\n(?=\/\/\/ INV-|[a-z])/g);
		return [...comments].map(([, id = "", statement = ""]) => ({
			subject: id,
			meaning: oneLine(statement),
			tests: tests.filter(({ text }) => new RegExp(`${id.replaceAll("-", "[-_]")}(?!\\d)`).test(text)),
		}));
	});
}

function errors(tests: readonly Test[]): Row[] {
	return files("contracts/interfaces/*.sol").flatMap((path) => {
		const of = /(\w+)\.sol$/.exec(path)?.[1] ?? "";
		const declared = read(path).matchAll(/((?:\n {4}\/\/\/[^\n]*)*)\n {4}error (\w+)\(/g);
		return [...declared].map(([, comment = "", name = ""]) => ({
			subject: `${of}.${name}`,
			meaning: oneLine(comment.replaceAll(/ {4}\/\/\/ ?(@notice )?/g, "")),
			tests: tests.filter((test) => expects(test, of, name)),
		}));
	});
}

/** By selector; through a helper that the test's name tells of, in a file of the contract's; or by a matcher on a contract of that kind. */
function expects({ file, name, text }: Test, of: string, error: string): boolean {
	if (new RegExp(`\\b${of}\\s*\\.${error}\\s*\\.selector`).test(text)) return true;
	const own = new RegExp(`/${of.slice(1)}([A-Z]\\w*)?\\.t\\.sol$`).test(file);
	if (own && new RegExp(`(_|With)${error}(?![a-z])`).test(name)) return true;
	const matcher = new RegExp(`revertedWithCustomError\\(\\s*(?:\\w+\\.)*(\\w+),\\s*"${error}"`, "g");
	return [...text.matchAll(matcher)].some(([, receiver = ""]) => RECEIVERS[receiver] === of);
}

function table(rows: readonly Row[], subject: string): string {
	const lines = rows.map(({ subject, meaning, tests }) => {
		const byFile = Map.groupBy(tests, ({ file }) => file);
		const held = [...byFile].map(
			([file, list]) =>
				`[${file.replace("test/contracts/", "")}](../${file}): ${list.map(({ name }) => `\`${name}\``).join(", ")}`,
		);
		return `| \`${subject}\` | ${meaning} | ${held.join("<br>")} |`;
	});
	return [`| ${subject} | meaning | held by |`, "|---|---|---|", ...lines].join("\n");
}

function main(check: boolean): string[] {
	const tests = [
		...files("test/contracts/*.t.sol").flatMap(solidityTests),
		...files("test/contracts/*.test.ts").flatMap(mochaTests),
	];
	const held = { invariants: invariants(tests), errors: errors(tests) };
	const problems = [...held.invariants, ...held.errors]
		.filter((row) => row.tests.length === 0)
		.map(({ subject }) => `${subject} has no test`);

	const before = readFileSync(DOCUMENT, "utf8");
	const [begin, end] = [before.indexOf(BEGIN), before.indexOf(END)];
	if (begin < 0 || end < begin) return [...problems, `docs/audit.md lacks the line "${BEGIN}" or "${END}"`];
	const generated = [
		BEGIN,
		"### Invariants",
		table(held.invariants, "id"),
		"### Reverts",
		table(held.errors, "error"),
		END,
	].join("\n\n");
	const after = before.slice(0, begin) + generated + before.slice(end + END.length);
	if (check && after !== before) problems.push("docs/audit.md is stale; run: node scripts/audit/table.ts");
	if (!check) writeFileSync(DOCUMENT, after);
	return problems;
}

const problems = main(process.argv.includes("--check"));
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
