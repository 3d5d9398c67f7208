/**
 * The order layer's data: what goes in (L1 blocks with everything fetched), what is kept (state), what comes out (ticks).
 * Plain values only. Normative text: docs/spec/derivation.md.
 */
import type { Accumulator } from "../codec/accumulator.ts";
import type { MalformedReason } from "../codec/verdict.ts";
import type {
	Address,
	ClusterId,
	Hash32,
	Item,
	Leg,
	PublicationHeader,
	RollupConfig,
	RollupId,
	Tick,
	TimelineConfig,
} from "../primitives/types.ts";

// ---------------------------------------------------------------------------------------------- input

/** An L1 block as a tick can see it. */
export interface L1Ref {
	readonly number: number;
	readonly hash: Hash32;
	/** Seconds. */
	readonly timestamp: number;
	/** Header field `mixHash`. */
	readonly prevRandao: Hash32;
}

/**
 * One canonical L1 block, verified, with every byte derivation needs. There is no "missing" here: who makes this value
 * has waited until all of it was fetched (an unavailable blob is a retry of the source, never a void publication).
 */
export interface L1Block extends L1Ref {
	readonly parentHash: Hash32;
	/** Logs of the timeline's contracts, in log order; nothing else. */
	readonly logs: readonly TimelineLog[];
}

export type PublicationData =
	/** Raw blobs of 131,072 bytes, in the order of the header's versioned hashes; their commitments have been checked. */
	| { readonly kind: "blobs"; readonly versionedHashes: readonly Hash32[]; readonly blobs: readonly Uint8Array[] }
	| { readonly kind: "calldata"; readonly data: Uint8Array };

export interface PublishedLog {
	readonly kind: "published";
	readonly header: PublicationHeader;
	readonly publisher: Address;
	readonly data: PublicationData;
}

export interface RollupRegisteredLog {
	readonly kind: "rollupRegistered";
	readonly rollupId: RollupId;
	readonly owner: Address;
	readonly config: RollupConfig;
	/** RLP of the custom genesis allocation; its meaning is the execution layer's business. */
	readonly allocation: Uint8Array;
}

export interface ConfigScheduledLog {
	readonly kind: "configScheduled";
	readonly rollupId: RollupId;
	readonly effectiveTick: Tick;
	readonly gasLimit: number;
	readonly feeRecipient: Address;
}

export interface ForcedLeg extends Leg {
	/** Gas declared on L1 and paid for there. */
	readonly gas: number;
}

export interface EnqueuedLog {
	readonly kind: "enqueued";
	readonly cluster: ClusterId;
	/** Per cluster, from 0. */
	readonly index: number;
	readonly sender: Address;
	readonly bundle: boolean;
	readonly legs: readonly ForcedLeg[];
}

export interface DepositedLog {
	readonly kind: "deposited";
	readonly rollupId: RollupId;
	/** Per rollup, from 0. */
	readonly index: number;
	readonly sender: Address;
	readonly recipient: Address;
	readonly gwei: bigint;
}

/** A message between chains, named by their chain ids; docs/spec/bundles.md, X-3. What users choose is a `bigint`: it may be any 64 bits. */
export interface Message {
	readonly source: bigint;
	readonly destination: bigint;
	readonly nonce: bigint;
	readonly sender: Address;
	readonly target: Address;
	readonly minGas: bigint;
	readonly data: Uint8Array;
}

/** A message from L1 to a rollup. No part of the order state: execution remembers it. */
export interface L1MessageLog {
	readonly kind: "l1Message";
	readonly rollupId: RollupId;
	/** */
	readonly id: Hash32;
	readonly message: Message;
}

export interface TimelineCreatedLog {
	readonly kind: "timelineCreated";
	readonly registry: Address;
	readonly forcedInclusion: Address;
	readonly bridge: Address;
	readonly rights: Address;
	readonly config: TimelineConfig;
	readonly genesisHead: Hash32;
}

export type TimelineLog =
	| PublishedLog
	| RollupRegisteredLog
	| ConfigScheduledLog
	| EnqueuedLog
	| DepositedLog
	| L1MessageLog
	| TimelineCreatedLog;

// ---------------------------------------------------------------------------------------------- state

