/** Ticks and seconds; docs/spec/derivation.md section 1. */
import type { Tick, TimelineConfig } from "../primitives/types.ts";

/** `time(tick)`, in seconds. */
export function tickTime(config: TimelineConfig, tick: Tick): number {
	return config.genesisTime + tick * config.tickSeconds;
}

/** The L1 slot of a time; the one before slot 0 is -1. */
export function slotAt(config: TimelineConfig, seconds: number): number {
	return Math.floor((seconds - config.beaconGenesisTime) / config.slotSeconds);
}

/** `startOf(slot)`, in seconds. */
export function slotStart(config: TimelineConfig, slot: number): number {
	return config.beaconGenesisTime + slot * config.slotSeconds;
}

/** The last tick whose time is not after `seconds`; negative before `genesisTime`. */
export function tickAt(config: TimelineConfig, seconds: number): Tick {
	return Math.floor((seconds - config.genesisTime) / config.tickSeconds);
}
