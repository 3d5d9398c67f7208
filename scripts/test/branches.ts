/**
 * Branch coverage for Solidity. Hardhat instruments statements only; here every condition of an `if`, a `require` and a `?:` is
 * wrapped so that it reports which way it went. Assembly and loops are not counted.
 */
import { createHash } from "node:crypto";
import { type Cursor, Query } from "@nomicfoundation/slang/cst";
import { Parser } from "@nomicfoundation/slang/parser";
import { LanguageFacts } from "@nomicfoundation/slang/utils";

export interface Branch {
	/** From 1, in the source as written. */
	readonly line: number;
	readonly condition: string;
	/** Tags of the two ways, as 64 hex digits. */
	readonly whenTrue: string;
	readonly whenFalse: string;
}

const LIBRARY = "__NomicFoundationCoverage";

/** Goes into Hardhat's coverage library, beside `sendHit`. */
const LIBRARY_FUNCTION = `
  function branch(bool taken, uint256 whenTrue, uint256 whenFalse) internal pure returns (bool) {
    sendHit(taken ? whenTrue : whenFalse);
    return taken;
  }
}`;

const QUERIES = [
	"[IfStatement @condition condition: [_]]",
	"[ConditionalExpression @condition operand: [_]]",
	`[FunctionCallExpression
		operand: [Expression ["require"]]
		arguments: [ArgumentsDeclaration [PositionalArgumentsDeclaration
			arguments: [PositionalArguments . @condition item: [_]]]]]`,
].map((text) => Query.create(text));

interface Range {
	readonly start: number;
	readonly end: number;
	readonly line: number;
}

/** Offset of the first character that is code: a node's range begins with the space and comments before it. */
function skipTrivia(source: string, start: number): number {
	const trivia = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
	trivia.lastIndex = start;
	trivia.test(source);
	return trivia.lastIndex;
}

function findConditions(source: string): Range[] {
	const output = Parser.create(LanguageFacts.latestVersion()).parseFileContents(source);
	const matches = output.createTreeCursor().query(QUERIES);
	const ranges: Range[] = [];
	for (const match of matches) {
		const cursor = match.captures.condition?.[0] as Cursor;
		const start = skipTrivia(source, cursor.textRange.start.utf16);
		const line = source.slice(0, start).split("\n").length;
		ranges.push({ start, end: cursor.textRange.end.utf16, line });
	}
	return ranges.sort((a, b) => a.start - b.start || b.end - a.end);
}

const tagOf = (name: string, index: number, way: boolean): string =>
	createHash("sha256").update(`${name} ${index} ${way}`).digest("hex");

/** Inserts texts at offsets; at one offset, in the order given. */
function insertAll(source: string, insertions: readonly { at: number; text: string }[]): string {
	let result = "";
	let from = 0;
	for (const { at, text } of insertions.toSorted((a, b) => a.at - b.at)) {
		result += source.slice(from, at) + text;
		from = at;
	}
	return result + source.slice(from);
}

/**
 * @param original the file as written, for lines and words of the report
 * @param instrumented the same file after Hardhat added its statement hits, which contain no conditions of their own
 * @returns the source to compile and what its tags mean
 */
export function instrumentBranches(
	name: string,
	original: string,
	instrumented: string,
): { readonly source: string; readonly branches: readonly Branch[] } {
	const written = findConditions(original);
	const conditions = findConditions(instrumented);
	const branches = written.map((range, index) => ({
		line: range.line,
		condition: original.slice(range.start, range.end).trim().replace(/\s+/g, " "),
		whenTrue: tagOf(name, index, true),
		whenFalse: tagOf(name, index, false),
	}));
	const opening = conditions.map(({ start }) => ({ at: start, text: `${LIBRARY}.branch(` }));
	// Inner conditions end before, or together with, the outer ones around them: reversed order closes them first. The line break keeps
	// the closing part out of a trailing comment.
	const closing = conditions
		.map(({ end }, index) => ({
			at: end,
			text: `\n, 0x${branches[index]?.whenTrue}, 0x${branches[index]?.whenFalse})`,
		}))
		.reverse();
	return { source: insertAll(instrumented, [...opening, ...closing]), branches };
}

/** Hardhat's coverage library with the function that conditions call. */
export function extendLibrary(source: string): string {
	return source.replace(/\}\s*$/, LIBRARY_FUNCTION);
}
