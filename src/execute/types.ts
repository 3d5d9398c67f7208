/** The execution layer's data. Normative text: docs/spec/execution.md. */
import type { DerivedTick, RollupRegisteredLog } from "../derive/types.ts";
import type { Address, ClusterId, Hash32, RollupId, Tick } from "../primitives/types.ts";
import type { Changes } from "../store/types.ts";

/** Why an item was dropped; each code is one rule of spec/execution.md section 3. */
export type DropReason =
	| "unknown-rollup"
	| "rollup-refused"
	| "forced-over-cap"
	| "bundle-unsupported"
	| "not-examined"
	| "undecodable"
	| "blob-transaction"
	| "no-chain-id"
	| "wrong-chain-id"
	| "forced-gas"
	| "block-gas"
	| "block-bytes"
	| "fee-too-low"
	| "nonce"
	| "balance"
	| "sender-code";

/** `(tick, class, index)`: class 0 the forced entries, class 1 the items. */
export interface Position {
	readonly tick: Tick;
	readonly class: 0 | 1;
	readonly index: number;
}

/** What an item did. Items of unknown rollups have an outcome too, told by the executor of cluster 1. */
export interface Outcome {
	readonly position: Position;
	readonly result:
		| {
				readonly kind: "included";
				readonly rollupId: RollupId;
				readonly blockNumber: number;
				readonly txIndex: number;
				readonly txHash: Hash32;
				/** 1 success, 0 reverted. */
				readonly status: 0 | 1;
				readonly gasUsed: number;
		  }
		| { readonly kind: "dropped"; readonly reason: DropReason };
}

export interface SealedBlock {
	readonly rollupId: RollupId;
	readonly chainId: number;
	readonly number: number;
	readonly hash: Hash32;
	readonly parentHash: Hash32;
	readonly stateRoot: Hash32;
	readonly tick: Tick;
	readonly timestamp: number;
	readonly gasUsed: number;
	readonly gasLimit: number;
	readonly baseFee: bigint;
	readonly transactions: number;
	readonly withdrawals: number;
	/** The whole block, RLP, as `geth import` reads it. */
	readonly rlp: Uint8Array;
}

export interface TickResult {
	readonly tick: Tick;
	/** At most one per rollup, by rollupId; none for quiet rollups. */
	readonly blocks: readonly SealedBlock[];
	readonly outcomes: readonly Outcome[];
}

export interface RollupHead {
	readonly rollupId: RollupId;
	readonly chainId: number;
	readonly number: number;
	readonly hash: Hash32;
	readonly stateRoot: Hash32;
	readonly refused: boolean;
}

/**
 * Executes the ticks of one cluster. What it changes stays in memory until `takeChanges` hands it over; the owner commits it to
 * the store together with its own changes, as one batch.
 */
export interface ClusterExecutor {
	readonly cluster: ClusterId;
	/** Makes the rollup known: computes its genesis, or marks it refused (E-1). Another cluster's is ignored. */
	register(registration: RollupRegisteredLog): Promise<void>;
	/**
	 * Executes the next tick; ticks ascend. Fails only with `halt` (`execution-internal`, `store-corrupt`): whatever is published,
	 * there is a result. After a failure nothing but `reload` may be called.
	 */
	execute(tick: DerivedTick): Promise<TickResult>;
	/**
	 * Everything changed since the last call, for `Store.commit`. Executing may go on while that commit is under way, but it
	 * must be done before the next call (or `reload`).
	 */
	takeChanges(): Changes;
	/** Forgets everything not in the store (after `Store.unwind`, or to discard what was executed). */
	reload(): Promise<void>;
	heads(): readonly RollupHead[];
	getBalance(rollupId: RollupId, address: Address): bigint;
	getNonce(rollupId: RollupId, address: Address): bigint;
	getStorage(rollupId: RollupId, address: Address, slot: Hash32): Hash32;
}
