/** The devnet's idea of L1 time. It keeps pace with the wall clock, or jumps from appointment to appointment. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Clock {
	/** L1 seconds. */
	now(): number;
	/** Waits until that L1 time; at once if it has passed. Rejects with an `AbortError` when the signal fires. */
	until(seconds: number, signal: AbortSignal): Promise<void>;
}

/** Runs with the wall clock from `start` (L1 seconds) on. */
export function wallClock(start: number): Clock {
	const zero = Date.now();
	const now = (): number => start + (Date.now() - zero) / 1_000;
	return {
		now,
		async until(seconds, signal) {
			const milliseconds = Math.max(0, (seconds - now()) * 1_000);
			await sleep(milliseconds, undefined, { signal });
		},
	};
}

/** Never waits: it is whatever time was waited for. */
export function jumpingClock(start: number): Clock {
	let time = start;
	return {
		now: () => time,
		async until(seconds, signal) {
			signal.throwIfAborted();
			time = Math.max(time, seconds);
		},
	};
}
