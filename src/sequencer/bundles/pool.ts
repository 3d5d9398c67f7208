/** Bundles waiting to be ordered. Each stays whole: it is tried behind what its tick has, and either holds there or waits for the next. */
import type { DerivedTick } from "../../derive/types.ts";
import type { Dropped, Simulation } from "../../execute/types.ts";
import type { Hash32, Item, Leg } from "../../primitives/types.ts";
import type { ReadLeg } from "./read.ts";

export interface PoolBundle {
	/** Its item hash (S-1). */
	readonly id: Hash32;
	readonly legs: readonly ReadLeg[];
}

export interface BundlePoolLimits {
	readonly size: number;
	/** Ticks in which a bundle is tried before it is given up. */
	readonly attempts: number;
	/** Bundles tried per tick. */
	readonly perTick: number;
}

export interface BundleTotals {
	submitted: number;
	/** In ticks of this sequencer; one that was undone and ordered again counts twice. */
	ordered: number;
	/** Given up, by reason. */
	readonly dropped: Map<Dropped["reason"], number>;
}

/** A bundle that did not hold as often as it may, and why it did not the last time. */
export interface LostBundle {
	readonly id: Hash32;
	readonly result: Dropped;
}

/** What the pool asks while a tick is made. */
export interface BundleTrial {
	/** With everything in it that comes before the bundles. */
	readonly tick: DerivedTick;
	simulate(tick: DerivedTick, legs: readonly Leg[]): Promise<Simulation | null>;
	/** Whether a transaction that waits by itself comes first: one of the same sender with this nonce or a lower one. */
	waitsFor(leg: ReadLeg): boolean;
}

interface Waiting {
	readonly bundle: PoolBundle;
	attempts: number;
}

const DEFAULT_LIMITS: BundlePoolLimits = { size: 256, attempts: 4, perTick: 16 };

export const bundleItem = ({ legs }: PoolBundle): Item => ({
	kind: "bundle",
	legs: legs.map(({ rawTx, rollupId }) => ({ rollupId, rawTx })),
});

export class BundlePool {
	readonly totals: BundleTotals = { submitted: 0, ordered: 0, dropped: new Map() };
	readonly #limits: BundlePoolLimits;
	readonly #onLost: (lost: LostBundle) => void;
	#waiting: readonly Waiting[] = [];

	constructor(limits: Partial<BundlePoolLimits> = {}, onLost: (lost: LostBundle) => void = () => undefined) {
		this.#limits = { ...DEFAULT_LIMITS, ...limits };
		this.#onLost = onLost;
	}

	get size(): number {
		return this.#waiting.length;
	}

	/** Takes a bundle in, or says why not. */
	add(bundle: PoolBundle): "already-known" | "pool-full" | null {
		if (this.#waiting.some((waiting) => waiting.bundle.id === bundle.id)) return "already-known";
		if (this.#waiting.length >= this.#limits.size) return "pool-full";
		this.#waiting = [...this.#waiting, { bundle, attempts: 0 }];
		this.totals.submitted++;
		return null;
	}

	/** Puts back bundles whose ticks were undone, in front of all others. */
	restore(bundles: readonly PoolBundle[]): void {
		const known = new Set(this.#waiting.map(({ bundle }) => bundle.id));
		const back = bundles.filter(({ id }) => !known.has(id)).map((bundle) => ({ bundle, attempts: 0 }));
		this.#waiting = [...back, ...this.#waiting];
	}

	/** Removes and returns those that hold in the tick, in the order in which they came. Gives up those that were tried often enough. */
	async take({ simulate, tick, waitsFor }: BundleTrial): Promise<PoolBundle[]> {
		const taken: PoolBundle[] = [];
		const gone = new Set<Waiting>();
		for (const waiting of this.#waiting.slice(0, this.#limits.perTick)) {
			const { bundle } = waiting;
			const items = [...tick.items, ...taken.map(bundleItem)];
			const result = bundle.legs.some(waitsFor)
				? NONCE
				: ((await simulate({ ...tick, items }, bundle.legs))?.result ?? NO_ROLLUP);
			if (result.kind !== "dropped") {
				taken.push(bundle);
				gone.add(waiting);
			} else if (++waiting.attempts >= this.#limits.attempts) {
				gone.add(waiting);
				this.#lose(bundle, result);
			}
		}
		// What came meanwhile stays.
		this.#waiting = this.#waiting.filter((waiting) => !gone.has(waiting));
		this.totals.ordered += taken.length;
		return taken;
	}

	#lose({ id }: PoolBundle, result: Dropped): void {
		const { dropped } = this.totals;
		dropped.set(result.reason, (dropped.get(result.reason) ?? 0) + 1);
		this.#onLost({ id, result });
	}
}

const NONCE: Dropped = { kind: "dropped", reason: "nonce" };
const NO_ROLLUP: Dropped = { kind: "dropped", reason: "unknown-rollup" };
