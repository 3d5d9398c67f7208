/** What a builder is told and what it tells. */
import type { DerivedTick } from "../../derive/types.ts";
import type { ClusterExecutor, DropReason, LegTrace } from "../../execute/types.ts";
import type { Hex, Item, Leg, RollupId } from "../../primitives/types.ts";
import type { AccessEntry } from "./bind.ts";

/** Signs the legs that fill and serve; a `Wallet` of ethers is one. It pays for their gas on the rollup. */
export interface HelperSigner {
	readonly address: string;
	signTransaction(tx: HelperTx): Promise<string>;
}

export interface HelperTx {
	readonly type: 2;
	readonly chainId: number;
	readonly nonce: number;
	readonly to: string;
	readonly data: string;
	readonly gasLimit: bigint;
	readonly maxFeePerGas: bigint;
	readonly maxPriorityFeePerGas: bigint;
	readonly accessList: AccessEntry[];
}

export interface BuildLimits {
	/** Calls between rollups, nested ones and repeated tries included. */
	readonly calls: number;
	/** How deep calls may be nested, at most 7. */
	readonly depth: number;
	/** Runs of legs. */
	readonly simulations: number;
}

/** What tries legs; a `ClusterExecutor` is one. */
export type Simulator = Pick<ClusterExecutor, "explore" | "simulate" | "getNonce">;

export interface BuildOptions {
	readonly executor: Simulator;
	/** The bundle is to come after everything in it. */
	readonly tick: DerivedTick;
	/** What people have signed, in order. */
	readonly intents: readonly Leg[];
	/** By rollup: a helper may be another account on each. */
	readonly helper: (rollupId: RollupId) => HelperSigner;
	/** Wei per gas that helpers offer; 100 gwei and 1 gwei by default. */
	readonly fees?: { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint };
	/** A helper's next nonce, if transactions of its own stand before the bundle; the account's by default. */
	readonly nonceOf?: (rollupId: RollupId, helper: HelperSigner) => bigint;
	readonly limits?: Partial<BuildLimits>;
}

/** What is left to choose where the rest is known. */
export type BuilderOptions = Omit<BuildOptions, "executor" | "tick" | "intents">;

export type BuildFailure =
	/** An answer that was used is not the answer that was given, or one was not used. */
	| { readonly ok: false; readonly reason: "ReadMismatch" }
	/** @property intent its place among the intents; null for a leg of a helper. @property data what it reverted with */
	| {
			readonly ok: false;
			readonly reason: "LegReverted";
			readonly rollup: RollupId;
			readonly intent: number | null;
			readonly why: DropReason | "reverted";
			readonly data: Hex;
	  }
	/** Legs of a session are missing, too many or in another order; or a leg is no transaction of its rollup. */
	| {
			readonly ok: false;
			readonly reason: "SessionIncomplete";
			readonly intent: number | null;
			readonly why: DropReason;
	  }
	/** What is asked depends on what was answered, without end; or a limit was reached. */
	| { readonly ok: false; readonly reason: "NoFixedPoint"; readonly why: NoFixedPoint; readonly rollup: RollupId };

export type NoFixedPoint = "repeats" | "calls" | "depth" | "simulations" | "undone" | "legs";

export type Built =
	| { readonly ok: true; readonly item: Extract<Item, { kind: "bundle" }>; readonly legs: readonly LegTrace[] }
	| BuildFailure;
