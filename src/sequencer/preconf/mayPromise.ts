/** P-14: for which tick a sequencer may sign now. Pure: clock, rights and time come in. */
import { tickAt } from "../../derive/clock.ts";
import type { Tick, TimelineConfig } from "../../primitives/types.ts";
import { type ClockReading, type Ownership, type PromiseLimits, type PromiseRefusal, refuse } from "./types.ts";

type Refused = ReturnType<typeof refuse>;

/** The first tick whose time is not past on L1, or why that is not known. */
export function firstTick(
	config: TimelineConfig,
	{ errorMs, nowMs }: ClockReading,
	{ maxSkewMs }: PromiseLimits,
): Tick | Refused {
	if (errorMs === null) return refuse("clock-unknown", "This sequencer has not compared its clock with L1's lately");
	if (!(errorMs <= maxSkewMs))
		return refuse("clock-skewed", `The clock may be ${Math.ceil(errorMs)} ms from L1's; ${maxSkewMs} ms are allowed`);
	return Math.max(1, tickAt(config, (nowMs + errorMs) / 1_000) + 1);
}

/** Why nothing may be signed for the tick, or null. @param clock one that `firstTick` was content with */
export function objectionTo(
	tick: Tick,
	ownership: Ownership,
	{ errorMs, nowMs }: ClockReading,
	{ publishMs }: PromiseLimits,
): Refused | null {
	const no = (reason: PromiseRefusal, message: string): Refused => refuse(reason, message);
	if (ownership === "unknown") return no("rights-unknown", `Who owns tick ${tick} is not known yet`);
	if (ownership === "not-owner" || tick < ownership.firstTick || tick > ownership.lastTick)
		return no("not-owner", `Tick ${tick} is not this sequencer's`);
	const end = ownership.lastBlockTime * 1_000;
	if (nowMs + (errorMs ?? 0) + publishMs < end) return null;
	return no("window-over", `A publication of tick ${tick} may come too late for its window's last block`);
}
