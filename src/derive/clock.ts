/** Ticks and seconds; docs/spec/derivation.md section 1. */
import type { Tick, TimelineConfig } from "../primitives/types.ts";

/** `time(tick)`, in seconds. */
export function tickTime(config: TimelineConfig, tick: Tick): number {
	return config.genesisTime + tick * config.tickSeconds;
}

/** The last tick whose time is not after `seconds`; negative before `genesisTime`. */
export function tickAt(config: TimelineConfig, seconds: number): Tick {
	return Math.floor((seconds - config.genesisTime) / config.tickSeconds);
}
