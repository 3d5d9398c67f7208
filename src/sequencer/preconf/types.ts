/** What is promised, under which conditions, and what is said when nothing is. */
import type { Receipt } from "../../codec/receipt.ts";
import type { Address, Hash32, Item, Tick } from "../../primitives/types.ts";
import type { Rejection } from "../rejection.ts";

/** Who promises to whom: what every commitment of one journal has in common. */
export interface PromiseIdentity {
	/** Of L1. */
	readonly chainId: number;
	/** The Inbox. */
	readonly timeline: Address;
	/** The timeline's `PreconfSlasher`. */
	readonly slasher: Address;
	readonly sequencer: Address;
}

/** An item with its place. */
export interface Promised {
	readonly tick: Tick;
	readonly index: number;
	readonly item: Item;
	readonly itemHash: Hash32;
}

/** Ticks that the sequencer owns by R-18. */
export interface OwnedTicks {
	readonly firstTick: Tick;
	readonly lastTick: Tick;
	/** L1 time in seconds: the last block that may hold a publication of them is of this time. */
	readonly lastBlockTime: number;
}

/** What is known of who owns a tick. */
export type Ownership = OwnedTicks | "not-owner" | "unknown";

/** This machine's clock beside L1's. */
export interface ClockReading {
	/** Milliseconds since 1970, by this machine. */
	readonly nowMs: number;
	/** How far this machine may be from L1 at most, as far as that is known; null if nothing is. */
	readonly errorMs: number | null;
}

/** P-14: what a sequencer must know before it signs. */
export interface PromiseGate {
	ownershipOf(tick: Tick): Ownership;
	clock(): ClockReading;
}

export type PromiseRefusal =
	/** P-14. */
	| "not-owner"
	| "rights-unknown"
	| "clock-unknown"
	| "clock-skewed"
	| "window-over"
	/** Fits in none of the ticks that are open. */
	| "ticks-full"
	/** No L1 block is known that the tick could have seen. */
	| "l1-unknown"
	/** The sender's next nonce is another one, or waits in the mempool. */
	| "nonce"
	/** More is under way than can be promised in time; ask again. */
	| "busy"
	/** The journal cannot be written; nothing is promised until the sequencer is started again. */
	| "journal-failed"
	| Rejection;

export type PromiseAnswer =
	| { readonly ok: true; readonly receipt: Receipt }
	| { readonly ok: false; readonly reason: PromiseRefusal; readonly message: string };

export interface PromiseLimits {
	/** How far this machine's clock may be from L1's, in milliseconds. */
	readonly maxSkewMs: number;
	/** Time a publication needs to get into a block, in milliseconds. */
	readonly publishMs: number;
	/** How many ticks after the next one may be promised when that is full. */
	readonly ahead: number;
	/** Raw bytes of promised items in one tick: any carrier must be able to take them, however badly they compress. */
	readonly tickBytes: number;
	/** Items promised in one tick. */
	readonly tickItems: number;
	/** Items whose receipts have not left yet. */
	readonly pending: number;
}

export const DEFAULT_PROMISE_LIMITS: PromiseLimits = {
	maxSkewMs: 500,
	publishMs: 4_000,
	ahead: 2,
	tickBytes: 100_000,
	tickItems: 4_096,
	pending: 2_048,
};

export const refuse = (reason: PromiseRefusal, message: string) => ({ ok: false, reason, message }) as const;
