/** Section 7.2: making ticks (D-7 to D-9). */
import type { L1Ref } from "../../src/derive/types.ts";
import type { Address, TimelineConfig } from "../../src/primitives/types.ts";
import { forcedHash, itemHash, merkleRoot, orderRoot } from "./hashes.ts";
import { activeRollups, configAt, type Entry, forcedCap, type PendingDeposit, type State } from "./state.ts";
import type { Deviation, ManifestItem, ReadTick } from "./types.ts";

export interface Rules {
	readonly config: TimelineConfig;
	readonly deviation?: Deviation | undefined;
}

interface Origin {
	readonly tick: number;
	readonly l1Origin: L1Ref;
	readonly kind: ReadTick["kind"];
	readonly publicationId: number | null;
	readonly coinbase: Address | null;
	readonly items: readonly ManifestItem[];
}

export const timeOf = (config: TimelineConfig, tick: number): number => config.genesisTime + tick * config.tickSeconds;

const isDue = (rules: Rules, entry: Entry, tick: number): boolean => {
	const due = entry.enqueuedAt + rules.config.forcedDelay;
	const time = timeOf(rules.config, tick);
	return rules.deviation === "due-exclusive" ? due < time : due <= time;
};

/** The first pending entry of each cluster. */
const fronts = (state: State): Entry[] => {
	const clusters = [...new Set(state.forced.map((entry) => entry.cluster))];
	return clusters.flatMap((cluster) => state.forced.find((entry) => entry.cluster === cluster) ?? []);
};

/** The first pending deposit of each rollup that is active at the tick. */
const depositFronts = (rules: Rules, state: State, tick: number): PendingDeposit[] =>
	activeRollups(state, rules.deviation === "inactive-deposits-count" ? 2 ** 40 : tick, rules.deviation).flatMap(
		({ rollupId }) => state.deposits.find((deposit) => deposit.rollupId === rollupId) ?? [],
	);

/** D-7: more is due by the last tick than it could take. */
function hasBacklog(rules: Rules, state: State): boolean {
	if (state.lastTick === 0 || rules.deviation === "fill-never") return false;
	if (fronts(state).some((entry) => isDue(rules, entry, state.lastTick))) return true;
	if (rules.deviation === "fill-ignores-deposits") return false;
	return depositFronts(rules, state, state.lastTick).some((deposit) => deposit.l1Block <= state.lastOrigin);
}

/** D-7.1: the entries selected for the tick, in the order of their sequence; they leave the queue. */
function selectForced(rules: Rules, state: State, tick: number): { entry: Entry; overCap: boolean }[] {
	const { deviation } = rules;
	const active = activeRollups(state, tick, deviation);
	const capOf = (rollupId: number): number | null => {
		const rollup = active.find((one) => one.rollupId === rollupId);
		return rollup === undefined ? null : forcedCap(rollup, tick, deviation);
	};
	const clusters = [...new Set(state.forced.map((entry) => entry.cluster))].sort((a, b) => a - b);
	const used = new Map<number, number>();
	const selected: { entry: Entry; overCap: boolean }[] = [];
	for (const cluster of clusters) {
		for (const entry of state.forced.filter((one) => one.cluster === cluster)) {
			if (!isDue(rules, entry, tick)) break;
			const declared = new Map<number, number>();
			for (const leg of entry.legs) declared.set(leg.rollupId, (declared.get(leg.rollupId) ?? 0) + leg.gas);
			const gasOf = (rollupId: number, gas: number): number =>
				deviation === "legs-judged-one-by-one"
					? Math.max(...entry.legs.filter((leg) => leg.rollupId === rollupId).map((leg) => leg.gas))
					: gas;
			const overCap = [...declared].some(([rollupId, gas]) => {
				const cap = capOf(rollupId);
				return cap === null || gasOf(rollupId, gas) > cap;
			});
			const full = [...declared].some(
				([rollupId, gas]) => (used.get(rollupId) ?? 0) + gas > (capOf(rollupId) ?? Number.POSITIVE_INFINITY),
			);
			if (!overCap && full) break;
			selected.push({ entry, overCap });
			if (overCap && deviation !== "over-cap-uses-gas") continue;
			for (const [rollupId, gas] of declared) used.set(rollupId, (used.get(rollupId) ?? 0) + gas);
		}
	}
	if (deviation !== "forced-by-cluster") selected.sort((a, b) => a.entry.sequence - b.entry.sequence);
	state.forced = state.forced.filter((entry) => !selected.some((one) => one.entry === entry));
	return selected;
}

export const creditText = (deposit: Omit<PendingDeposit, "rollupId">): string =>
	`${deposit.index}/${deposit.l1Block}/${deposit.recipient}/${deposit.gwei}`;

