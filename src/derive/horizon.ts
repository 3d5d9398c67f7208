/** The horizon: what makes a tick when nobody publishes; rule D-9. */
import type { TimelineConfig } from "../primitives/types.ts";
import { tickAt, tickTime } from "./clock.ts";
import { newestBlock } from "./state.ts";
import { hasDeposit, hasDueEntry, inserted, makeTick } from "./tick.ts";
import type { DerivedTick, OrderState } from "./types.ts";

/** Adds the ticks that an L1 block of that timestamp forces, if any, to `out`. Returns the state after them. */
export function applyHorizon(
	config: TimelineConfig,
	state: OrderState,
	timestamp: number,
	out: DerivedTick[],
): OrderState {
	const tick = tickAt(config, timestamp - config.maxLag);
	// Before `genesisTime + maxLag` the tick is negative.
	if (tick <= state.lastTick) return state;
	const time = tickTime(config, tick);
	const due = hasDueEntry(config, state, time) || hasDeposit(state, tick, (deposit) => deposit.l1Timestamp <= time);
	const l1Origin = due ? newestBlock(state, time) : undefined;
	return l1Origin === undefined ? state : makeTick(config, state, inserted(tick, l1Origin, "horizon"), out);
}
