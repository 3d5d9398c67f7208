/** L1 gas of publications, shared among the rollups by the bytes each had in them. */
import type { DerivedTick } from "../derive/types.ts";
import type { RollupId, Tick } from "../primitives/types.ts";

export interface GasTotals {
	readonly publications: number;
	readonly gas: number;
	readonly perRollup: ReadonlyMap<RollupId, number>;
}

export class GasShares implements GasTotals {
	publications = 0;
	gas = 0;
	readonly perRollup = new Map<RollupId, number>();
	readonly #rollups: readonly RollupId[];
	/** Bytes of transactions per rollup, by tick. */
	readonly #bytes = new Map<Tick, ReadonlyMap<RollupId, number>>();

	constructor(rollups: readonly RollupId[]) {
		this.#rollups = rollups;
	}

	/** What the sequencer has put into a tick. */
	made({ items, tick }: DerivedTick): void {
		const bytes = new Map<RollupId, number>();
		for (const item of items) {
			for (const { rawTx, rollupId } of item.kind === "tx" ? [item.leg] : item.legs)
				bytes.set(rollupId, (bytes.get(rollupId) ?? 0) + rawTx.length);
		}
		this.#bytes.set(tick, bytes);
	}

	/** A publication of the ticks from one to another has cost that. */
	paid(firstTick: Tick, lastTick: Tick, gas: number): void {
		this.publications++;
		this.gas += gas;
		const bytes = new Map<RollupId, number>();
		for (const [tick, perRollup] of this.#bytes) {
			if (tick < firstTick || tick > lastTick) continue;
			for (const [rollupId, count] of perRollup) bytes.set(rollupId, (bytes.get(rollupId) ?? 0) + count);
		}
		const total = [...bytes.values()].reduce((sum, count) => sum + count, 0);
		for (const rollupId of this.#rollups) {
			// A publication without items lets deposits and forced entries of all of them through.
			const share = total === 0 ? 1 / this.#rollups.length : (bytes.get(rollupId) ?? 0) / total;
			this.perRollup.set(rollupId, (this.perRollup.get(rollupId) ?? 0) + gas * share);
		}
	}
}
