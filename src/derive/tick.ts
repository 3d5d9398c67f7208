/** Making ticks: filling, forced entries, deposits; rules D-7 and D-8. */
import { appendRoot } from "../codec/accumulator.ts";
import { type CountedRoot, EMPTY_ROOT, forcedHash, forcedRoot, orderRoot } from "../codec/order.ts";
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts";
import { MAX_DEPOSITS } from "../primitives/limits.ts";
import type { Address, ClusterId, Item, RollupId, Tick, TimelineConfig } from "../primitives/types.ts";
import { tickTime } from "./clock.ts";
import { activeRollups, forcedCap, isActive, newestBlock } from "./state.ts";
import type { Deposit, DerivedTick, ForcedEntry, L1Ref, OrderState, SelectedForced } from "./types.ts";

/** A tick about to be made: all that L1 blocks and earlier ticks do not decide by themselves. */
export interface TickPlan {
	readonly tick: Tick;
	readonly l1Origin: L1Ref;
	readonly kind: DerivedTick["kind"];
	readonly publicationId: number | null;
	/** Null: each rollup's own fee recipient. */
	readonly coinbase: Address | null;
	readonly items: readonly Item[];
	readonly itemsRoot: CountedRoot;
}

/** Makes the ticks that must be filled in before the planned one, then that; adds all to `out`. Returns the state after them. */
export function makeTick(config: TimelineConfig, state: OrderState, plan: TickPlan, out: DerivedTick[]): OrderState {
	let current = state;
	while (current.lastTick + 1 < plan.tick && hasBacklog(config, current)) {
		const tick = current.lastTick + 1;
		const l1Origin = newestBlock(current, tickTime(config, tick), plan.l1Origin.number);
		if (l1Origin === undefined) break;
		current = makeOne(config, current, inserted(tick, l1Origin, "filled"), out);
	}
	return makeOne(config, current, plan, out);
}

/** The plan of a tick that nobody published (D-8). */
export function inserted(tick: Tick, l1Origin: L1Ref, kind: "filled" | "horizon"): TickPlan {
	return { tick, l1Origin, kind, publicationId: null, coinbase: null, items: [], itemsRoot: EMPTY_ROOT };
}

/** Whether the last tick left something that it would have taken, had there been room. */
function hasBacklog(config: TimelineConfig, state: OrderState): boolean {
	return (
		state.lastTick > 0 &&
		(hasDueEntry(config, state, tickTime(config, state.lastTick)) ||
			hasDeposit(state, state.lastTick, (deposit) => deposit.l1Block <= state.lastOrigin))
	);
}

export function hasDueEntry(config: TimelineConfig, state: OrderState, time: number): boolean {
	for (const [first] of state.forced.values()) {
		if (first !== undefined && first.enqueuedAt + config.forcedDelay <= time) return true;
	}
	return false;
}

/** Whether the first pending deposit of some rollup active at the tick passes. */
export function hasDeposit(state: OrderState, tick: Tick, passes: (first: Deposit) => boolean): boolean {
	for (const [rollupId, [first]] of state.deposits) {
		if (first !== undefined && isActive(state.rollups.get(rollupId), tick) && passes(first)) return true;
	}
	return false;
}

function makeOne(config: TimelineConfig, state: OrderState, plan: TickPlan, out: DerivedTick[]): OrderState {
	const { coinbase, items, kind, l1Origin, publicationId, tick } = plan;
	const forced = selectForced(config, state, tick);
	const deposits = selectDeposits(state, tick, l1Origin.number);
	const entriesRoot = forcedRoot(
		forced.selected.map(({ entry }) => forcedHash(entry.cluster, entry.index, hexToBytes(entry.itemHash))),
	);
	const root = orderRoot(tick, entriesRoot, plan.itemsRoot);
	out.push({
		tick,
		time: tickTime(config, tick),
		kind,
		publicationId,
		l1Origin,
		coinbase,
		forced: forced.selected,
		items,
		deposits: deposits.selected,
		rollups: activeRollups(state, tick),
		itemsRoot: bytesToHex(plan.itemsRoot.root),
		forcedRoot: bytesToHex(entriesRoot.root),
		orderRoot: bytesToHex(root),
	});
	return {
		...state,
		lastTick: tick,
		lastOrigin: l1Origin.number,
		forced: forced.rest,
		deposits: deposits.rest,
		accumulator: appendRoot(state.accumulator, root),
	};
}

