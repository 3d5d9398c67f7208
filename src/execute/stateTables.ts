/**
 * A rollup's state as of its last block: account, storage and code tables with bounded caches, and the tries over them.
 * Changed only by `apply`, a block at a time.
 */
import { bytesToUnprefixedHex } from "@ethereumjs/util";
import { equalBytes, hexToBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import { GenerationCache } from "../store/cache.ts";
import { decodeAccount, EMPTY_CODE_HASH, encodeAccount, NEW_ACCOUNT, type StateAccount } from "./account.ts";
import type { Backing } from "./backing.ts";
import { encodeString } from "./rlp.ts";
import { EMPTY_ROOT, type NodeStorage, Trie, type TrieKey, trieKey } from "./trie.ts";

/** Bounds of what a rollup keeps in memory besides the changes not yet in the store. */
export interface StateLimits {
	/** Decoded accounts, slots and hashed keys, in entries each. */
	readonly cachedEntries: number;
	/** Contract code, bytes. */
	readonly cachedCodeBytes: number;
	/** Trie nodes. */
	readonly cachedNodes: number;
}

export const DEFAULT_LIMITS: StateLimits = {
	cachedEntries: 16_000,
	cachedCodeBytes: 8 * 1024 * 1024,
	cachedNodes: 16_000,
};

/** What one block changed. */
export interface BlockChanges {
	/** Null: no such account any more. */
	readonly accounts: ReadonlyMap<string, StateAccount | null>;
	/** By address, then slot; empty bytes: zero. */
	readonly storage: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
	/** Code by its hash; that which no account ended up with is not kept. */
	readonly codes: ReadonlyMap<string, Uint8Array>;
}

const NO_BYTES = new Uint8Array(0);
const EMPTY_CODE = bytesToUnprefixedHex(EMPTY_CODE_HASH);
/** Map entry, string and typed array around a value, roughly. */
const ENTRY_OVERHEAD = 200;
const one = (): number => 1;

export class StateTables {
	readonly #backing: Backing;
	readonly #prefix: string;
	readonly #limits: StateLimits;
	readonly #accounts: GenerationCache<StateAccount | null>;
	readonly #slots: GenerationCache<Uint8Array>;
	readonly #codes: GenerationCache<Uint8Array>;
	/** Hashed keys of addresses and slots, by their hex. */
	readonly #keys: GenerationCache<TrieKey>;
	#accountTrie: Trie;
	readonly #storageTries = new Map<string, Trie>();

	/** @param prefix of the rollup's keys, see src/store/keys.ts; @param root state root, whose nodes are in the backing */
	constructor(backing: Backing, prefix: string, root: Uint8Array = EMPTY_ROOT, limits: StateLimits = DEFAULT_LIMITS) {
		this.#backing = backing;
		this.#prefix = prefix;
		this.#limits = limits;
		this.#accounts = new GenerationCache(limits.cachedEntries, one);
		this.#slots = new GenerationCache(limits.cachedEntries, one);
		this.#keys = new GenerationCache(limits.cachedEntries, one);
		this.#codes = new GenerationCache(limits.cachedCodeBytes, (_hash, code) => code.length + ENTRY_OVERHEAD);
		this.#accountTrie = new Trie(this.#nodes("t/"), root);
	}

	account(address: string): StateAccount | null {
		const cached = this.#accounts.get(address);
		if (cached !== undefined) return cached;
		const stored = this.#backing.get(`${this.#prefix}a/${address}`);
		const account = stored === undefined ? null : decodeAccount(stored);
		this.#accounts.set(address, account);
		return account;
	}

	slot(address: string, slot: string): Uint8Array {
		const key = `${address}/${slot}`;
		const cached = this.#slots.get(key);
		if (cached !== undefined) return cached;
		const value = this.#backing.get(`${this.#prefix}s/${key}`) ?? NO_BYTES;
		this.#slots.set(key, value);
		return value;
	}

	/** The same array for the same code as long as it is cached: jump analyses are kept by it. @param hash 64 hex digits */
	code(hash: string): Uint8Array {
		if (hash === EMPTY_CODE) return NO_BYTES;
		const cached = this.#codes.get(hash);
		if (cached !== undefined) return cached;
		const code = this.#backing.get(`${this.#prefix}c/${hash}`) ?? NO_BYTES;
		this.#codes.set(hash, code);
		return code;
	}

	/** Slots of the account that are not zero, as 64 hex digits. */
	async storedSlots(address: string): Promise<string[]> {
		if (equalBytes((this.account(address) ?? NEW_ACCOUNT).storageRoot, EMPTY_ROOT)) return [];
		const prefix = `${this.#prefix}s/${address}/`;
		return (await this.#backing.keys(prefix)).map((key) => key.slice(prefix.length));
	}

	root(): Uint8Array {
		return this.#accountTrie.root();
	}

	/** Takes over a block's changes. @returns the new state root */
	apply({ accounts, storage, codes }: BlockChanges): Uint8Array {
		const changed = new Map(accounts);
		for (const [address, slots] of storage) {
			if (slots.size === 0) continue;
			const storageRoot = this.#applySlots(address, slots);
			const account = changed.get(address) ?? (changed.has(address) ? null : this.account(address));
			if (account !== null) changed.set(address, { ...account, storageRoot });
		}
		for (const [address, account] of changed) this.#applyAccount(address, account, codes);
		const root = this.#accountTrie.root();
		this.#boundMemory();
		return root;
	}

	clearCaches(): void {
		this.#accounts.clear();
		this.#slots.clear();
		this.#codes.clear();
	}

	#applySlots(address: string, slots: ReadonlyMap<string, Uint8Array>): Uint8Array {
		const trie = this.#storageTrie(address);
		for (const [slot, value] of slots) {
			const key = `${address}/${slot}`;
			const path = this.#key(slot);
			if (value.length === 0) trie.delete(path);
			else trie.put(path, encodeString(value));
			this.#slots.set(key, value);
			this.#backing.set(`${this.#prefix}s/${key}`, value.length === 0 ? null : value);
		}
		return trie.root();
	}

	#applyAccount(address: string, account: StateAccount | null, codes: ReadonlyMap<string, Uint8Array>): void {
		const path = this.#key(address);
		const key = `${this.#prefix}a/${address}`;
		this.#accounts.set(address, account);
		if (account === null) {
			this.#accountTrie.delete(path);
			this.#backing.set(key, null);
			return;
		}
		const codeHash = bytesToUnprefixedHex(account.codeHash);
		const code = codes.get(codeHash);
		if (code !== undefined) {
			this.#codes.set(codeHash, code);
			this.#backing.set(`${this.#prefix}c/${codeHash}`, code);
		}
		const encoded = encodeAccount(account);
		this.#accountTrie.put(path, encoded);
		this.#backing.set(key, encoded);
	}

	#storageTrie(address: string): Trie {
		let trie = this.#storageTries.get(address);
		if (trie === undefined) {
			trie = new Trie(this.#nodes(`u/${address}/`), (this.account(address) ?? NEW_ACCOUNT).storageRoot);
			this.#storageTries.set(address, trie);
		}
		return trie;
	}

	#nodes(kind: string): NodeStorage {
		const prefix = this.#prefix + kind;
		return {
			read: (path) => this.#backing.get(prefix + path),
			write: (path, encoding) => this.#backing.set(prefix + path, encoding?.slice() ?? null),
		};
	}

	#key(hex: string): TrieKey {
		let key = this.#keys.get(hex);
		if (key === undefined) {
			key = trieKey(keccak256(hexToBytes(`0x${hex}`)));
			this.#keys.set(hex, key);
		}
		return key;
	}

	#boundMemory(): void {
		let loaded = this.#accountTrie.loaded;
		for (const trie of this.#storageTries.values()) loaded += trie.loaded + 1;
		if (loaded <= this.#limits.cachedNodes) return;
		const keep = this.#limits.cachedNodes / 2;
		this.#accountTrie.forget(keep);
		for (const [address, trie] of this.#storageTries) {
			trie.forget(keep);
			if (trie.loaded === 0) this.#storageTries.delete(address);
		}
	}
}
