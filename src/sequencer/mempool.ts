/**
 * Transactions waiting to be ordered, for all rollups of a timeline: one arrival order over all of them, since that is what a
 * shared sequencer sells; nonces in order for each sender. Nothing here is consensus: derivation judges whatever gets published.
 */
import type { Address, Hash32, RollupId } from "../primitives/types.ts";

/** A decoded transaction, as far as ordering needs it. */
export interface PoolTx {
	readonly rollupId: RollupId;
	readonly rawTx: Uint8Array;
	readonly hash: Hash32;
	readonly sender: Address;
	readonly nonce: bigint;
	readonly gasLimit: bigint;
	/** Wei per gas. */
	readonly maxFeePerGas: bigint;
	readonly maxPriorityFeePerGas: bigint;
	/** Wei: value plus gas at the fee cap, the most it can take from its sender. */
	readonly cost: bigint;
}

export type PoolRejection =
	| "already-known"
	| "nonce-too-low"
	| "nonce-too-far"
	| "balance"
	| "gas-limit"
	| "underpriced-replacement"
	| "pool-full"
	| "sender-full";

export interface PoolLimits {
	/** Transactions over all rollups. */
	readonly size: number;
	/** Transactions per sender and rollup; also how far ahead a nonce may be. */
	readonly perSender: number;
}

/** What the pool must know about a sender to judge a transaction. */
export interface AccountView {
	readonly nonce: bigint;
	/** Wei. */
	readonly balance: bigint;
}

interface Waiting {
	readonly tx: PoolTx;
	/** Position in the arrival order. */
	readonly arrival: number;
}

const accountKey = (rollupId: RollupId, sender: Address): string => `${rollupId}:${sender}`;

export class Mempool {
	readonly #limits: PoolLimits;
	readonly #byAccount = new Map<string, Map<bigint, Waiting>>();
	readonly #hashes = new Set<Hash32>();
	#arrivals = 0;

	constructor(limits: Partial<PoolLimits> = {}) {
		this.#limits = { size: 20_000, perSender: 256, ...limits };
	}

	get size(): number {
		return this.#hashes.size;
	}

	has(hash: Hash32): boolean {
		return this.#hashes.has(hash);
	}

	/** Whether a transaction of the account with this nonce or a lower one is here. */
	waits(rollupId: RollupId, sender: Address, nonce: bigint): boolean {
		const queue = this.#byAccount.get(accountKey(rollupId, sender));
		return [...(queue?.keys() ?? [])].some((known) => known <= nonce);
	}

	/**
	 * Admits a transaction, or says why not.
	 * @param gasLimit the rollup's block gas limit: what exceeds it could never be included
	 */
	add(tx: PoolTx, account: AccountView, gasLimit: bigint): PoolRejection | null {
		if (this.#hashes.has(tx.hash)) return "already-known";
		if (tx.nonce < account.nonce) return "nonce-too-low";
		if (tx.nonce >= account.nonce + BigInt(this.#limits.perSender)) return "nonce-too-far";
		if (tx.cost > account.balance) return "balance";
		if (tx.gasLimit > gasLimit) return "gas-limit";
		const queue = this.#byAccount.get(accountKey(tx.rollupId, tx.sender));
		const old = queue?.get(tx.nonce);
		if (old !== undefined && !outbids(tx, old.tx)) return "underpriced-replacement";
		if (old === undefined && (queue?.size ?? 0) >= this.#limits.perSender) return "sender-full";
		if (old === undefined && this.#hashes.size >= this.#limits.size) return "pool-full";
		if (old !== undefined) this.#hashes.delete(old.tx.hash);
		// A replacement keeps the place of what it replaces: paying more must not cost the place in line.
		this.#put({ tx, arrival: old?.arrival ?? this.#arrivals++ });
		return null;
	}

	/** Puts back transactions whose ticks were undone, in front of everything that arrived since. */
	restore(txs: readonly PoolTx[]): void {
		const first = -this.#arrivals - txs.length;
		for (const [i, tx] of txs.entries()) {
			const known = this.#byAccount.get(accountKey(tx.rollupId, tx.sender))?.get(tx.nonce);
			if (known === undefined) this.#put({ tx, arrival: first + i });
		}
		this.#arrivals += txs.length;
	}

	/**
	 * Removes and returns what the next tick takes: arrival order, nonces without gaps, skipping what `fits` refuses (that stays, and
	 * with it everything later of the same sender).
	 * @param nonceOf the account's next nonce
	 */
	take(nonceOf: (rollupId: RollupId, sender: Address) => bigint, fits: (tx: PoolTx) => boolean): PoolTx[] {
		const taken: PoolTx[] = [];
		const next = new Map<string, bigint>();
		for (const { tx } of this.#runnable(nonceOf)) {
			const key = accountKey(tx.rollupId, tx.sender);
			if (tx.nonce !== (next.get(key) ?? nonceOf(tx.rollupId, tx.sender)) || !fits(tx)) continue;
			next.set(key, tx.nonce + 1n);
			taken.push(tx);
			this.#remove(key, tx);
		}
		return taken;
	}

	/** Forgets what can never be ordered any more: nonces used up by other transactions. */
	prune(nonceOf: (rollupId: RollupId, sender: Address) => bigint): void {
		for (const [key, queue] of this.#byAccount) {
			for (const { tx } of [...queue.values()]) if (tx.nonce < nonceOf(tx.rollupId, tx.sender)) this.#remove(key, tx);
		}
	}

	/** Every run of consecutive nonces from the account's next one, all accounts merged by arrival. */
	#runnable(nonceOf: (rollupId: RollupId, sender: Address) => bigint): Waiting[] {
		const runs: Waiting[] = [];
		for (const queue of this.#byAccount.values()) {
			const any = queue.values().next().value;
			if (any === undefined) continue;
			let latest = Number.NEGATIVE_INFINITY;
			for (let nonce = nonceOf(any.tx.rollupId, any.tx.sender); ; nonce++) {
				const waiting = queue.get(nonce);
				if (waiting === undefined) break;
				// One that overtook its predecessor waits for it.
				latest = Math.max(latest, waiting.arrival);
				runs.push({ tx: waiting.tx, arrival: latest });
			}
		}
		// The sort is stable, so equal arrivals of one sender stay in the order of nonces.
		return runs.sort((a, b) => a.arrival - b.arrival);
	}

	#put(waiting: Waiting): void {
		const key = accountKey(waiting.tx.rollupId, waiting.tx.sender);
		const queue = this.#byAccount.get(key) ?? new Map<bigint, Waiting>();
		this.#byAccount.set(key, queue.set(waiting.tx.nonce, waiting));
		this.#hashes.add(waiting.tx.hash);
	}

	#remove(key: string, tx: PoolTx): void {
		const queue = this.#byAccount.get(key);
		if (queue?.get(tx.nonce)?.tx.hash !== tx.hash) return;
		queue.delete(tx.nonce);
		this.#hashes.delete(tx.hash);
		if (queue.size === 0) this.#byAccount.delete(key);
	}
}

/** A tenth more on both fees, the rule of every Ethereum client. */
function outbids(tx: PoolTx, old: PoolTx): boolean {
	const tenthMore = (fee: bigint): bigint => fee + fee / 10n + (fee === 0n ? 1n : 0n);
	return (
		tx.maxFeePerGas >= tenthMore(old.maxFeePerGas) && tx.maxPriorityFeePerGas >= tenthMore(old.maxPriorityFeePerGas)
	);
}
