/** What a sequencer knows of its windows and of L1's clock, from L1 itself (P-14). */
import { slotAt, slotStart } from "../../derive/clock.ts";
import { type Right, rightOf } from "../../l1/rights.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import type { Address, Tick, TimelineConfig } from "../../primitives/types.ts";
import type { ClockReading, Ownership, PromiseGate } from "./types.ts";

export interface GateOptions {
	readonly rpc: RpcTransport;
	/** The timeline's rights module. */
	readonly rights: Address;
	readonly config: TimelineConfig;
	readonly sequencer: Address;
	/** How many slots from the current one on are asked for. 64 by default. */
	readonly slotsAhead?: number;
	/** After how long the last block says nothing of the clock any more, in milliseconds. Eight slots by default. */
	readonly clockAgeMs?: number;
	/** How long after its slot has begun a block may be seen at the latest, in milliseconds, for the clock to be known. A third of a slot by default. */
	readonly blockDelayMs?: number;
	/** This machine's clock, in milliseconds since 1970. */
	readonly now?: () => number;
}

const PROMISING_KINDS = new Set([2, 3]);
/** Blocks of which the least delay counts. */
const SIGHTINGS = 8;

interface Sighting {
	/** This machine's time less the block's. */
	readonly lateMs: number;
	readonly seenMs: number;
}

export class L1Gate implements PromiseGate {
	readonly #options: Required<GateOptions>;
	#rights = new Map<number, Right>();
	#sightings: readonly Sighting[] = [];
	#lastTimestamp = 0;

	constructor(options: GateOptions) {
		const slotMs = options.config.slotSeconds * 1_000;
		const defaults = { slotsAhead: 64, clockAgeMs: 8 * slotMs, blockDelayMs: slotMs / 3, now: Date.now };
		this.#options = { ...defaults, ...options };
	}

	/**
	 * Asks whose the slots from the current one on are; those that are known are not asked again.
	 * @param afresh asks for all: after a reorg of L1, a seal may be gone
	 */
	async refresh(afresh = false): Promise<void> {
		const { config, now, rights, rpc, slotsAhead } = this.#options;
		const first = slotAt(config, now() / 1_000);
		const known = afresh ? new Map<number, Right>() : this.#rights;
		const next = new Map<number, Right>();
		for (let slot = Math.max(0, first - 1); slot <= first + slotsAhead; slot++) {
			const right = known.get(slot) ?? (await rightOf(rpc, rights, slot));
			// Nothing is known of later ones either.
			if (right === null) break;
			if (PROMISING_KINDS.has(right.kind)) next.set(slot, right);
		}
		this.#rights = next;
	}

	/** To be told of each new L1 block when it is first seen, with its timestamp in seconds: that is what the clock is held to. */
	sawBlock(timestamp: number): void {
		const seenMs = this.#options.now();
		if (timestamp <= this.#lastTimestamp) return;
		this.#lastTimestamp = timestamp;
		this.#sightings = [...this.#sightings, { seenMs, lateMs: seenMs - timestamp * 1_000 }].slice(-SIGHTINGS);
	}

	ownershipOf(tick: Tick): Ownership {
		const { config, sequencer } = this.#options;
		let owned: Right | null = null;
		let lastSlot = 0;
		let known = false;
		for (const [slot, right] of this.#rights) {
			if (tick < right.minTick || tick > right.maxTick) continue;
			known = true;
			if (right.sequencer !== sequencer) continue;
			owned = right;
			lastSlot = Math.max(lastSlot, slot);
		}
		if (owned === null) return known ? "not-owner" : "unknown";
		return { firstTick: owned.minTick, lastTick: owned.maxTick, lastBlockTime: slotStart(config, lastSlot) };
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
