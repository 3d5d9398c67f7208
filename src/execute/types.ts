/** The execution layer's data. Normative text: docs/spec/execution.md. */
import type { DerivedTick, L1MessageLog, RollupRegisteredLog } from "../derive/types.ts";
import type { Address, ClusterId, Hash32, Leg, RollupId, Tick } from "../primitives/types.ts";
import type { Changes } from "../store/types.ts";
import type { Log } from "./mailbox.ts";

/** Why a transaction cannot be executed; each code is a rule of spec/execution.md section 3 or of spec/bundles.md. */
export type TxDropReason =
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
	| "sender-code"
	| "message-not-sent";

/** Why an item was dropped. The reasons of a bundle's leg stand in its `FailedLeg`. */
export type DropReason =
	| TxDropReason
	| "unknown-rollup"
	| "rollup-refused"
	| "forced-over-cap"
	| "not-examined"
	| "tags"
	| "session"
	| "clusters"
	| "leg"
	| "tape"
	| "waste-budget";

/** `(tick, class, index)`: class 0 the forced entries, class 1 the items. */
export interface Position {
	readonly tick: Tick;
	readonly class: 0 | 1;
	readonly index: number;
}

/** A transaction in a block. */
export interface IncludedTx {
	readonly rollupId: RollupId;
	readonly blockNumber: number;
	readonly txIndex: number;
	readonly txHash: Hash32;
	/** 1 success, 0 reverted. */
	readonly status: 0 | 1;
	readonly gasUsed: number;
}

/** The leg at which a bundle failed. */
export interface FailedLeg {
	/** From 0. */
	readonly place: number;
	readonly reason: TxDropReason | "reverted";
}

export type Dropped =
	| { readonly kind: "dropped"; readonly reason: Exclude<DropReason, "leg"> }
	| { readonly kind: "dropped"; readonly reason: "leg"; readonly leg: FailedLeg };

export type ItemResult =
	| ({ readonly kind: "included" } & IncludedTx)
	/** A bundle with all its legs, in order. */
	| { readonly kind: "held"; readonly legs: readonly IncludedTx[] }
	| Dropped;

/** What an item did. Items of unknown rollups have an outcome too, told by the executor of cluster 1. */
export interface Outcome {
	readonly position: Position;
	readonly result: ItemResult;
}

/** What a leg of a bundle did when it was tried. */
export interface LegTrace {
	readonly rollupId: RollupId;
	readonly status: 0 | 1;
	readonly gasUsed: number;
	/** What its call returned, or reverted with. */
	readonly returnData: Uint8Array;
	readonly logs: readonly Log[];
}

export interface Simulation {
	readonly result: ItemResult;
	/** Of the legs that ran, in order; the last may be the one that failed. None if the bundle was dropped before. */
	readonly legs: readonly LegTrace[];
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
	/** Remembers messages that an L1 block has sent to rollups of this cluster, before any tick that can have seen the block. */
	noteMessages(l1Block: number, messages: readonly L1MessageLog[]): void;
	/**
	 * Executes the next tick; ticks ascend. Fails only with `halt` (`execution-internal`, `store-corrupt`): whatever is published,
	 * there is a result. After a failure nothing but `reload` may be called.
	 */
	execute(tick: DerivedTick): Promise<TickResult>;
	/** Tries a bundle after everything that is in the tick; nothing of either stays. Not while another call is under way. */
	simulate(tick: DerivedTick, legs: readonly Leg[]): Promise<Simulation>;
	/**
	 * Tries legs one after the other after everything that is in the tick, going on whatever becomes of one: no sessions, no tapes, no
	 * waste. For who builds a bundle. Nothing stays. Per leg what it did, or why it could not run.
	 */
	explore(tick: DerivedTick, legs: readonly Leg[]): Promise<readonly (LegTrace | DropReason)[]>;
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
