/** The custom part of a genesis state, as registered on L1 (E-4). */
import { RlpCursor } from "../codec/rlpCursor.ts";
import { bytesToHex, bytesToUint } from "../primitives/bytes.ts";
import type { Address } from "../primitives/types.ts";
import { SYSTEM_ADDRESS, SYSTEM_CONTRACTS } from "./systemContracts.ts";

export interface GenesisAccount {
	readonly address: Address;
	/** Wei. */
	readonly balance: bigint;
	readonly nonce: bigint;
	readonly code: Uint8Array;
	/** Keys of 32 bytes; values without leading zeros, not empty. */
	readonly storage: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
}

const MAX_CODE_BYTES = 24_576;
const MAX_BALANCE = 2n ** 128n;
const MAX_NONCE = 2n ** 64n - 1n;
/** Precompiles and whatever future forks put at low addresses. */
const LOW_ADDRESSES = 2n ** 16n;
const RESERVED_BEGINNING = bytesToHex(new TextEncoder().encode("meridian"));
const FIRST_BYTE_OF_OTHER_FORMATS = 0xef;

/** The accounts, or null if the bytes break a rule of E-4. */
export function parseAllocation(bytes: Uint8Array): GenesisAccount[] | null {
	if (bytes.length === 0) return [];
	const cursor = new RlpCursor(bytes);
	if (cursor.list(bytes.length) !== bytes.length) return null;
	const accounts: GenesisAccount[] = [];
	while (cursor.at < bytes.length) {
		const account = readAccount(cursor, bytes.length);
		if (account === null || !isAllowed(account)) return null;
		const before = accounts.at(-1)?.address;
		if (before !== undefined && before >= account.address) return null;
		accounts.push(account);
	}
	return accounts;
}

function readAccount(cursor: RlpCursor, limit: number): GenesisAccount | null {
	const end = cursor.list(limit);
	const address = readString(cursor, end);
	const balance = readString(cursor, end);
	const nonce = readString(cursor, end);
	const code = readString(cursor, end);
	if (address === null || balance === null || nonce === null || code === null) return null;
	const storage = readStorage(cursor, end);
	if (storage === null || cursor.at !== end || address.length !== 20) return null;
	if (!isInteger(balance) || !isInteger(nonce)) return null;
	return { address: bytesToHex(address), balance: bytesToUint(balance), nonce: bytesToUint(nonce), code, storage };
}

function readStorage(cursor: RlpCursor, limit: number): [Uint8Array, Uint8Array][] | null {
	const end = cursor.list(limit);
	if (end < 0) return null;
	const storage: [Uint8Array, Uint8Array][] = [];
	while (cursor.at < end) {
		const slotEnd = cursor.list(end);
		const key = readString(cursor, slotEnd);
		const value = readString(cursor, slotEnd);
		if (key === null || value === null || cursor.at !== slotEnd) return null;
		const before = storage.at(-1)?.[0];
		if (key.length !== 32 || (before !== undefined && Buffer.compare(before, key) >= 0)) return null;
		if (value.length === 0 || !isInteger(value)) return null;
		storage.push([key, value]);
	}
	return storage;
}

/** The next string, or null if there is none before `limit`. */
function readString(cursor: RlpCursor, limit: number): Uint8Array | null {
	return cursor.string(limit) < 0 ? null : cursor.bytes.slice(cursor.start, cursor.end);
}

/** Below 2^256, without leading zeros. */
const isInteger = (bytes: Uint8Array): boolean => bytes.length <= 32 && bytes[0] !== 0;

function isAllowed({ address, balance, nonce, code, storage }: GenesisAccount): boolean {
	if (isReserved(address) || balance >= MAX_BALANCE || nonce >= MAX_NONCE) return false;
	if (code.length > MAX_CODE_BYTES || code[0] === FIRST_BYTE_OF_OTHER_FORMATS) return false;
	// Storage without code could stand where a contract is created one day, which clients do not agree about (EIP-7610).
	return code.length > 0 || (storage.length === 0 && (balance > 0n || nonce > 0n));
}

function isReserved(address: Address): boolean {
	return (
		BigInt(address) < LOW_ADDRESSES ||
		address === SYSTEM_ADDRESS ||
		address.startsWith(RESERVED_BEGINNING) ||
		SYSTEM_CONTRACTS.some(([contract]) => contract === address)
	);
}
