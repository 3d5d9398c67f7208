/** Drives a `WindowSequencer` by the clock: L1 is looked at often, ticks are made at their times, publications sent the lead before each slot. */
import { slotAt, slotStart, tickAt, tickTime } from "../../derive/clock.ts";
import { pause } from "../../l1/waiting.ts";
import { isMeridianError, type MeridianError } from "../../primitives/errors.ts";
import type { UnsafeTick } from "../types.ts";
import type { WindowPublication, WindowSequencer, WindowSync } from "./sequencer.ts";

export type WindowEvent =
	/** L1 has a new head. */
	| { readonly kind: "l1"; readonly sync: WindowSync }
	| { readonly kind: "tick"; readonly made: UnsafeTick }
	| { readonly kind: "publication"; readonly slot: number; readonly publication: WindowPublication }
	/** L1 fails, or refuses; it is tried again. */
	| { readonly kind: "trouble"; readonly doing: Doing; readonly error: MeridianError };

/** What goes wrong: looking at L1, making a tick, or publishing. */
export type Doing = "l1" | "tick" | "publication";

export interface FollowOptions {
	/** Ends it; what it is about to do is done first. */
	readonly signal: AbortSignal;
	readonly onEvent: (event: WindowEvent) => void;
	/** How often L1 is looked at, in milliseconds. 250 by default. */
	readonly pollMs?: number;
	/** This machine's clock, in milliseconds since 1970; the same as the sequencer's. */
	readonly now?: () => number;
}

/** Runs until the signal. Throws what cannot be tried again (`halt`, `usage` but `l1-funds`). */
export async function followWindows(one: WindowSequencer, options: FollowOptions): Promise<void> {
	const { now = Date.now, onEvent, pollMs = 250, signal } = options;
	const { config } = one.sequencer.timeline;
	const seconds = (): number => now() / 1_000;
	const attempt = async (doing: Doing, work: () => Promise<void>): Promise<void> => {
		const error = await troubleOf(work);
		if (error !== null) onEvent({ kind: "trouble", doing, error });
	};
	const sync = async (): Promise<void> => {
		const { hash } = one.sequencer.safeState.l1;
		const report = await one.sync();
		if (one.sequencer.safeState.l1.hash !== hash) onEvent({ kind: "l1", sync: report });
	};
	let nextTick = tickAt(config, seconds()) + 1;
	let nextSlot = slotAt(config, seconds() + one.lead) + 1;
	while (!signal.aborted) {
		await attempt("l1", sync);
		if (seconds() >= tickTime(config, nextTick)) {
			// A machine that was busy, or asleep, has missed the ticks in between: what waits comes into the latest.
			const tick = tickAt(config, seconds());
			nextTick = tick + 1;
			await attempt("tick", async () => {
				const made = await one.makeTick(tick);
				if (made !== null) onEvent({ kind: "tick", made });
			});
		}
		if (seconds() >= slotStart(config, nextSlot) - one.lead) {
			const slot = slotAt(config, seconds() + one.lead);
			nextSlot = slot + 1;
			await attempt("publication", async () =>
				onEvent({ kind: "publication", slot, publication: await one.publishFor(slot) }),
			);
		}
		const next = Math.min(tickTime(config, nextTick), slotStart(config, nextSlot) - one.lead);
		await pause(Math.max(0, Math.min(pollMs, next * 1_000 - now())), signal);
	}
}

/** The next block, or the next slot, is another chance. */
async function troubleOf(work: () => Promise<void>): Promise<MeridianError | null> {
	try {
		await work();
		return null;
	} catch (error) {
		// Somebody may still fund the account; its promises want to be published.
		if (!isMeridianError(error) || (error.recovery !== "retry" && error.code !== "l1-funds")) throw error;
		return error;
	}
}
