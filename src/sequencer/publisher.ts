/**
 * Gets one publication (or another call) at a time into L1, whatever it takes: at most one nonce is in flight, and it is replaced (higher fees, or new
 * content when the head moved) until some transaction with it is mined.
 */
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Hash32, Tick } from "../primitives/types.ts";
import { breathe } from "./breath.ts";
import { type Carrier, type Fees, offer, raise } from "./fees.ts";
import type { L1Account, L1Receipt } from "./l1-account.ts";
import type { L1Call, SignedBlob } from "./l1-transaction.ts";
import type { PublisherLimits, PublishReport } from "./types.ts";

/** What a transaction is made from. */
export interface Outgoing {
	readonly carrier: Carrier;
	readonly call: L1Call;
	/** Empty for calldata. */
	readonly blobs: readonly SignedBlob[];
}

/** A publication ready to be sent. */
export interface Draft extends Outgoing {
	/** Ring word it builds on: once the head is another, it can only revert. */
	readonly parent: Hash32;
	readonly firstTick: Tick;
	readonly lastTick: Tick;
}

export interface InFlight<D extends Outgoing = Draft> {
	readonly draft: D;
	readonly nonce: number;
	readonly fees: Fees;
	/** Every transaction sent with this nonce, latest last: any of them may be the one that is mined. */
	readonly sent: readonly { readonly hash: Hash32; readonly draft: D }[];
	/** L1 block number when the latest was sent. */
	readonly since: number;
}

/** What became of the publication in flight. */
export type Settlement<D extends Outgoing = Draft> =
	| { readonly kind: "idle" }
	| { readonly kind: "waiting"; readonly inFlight: InFlight<D> }
	| { readonly kind: "mined"; readonly draft: D; readonly receipt: L1Receipt }
	/** The nonce went to a transaction that is none of ours (the key is used elsewhere, too). */
	| { readonly kind: "displaced"; readonly draft: D };

const ATTEMPTS = 4;

export class Publisher<D extends Outgoing = Draft> {
	readonly #account: L1Account;
	readonly #limits: PublisherLimits;
	#inFlight: InFlight<D> | null = null;
	/** The nonce in flight was used up when last looked at, but by no transaction known to be ours. */
	#suspected = false;
	/** Fees of the last nonce used: after a reorg a node may still hold that transaction, and only a raised one replaces it. */
	#last: { readonly nonce: number; readonly fees: Fees } | null = null;

	constructor(account: L1Account, limits: Partial<PublisherLimits> = {}) {
		this.#account = account;
		this.#limits = { patience: 3, maxFeePerGas: 10_000_000_000_000n, ...limits };
	}

	get inFlight(): InFlight<D> | null {
		return this.#inFlight;
	}

	/** Looks whether the nonce in flight has been mined. */
	async settle(): Promise<Settlement<D>> {
		const inFlight = this.#inFlight;
		if (inFlight === null) return { kind: "idle" };
		// The nonce first: a block between the two questions then leaves it waiting, not lost.
		const next = await this.#account.nonce();
		const used = next > inFlight.nonce;
		for (const { hash, draft } of inFlight.sent.toReversed()) {
			const receipt = await this.#account.receipt(hash);
			if (receipt === null) continue;
			this.#inFlight = null;
			return { kind: "mined", draft, receipt };
		}
		// Receipts may lag behind nonces, so it takes two looks to believe that it is none of ours.
		if (!used || !this.#suspected) {
			this.#suspected = used;
			// A reorg has taken back what was mined before. The node may have forgotten it, and what follows a gap is never mined.
			const waiting = next < inFlight.nonce ? { ...inFlight, nonce: next } : inFlight;
			this.#inFlight = waiting;
			return { kind: "waiting", inFlight: waiting };
		}
		this.#inFlight = null;
		this.#suspected = false;
		return { kind: "displaced", draft: inFlight.draft };
	}

	/** Whether the one in flight has waited long enough for higher fees. */
	isStale(l1Number: number): boolean {
		return this.#inFlight !== null && l1Number - this.#inFlight.since >= this.#limits.patience;
	}

	/** The carrier a replacement must keep: nodes do not let a blob transaction and another kind share a nonce. */
	get carrierInFlight(): Carrier | null {
		return this.#inFlight?.draft.carrier ?? null;
	}

	/**
	 * Sends the draft: at a new nonce, or in place of what is in flight. False if it would cost more than the limit allows.
	 * Throws what `L1Account.broadcast` throws when the node keeps refusing.
	 */
	async send(draft: D, l1Number: number): Promise<boolean> {
		const prices = await this.#account.prices();
		const nonce = this.#inFlight?.nonce ?? (await this.#account.nonce());
		let before = this.#last?.nonce === nonce ? this.#last.fees : null;
		for (let attempt = 1; ; attempt++) {
			const fees = before === null ? offer(prices) : raise(before, prices, draft.carrier);
			if (fees.maxFeePerGas > this.#limits.maxFeePerGas) return false;
			const { raw, hash } = await this.#account.sign(draft.call, nonce, fees, draft.blobs);
			await breathe();
			try {
				await this.#account.broadcast(raw);
			} catch (error) {
				if (!isMeridianError(error) || error.code !== "l1-underpriced" || attempt === ATTEMPTS) throw error;
				before = fees;
				continue;
			}
			this.#last = { nonce, fees };
			const sent = [...(this.#inFlight?.sent ?? []), { hash, draft }];
			this.#inFlight = { draft, nonce, fees, sent, since: l1Number };
			return true;
		}
	}

	/** Sends what is in flight again at higher fees. */
	async bump(l1Number: number): Promise<boolean> {
		if (this.#inFlight === null)
			throw new MeridianError("halt", "publisher-idle", "Nothing is in flight, so nothing can be raised; send a draft");
		return await this.send(this.#inFlight.draft, l1Number);
	}
}

/** What is told of a draft that was sent. */
export function sentReport(draft: Draft, bytes: number, replacement: boolean): PublishReport {
	const { blobs, carrier, firstTick, lastTick } = draft;
	return { kind: "sent", carrier, firstTick, lastTick, blobs: blobs.length, bytes, replacement };
}
