/**
 * Histories in which the contracts keep to all of docs/spec/contracts.md, forced gas and notice of lowered limits included (C-6, C-7,
 * C-9, C-13), so that what they promise can be asked of derivation: no accepted entry is ever over its rollup's cap (INV-FORCED-5).
 */
import type { ForcedLeg } from "../../src/derive/types.ts";
import type { Generated } from "./history.ts";
import type { Random } from "./random.ts";
import type { Draft, Mood, RegisteredRollup, World } from "./world.ts";

const FORCED_GAS_PER_TICK = 1_250_000;
const FORCED_BURST = 2 ** 25;
const FORCED_BURST_TICKS = 32;
const MAX_TX_GAS = 2 ** 24;
const MIN_TX_GAS = 21_000;

/** How lawful histories are: much is forced, and limits are lowered. */
export const lawfulMood = (mood: Mood, random: Random): Mood => ({
	...mood,
	force: random.pick([0.5, 0.9]),
	govern: random.pick([0.2, 0.5]),
	freeClock: false,
	rogue: 0,
	lawful: true,
});

/** C-7: what the cluster's bucket holds at the block. */
function levelAt({ chain, config }: World, draft: Draft, cluster: number): number {
	let [level, at] = [0, 0];
	for (const { timestamp, logs } of [...chain, draft]) {
		level = Math.max(0, level - Math.floor(((timestamp - at) * FORCED_GAS_PER_TICK) / config.tickSeconds));
		at = timestamp;
		for (const log of logs) {
			if (log.kind === "enqueued" && log.cluster === cluster) level += log.legs.reduce((sum, { gas }) => sum + gas, 0);
		}
	}
	return level;
}

/** C-6: what an entry may declare for the rollup, or 0 if it is not active in time. */
function capOf({ config }: World, draft: Draft, rollup: RegisteredRollup): number {
	const { forcedDelay, genesisTime, tickSeconds } = config;
	const late = genesisTime + rollup.activationTick * tickSeconds > draft.timestamp + forcedDelay;
	return rollup.retired || late ? 0 : Math.floor(Math.min(...rollup.gasLimits) / 2);
}

/** The legs as far as the contract accepts them; none if it refuses the entry. */
export function acceptedLegs(world: World, draft: Draft, legs: readonly ForcedLeg[]): ForcedLeg[] {
	const { books, config, random } = world;
	const left = new Map<number, number>();
	const accepted = legs.flatMap((leg): ForcedLeg[] => {
		const rollup = books.rollups.find((one) => one.rollupId === leg.rollupId);
		const most = Math.min(MAX_TX_GAS, left.get(leg.rollupId) ?? (rollup ? capOf(world, draft, rollup) : 0));
		if (most < MIN_TX_GAS) return [];
		const gas = random.chance(0.5) ? most : Math.max(MIN_TX_GAS, Math.min(leg.gas, most));
		left.set(leg.rollupId, (left.get(leg.rollupId) ?? (rollup ? capOf(world, draft, rollup) : 0)) - gas);
		return [{ ...leg, gas }];
	});
	const cluster = books.rollups.find(({ rollupId }) => rollupId === accepted[0]?.rollupId)?.cluster ?? 0;
	const gas = accepted.reduce((sum, leg) => sum + leg.gas, 0);
	const capacity = (config.forcedDelay * FORCED_GAS_PER_TICK) / config.tickSeconds + FORCED_BURST;
	return levelAt(world, draft, cluster) + gas <= capacity ? accepted : [];
}

/** C-9, C-13: the first tick at which the limit may be in force; 0 retires. */
export function earliestChange(world: World, draft: Draft, rollup: RegisteredRollup, gasLimit: number): number {
	const { forcedDelay, genesisTime, maxLag, tickSeconds } = world.config;
	const lower = gasLimit < Math.min(...rollup.gasLimits) && world.mood.lawful !== "short-notice";
	const notice = forcedDelay + (lower ? maxLag + forcedDelay + FORCED_BURST_TICKS * tickSeconds : 0);
	const tick = Math.ceil((draft.timestamp + notice - genesisTime) / tickSeconds);
	return Math.max(tick, rollup.activationTick + 1, rollup.effectiveTick);
}

/** The first accepted entry that was over its cap when its turn came, in one line, or null. */
export function overCap({ expected, history, lawful }: Generated): string | null {
	if (!lawful) return null;
	for (const tick of expected.flat().flatMap(({ ticks }) => ticks)) {
		const entry = tick.forced.find((one) => one.overCap);
		if (entry === undefined) continue;
		return `INV-FORCED-5: entry ${entry.index} of cluster ${entry.cluster} is over its cap in tick ${tick.tick} (${history.seed})`;
	}
	return null;
}
