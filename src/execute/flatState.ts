/**
 * A rollup's state as flat tables (accounts by address, storage by address and slot) behind ethereumjs' state manager
 * interface, with a journal for checkpoints: taking one costs nothing, going back costs what was changed. `seal` brings the
 * state trie up to date and hands the block's changes to the backing; nothing else writes there.
 *
 * ethereumjs' interface is asynchronous; everything here is synchronous and returns at once.
 */
import type { AccountFields, StateManagerInterface } from "@ethereumjs/common";
import { Account, type Address, bytesToUnprefixedHex } from "@ethereumjs/util";
import { equalBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { keccak256 } from "../primitives/hash.ts";
import { NEW_ACCOUNT, type StateAccount } from "./account.ts";
import type { StateTables } from "./stateTables.ts";

const NO_BYTES = new Uint8Array(0);

/** What a journal entry undoes: an account, or one storage slot if `slot` is there. `undefined`: was not in the overlay. */
interface JournalEntry {
	readonly address: string;
	readonly slot: string | null;
	readonly account: StateAccount | null | undefined;
	readonly value: Uint8Array | undefined;
}

export class FlatState implements StateManagerInterface {
	readonly #tables: StateTables;
	/** The block in progress: what differs from the tables. Null: no such account. */
	readonly #accounts = new Map<string, StateAccount | null>();
	/** By address, then slot; empty bytes: zero. */
	readonly #storage = new Map<string, Map<string, Uint8Array>>();
	/** Code put in this block, by its hash; a hash has one meaning, so reverting leaves it. */
	readonly #codes = new Map<string, Uint8Array>();
	readonly #journal: JournalEntry[] = [];
	readonly #checkpoints: number[] = [];
	/** Values at the start of the transaction, by address and slot, of slots written in it (EIP-2200). */
	readonly #original = new Map<string, Uint8Array>();

	readonly originalStorageCache = {
		get: async (address: Address, key: Uint8Array): Promise<Uint8Array> => {
			const [account, slot] = [bytesToUnprefixedHex(address.bytes), bytesToUnprefixedHex(key)];
			return this.#original.get(account + slot) ?? this.storageAt(account, slot);
		},
		clear: (): void => this.#original.clear(),
	};

	constructor(tables: StateTables) {
		this.#tables = tables;
	}

	// ------------------------------------------------------------------------------------------ plain reads and writes

	/** @param address 40 hex digits */
	accountAt(address: string): StateAccount | null {
		const changed = this.#accounts.get(address);
		return changed === undefined ? this.#tables.account(address) : changed;
	}

	/** Without leading zeros; empty for zero. @param slot 64 hex digits */
	storageAt(address: string, slot: string): Uint8Array {
		return this.#storage.get(address)?.get(slot) ?? this.#tables.slot(address, slot);
	}

	codeOf(codeHash: Uint8Array): Uint8Array {
		const hash = bytesToUnprefixedHex(codeHash);
		return this.#codes.get(hash) ?? this.#tables.code(hash);
	}

	setAccount(address: string, account: StateAccount | null): void {
		this.#journal.push({ address, slot: null, account: this.#accounts.get(address), value: undefined });
		this.#accounts.set(address, account);
	}

	/** Keeps code for this block's accounts. @returns its hash */
	addCode(code: Uint8Array): Uint8Array {
		const hash = keccak256(code);
		if (code.length > 0) this.#codes.set(bytesToUnprefixedHex(hash), code);
		return hash;
	}

	setStorage(address: string, slot: string, value: Uint8Array): void {
		let slots = this.#storage.get(address);
		if (slots === undefined) {
			slots = new Map();
			this.#storage.set(address, slots);
		}
		if (!this.#original.has(address + slot)) this.#original.set(address + slot, this.storageAt(address, slot));
		this.#journal.push({ address, slot, account: undefined, value: slots.get(slot) });
		slots.set(slot, value);
	}

	/** Ends the block: brings tries and tables up to date. @returns the state root */
	seal(): Uint8Array {
		if (this.#checkpoints.length > 0) {
			throw new MeridianError(
				"halt",
				"execution-internal",
				`a block was sealed with ${this.#checkpoints.length} open checkpoints; this is a bug, please report it`,
			);
		}
		const root = this.#tables.apply({ accounts: this.#accounts, storage: this.#storage, codes: this.#codes });
		this.#clear();
		return root;
	}

	/** Forgets everything since the last seal, checkpoints too. */
	discard(): void {
		this.#checkpoints.length = 0;
		this.#clear();
	}

	#clear(): void {
		this.#accounts.clear();
		this.#storage.clear();
		this.#codes.clear();
		this.#journal.length = 0;
		this.#original.clear();
	}

	// ------------------------------------------------------------------------------------------ StateManagerInterface

	async getAccount(address: Address): Promise<Account | undefined> {
		const account = this.accountAt(bytesToUnprefixedHex(address.bytes));
		return account === null
			? undefined
			: new Account(account.nonce, account.balance, account.storageRoot, account.codeHash);
	}

	async putAccount(address: Address, account?: Account): Promise<void> {
		this.setAccount(bytesToUnprefixedHex(address.bytes), account === undefined ? null : plain(account));
	}

	async deleteAccount(address: Address): Promise<void> {
		await this.clearStorage(address);
		this.setAccount(bytesToUnprefixedHex(address.bytes), null);
	}

	async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
		const hex = bytesToUnprefixedHex(address.bytes);
		const account = this.accountAt(hex) ?? NEW_ACCOUNT;
		this.setAccount(hex, {
			nonce: fields.nonce ?? account.nonce,
			balance: fields.balance ?? account.balance,
			storageRoot: fields.storageRoot ?? account.storageRoot,
			codeHash: fields.codeHash ?? account.codeHash,
		});
	}

	async putCode(address: Address, code: Uint8Array): Promise<void> {
		await this.modifyAccountFields(address, { codeHash: this.addCode(code) });
	}

	async getCode(address: Address): Promise<Uint8Array> {
		const account = this.accountAt(bytesToUnprefixedHex(address.bytes));
		return account === null ? NO_BYTES : this.codeOf(account.codeHash);
	}

	async getCodeSize(address: Address): Promise<number> {
		return (await this.getCode(address)).length;
	}

	async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
		return this.storageAt(bytesToUnprefixedHex(address.bytes), bytesToUnprefixedHex(key));
	}

	async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
		let zeros = 0;
		while (zeros < value.length && value[zeros] === 0) zeros++;
		this.setStorage(bytesToUnprefixedHex(address.bytes), bytesToUnprefixedHex(key), value.slice(zeros));
	}

	/**
	 * Under these rules an account that is cleared has no storage but what its own transaction wrote (EIP-6780, E-4); stored
	 * slots are looked for all the same when the account says it has some.
	 */
	async clearStorage(address: Address): Promise<void> {
		const hex = bytesToUnprefixedHex(address.bytes);
		const slots = new Set(this.#storage.get(hex)?.keys());
		for (const slot of await this.#tables.storedSlots(hex)) slots.add(slot);
		for (const slot of slots) if (this.storageAt(hex, slot).length > 0) this.setStorage(hex, slot, NO_BYTES);
	}

	async checkpoint(): Promise<void> {
		this.#checkpoints.push(this.#journal.length);
	}

	async commit(): Promise<void> {
		this.#checkpoints.pop();
	}

	async revert(): Promise<void> {
		const start = this.#checkpoints.pop() ?? 0;
		for (let i = this.#journal.length - 1; i >= start; i--) {
			const entry = this.#journal[i];
			if (entry === undefined) continue;
			if (entry.slot === null) restore(this.#accounts, entry.address, entry.account);
			else restore(this.#storage.get(entry.address), entry.slot, entry.value);
		}
		this.#journal.length = start;
	}

	/** Only at a block's end does the state have a root; see `seal`. */
	async getStateRoot(): Promise<Uint8Array> {
		return this.#tables.root();
	}

	async hasStateRoot(root: Uint8Array): Promise<boolean> {
		return equalBytes(root, this.#tables.root());
	}

	async setStateRoot(root: Uint8Array): Promise<void> {
		if (!(await this.hasStateRoot(root))) throw unsupported("setStateRoot");
	}

	clearCaches(): void {
		this.#tables.clearCaches();
	}

	shallowCopy(): StateManagerInterface {
		throw unsupported("shallowCopy");
	}
}

function plain(account: Account): StateAccount {
	return {
		nonce: account.nonce,
		balance: account.balance,
		storageRoot: account.storageRoot,
		codeHash: account.codeHash,
	};
}

function restore<V>(map: Map<string, V> | undefined, key: string, value: V | undefined): void {
	if (value === undefined) map?.delete(key);
	else map?.set(key, value);
}

function unsupported(method: string): MeridianError {
	return new MeridianError(
		"halt",
		"execution-internal",
		`the state has one version only, so ethereumjs cannot use ${method} on it; this is a bug, please report it`,
	);
}
