/** What derivation asks of the outside. Adapters live in `l1`; derivation itself has no socket, clock, file or global. */
import type { Address, Hash32, TimelineConfig } from "../primitives/types.ts";
import type { L1Block } from "./types.ts";

/** Everything a reader learns from the Inbox's address. */
export interface Timeline {
	readonly l1ChainId: number;
	readonly inbox: Address;
	readonly registry: Address;
	readonly forcedInclusion: Address;
	readonly bridge: Address;
	readonly rights: Address;
	/** L1 block that created the Inbox, where `TimelineCreated` stands. */
	readonly creationBlock: number;
	readonly genesisHead: Hash32;
	readonly config: TimelineConfig;
}

export interface L1Id {
	readonly number: number;
	readonly hash: Hash32;
}

export interface L1Heads {
	readonly latest: L1Id;
	readonly safe: L1Id;
	readonly finalized: L1Id;
}

/**
 * L1 as derivation may believe it: every block's header hash, receipts root and blobs have been checked.
 * Throws `MeridianError` with recovery `retry` when a source fails and `halt` when no source tells the truth.
 */
export interface L1Source {
	timeline(): Promise<Timeline>;
	heads(): Promise<L1Heads>;
	/** The canonical block of that number, complete, or null if the chain is not that long. */
	block(number: number): Promise<L1Block | null>;
	/** Hash of the canonical block of that number, cheaply; null if the chain is not that long. */
	hashOf(number: number): Promise<Hash32 | null>;
}
