/**
 * Gives each item that arrives a place, writes it down, signs it, and hands out the receipt: in this order (P-13). What it has promised
 * in a tick is what the tick is then made of.
 */
import { commitmentDigest, domainSeparator } from "../../codec/commitment.ts";
import { itemHash } from "../../codec/itemHash.ts";
import type { Receipt } from "../../codec/receipt.ts";
import { bytesToHex } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hash32, Item, Leg, RollupId, Tick, TimelineConfig } from "../../primitives/types.ts";
import { admitTx } from "../admit.ts";
import { admitBundle } from "../bundles/admit.ts";
import { decodeItem, itemOf } from "../decode.ts";
import type { PoolTx } from "../mempool.ts";
import type { Journal } from "./journal.ts";
import { firstTick, objectionTo } from "./mayPromise.ts";
import { OpenTicks, type PromiseView } from "./open.ts";
import type { PromiseSigner } from "./signer.ts";
import {
	DEFAULT_PROMISE_LIMITS,
	type PromiseAnswer,
	type Promised,
	type PromiseGate,
	type PromiseIdentity,
	type PromiseLimits,
	refuse,
} from "./types.ts";

export interface PromiseOptions {
	readonly config: TimelineConfig;
	readonly identity: PromiseIdentity;
	readonly journal: Journal;
	readonly signer: PromiseSigner;
	readonly gate: PromiseGate;
	readonly limits?: Partial<PromiseLimits>;
}

interface Known {
	readonly promised: Promised;
	/** Fulfilled once it is on disk. */
	readonly durable: Promise<void>;
}

type Refused = ReturnType<typeof refuse>;

export class Promises {
	readonly limits: PromiseLimits;
	readonly #options: PromiseOptions;
	readonly #journal: Journal;
	readonly #separator: Uint8Array;
	/** What is promised and not forgotten: who asks again gets the same receipt. */
	readonly #known = new Map<Hash32, Known>();
	#view: PromiseView | null = null;
	#open: OpenTicks | null = null;
	/** Fulfilled when the state can be read again. */
	#held: Promise<void> | null = null;

	/** Throws `usage` with `wrong-key` if the signer is not the journal's sequencer. */
	constructor(options: PromiseOptions) {
		const { identity, journal, signer } = options;
		if (signer.address !== identity.sequencer)
			throw new MeridianError(
				"usage",
				"wrong-key",
				`the key of ${signer.address} cannot sign for ${identity.sequencer}: who publishes, signs`,
			);
		this.#options = options;
		this.#journal = journal;
		this.#separator = domainSeparator(identity);
		this.limits = { ...DEFAULT_PROMISE_LIMITS, ...options.limits };
		for (const promised of this.#all()) this.#known.set(promised.itemHash, { promised, durable: Promise.resolve() });
	}

	/** Ties them to the sequencer that will keep them. */
	attach(view: PromiseView): void {
		this.#view = view;
		this.#open = new OpenTicks(view, this.limits, () => this.#all());
	}

	/** Promises the transaction a place, or says why not. */
	async transaction(rollupId: RollupId, rawTx: Uint8Array): Promise<PromiseAnswer> {
		await this.#held;
		const view = this.#view;
		if (view === null) return refuse("l1-unknown", "The sequencer has not read L1 yet");
		const admitted = admitTx(rollupId, rawTx, view.orderState(), view.refuse);
		if (!admitted.ok) return admitted;
		return await this.#promise(itemOf(admitted.tx), [admitted.tx]);
	}

	/** Promises the bundle a place, one for all its legs, or says why not. */
	async bundle(legs: readonly Leg[]): Promise<PromiseAnswer> {
		await this.#held;
		const view = this.#view;
		if (view === null) return refuse("l1-unknown", "The sequencer has not read L1 yet");
		const admitted = admitBundle(legs, view.orderState(), view.refuse);
		if (!admitted.ok) return admitted;
		const item: Item = { kind: "bundle", legs };
		return await this.#promise(item, decodeItem(item, view.orderState().rollups));
	}

	/** Promises nothing more in ticks up to this one; all that was promised there is on disk when it returns. Throws `halt` with `journal-failed`. */
	async close(tick: Tick): Promise<void> {
		await this.#journal.close(tick);
	}

	/** Closed ticks with promises, after `from` and up to `to`, ascending. */
	ticksBetween(from: Tick, to: Tick): readonly Tick[] {
		const last = Math.min(to, this.#journal.closed);
		return this.#journal.ticks.filter((tick) => tick > from && tick <= last);
	}

	/** Ticks with promises that cannot be kept: given up, or L1 has something else there. What is in a tick stands and falls together. */
	broken(): readonly Tick[] {
		return this.#journal.ticks.filter((tick) => {
			const [first] = this.#journal.itemsOf(tick);
			return first !== undefined && this.#view?.isGone(first) === true;
		});
	}

	/** What the tick must begin with, in this order. */
	itemsOf(tick: Tick): readonly Item[] {
		return this.#journal.itemsOf(tick).map(({ item }) => item);
	}

