/** The contracts of a random cluster: the Mailbox, a puppet, a token, and code that fails in every way there is. */
import { readFileSync } from "node:fs";
import { AbiCoder, Interface, type InterfaceAbi, keccak256 } from "ethers";
import type { Address, Hash32, Hex } from "../../../src/primitives/types.ts";
import type { AllocatedAccount } from "../../helpers/execute/ticks.ts";

export const MAILBOX: Address = "0x6d6572696469616e000000000000000000000001";
export const PUPPET: Address = "0x7000000000000000000000000000000000000001";
export const TOKEN: Address = "0x7000000000000000000000000000000000000002";

/** Each ends a frame exceptionally, or by a revert. */
export const FAILURES: readonly (readonly [name: string, code: Hex])[] = [
	["revert", "0x5f5ffd"],
	["invalid opcode", "0xfe"],
	["undefined opcode", "0x0c"],
	["stack underflow", "0x50"],
	["bad jump", "0x600056"],
	["return data out of bounds", "0x60205f5f3e"],
	["out of gas", "0x5b5f56"],
	// Calls itself statically, stores there, and reverts.
	["static violation", "0x3330146010575f5f5f5f305afa5f5ffd5b60015f5500"],
	["memory beyond all gas", "0x600160ff1b51"],
];

export const failureAddress = (index: number): Address => `0x7${"f".repeat(30)}${index.toString(16).padStart(9, "0")}`;

interface Artifact {
	readonly abi: InterfaceAbi;
	readonly deployedBytecode: Hex;
}

function artifact(name: string): Artifact {
	const path = new URL(`../../../artifacts/contracts/mocks/l2/${name}.sol/${name}.json`, import.meta.url);
	return JSON.parse(readFileSync(path, "utf8")) as Artifact;
}

const [puppet, token] = [artifact("FuzzPuppet"), artifact("FuzzToken")];
export const puppetAbi = new Interface(puppet.abi);
export const tokenAbi = new Interface(token.abi);

const MESSAGE = "(uint64,uint64,uint64,address,address,uint64,bytes)";
const REQUEST = "(uint64[],uint64,address,address,uint64,bytes,uint64)";
export const mailboxAbi = new Interface([
	"function send(uint64,address,uint64,bytes) returns (bytes32)",
	`function deliver(${MESSAGE})`,
	"function fill(bytes32,(bytes32,bool,bytes)[])",
	"function call(uint64,address,uint64,bytes) returns (bytes)",
	"function tryCall(uint64,address,uint64,bytes) returns (bool,bytes)",
	`function serve(bytes32,${REQUEST}[])`,
]);
export const DELIVERED = keccak256(Buffer.from("Delivered(bytes32)"));

const coder = AbiCoder.defaultAbiCoder();
export const encode = (types: readonly string[], values: readonly unknown[]): Hex => coder.encode(types, values) as Hex;

export interface FuzzMessage {
	readonly source: number;
	readonly destination: number;
	readonly nonce: number;
	readonly sender: Address;
	readonly target: Address;
	readonly minGas: number;
	readonly data: Hex;
}

export const messageTuple = (m: FuzzMessage): unknown[] => [
	m.source,
	m.destination,
	m.nonce,
	m.sender,
	m.target,
	m.minGas,
	m.data,
];

/** X-3. */
export function messageId(message: FuzzMessage): Hash32 {
	const hash = keccak256(`0x11${encode([`tuple${MESSAGE}`], [messageTuple(message)]).slice(2)}`);
	return `${hash.slice(0, 50)}${"0".repeat(16)}` as Hash32;
}

/** The message of a `Sent` log's data. */
export function decodeSent(data: Hex): FuzzMessage {
	const [fields] = coder.decode([`tuple${MESSAGE}`], data);
	const [source, destination, nonce, sender, target, minGas, bytes] = fields as [
		bigint,
		bigint,
		bigint,
		string,
		string,
		bigint,
		Hex,
	];
	return {
		source: Number(source),
		destination: Number(destination),
		nonce: Number(nonce),
		sender: sender.toLowerCase() as Address,
		target: target.toLowerCase() as Address,
		minGas: Number(minGas),
		data: bytes,
	};
}

export interface FuzzRequest {
	readonly path: readonly number[];
	readonly destination: number;
	readonly caller: Address;
	readonly target: Address;
	readonly gas: number;
	readonly data: Hex;
	readonly sequence: number;
}

export const requestTuple = (r: FuzzRequest): unknown[] => [
	r.path,
	r.destination,
	r.caller,
	r.target,
	r.gas,
	r.data,
	r.sequence,
];

/** X-10. */
export const requestHash = (request: FuzzRequest): Hash32 =>
	keccak256(encode([`tuple${REQUEST}`], [requestTuple(request)])) as Hash32;

/** A storage key of the mailbox that tags. */
export const tag = (kind: "bond" | "help" | "dlvr", hash: Hash32): Hash32 =>
	`0x${Buffer.from(`MRDN${kind}`).toString("hex")}${hash.slice(2, 50)}`;

const mappingSlot = (key: string, slot: number): Hash32 =>
	keccak256(encode([key.length === 42 ? "address" : "bytes32", "uint256"], [key, slot])) as Hash32;

export interface Step {
	readonly target: Address;
	readonly mayFail?: boolean;
	readonly data: Hex;
}

/** What makes the puppet take these steps. */
export const runData = (steps: readonly Step[]): Hex =>
	puppetAbi.encodeFunctionData("run", [
		steps.map(({ target, mayFail = false, data }) => [target, mayFail, data]),
	]) as Hex;

export const TOKEN_SUPPLY = 1_000_000n;

/** What every rollup of a random cluster has in its genesis; each of the holders an equal part of the token. */
export function fuzzAllocation(holders: readonly Address[]): AllocatedAccount[] {
	const part = TOKEN_SUPPLY / BigInt(holders.length);
	const word = (n: number): Hash32 => `0x${n.toString(16).padStart(64, "0")}`;
	const storage = [
		[word(0), part * BigInt(holders.length)] as const,
		...holders.map((holder) => [mappingSlot(holder, 1), part] as const),
	].sort(([a], [b]) => (a < b ? -1 : 1));
	return [
		{ address: PUPPET, nonce: 1n, code: puppet.deployedBytecode },
		{ address: TOKEN, nonce: 1n, code: token.deployedBytecode, storage },
		...FAILURES.map(([, code], index) => ({ address: failureAddress(index), nonce: 1n, code })),
	];
}
