/** L1 block headers: the hash is computed here, so that no field of a header that is believed can be a lie. */
import { RLP } from "@ethereumjs/rlp";
import { uintToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { keccakHex } from "../primitives/hash.ts";
import type { Hash32 } from "../primitives/types.ts";
import { bytesOf, hexOf, type JsonObject, numberOf, objectOf, quantityOf } from "./json.ts";

/** What is used of a header whose fields have been held to its hash. */
export interface VerifiedHeader {
	readonly number: number;
	readonly hash: Hash32;
	readonly parentHash: Hash32;
	readonly timestamp: number;
	readonly prevRandao: Hash32;
	readonly receiptsRoot: Hash32;
	readonly logsBloom: Uint8Array;
}

type FieldType = number | "quantity" | "bytes";

/** Fields in the order they are hashed: JSON name, length in bytes or kind. */
const FIELDS: readonly (readonly [string, FieldType])[] = [
	["parentHash", 32],
	["sha3Uncles", 32],
	["miner", 20],
	["stateRoot", 32],
	["transactionsRoot", 32],
	["receiptsRoot", 32],
	["logsBloom", 256],
	["difficulty", "quantity"],
	["number", "quantity"],
	["gasLimit", "quantity"],
	["gasUsed", "quantity"],
	["timestamp", "quantity"],
	["extraData", "bytes"],
	["mixHash", 32],
	["nonce", 8],
];

/** Added by forks, one after the other: a header has the first few of these. */
const FORK_FIELDS: readonly (readonly [string, FieldType])[] = [
	["baseFeePerGas", "quantity"],
	["withdrawalsRoot", 32],
	["blobGasUsed", "quantity"],
	["excessBlobGas", "quantity"],
	["parentBeaconBlockRoot", 32],
	["requestsHash", 32],
	["blockAccessListHash", 32],
	["slotNumber", "quantity"],
];

/** In a node's answer beside the header. */
const NOT_HEADER = new Set(["hash", "size", "totalDifficulty", "uncles", "transactions", "withdrawals", "author"]);

/**
 * Checks a block as JSON-RPC gives it (without or with transactions) against its own hash and the number asked for.
 * Throws `retry` (`malformed`) for an answer that cannot be read and `halt` (`l1-wrong-block`, `l1-header-hash`) for one that is not true.
 */
export function verifyHeader(answer: unknown, expectedNumber: number | null): VerifiedHeader {
	const json = objectOf(answer, "The L1 block");
	const number = numberOf(json.number, "The L1 block's number");
	if (expectedNumber !== null && number !== expectedNumber)
		throw new MeridianError("halt", "l1-wrong-block", `Asked for L1 block ${expectedNumber}, got block ${number}`);
	const claimed = hexOf(json.hash, `The hash of L1 block ${number}`, 32);
	const hash = keccakHex(RLP.encode(rlpFields(json, number)));
	if (hash !== claimed) throw hashMismatch(json, number, claimed, hash);
	return {
		number,
		hash,
		parentHash: hexOf(json.parentHash, "parentHash", 32),
		timestamp: numberOf(json.timestamp, `The timestamp of L1 block ${number}`),
		prevRandao: hexOf(json.mixHash, "mixHash", 32),
		receiptsRoot: hexOf(json.receiptsRoot, "receiptsRoot", 32),
		logsBloom: bytesOf(json.logsBloom, "logsBloom", 256),
	};
}

const isPresent = (json: JsonObject, name: string): boolean => json[name] !== undefined && json[name] !== null;

function rlpFields(json: JsonObject, number: number): Uint8Array[] {
	const present = FORK_FIELDS.filter(([name]) => isPresent(json, name));
	return [...FIELDS, ...present].map(([name, type]) => {
		const what = `${name} of L1 block ${number}`;
		if (type === "quantity") return quantityBytes(quantityOf(json[name], what));
		return bytesOf(json[name], what, type === "bytes" ? undefined : type);
	});
}

/** Big endian without leading zeros; zero is the empty string. */
export function quantityBytes(value: bigint): Uint8Array {
	return uintToBytes(value, value === 0n ? 0 : Math.ceil(value.toString(16).length / 2));
}

function hashMismatch(json: JsonObject, number: number, claimed: Hash32, computed: Hash32): MeridianError {
	const known = new Set([...FIELDS, ...FORK_FIELDS].map(([name]) => name));
	const unknown = Object.keys(json).filter((name) => !known.has(name) && !NOT_HEADER.has(name));
	const hint =
		unknown.length === 0 ? "" : `, or the L1 has had a fork this version does not know (fields: ${unknown.join(", ")})`;
	return new MeridianError(
		"halt",
		"l1-header-hash",
		`The header of L1 block ${number} hashes to ${computed}, not to the ${claimed} it claims: the node does not tell the truth${hint}`,
		{ number, claimed, computed, unknown },
	);
}