/** What a tick takes of the queues, and the queues without it. */
interface Selection<T, K, Q> {
	readonly selected: T;
	readonly rest: ReadonlyMap<K, readonly Q[]>;
}

/** D-7, step 1. */
function selectForced(
	config: TimelineConfig,
	state: OrderState,
	tick: Tick,
): Selection<readonly SelectedForced[], ClusterId, ForcedEntry> {
	const time = tickTime(config, tick);
	if (!hasDueEntry(config, state, time)) return { selected: [], rest: state.forced };
	const selected: SelectedForced[] = [];
	const rest = new Map(state.forced);
	const used = new Map<RollupId, number>();
	for (const cluster of [...state.forced.keys()].sort((a, b) => a - b)) {
		const queue = state.forced.get(cluster) ?? [];
		let count = 0;
		for (const entry of queue) {
			if (entry.enqueuedAt + config.forcedDelay > time) break;
			const fit = fitOf(state, entry, tick, used);
			if (fit === "later") break;
			selected.push({ entry, overCap: fit === "over-cap" });
			count += 1;
		}
		setQueue(rest, cluster, queue.slice(count));
	}
	selected.sort((a, b) => a.entry.sequence - b.entry.sequence);
	return { selected, rest };
}

/** Whether an entry fits beside the gas `used` so far, which it then joins. */
function fitOf(
	state: OrderState,
	entry: ForcedEntry,
	tick: Tick,
	used: Map<RollupId, number>,
): "fits" | "later" | "over-cap" {
	const declared = new Map<RollupId, number>();
	for (const leg of entry.legs) declared.set(leg.rollupId, (declared.get(leg.rollupId) ?? 0) + leg.gas);
	let later = false;
	for (const [rollupId, gas] of declared) {
		const rollup = state.rollups.get(rollupId);
		if (!isActive(rollup, tick)) return "over-cap";
		const cap = forcedCap(rollup, tick);
		if (gas > cap) return "over-cap";
		if (gas + (used.get(rollupId) ?? 0) > cap) later = true;
	}
	if (later) return "later";
	for (const [rollupId, gas] of declared) used.set(rollupId, (used.get(rollupId) ?? 0) + gas);
	return "fits";
}

/** D-7, step 2. */
function selectDeposits(
	state: OrderState,
	tick: Tick,
	l1Origin: number,
): Selection<ReadonlyMap<RollupId, readonly Deposit[]>, RollupId, Deposit> {
	if (!hasDeposit(state, tick, (deposit) => deposit.l1Block <= l1Origin))
		return { selected: new Map(), rest: state.deposits };
	const selected = new Map<RollupId, readonly Deposit[]>();
	const rest = new Map(state.deposits);
	for (const [rollupId, queue] of state.deposits) {
		if (!isActive(state.rollups.get(rollupId), tick)) continue;
		let count = 0;
		while (count < MAX_DEPOSITS && (queue[count]?.l1Block ?? Number.POSITIVE_INFINITY) <= l1Origin) count += 1;
		if (count === 0) continue;
		selected.set(rollupId, queue.slice(0, count));
		setQueue(rest, rollupId, queue.slice(count));
	}
	return { selected, rest };
}

/** An empty queue is the same as none. */
function setQueue<K, Q>(queues: Map<K, readonly Q[]>, key: K, queue: readonly Q[]): void {
	if (queue.length === 0) queues.delete(key);
	else queues.set(key, queue);
}