	/** That tick is being executed, with these transactions, until the work is done. */
	async making<T>(tick: Tick, txs: readonly PoolTx[], work: () => Promise<T>): Promise<T> {
		this.#open?.begin(tick, txs);
		try {
			return await work();
		} finally {
			this.#open?.done();
		}
	}

	/** State is of no meaning until the work is done: what is asked for meanwhile waits. */
	async holding<T>(work: () => Promise<T>): Promise<T> {
		let release: () => void = () => undefined;
		this.#held = new Promise<void>((resolve) => {
			release = resolve;
		});
		try {
			return await work();
		} finally {
			this.#open?.done();
			this.#held = null;
			release();
		}
	}

	/** Those ticks are final. */
	async forget(tick: Tick): Promise<void> {
		// It may have been promised again since.
		for (const old of this.#journal.ticks.filter((known) => known <= tick))
			for (const { itemHash: hash } of this.#journal.itemsOf(old))
				if (this.#known.get(hash)?.promised.tick === old) this.#known.delete(hash);
		await this.#journal.forget(tick);
	}

	*#all(): Iterable<Promised> {
		for (const tick of this.#journal.ticks) yield* this.#journal.itemsOf(tick);
	}

	async #promise(item: Item, txs: readonly PoolTx[]): Promise<PromiseAnswer> {
		const hash = bytesToHex(itemHash(item));
		const known = this.#standing(hash) ?? this.#place(item, hash, txs);
		if ("ok" in known) return known;
		const receipt = this.#sign(known.promised);
		try {
			await known.durable;
		} catch (error) {
			this.#known.delete(hash);
			return refuse("journal-failed", error instanceof Error ? error.message : String(error));
		}
		return { ok: true, receipt };
	}

	/** Who asks again gets the same receipt, as long as it can be kept. */
	#standing(hash: Hash32): Known | null {
		const known = this.#known.get(hash);
		return known === undefined || this.#view?.isGone(known.promised) ? null : known;
	}

	/** Finds a place and gives it away; nothing else happens in between. */
	#place(item: Item, hash: Hash32, txs: readonly PoolTx[]): Known | Refused {
		const journal = this.#journal;
		if (journal.failure !== null) return refuse("journal-failed", journal.failure.message);
		if (journal.pending >= this.limits.pending)
			return refuse("busy", `${journal.pending} items wait for the disk; ask again in a moment`);
		const tick = this.#findTick(txs);
		if (typeof tick !== "number") return tick;
		const promised: Promised = { tick, index: journal.itemsOf(tick).length, item, itemHash: hash };
		const known = { promised, durable: journal.append(promised) };
		this.#known.set(hash, known);
		return known;
	}

	#findTick(txs: readonly PoolTx[]): Tick | Refused {
		const { config, gate } = this.#options;
		const open = this.#open;
		if (open === null) return refuse("l1-unknown", "The sequencer has not read L1 yet");
		const clock = gate.clock();
		const first = firstTick(config, clock, this.limits);
		if (typeof first !== "number") return first;
		const after = this.#senders(open, txs);
		if (typeof after !== "number") return after;
		const next = Math.max(first, this.#journal.closed + 1, open.made + 1);
		let reason: Refused | null = null;
		for (let tick = next; tick <= next + this.limits.ahead; tick++) {
			const objection = objectionTo(tick, gate.ownershipOf(tick), clock, this.limits);
			const takes = objection === null && tick >= after ? open.takes(tick, txs) : false;
			if (takes === true) return tick;
			reason ??= objection ?? (takes === null ? refuse("l1-unknown", `No L1 block is known for tick ${tick}`) : null);
		}
		return (
			reason ?? refuse("ticks-full", `Ticks ${next} to ${next + this.limits.ahead} have no room for it, at its fee`)
		);
	}

	/** The tick that everything promised to its senders allows first, or why they cannot have more. */
	#senders(open: OpenTicks, txs: readonly PoolTx[]): Tick | Refused {
		const nonces = new Map<string, bigint>();
		let from = 0;
		for (const tx of txs) {
			const { rollupId, sender } = tx;
			const account = open.after(tx);
			const key = `${rollupId}:${sender}`;
			const nonce = nonces.get(key) ?? account.nonce;
			if (tx.nonce !== nonce)
				return refuse("nonce", `The nonce is ${tx.nonce}; after what is promised the sender's next one is ${nonce}`);
			if (this.#view?.waits(rollupId, sender, tx.nonce))
				return refuse("nonce", `A transaction of the sender with nonce ${tx.nonce} or a lower one waits unpromised`);
			if (tx.cost > account.balance)
				return refuse("balance", `It may cost ${tx.cost} wei; ${account.balance} are left after what is promised`);
			nonces.set(key, nonce + 1n);
			from = Math.max(from, account.from);
		}
		return from;
	}

	#sign({ index, itemHash: hash, tick }: Promised): Receipt {
		const { identity, signer } = this.#options;
		const { chainId, sequencer, slasher, timeline } = identity;
		const commitment = { timeline, tick, index, itemHash: hash };
		const signature = signer.sign(commitmentDigest(this.#separator, commitment));
		return { version: 1, chainId, timeline, slasher, tick, index, itemHash: hash, sequencer, signature };
	}
}
