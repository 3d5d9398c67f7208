/** E-1 to E-4: the genesis of a rollup, or that it is refused. */
import { createHash } from "node:crypto";
import { type Block, createBlock } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import { Account, createAddressFromString } from "@ethereumjs/util";
import type { RollupRegisteredLog } from "../../../src/derive/types.ts";
import {
	BEACON_ROOTS,
	CONSOLIDATION_REQUESTS,
	commonOf,
	HISTORY,
	MAILBOX,
	SYSTEM_CALLER,
	WITHDRAWAL_REQUESTS,
} from "./chain.ts";

const STUB = "0x3373fffffffffffffffffffffffffffffffffffffffe14601d575f5ffd5b00";
/** The canonical code of EIP-4788 and EIP-2935. */
const BEACON_ROOTS_CODE =
	"0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500";
const HISTORY_CODE =
	"0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

const MAX_CHAIN_ID = 4_503_599_627_370_476;
const MAX_CODE = 24_576;

interface Allocated {
	readonly address: string;
	readonly balance: bigint;
	readonly nonce: bigint;
	readonly code: Uint8Array;
	readonly storage: readonly (readonly [Uint8Array, Uint8Array])[];
}

export interface Genesis {
	readonly common: Common;
	readonly state: MerkleStateManager;
	readonly block: Block;
}

const hexOf = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
const u64 = (value: number): string => value.toString(16).padStart(16, "0");
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** A canonical integer, or null. */
function integer(value: unknown): bigint | null {
	if (!isBytes(value) || value[0] === 0) return null;
	return value.length === 0 ? 0n : BigInt(hexOf(value));
}

function isReserved(address: string): boolean {
	const named = [
		BEACON_ROOTS,
		HISTORY,
		WITHDRAWAL_REQUESTS,
		CONSOLIDATION_REQUESTS,
		SYSTEM_CALLER,
	] as readonly string[];
	const meridian = `0x${Buffer.from("meridian").toString("hex")}`;
	return BigInt(address) < 65_536n || named.includes(address) || address.startsWith(meridian);
}

function ascending(keys: readonly Uint8Array[]): boolean {
	return keys.every((key, i) => i === 0 || Buffer.compare(keys[i - 1] ?? key, key) < 0);
}

/** One account of E-4, or null if it is malformed. */
function account(value: unknown): Allocated | null {
	if (!Array.isArray(value) || value.length !== 5) return null;
	const [address, , , code, slots] = value as unknown[];
	const [balance, nonce] = [integer(value[1]), integer(value[2])];
	if (!isBytes(address) || address.length !== 20 || isReserved(hexOf(address)) || balance === null || nonce === null)
		return null;
	if (balance >= 2n ** 128n || nonce >= 2n ** 64n - 1n) return null;
	if (!isBytes(code) || code.length > MAX_CODE || code[0] === 0xef || !Array.isArray(slots)) return null;
	if (balance === 0n && nonce === 0n && code.length === 0) return null;
	if (slots.length > 0 && code.length === 0) return null;
	const storage: [Uint8Array, Uint8Array][] = [];
	for (const slot of slots as unknown[]) {
		if (!Array.isArray(slot) || slot.length !== 2) return null;
		const [key, word] = slot as unknown[];
		const number = integer(word);
		if (!isBytes(key) || key.length !== 32 || !isBytes(word) || word.length > 32 || number === null || number === 0n)
			return null;
		storage.push([key, word]);
	}
	if (!ascending(storage.map(([key]) => key))) return null;
	return { address: hexOf(address), balance, nonce, code, storage };
}

/** E-4: the accounts, or null if the bytes are malformed. */
function allocation(bytes: Uint8Array): readonly Allocated[] | null {
	if (bytes.length === 0) return [];
	let decoded: unknown;
	try {
		decoded = RLP.decode(bytes);
	} catch {
		return null;
	}
	if (!Array.isArray(decoded) || Buffer.compare(RLP.encode(decoded as Uint8Array[]), bytes) !== 0) return null;
	const accounts: Allocated[] = [];
	for (const value of decoded as unknown[]) {
		const one = account(value);
		if (one === null) return null;
		accounts.push(one);
	}
	const addresses = (decoded as Uint8Array[][]).map(([address]) => address ?? new Uint8Array(0));
	return ascending(addresses) ? accounts : null;
}

/** E-3; the Mailbox is the first thing of docs/spec/bundles.md. */
function predeploys(mailboxCode: string): Allocated[] {
	const contract = (address: string, code: string): Allocated => ({
		address,
		balance: 0n,
		nonce: 1n,
		code: Buffer.from(code.slice(2), "hex"),
		storage: [],
	});
	return [
		contract(BEACON_ROOTS, BEACON_ROOTS_CODE),
		contract(HISTORY, HISTORY_CODE),
		contract(WITHDRAWAL_REQUESTS, STUB),
		contract(CONSOLIDATION_REQUESTS, STUB),
		contract(MAILBOX, mailboxCode),
	];
}

/** Null: refused (E-1). `time` is that of the activation tick. */
export async function genesisOf(
	{ config, allocation: bytes }: RollupRegisteredLog,
	{ time, tickSeconds, mailboxCode }: { time: number; tickSeconds: number; mailboxCode: string },
): Promise<Genesis | null> {
	const accounts = allocation(bytes);
	if (config.template !== 1 || config.chainId > MAX_CHAIN_ID || accounts === null) return null;
	const common = commonOf(config.chainId);
	const trie = new MerklePatriciaTrie({ useKeyHashing: true, common });
	const state = new MerkleStateManager({ common, trie, caches: new Caches() });
	await state.checkpoint();
	for (const { address, balance, nonce, code, storage } of [...predeploys(mailboxCode), ...accounts]) {
		const at = createAddressFromString(address);
		await state.putAccount(at, new Account(nonce, balance));
		if (code.length > 0) await state.putCode(at, code);
		for (const [key, word] of storage) await state.putStorage(at, key, word);
	}
	await state.commit();
	const header = {
		stateRoot: await state.getStateRoot(),
		gasLimit: config.gasLimit,
		timestamp: time - tickSeconds,
		extraData: Buffer.from(`${Buffer.from("meridian").toString("hex")}${u64(config.chainId)}`, "hex"),
		baseFeePerGas: 1_000_000_000n,
		blobGasUsed: 0n,
		excessBlobGas: 0n,
		parentBeaconBlockRoot: new Uint8Array(32),
		requestsHash: createHash("sha256").digest(),
	};
	const block = createBlock({ header, withdrawals: [] }, { common });
	const none = BigInt(config.genesisHash) === 0n;
	return none || config.genesisHash === hexOf(block.hash()) ? { common, state, block } : null;
}
