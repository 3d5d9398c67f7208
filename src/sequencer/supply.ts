/** Everything that waits to be ordered: transactions, bundles, and bytes to be ordered unseen. */
import type { DerivedTick } from "../derive/types.ts";
import type { Address, Item, RollupId } from "../primitives/types.ts";
import { createBudget } from "./budget.ts";
import { BundlePool, bundleItem, type PoolBundle } from "./bundles/pool.ts";
import { decodeItem, itemOf } from "./decode.ts";
import type { Execution } from "./execution.ts";
import { Mempool, type PoolTx } from "./mempool.ts";
import type { SequencerOptions } from "./types.ts";

/** What a tick is made of, to be put back if it is undone. */
export interface Taken {
	/** First of all, at the places they were promised. They are never put back: their journal keeps them. */
	readonly promised: readonly Item[];
	readonly bundles: readonly PoolBundle[];
	readonly txs: readonly PoolTx[];
	/** Ordered as it is, whatever it is. */
	readonly unseen: readonly Item[];
}

/** What was promised, then bundles: they were tried there. */
export const itemsOf = ({ bundles, promised, txs, unseen }: Taken): Item[] => [
	...promised,
	...bundles.map(bundleItem),
	...txs.map(itemOf),
	...unseen,
];

export class Supply {
	readonly mempool: Mempool;
	readonly bundles: BundlePool;
	readonly #execution: Execution;
	#unseen: Item[] = [];

	constructor(execution: Execution, { bundles, onLostBundle, pool }: SequencerOptions) {
		this.#execution = execution;
		this.mempool = new Mempool(pool);
		this.bundles = new BundlePool(bundles, onLostBundle);
	}

	addUnseen(item: Item): void {
		this.#unseen.push(item);
	}

	/**
	 * What goes into the tick.
	 * @param ticks as derivation makes them without any items: the tick last, and before it those that it inserts
	 * @param promised what the tick must begin with
	 */
	async take(ticks: readonly DerivedTick[], promised: readonly Item[] = []): Promise<Taken> {
		const tick = ticks.at(-1);
		if (tick === undefined) return { promised, bundles: [], txs: [], unseen: [] };
		// Bundles are tried on the state as it is: they wait while ticks come in between.
		const bundles = ticks.length > 1 ? [] : await this.#takeBundles({ ...tick, items: promised });
		const before = promised.flatMap((item) => decodeItem(item, tick.rollups));
		const legs = [...before, ...bundles.flatMap((bundle) => bundle.legs)];
		const budget = createBudget(tick, this.#execution, legs);
		const txs = this.mempool.take(this.#nonceOf, (tx) => budget.takes(tx));
		return { promised, bundles, txs, unseen: this.#unseen.splice(0) };
	}

	/** Puts back what was in ticks that do not stand, in front of what has come since. */
	giveBack(taken: readonly Taken[]): void {
		this.bundles.restore(taken.flatMap(({ bundles }) => bundles));
		this.mempool.restore(taken.flatMap(({ txs }) => txs));
		this.#unseen.unshift(...taken.flatMap(({ unseen }) => unseen));
	}

	/** Forgets what can never be ordered any more. */
	prune(): void {
		this.mempool.prune(this.#nonceOf);
	}

	async #takeBundles(tick: DerivedTick): Promise<PoolBundle[]> {
		return await this.bundles.take({
			tick,
			simulate: (...trial) => this.#execution.simulate(...trial),
			waitsFor: ({ nonce, rollupId, sender }) => this.mempool.waits(rollupId, sender, nonce),
		});
	}

	readonly #nonceOf = (rollupId: RollupId, sender: Address): bigint =>
		this.#execution.account(rollupId, sender)?.nonce ?? 0n;
}
