/** What a sequencer is told and what it tells. */
import type { DerivedTick, OrderState } from "../derive/types.ts";
import type { TickResult } from "../execute/types.ts";
import type { BlobArchive } from "../l1/blobs.ts";
import type { Address, Hash32, Hex, Tick } from "../primitives/types.ts";
import type { BundlePoolLimits, LostBundle } from "./bundles/pool.ts";
import type { Carrier } from "./fees.ts";
import type { L1Account, L1Receipt } from "./l1-account.ts";
import type { PoolLimits } from "./mempool.ts";
import type { Promises } from "./preconf/promises.ts";
import type { Rejection } from "./rejection.ts";

export interface PublisherLimits {
	/** L1 blocks to wait before fees are raised. */
	readonly patience: number;
	/** Never offer more than this per gas (wei); a publication then waits for cheaper blocks. */
	readonly maxFeePerGas: bigint;
}

export interface SequencerOptions {
	readonly account: L1Account;
	/** Receives the priority fees of its ticks on every rollup; the account's own address by default. */
	readonly coinbase?: Address;
	/** Where data is published; by default whatever costs less for that publication. */
	readonly carrier?: Carrier | "cheapest";
	/** Blobs are stored here before they are published. */
	readonly archive?: BlobArchive;
	/** How many L1 blocks below the head a tick's l1Origin stands, as far as `maxOriginAge` lets it. 1 by default. */
	readonly originDepth?: number;
	/** Sidecar version of blob transactions: 1 (cell proofs), or 0 for nodes from before Osaka. */
	readonly wrapperVersion?: 0 | 1;
	/** What the rights module is handed, by the state that the publication follows; nothing by default. */
	readonly proof?: (state: OrderState) => Hex;
	/** Senders this operator does not serve. They can still force their transactions. */
	readonly refuse?: ReadonlySet<Address>;
	readonly pool?: Partial<PoolLimits>;
	readonly bundles?: Partial<BundlePoolLimits>;
	/** Told of each bundle that is given up. */
	readonly onLostBundle?: (lost: LostBundle) => void;
	readonly publisher?: Partial<PublisherLimits>;
	/** Preconfirmations: what it promises, ticks begin with. Without it nothing is promised. */
	readonly promises?: Promises;
}

export type Submission =
	| { readonly ok: true; readonly hash: Hash32 }
	| { readonly ok: false; readonly reason: Rejection; readonly message: string };

/** A tick as it is expected to be derived, with what it does. */
export interface UnsafeTick {
	/** Ticks that derivation will insert before it, then the tick itself. */
	readonly ticks: readonly { readonly derived: DerivedTick; readonly result: TickResult }[];
}

/** What taking in L1 has changed. */
export interface SyncReport {
	readonly l1Number: number;
	/** L1 blocks taken back. */
	readonly removedBlocks: number;
	/** Own ticks that were undone; their transactions are in the mempool again. */
	readonly undoneTicks: readonly Tick[];
	/** Set when the publication in flight was mined. */
	readonly mined: { readonly receipt: L1Receipt; readonly firstTick: Tick; readonly lastTick: Tick } | null;
}

export type PublishReport =
	| { readonly kind: "nothing" }
	/** In flight already, and still right. */
	| { readonly kind: "waiting" }
	/** Would cost more than the publisher's limit. */
	| { readonly kind: "too-dear" }
	| {
			readonly kind: "sent";
			readonly carrier: Carrier;
			readonly firstTick: Tick;
			readonly lastTick: Tick;
			readonly blobs: number;
			readonly bytes: number;
			/** Sent in place of another that was in flight. */
			readonly replacement: boolean;
	  };