export interface ConfigChange {
	readonly effectiveTick: Tick;
	readonly gasLimit: number;
	readonly feeRecipient: Address;
}

export interface RollupState {
	readonly rollupId: RollupId;
	readonly chainId: number;
	readonly cluster: ClusterId;
	readonly activationTick: Tick;
	/** Ascending by effectiveTick; the first is the registration. */
	readonly configs: readonly ConfigChange[];
}

export interface ForcedEntry {
	/** Position in the enqueue order of all clusters. */
	readonly sequence: number;
	readonly cluster: ClusterId;
	readonly index: number;
	/** L1 timestamp; due at `enqueuedAt + forcedDelay`. */
	readonly enqueuedAt: number;
	readonly bundle: boolean;
	readonly legs: readonly ForcedLeg[];
	readonly itemHash: Hash32;
}

export interface Deposit {
	readonly rollupId: RollupId;
	readonly index: number;
	readonly l1Block: number;
	readonly l1Timestamp: number;
	readonly recipient: Address;
	readonly gwei: bigint;
}

export type { Accumulator };

/** Immutable: `step` returns a new one and shares what did not change, so keeping one per L1 block is cheap. */
export interface OrderState {
	readonly l1: { readonly number: number; readonly hash: Hash32; readonly timestamp: number };
	/** Recent L1 blocks, ascending (D-2). */
	readonly blocks: readonly L1Ref[];
	readonly head: Hash32;
	readonly lastTick: Tick;
	readonly lastOrigin: number;
	readonly rollups: ReadonlyMap<RollupId, RollupState>;
	readonly nextSequence: number;
	readonly forced: ReadonlyMap<ClusterId, readonly ForcedEntry[]>;
	readonly deposits: ReadonlyMap<RollupId, readonly Deposit[]>;
	readonly accumulator: Accumulator;
}

// ---------------------------------------------------------------------------------------------- output

export interface SelectedForced {
	readonly entry: ForcedEntry;
	/** D-7: selected only to be dropped. */
	readonly overCap: boolean;
}

/** A rollup's settings at one tick. */
export interface ActiveRollup {
	readonly rollupId: RollupId;
	readonly chainId: number;
	readonly cluster: ClusterId;
	/** Target gas limit. */
	readonly gasLimit: number;
	readonly feeRecipient: Address;
}

/** One tick of the timeline: what is ordered, and under which settings. Execution needs nothing else. */
export interface DerivedTick {
	readonly tick: Tick;
	/** Seconds. */
	readonly time: number;
	/** `published`: from a manifest. `filled`: inserted before another tick (D-7). `horizon`: D-9. */
	readonly kind: "published" | "filled" | "horizon";
	/** Id of the publication, for published ticks. */
	readonly publicationId: number | null;
	readonly l1Origin: L1Ref;
	/** Null: each rollup's own fee recipient (D-8). */
	readonly coinbase: Address | null;
	readonly forced: readonly SelectedForced[];
	readonly items: readonly Item[];
	readonly deposits: ReadonlyMap<RollupId, readonly Deposit[]>;
	/** Active rollups at this tick, by id. */
	readonly rollups: ReadonlyMap<RollupId, ActiveRollup>;
	readonly itemsRoot: Hash32;
	readonly forcedRoot: Hash32;
	readonly orderRoot: Hash32;
}

/** Why a publication is void; each code is one rule of the spec. */
export type VoidReason =
	| MalformedReason // section 4; "tick-order" is D-4 too, "origin-order" D-5 too
	| "origin-unknown" // D-5
	| "origin-age" // D-5
	| "ticks-root"; // D-6

/** What became of one publication. */
export interface PublicationVerdict {
	readonly id: number;
	readonly head: Hash32;
	readonly header: PublicationHeader;
	readonly publisher: Address;
	readonly verdict:
		| { readonly kind: "valid"; readonly items: number }
		| { readonly kind: "void"; readonly reason: VoidReason };
}

export interface StepResult {
	readonly state: OrderState;
	readonly ticks: readonly DerivedTick[];
	readonly publications: readonly PublicationVerdict[];
	/** Rollups registered in this block, for the execution layer's genesis. */
	readonly registrations: readonly RollupRegisteredLog[];
	/** Messages sent in this block to registered rollups, for the execution layer. */
	readonly messages: readonly L1MessageLog[];
}
