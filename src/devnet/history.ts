/** All ticks a devnet has seen: what the sequencer said they would be, and what the reader derived. */
import type { SealedBlock } from "../execute/types.ts";
import type { PositionRecord, TickRecord } from "../node/records.ts";
import type { RollupId, Tick, TimelineConfig } from "../primitives/types.ts";
import type { Certainty, Mark, ScoreSlot } from "./score.ts";

interface Entry {
	/** Null: it has made no tick here. */
	unsafe: TickRecord | null;
	/** Null: not derived (yet). */
	derived: TickRecord | null;
}

export interface Agreement {
	/** Blocks that both have. */
	readonly blocks: number;
	readonly ticks: number;
	/** Ticks in which anything differs. */
	readonly differences: readonly Tick[];
}

export class History {
	readonly #config: TimelineConfig;
	/** Lane of each rollup. */
	readonly #lanes: ReadonlyMap<RollupId, number>;
	readonly #ticks = new Map<Tick, Entry>();
	#finalizedTick = 0;

	constructor(config: TimelineConfig, rollups: readonly RollupId[]) {
		this.#config = config;
		this.#lanes = new Map(rollups.map((rollupId, lane) => [rollupId, lane]));
	}

	/** What the sequencer holds a tick to be now. */
	expect(record: TickRecord): void {
		this.#entry(record.tick).unsafe = record;
	}

	/** Ticks the sequencer has undone. */
	withdraw(ticks: readonly Tick[]): void {
		for (const tick of ticks) {
			const entry = this.#entry(tick);
			entry.unsafe = null;
			if (entry.derived === null) this.#ticks.delete(tick);
		}
	}

	derive(record: TickRecord): void {
		this.#entry(record.tick).derived = record;
	}

	/** An L1 reorg has undone everything the reader derived after that tick. */
	underive(lastTick: Tick): void {
		for (const [tick, entry] of this.#ticks) {
			if (tick <= lastTick) continue;
			entry.derived = null;
			if (entry.unsafe === null) this.#ticks.delete(tick);
		}
	}

	finalize(tick: Tick): void {
		this.#finalizedTick = Math.max(this.#finalizedTick, tick);
	}

	/** Derived ticks, ascending. */
	derived(): readonly TickRecord[] {
		return this.#sorted().flatMap(([, { derived }]) => (derived === null ? [] : [derived]));
	}

	agreement(): Agreement {
		const both = this.#sorted().flatMap(([tick, { derived, unsafe }]) =>
			derived === null || unsafe === null ? [] : [{ tick, derived, unsafe }],
		);
		return {
			blocks: both.reduce((sum, { derived }) => sum + derived.blocks.length, 0),
			ticks: both.length,
			differences: both.filter(({ derived, unsafe }) => essence(derived) !== essence(unsafe)).map(({ tick }) => tick),
		};
	}

	/** Everything, by L1 slot. */
	slots(): readonly ScoreSlot[] {
		const slots = new Map<number, { slot: number; certainty: Certainty; ticks: ScoreSlot["ticks"][number][] }>();
		let position = 1;
		for (const [tick, { derived, unsafe }] of this.#sorted()) {
			const record = derived ?? unsafe;
			if (record === null) continue;
			const slot = Math.floor((record.time - this.#config.beaconGenesisTime) / this.#config.slotSeconds);
			const certainty: Certainty = derived === null ? "unsafe" : tick <= this.#finalizedTick ? "finalized" : "safe";
			const entry = slots.get(slot) ?? { slot, certainty, ticks: [] };
			// A slot is as sure as its last tick.
			entry.certainty = certainty;
			entry.ticks.push({ first: position, marks: record.positions.map(this.#mark), deposits: this.#deposits(record) });
			slots.set(slot, entry);
			position += record.positions.length;
		}
		return [...slots.values()];
	}

	readonly #mark = (position: PositionRecord): { lane: number; mark: Mark } => {
		const lane = this.#lanes.get(position.legs[0]?.rollupId ?? 0) ?? -1;
		const { outcome } = position;
		const dropped = outcome === null || outcome.kind === "dropped";
		if (position.class === 0) return { lane, mark: dropped ? "forcedDropped" : "forced" };
		if (position.bundle) return { lane, mark: dropped ? "bundleDropped" : "bundle" };
		if (dropped) return { lane, mark: "dropped" };
		return { lane, mark: outcome.kind === "held" || outcome.status === 1 ? "included" : "reverted" };
	};

	#deposits(record: TickRecord): ReadonlyMap<number, number> {
		const lanes = new Map<number, number>();
		for (const { rollupId } of record.deposits) {
			const lane = this.#lanes.get(rollupId) ?? -1;
			lanes.set(lane, (lanes.get(lane) ?? 0) + 1);
		}
		return lanes;
	}

	#entry(tick: Tick): Entry {
		const entry = this.#ticks.get(tick) ?? { unsafe: null, derived: null };
		this.#ticks.set(tick, entry);
		return entry;
	}

	#sorted(): readonly (readonly [Tick, Entry])[] {
		return [...this.#ticks].sort(([a], [b]) => a - b);
	}
}

/** What two views of a tick must agree on: order, outcomes, and every block's hash, which holds all the rest. */
function essence({ blocks, deposits, orderRoot, positions }: TickRecord): string {
	const hashes = blocks.map(
		({ hash, number, rollupId, stateRoot }: Pick<SealedBlock, "rollupId" | "number" | "hash" | "stateRoot">) => [
			rollupId,
			number,
			hash,
			stateRoot,
		],
	);
	return JSON.stringify([orderRoot, positions, deposits, hashes]);
}
