/** The order layer's state: how it begins, and what is looked up in it; docs/spec/derivation.md section 6. */
import { EMPTY_ACCUMULATOR } from "../codec/accumulator.ts";
import { ZERO_HASH } from "../primitives/bytes.ts";
import type { Hash32, RollupId, Tick, TimelineConfig } from "../primitives/types.ts";
import type { ActiveRollup, ConfigChange, L1Ref, OrderState, RollupState } from "./types.ts";

/** The state before the L1 block `startBlock`. */
export function genesisState(config: TimelineConfig, genesisHead: Hash32): OrderState {
	return {
		l1: { number: config.startBlock - 1, hash: ZERO_HASH, timestamp: 0 },
		blocks: [],
		head: genesisHead,
		lastTick: 0,
		lastOrigin: 0,
		rollups: new Map(),
		nextSequence: 0,
		forced: new Map(),
		deposits: new Map(),
		accumulator: EMPTY_ACCUMULATOR,
	};
}

/** Registered, begun, and not retired by a config with gas limit 0. */
export function isActive(rollup: RollupState | undefined, tick: Tick): rollup is RollupState {
	return rollup !== undefined && rollup.activationTick <= tick && configAt(rollup, tick)?.gasLimit !== 0;
}

/** A rollup's settings at a tick; none before it is registered to begin. */
function configAt(rollup: RollupState, tick: Tick): ConfigChange | undefined {
	return rollup.configs.findLast((config) => config.effectiveTick <= tick);
}

/** Configs of a rollup that have come into force by a tick, in the order in which they were recorded. */
function configsAt(rollup: RollupState, tick: Tick): readonly ConfigChange[] {
	return rollup.configs.filter((config) => config.effectiveTick <= tick);
}

/** Most gas that forced entries may declare for an active rollup at a tick: half of the smallest gas limit it has had. */
export function forcedCap(rollup: RollupState, tick: Tick): number {
	return Math.floor(Math.min(...configsAt(rollup, tick).map((config) => config.gasLimit)) / 2);
}

interface ActiveSpan {
	/** Ticks `from <= tick < until` for which `active` holds. */
	readonly from: Tick;
	readonly until: Tick;
	readonly active: ReadonlyMap<RollupId, ActiveRollup>;
}

/** Last answer per set of rollups: consecutive ticks share one map. Only saves work; every answer is a function of the arguments. */
const lastSpan = new WeakMap<ReadonlyMap<RollupId, RollupState>, ActiveSpan>();

/** Rollups active at a tick with their settings then, by ascending id. */
export function activeRollups(state: OrderState, tick: Tick): ReadonlyMap<RollupId, ActiveRollup> {
	const known = lastSpan.get(state.rollups);
	if (known !== undefined && known.from <= tick && tick < known.until) return known.active;
	const active = new Map<RollupId, ActiveRollup>();
	let until = Number.POSITIVE_INFINITY;
	for (const rollup of [...state.rollups.values()].sort((a, b) => a.rollupId - b.rollupId)) {
		for (const { effectiveTick } of rollup.configs) {
			if (effectiveTick > tick) until = Math.min(until, effectiveTick);
		}
		const config = configAt(rollup, tick);
		if (config === undefined || !isActive(rollup, tick)) continue;
		const { rollupId, chainId, cluster } = rollup;
		const { gasLimit, feeRecipient } = config;
		active.set(rollupId, { rollupId, chainId, cluster, gasLimit, feeRecipient });
	}
	lastSpan.set(state.rollups, { from: tick, until, active });
	return active;
}

/** The block of that number, if the state still remembers it. */
export function findBlock(state: OrderState, number: number): L1Ref | undefined {
	// Blocks are consecutive.
	return state.blocks[number - (state.blocks[0]?.number ?? 0)];
}

/** The newest remembered block with `timestamp <= time` and `number <= most`. */
export function newestBlock(state: OrderState, time: number, most = Number.POSITIVE_INFINITY): L1Ref | undefined {
	return state.blocks.findLast((block) => block.timestamp <= time && block.number <= most);
}
