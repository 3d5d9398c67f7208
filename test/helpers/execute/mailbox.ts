/** Calls, tags and ids of the Mailbox, written from docs/spec/bundles.md. */
import { AbiCoder, concat, dataSlice, Interface, keccak256, toBeHex, toUtf8Bytes, zeroPadBytes } from "ethers";
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import type { Address, Hash32, Hex } from "../../../src/primitives/types.ts";
import type { TxRequest } from "./accounts.ts";

export interface TestMessage {
	readonly source: number;
	readonly destination: number;
	readonly nonce: number;
	readonly sender: Address;
	readonly target: Address;
	readonly minGas: number;
	readonly data: Hex;
}

export interface TestRequest {
	readonly path: readonly number[];
	readonly destination: number;
	readonly caller: Address;
	readonly target: Address;
	readonly gas: number;
	readonly data: Hex;
	readonly sequence: number;
}

export interface TestAnswer {
	readonly ok: boolean;
	readonly data: Hex;
}

const MESSAGE =
	"tuple(uint64 source, uint64 destination, uint64 nonce, address sender, address target, uint64 minGas, bytes data)";
const REQUEST =
	"tuple(uint64[] path, uint64 destination, address caller, address target, uint64 gas, bytes data, uint64 sequence)";

const ABI = new Interface([
	"function send(uint64 destination, address target, uint64 minGas, bytes data) returns (bytes32)",
	`function deliver(${MESSAGE} message)`,
	"function fill(bytes32 sessionId, tuple(bytes32 requestHash, bool ok, bytes returnData)[] entries)",
	"function call(uint64 destination, address target, uint64 gas, bytes data) returns (bytes)",
	"function tryCall(uint64 destination, address target, uint64 gas, bytes data) returns (bool, bytes)",
	`function serve(bytes32 sessionId, ${REQUEST}[] requests)`,
	"function tape() view returns (bytes24, uint16, uint16)",
]);
const coder = AbiCoder.defaultAbiCoder();

export const word = (value: number | bigint): Hex => toBeHex(value, 32) as Hex;

/** A call of the Mailbox as calldata. */
export const mailboxCall = (name: string, ...args: readonly unknown[]): Hex =>
	ABI.encodeFunctionData(name, args) as Hex;

/** */
export function messageId(message: TestMessage): Hash32 {
	const hash = keccak256(concat(["0x11", coder.encode([MESSAGE], [message])]));
	return zeroPadBytes(dataSlice(hash, 0, 24), 32) as Hash32;
}

/** */
export const requestHash = (request: TestRequest): Hash32 => keccak256(coder.encode([REQUEST], [request])) as Hash32;
/** X-2; the legs that are bound, in order. */
export function sessionOf(
	legs: readonly { readonly chainId: number; readonly sender: Address; readonly nonce: number }[],
): Hash32 {
	const parts = legs.flatMap(({ chainId, sender, nonce }) => [toBeHex(chainId, 8), sender, toBeHex(nonce, 8)]);
	return keccak256(concat(["0x10", ...parts])) as Hash32;
}

/** */
export const tag = (kind: "bond" | "help" | "dlvr", hash: Hash32): Hash32 =>
	concat([toUtf8Bytes(`MRDN${kind}`), dataSlice(hash, 0, 24)]) as Hash32;

/** The access list that carries these tags. */
export const tagged = (...keys: readonly Hash32[]): Pick<TxRequest, "accessList"> => ({
	accessList: [[MAILBOX_ADDRESS, keys]],
});
