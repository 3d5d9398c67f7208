/** What a sequencer knows of its windows and of L1's clock, from L1 itself (P-14). */
import { slotAt, slotStart } from "../../derive/clock.ts";
import { OWNED_KINDS } from "../../l1/rights.ts";
import type { Address, Tick, TimelineConfig } from "../../primitives/types.ts";
import type { WindowBook } from "../windows/book.ts";
import type { ClockReading, Ownership, PromiseGate } from "./types.ts";

export interface GateOptions {
	readonly book: WindowBook;
	readonly config: TimelineConfig;
	readonly sequencer: Address;
	/** After how long the last block says nothing of the clock any more, in milliseconds. Eight slots by default. */
	readonly clockAgeMs?: number;
	/** How long after its slot has begun a block may be seen at the latest, in milliseconds, for the clock to be known. A third of a slot by default. */
	readonly blockDelayMs?: number;
	/** This machine's clock, in milliseconds since 1970. */
	readonly now?: () => number;
}

/** Blocks of which the least delay counts. */
const SIGHTINGS = 8;

interface Sighting {
	/** This machine's time less the block's. */
	readonly lateMs: number;
	readonly seenMs: number;
}

export class L1Gate implements PromiseGate {
	readonly #options: Required<GateOptions>;
	#sightings: readonly Sighting[] = [];
	#lastTimestamp = 0;

	constructor(options: GateOptions) {
		const slotMs = options.config.slotSeconds * 1_000;
		const defaults = { clockAgeMs: 8 * slotMs, blockDelayMs: slotMs / 3, now: Date.now };
		this.#options = { ...defaults, ...options };
	}

	/**
	 * Asks whose the slots from the current one on are.
	 * @param afresh those that are known, too: after a reorg of L1, a seal may be gone
	 */
	async refresh(afresh = false): Promise<void> {
		const { book, config, now } = this.#options;
		await book.refresh(slotAt(config, now() / 1_000), afresh);
	}

	/** To be told of each new L1 block when it is first seen, with its timestamp in seconds: that is what the clock is held to. */
	sawBlock(timestamp: number): void {
		const seenMs = this.#options.now();
		if (timestamp <= this.#lastTimestamp) return;
		this.#lastTimestamp = timestamp;
		this.#sightings = [...this.#sightings, { seenMs, lateMs: seenMs - timestamp * 1_000 }].slice(-SIGHTINGS);
	}

	ownershipOf(tick: Tick): Ownership {
		const { book, config, sequencer } = this.#options;
		const window = book.windowOf(tick);
		if (window === null || !OWNED_KINDS.has(window.kind)) return "unknown";
		if (window.sequencer !== sequencer) return "not-owner";
		const { lastSlot, maxTick, minTick } = window;
		return { firstTick: minTick, lastTick: maxTick, lastBlockTime: slotStart(config, lastSlot) };
	}

	/**
	 * A block is seen between its slot's begin and `blockDelayMs` later, if both clocks are one. A block from the future shows a clock
	 * that is behind by that much at least; blocks that all come later than that, one that is ahead. What cannot be told apart is error.
	 */
	clock(): ClockReading {
		const { blockDelayMs, clockAgeMs, now } = this.#options;
		const nowMs = now();
		const last = this.#sightings.at(-1);
		// A clock that was set back since is no better than one nobody has looked at.
		if (last === undefined || nowMs < last.seenMs || nowMs - last.seenMs > clockAgeMs) return { nowMs, errorMs: null };
		const least = Math.min(...this.#sightings.map(({ lateMs }) => lateMs));
		return { nowMs, errorMs: Math.max(0, -least, least - blockDelayMs) };
	}
}
