import type { L1Ref, VoidReason } from "../../src/derive/types.ts";
import type { Address, Hash32 } from "../../src/primitives/types.ts";

/** Rules that a test bends on purpose, one at a time, to see that comparing notices. */
export const DEVIATIONS = [
	"blob-padding-ignored",
	"blob-not-full-accepted",
	"brotli-trailing-accepted",
	"ratio-unchecked",
	"rlp-lenient",
	"lone-leg-hashed-as-transaction",
	"void-keeps-head",
	"logs-before-publications",
	"origin-age-exclusive",
	"origin-below-last-accepted",
	"due-exclusive",
	"activation-exclusive",
	"cap-from-latest-config",
	"over-cap-uses-gas",
	"forced-by-cluster",
	"fill-never",
	"fill-ignores-deposits",
	"fill-origin-unbounded",
	"horizon-one-late",
	"horizon-ignores-forced",
	"one-deposit-less",
	"prune-one-more",
	"inactive-deposits-count",
	"horizon-never-fills",
	"legs-judged-one-by-one",
	"registered-twice",
	"unknown-leg-accepted",
	"negative-age-accepted",
	"lags-may-rise",
	"retirement-ignored",
] as const;

export type Deviation = (typeof DEVIATIONS)[number];

export interface ReadPublication {
	readonly id: number;
	readonly head: Hash32;
	/** What the first rule it breaks may be called (one rule can fail in two ways at once); none: it is valid. */
	readonly broken: readonly VoidReason[];
	/** Items of a valid publication; 0 for a void one. */
	readonly items: number;
}

export interface ReadEntry {
	readonly sequence: number;
	readonly cluster: number;
	readonly index: number;
	readonly enqueuedAt: number;
	readonly bundle: boolean;
	readonly rollupIds: readonly number[];
	readonly overCap: boolean;
	readonly itemHash: Hash32;
}

export interface ReadTick {
	readonly tick: number;
	readonly time: number;
	readonly kind: "published" | "filled" | "horizon";
	readonly publicationId: number | null;
	readonly l1Origin: L1Ref;
	readonly coinbase: Address | null;
	readonly forced: readonly ReadEntry[];
	readonly items: readonly Hash32[];
	/** Each credit as `index/L1 block/recipient/gwei`. */
	readonly deposits: readonly { rollupId: number; credits: readonly string[] }[];
	readonly rollups: readonly {
		rollupId: number;
		chainId: number;
		cluster: number;
		gasLimit: number;
		feeRecipient: Address;
	}[];
	readonly itemsRoot: Hash32;
	readonly forcedRoot: Hash32;
	readonly orderRoot: Hash32;
}

/** Everything the order layer says about one L1 block. */
export interface ReadBlock {
	readonly number: number;
	readonly publications: readonly ReadPublication[];
	readonly ticks: readonly ReadTick[];
	readonly registrations: readonly number[];
	/** Messages from L1, as `rollup/id`. */
	readonly messages: readonly string[];
	readonly head: Hash32;
	readonly lastTick: number;
	readonly lastOrigin: number;
	readonly accumulatorCount: number;
	readonly accumulatorRoot: Hash32;
	readonly stateHash: Hash32;
}

export interface Leg {
	readonly rollupId: number;
	readonly rawTx: Buffer;
}

export interface ManifestItem {
	readonly bundle: boolean;
	readonly legs: readonly Leg[];
}

export interface ManifestTick {
	readonly delta: number;
	readonly lag: number;
	readonly items: readonly ManifestItem[];
}
