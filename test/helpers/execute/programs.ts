/** Random EVM programs: nearly every opcode and precompile, with operands that are often at an edge. */
import type { Address } from "../../../src/primitives/types.ts";
import type { Random } from "./random.ts";

/** Shortest PUSH of a number. */
export function push(value: bigint | number): string {
	const hex = value.toString(16);
	const bytes = hex.length % 2 === 0 ? hex : `0${hex}`;
	return value === 0 || value === 0n ? "5f" : (0x5f + bytes.length / 2).toString(16) + bytes;
}

const BINARY = ["01", "02", "03", "04", "05", "06", "07", "0a", "0b"].concat([
	"10",
	"11",
	"12",
	"13",
	"14",
	"16",
	"17",
	"18",
	"1a",
	"1b",
	"1c",
	"1d",
]);
const UNARY = ["15", "19", "1e"];
const TERNARY = ["08", "09"];
/** ADDRESS to MCOPY's neighbours: what needs no operand and leaves a word. */
const NULLARY = ["30", "32", "33", "34", "36", "38", "3a", "3d", "41", "42", "43", "44"].concat([
	"45",
	"46",
	"47",
	"48",
	"4a",
	"58",
	"59",
	"5a",
]);
const SSTORE = "55";
const MSTORE = "52";

export interface ProgramWorld {
	readonly random: Random;
	/** Addresses the programs look at and call. */
	readonly addresses: readonly Address[];
}

function word({ random: { below } }: ProgramWorld): bigint {
	const kind = below(8);
	if (kind < 3) return BigInt(below(70));
	if (kind === 3) return 2n ** 256n - 1n - BigInt(below(5));
	if (kind === 4) return 1n << BigInt(below(256));
	let value = 0n;
	for (let i = 0; i < 8; i++) value = (value << 32n) | BigInt(below(2 ** 32));
	return value;
}

/** Mostly small, so that memory stays cheap. */
const offset = ({ random: { below } }: ProgramWorld): number => (below(20) === 0 ? below(100_000) : below(256));

function address({ random: { below, pick }, addresses }: ProgramWorld): bigint {
	const kind = below(6);
	if (kind === 0) return BigInt(1 + below(20));
	return kind === 1 ? 0x100n : BigInt(pick(addresses));
}

/** Leaves the word on top of the stack in one of 16 slots. */
const keep = ({ random }: ProgramWorld): string => push(random.below(16)) + SSTORE;

/** Kinds of statements; each leaves the stack as it found it. */
const STATEMENTS: readonly ((world: ProgramWorld) => string)[] = [
	(w) => push(word(w)) + push(word(w)) + w.random.pick(BINARY) + push(w.random.below(32) * 32) + MSTORE,
	(w) => push(word(w)) + push(word(w)) + w.random.pick(BINARY) + keep(w),
	(w) => push(word(w)) + w.random.pick(UNARY) + keep(w),
	(w) => push(word(w)) + push(word(w)) + push(word(w)) + w.random.pick(TERNARY) + keep(w),
	(w) => w.random.pick(NULLARY) + keep(w),
	// SLOAD, then SSTORE elsewhere; plain SSTORE of a word or of zero.
	(w) => `${push(w.random.below(16))}54${keep(w)}`,
	(w) => push(word(w)) + keep(w),
	(w) => push(0) + keep(w),
	// TSTORE, TLOAD.
	(w) => `${push(word(w)) + push(w.random.below(5))}5d${push(w.random.below(5))}5c${keep(w)}`,
	// MCOPY, KECCAK256, MSTORE8, MLOAD.
	(w) => `${push(offset(w)) + push(offset(w)) + push(offset(w))}5e`,
	(w) => `${push(w.random.below(200)) + push(offset(w))}20${keep(w)}`,
	(w) => `${push(word(w)) + push(w.random.below(40))}53`,
	(w) => `${push(offset(w))}51${keep(w)}`,
	// BALANCE, EXTCODESIZE, EXTCODEHASH; EXTCODECOPY; CODECOPY or CALLDATACOPY.
	(w) => push(address(w)) + w.random.pick(["31", "3b", "3f"]) + keep(w),
	(w) => `${push(w.random.below(64)) + push(offset(w)) + push(offset(w)) + push(address(w))}3c`,
	(w) => push(w.random.below(100)) + push(offset(w)) + push(offset(w)) + w.random.pick(["39", "37"]),
	// BLOCKHASH of a recent block, and of none.
	(w) => `${push(w.random.below(4))}430340${keep(w)}`,
	(w) => `${push(word(w))}40${keep(w)}`,
	log,
	call,
	staticOrDelegateCall,
	create,
];

function log(w: ProgramWorld): string {
	const topics = w.random.below(5);
	const words = Array.from({ length: topics }, () => push(word(w))).join("");
	return words + push(w.random.below(100)) + push(offset(w)) + (0xa0 + topics).toString(16);
}

function call(w: ProgramWorld): string {
	const value = w.random.below(4) === 0 ? 1 : 0;
	const memory = push(w.random.below(64)) + push(offset(w)) + push(w.random.below(200)) + push(offset(w));
	return `${memory + push(value) + push(address(w)) + push(w.random.below(30_000))}f1${keep(w)}`;
}

function staticOrDelegateCall(w: ProgramWorld): string {
	const memory = push(w.random.below(64)) + push(offset(w)) + push(w.random.below(200)) + push(offset(w));
	return memory + push(address(w)) + push(w.random.below(30_000)) + w.random.pick(["f4", "fa"]) + keep(w);
}

/** How init code ends: empty code, a byte of code, revert, SELFDESTRUCT to the caller or somebody, stop, code that EIP-3541 forbids. */
const ENDINGS = ["5f5ff3", "60015ff3", "5f5ffd", "33ff", "00", "60ef5f5360015ff3", "fe"];

/** CREATE or CREATE2 of a child whose init code is short statements and an ending. */
function create(w: ProgramWorld): string {
	const { below, pick } = w.random;
	let init = "";
	for (let i = 1 + below(3); i > 0; i--) init += pick(STATEMENTS.slice(1, 13))(w);
	init += below(4) === 0 ? `${push(address(w))}ff` : pick(ENDINGS);
	const length = init.length / 2;
	let code = "";
	for (let at = 0; at < length; at += 32) {
		code += `7f${init.slice(at * 2, at * 2 + 64).padEnd(64, "0")}${push(0x200 + at)}${MSTORE}`;
	}
	const value = below(3) === 0 ? 1 : 0;
	const salted = below(2) === 0;
	const operands = push(length) + push(0x200) + push(value);
	return code + (salted ? `${push(below(3)) + operands}f5` : `${operands}f0`) + keep(w);
}

/** A program of up to some statements and an ending, as hex digits. */
export function randomProgram(world: ProgramWorld): string {
	const { below, pick } = world.random;
	let code = "";
	for (let i = 3 + below(12); i > 0; i--) code += pick(STATEMENTS)(world);
	const ending = below(12);
	if (ending < 6) return `${code}00`;
	if (ending === 6) return `${code + push(below(64)) + push(offset(world))}fd`;
	if (ending === 7) return `${code}fe`;
	return ending === 8 ? `${code + push(address(world))}ff` : `${code + push(below(300)) + push(0)}f3`;
}
