/** The custom part of a genesis state, as registered on L1 (E-4). */
import { type NestedUint8Array, RLP } from "@ethereumjs/rlp";
import { bytesToHex, bytesToUint, equalBytes } from "../primitives/bytes.ts";
import type { Address } from "../primitives/types.ts";
import { isShallow } from "./shallow.ts";
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

type Item = Uint8Array | NestedUint8Array;

/** The list, an account, its slots, a slot. */
const MAX_DEPTH = 4;
const MAX_CODE_BYTES = 24_576;
const MAX_BALANCE = 2n ** 128n;
const MAX_NONCE = 2n ** 64n - 1n;
/** Precompiles and whatever future forks put at low addresses. */
const LOW_ADDRESSES = 2n ** 16n;
const RESERVED_BEGINNING = bytesToHex(new TextEncoder().encode("meridian"));

/** The accounts, or null if the bytes break a rule of E-4. */
export function parseAllocation(bytes: Uint8Array): GenesisAccount[] | null {
	if (bytes.length === 0) return [];
	if (!isShallow(bytes, MAX_DEPTH)) return null;
	let list: Item;
	try {
		list = RLP.decode(bytes);
	} catch {
		return null;
	}
	// The decoder takes a few spellings that the encoder does not make.
	if (list instanceof Uint8Array || !equalBytes(RLP.encode(list), bytes)) return null;
	const accounts: GenesisAccount[] = [];
	for (const item of list) {
		const account = parseAccount(item);
		if (account === null || isReserved(account.address)) return null;
		const before = accounts.at(-1)?.address;
		if (before !== undefined && before >= account.address) return null;
		accounts.push(account);
	}
	return accounts;
}

function parseAccount(item: Item): GenesisAccount | null {
	if (item instanceof Uint8Array || item.length !== 5) return null;
	const [address, balanceBytes, nonceBytes, code, slots] = item;
	if (!isString(address) || address.length !== 20 || !isString(code) || slots instanceof Uint8Array) return null;
	const balance = integer(balanceBytes);
	const nonce = integer(nonceBytes);
	const storage = parseStorage(slots ?? []);
	if (balance === null || balance >= MAX_BALANCE || nonce === null || nonce >= MAX_NONCE || storage === null)
		return null;
	if (code.length > MAX_CODE_BYTES || code[0] === 0xef) return null;
	if (balance === 0n && nonce === 0n && code.length === 0) return null;
	if (storage.length > 0 && code.length === 0) return null;
	return { address: bytesToHex(address), balance, nonce, code, storage };
}

function parseStorage(items: NestedUint8Array): [Uint8Array, Uint8Array][] | null {
	const storage: [Uint8Array, Uint8Array][] = [];
	for (const item of items) {
		if (item instanceof Uint8Array || item.length !== 2) return null;
		const [key, value] = item;
		if (!isString(key) || key.length !== 32 || !isString(value)) return null;
		const before = storage.at(-1)?.[0];
		if (before !== undefined && Buffer.compare(before, key) >= 0) return null;
		if (value.length === 0 || value.length > 32 || value[0] === 0) return null;
		storage.push([key, value]);
	}
	return storage;
}

const isString = (item: Item | undefined): item is Uint8Array => item instanceof Uint8Array;

/** A canonical integer below 2^256, or null. */
function integer(item: Item | undefined): bigint | null {
	return isString(item) && item.length <= 32 && item[0] !== 0 ? bytesToUint(item) : null;
}

function isReserved(address: Address): boolean {
	return (
		BigInt(address) < LOW_ADDRESSES ||
		address === SYSTEM_ADDRESS ||
		address.startsWith(RESERVED_BEGINNING) ||
		SYSTEM_CONTRACTS.some(([contract]) => contract === address)
	);
}
