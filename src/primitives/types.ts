/** The words of Meridian as types. Units: seconds, ticks, gas; amounts in gwei or wei are `bigint`. */

export type Hex = `0x${string}`;
/** 32 bytes, lower case. */
export type Hash32 = Hex;
/** 20 bytes, lower case. */
export type Address = Hex;

/** Index of a rollup in its timeline, from 1. Never the chain id. */
export type RollupId = number;
/** Index of a cluster in its timeline, from 1. */
export type ClusterId = number;
/** Number of a tick; `time(tick) = genesisTime + tick * tickSeconds`. Below 2^40. */
export type Tick = number;

/** Fixed when the Inbox is created; spec/derivation.md section 1.1. Times in seconds. */
export interface TimelineConfig {
	readonly startBlock: number;
	readonly genesisTime: number;
	readonly beaconGenesisTime: number;
	readonly slotSeconds: number;
	readonly tickSeconds: number;
	readonly maxLag: number;
	readonly forcedDelay: number;
	readonly maxOriginAge: number;
	readonly ringSize: number;
	readonly clusterGasPerSlot: bigint;
}

/** As registered on L1; spec/derivation.md section 2. */
export interface RollupConfig {
	readonly chainId: number;
	readonly cluster: ClusterId;
	readonly gasLimit: number;
	readonly feeRecipient: Address;
	readonly activationTick: Tick;
	readonly settlement: Address;
	readonly template: number;
	readonly genesisHash: Hash32;
}

/** A raw signed transaction of one rollup. The bytes are whatever was published; nothing is known of them yet. */
export interface Leg {
	readonly rollupId: RollupId;
	readonly rawTx: Uint8Array;
}

/** What a manifest lists: one transaction, or a bundle (all or nothing; possibly of one leg). */
export type Item =
	| { readonly kind: "tx"; readonly leg: Leg }
	| { readonly kind: "bundle"; readonly legs: readonly Leg[] };

/** The header of a publication, as in the Inbox's `meta` word and its neighbours; rules H-1 to H-4. */
export interface PublicationHeader {
	/** Ring word the publication builds on. */
	readonly parent: Hash32;
	readonly coinbase: Address;
	readonly firstTick: Tick;
	readonly lastTick: Tick;
	/** Number of the last tick's l1Origin. */
	readonly l1Origin: number;
	readonly l1OriginHash: Hash32;
	readonly codec: number;
	/** Number of blobs; 0 for calldata. */
	readonly blobs: number;
	readonly ticksRoot: Hash32;
}
