/**
 * What an owner of windows has to do at a moment (docs/spec/preconfirmations.md, section 5). Pure: the clock and the windows come in. All
 * times are L1's.
 */
import { slotAt, slotStart, tickAt } from "../../derive/clock.ts";
import { OWNED_KINDS, type Window } from "../../l1/rights.ts";
import type { Address, Tick, TimelineConfig } from "../../primitives/types.ts";

/** What knows windows: a `WindowBook`. */
export interface Windows {
	windowAt(slot: number): Window | null;
	windowOf(tick: Tick): Window | null;
}

export interface DutyContext {
	readonly config: TimelineConfig;
	readonly sequencer: Address;
	/** Seconds between sending a publication and the slot whose block shall hold it. */
	readonly lead: number;
}

/** A publication that is due. */
export interface Due {
	/** Ticks that may be in it. */
	readonly firstTick: Tick;
	readonly lastTick: Tick;
	/** The window's last slot: what is not in this block will be in none, and the window's last tick is its end marker. */
	readonly last: boolean;
}

/**
 * The first slot whose block can still hold what is sent now: by the clock, and by the newest block there is.
 * @param now seconds; @param head timestamp of the newest block
 */
export function targetSlot({ config, lead }: DutyContext, now: number, head: number): number {
	return Math.max(slotAt(config, now + lead), slotAt(config, head) + 1);
}

export function isOwn({ sequencer }: DutyContext, window: Window | null): window is Window {
	return window !== null && OWNED_KINDS.has(window.kind) && window.sequencer === sequencer;
}

/** What the sequencer may publish in the block of that slot, if it is sent `lead` before; null: nothing, or it is not known whose the slot is. */
export function dueIn(context: DutyContext, windows: Windows, slot: number): Due | null {
	const window = windows.windowAt(slot);
	if (!isOwn(context, window)) return null;
	const { config, lead } = context;
	const made = tickAt(config, slotStart(config, slot) - lead);
	return {
		firstTick: window.minTick,
		lastTick: Math.min(window.maxTick, made),
		last: slot === window.lastSlot,
	};
}