/** D-7.2: the deposits the tick credits, by rollup; they leave the queue. */
function takeDeposits(rules: Rules, state: State, tick: number, l1Origin: L1Ref): ReadTick["deposits"] {
	const most = rules.deviation === "one-deposit-less" ? 1_023 : 1_024;
	const taken = activeRollups(state, tick, rules.deviation).map(({ rollupId }) =>
		state.deposits.filter((one) => one.rollupId === rollupId && one.l1Block <= l1Origin.number).slice(0, most),
	);
	const all = new Set(taken.flat());
	state.deposits = state.deposits.filter((deposit) => !all.has(deposit));
	return taken.flatMap((deposits) => {
		const rollupId = deposits[0]?.rollupId;
		return rollupId === undefined ? [] : [{ rollupId, credits: deposits.map(creditText) }];
	});
}

function makeOne(rules: Rules, state: State, what: Origin): ReadTick {
	const selected = selectForced(rules, state, what.tick);
	const deposits = takeDeposits(rules, state, what.tick, what.l1Origin);
	const items = what.items.map((item) => itemHash(item, rules.deviation));
	const forcedRoot = merkleRoot(selected.map(({ entry }) => forcedHash(entry.cluster, entry.index, entry.itemHash)));
	const itemsRoot = merkleRoot(items);
	const root = orderRoot(
		what.tick,
		{ count: selected.length, root: forcedRoot },
		{ count: items.length, root: itemsRoot },
	);
	state.orderRoots.push(root);
	state.lastTick = what.tick;
	state.lastOrigin = what.l1Origin.number;
	return {
		tick: what.tick,
		time: timeOf(rules.config, what.tick),
		kind: what.kind,
		publicationId: what.publicationId,
		l1Origin: what.l1Origin,
		coinbase: what.coinbase,
		forced: selected.map(({ entry, overCap }) => ({
			sequence: entry.sequence,
			cluster: entry.cluster,
			index: entry.index,
			enqueuedAt: entry.enqueuedAt,
			bundle: entry.bundle,
			rollupIds: entry.legs.map((leg) => leg.rollupId),
			overCap,
			itemHash: entry.itemHash,
		})),
		items,
		deposits,
		rollups: activeRollups(state, what.tick, rules.deviation).map((rollup) => {
			const { gasLimit, feeRecipient } = configAt(rollup, what.tick);
			return { rollupId: rollup.rollupId, chainId: rollup.chainId, cluster: rollup.cluster, gasLimit, feeRecipient };
		}),
		itemsRoot,
		forcedRoot,
		orderRoot: root,
	};
}

/** D-7: the tick and whatever must be filled in before it. */
export function makeTick(rules: Rules, state: State, what: Origin): ReadTick[] {
	const made: ReadTick[] = [];
	const fills = rules.deviation !== "horizon-never-fills" || what.kind !== "horizon";
	while (fills && hasBacklog(rules, state) && state.lastTick + 1 < what.tick) {
		const tick = state.lastTick + 1;
		const l1Origin = state.blocks.findLast(
			(block) =>
				block.timestamp <= timeOf(rules.config, tick) &&
				(rules.deviation === "fill-origin-unbounded" || block.number <= what.l1Origin.number),
		);
		if (l1Origin === undefined) break;
		made.push(
			makeOne(rules, state, { tick, l1Origin, kind: "filled", publicationId: null, coinbase: null, items: [] }),
		);
	}
	made.push(makeOne(rules, state, what));
	return made;
}

/** D-9: what falls due at the horizon of an L1 block with this timestamp. */
export function makeHorizon(rules: Rules, state: State, timestamp: number): ReadTick[] {
	const { config, deviation } = rules;
	if (timestamp < config.genesisTime + config.maxLag) return [];
	const late = deviation === "horizon-one-late" ? 1 : 0;
	const tick = Math.floor((timestamp - config.maxLag - config.genesisTime - late) / config.tickSeconds);
	const time = timeOf(config, tick);
	if (tick <= state.lastTick) return [];
	const entryDue = deviation !== "horizon-ignores-forced" && fronts(state).some((entry) => isDue(rules, entry, tick));
	const depositDue = depositFronts(rules, state, tick).some((deposit) => deposit.l1Timestamp <= time);
	if (!entryDue && !depositDue) return [];
	const l1Origin = state.blocks.findLast((block) => block.timestamp <= time);
	if (l1Origin === undefined) return [];
	return makeTick(rules, state, { tick, l1Origin, kind: "horizon", publicationId: null, coinbase: null, items: [] });
}
