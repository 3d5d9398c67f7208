/**
 * Own ticks that are not final yet, held against what L1 makes of them. Pure: given the derived ticks and the plans, it says which plans
 * still mean what they meant when they were made.
 */
import { itemHash, legsOf } from "../codec/itemHash.ts";
import { tickTime } from "../derive/clock.ts";
import { applyTicks, type PlannedTick } from "../derive/plan.ts";
import type { DerivedTick, OrderState, StepResult } from "../derive/types.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import type { Address, Tick, TimelineConfig } from "../primitives/types.ts";
import type { Promised } from "./preconf/types.ts";
import { type Step, stepKey } from "./steps.ts";
import type { Taken } from "./supply.ts";

/** A tick this sequencer has ordered. */
export interface Plan {
	readonly planned: PlannedTick;
	/** What the tick was when it was ordered: equal keys, equal blocks. */
	readonly key: string;
	/** What it is made of. */
	readonly taken: Taken;
}

export interface Reconciled {
	/** Published or still to be, unchanged. */
	readonly kept: readonly Plan[];
	readonly undone: readonly Plan[];
	/** The kept plans that L1 has not derived yet, with the ticks that will be inserted before them. */
	readonly speculative: readonly DerivedTick[];
	/** The order layer's state after those. */
	readonly state: OrderState;
}

/** What decides whether a tick can still be published. */
export interface Limits {
	readonly config: TimelineConfig;
	/** After the L1 head. */
	readonly state: OrderState;
	/** The windows of ticks before this one are over. */
	readonly from: Tick;
}

export interface Ground extends Limits {
	readonly coinbase: Address;
	/** Somebody else's ticks have come before what L1 has not got: all of that is ordered again, or it would hold what they held already. */
	readonly displaced: boolean;
	/** Ticks derived from L1 since the oldest plan. */
	readonly derived: readonly DerivedTick[];
}

/**
 * Plans are ascending. From the first one that has lost its meaning on, all unpublished ones are undone: what follows was ordered upon it.
 */
export function reconcile(ground: Ground, plans: readonly Plan[]): Reconciled {
	const { config, coinbase, derived } = ground;
	const keys = new Map<Tick, string>(derived.map((tick) => [tick.tick, stepKey({ kind: "tick", tick })]));
	const kept: Plan[] = [];
	const undone: Plan[] = [];
	const speculative: DerivedTick[] = [];
	let state = ground.state;
	let broken = ground.displaced;
	for (const plan of plans) {
		const { tick } = plan.planned;
		if (tick <= ground.state.lastTick) {
			// L1 has decided: it is our tick, or somebody else's, or none.
			(keys.get(tick) === plan.key ? kept : undone).push(plan);
			continue;
		}
		const applied = broken || isLost(ground, tick) ? null : applyTicks(config, state, coinbase, [plan.planned]);
		if (!applied?.ok || keyOfLast(applied.ticks) !== plan.key) {
			broken = true;
			undone.push(plan);
			continue;
		}
		kept.push(plan);
		speculative.push(...applied.ticks);
		state = applied.state;
	}
	return { kept, undone, speculative, state };
}

/**
 * As many of the ready plans as one publication may hold: it must not reach over a promised tick that could not be made, or it would
 * say that nothing was promised there (P-9).
 * @param missing such ticks
 */
export function upToGap(ready: readonly Plan[], missing: readonly Tick[]): readonly Plan[] {
	const first = ready[0]?.planned.tick ?? 0;
	const gap = missing.find((tick) => tick > first) ?? Number.POSITIVE_INFINITY;
	return ready.filter(({ planned }) => planned.tick < gap);
}

/** No publication in the next L1 block can begin with the tick: its window is over, or the Inbox would call it too old. */
export function isLost({ config, from, state }: Limits, tick: Tick): boolean {
	return tick < from || tickTime(config, tick) + config.maxLag <= state.l1.timestamp + config.slotSeconds;
}

/** Whether somebody else has published a tick there. */
export function hasOthers(plans: readonly Plan[], blocks: readonly StepResult[]): boolean {
	const own = new Set(plans.map((plan) => plan.key));
	const published = blocks.flatMap((block) => block.ticks).filter((tick) => tick.kind === "published");
	return published.some((tick) => !own.has(stepKey({ kind: "tick", tick })));
}

/** L1 has something else at a promised place, or will. @param blocks those that are not final */
export function isGone(
	limits: Limits,
	blocks: readonly StepResult[],
	{ index, itemHash: hash, tick }: Promised,
): boolean {
	if (tick > limits.state.lastTick) return isLost(limits, tick);
	const there = blocks.flatMap(({ ticks }) => ticks).find((derived) => derived.tick === tick);
	const item = there?.items[index];
	return item === undefined || bytesToHex(itemHash(item)) !== hash;
}

/** Bytes of raw transactions in the plans. */
export function rawBytesOf(plans: readonly Plan[]): number {
	const legs = plans.flatMap((plan) => plan.planned.items.flatMap(legsOf));
	return legs.reduce((sum, leg) => sum + leg.rawTx.length, 0);
}

/** The key of the planned tick itself, which comes after those inserted before it. */
export function keyOfLast(ticks: readonly DerivedTick[]): string {
	const tick = ticks.at(-1);
	return tick === undefined ? "" : stepKey({ kind: "tick", tick } satisfies Step);
}
