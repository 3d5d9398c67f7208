/** What the plain executor tells of a tick; the reasons are the words of docs/spec/execution.md and docs/spec/bundles.md. */
import type { Address, Hash32, Hex, RollupId } from "../../../src/primitives/types.ts";

/** Mistakes that the executor makes on purpose, to see whether a campaign would notice them. */
export type Deviation =
	| "session-unchecked"
	| "alone-unchecked"
	| "tags-unchecked"
	| "serve-unchecked"
	| "fill-unchecked"
	| "pending-unchecked"
	| "sent-unchecked"
	| "own-sent-counts"
	| "l1-too-early"
	| "failed-bundle-kept"
	| "reverted-leg-accepted"
	| "waste-free"
	| "examined-unbounded"
	| "overcap-accepted"
	| "unwind-keeps-messages"
	| "unwind-keeps-a-rollup";

export interface Log {
	readonly address: Address;
	readonly topics: readonly Hash32[];
	readonly data: Hex;
}

/** One transaction in a block. */
export interface IncludedLeg {
	readonly rollupId: RollupId;
	readonly blockNumber: number;
	readonly txIndex: number;
	readonly txHash: Hash32;
	readonly status: 0 | 1;
	readonly gasUsed: number;
	readonly logs: readonly Log[];
}

export type Verdict =
	| { readonly kind: "included"; readonly legs: readonly IncludedLeg[] }
	/** `leg`: the place and reason of the leg that a bundle failed at. */
	| {
			readonly kind: "dropped";
			readonly reason: string;
			readonly leg?: { readonly index: number; readonly reason: string };
	  };

export interface ReferenceOutcome {
	readonly class: 0 | 1;
	readonly index: number;
	readonly verdict: Verdict;
}

export interface ReferenceBlock {
	readonly rollupId: RollupId;
	readonly number: number;
	readonly hash: Hash32;
}

export interface ReferenceTick {
	readonly outcomes: readonly ReferenceOutcome[];
	/** By rollupId. */
	readonly blocks: readonly ReferenceBlock[];
}
