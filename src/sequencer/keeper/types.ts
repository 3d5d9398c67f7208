/** What a keeper is made from, and what it tells. */
import type { BeaconApi } from "../../l1/beacon/api.ts";
import type { OracleClock } from "../../l1/beacon/oracle.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import type { MeridianError } from "../../primitives/errors.ts";
import type { Address, Hash32 } from "../../primitives/types.ts";
import type { L1Account } from "../l1-account.ts";
import type { PublisherLimits } from "../types.ts";
import type { Deed } from "./plan.ts";

/** The contracts that are kept. */
export interface Kept {
	readonly oracle: Address;
	/** `ProposerRights` of a timeline; its epochs are sealed. */
	readonly rights?: Address;
	/** Its epochs are drawn. */
	readonly stakedSet?: Address;
}

export interface KeeperOptions extends Kept {
	readonly rpc: RpcTransport;
	readonly beacon: BeaconApi;
	/** The oracle's. */
	readonly clock: OracleClock;
	/** Pays. Not the one that publishes: pools refuse an account's other transactions while its blobs wait, and the other way round. */
	readonly account: L1Account;
	/** Patience and what is paid per gas at most. */
	readonly limits?: Partial<PublisherLimits>;
}

export type KeeperEvent =
	| {
			readonly kind: "sent";
			readonly deed: Deed;
			readonly hash: Hash32;
			/** In place of a transaction that waited too long, or is no longer wanted. */
			readonly replacement: boolean;
	  }
	| {
			readonly kind: "mined";
			readonly deed: Deed;
			readonly hash: Hash32;
			readonly l1Block: number;
			readonly gasUsed: bigint;
			/** False: the chain was another by then, or the epoch over. It is looked at anew. */
			readonly success: boolean;
	  }
	/** The nonce went to a transaction that is none of the keeper's. */
	| { readonly kind: "displaced"; readonly deed: Deed }
	/** Gas costs more than the limit allows; tried again at the next block. */
	| { readonly kind: "too-dear"; readonly deed: Deed }
	/** Tried again at the next block. Without a deed: L1 itself could not be looked at. */
	| { readonly kind: "failed"; readonly deed: Deed | null; readonly error: MeridianError }
	/** Nothing can be proved from the states of this epoch; nothing is tried again before the next one. Told once per epoch. */
	| { readonly kind: "given-up"; readonly deed: Deed; readonly error: MeridianError }
	/** The epoch has begun, or will have by the next slot: it stays as it is. Told once. */
	| { readonly kind: "missed"; readonly epoch: number; readonly deeds: readonly Deed[] }
	/** So many epochs have gone by at once that nobody has looked what these are like. */
	| { readonly kind: "unseen"; readonly from: number; readonly to: number };

/** What a step has done. */
export interface KeeperReport {
	/** The L1 block it was done at; null if L1 could not be read. */
	readonly l1Block: number | null;
	/** The epoch that is kept now: the next one. Null if L1 could not be read. */
	readonly epoch: number | null;
	readonly events: readonly KeeperEvent[];
	/** The transaction that is waited for. */
	readonly inFlight: { readonly deed: Deed; readonly hash: Hash32 } | null;
}
