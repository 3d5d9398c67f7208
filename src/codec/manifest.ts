/** The manifest: what a publication says of its ticks; rules M-3 to M-5. */
import { RLP } from "@ethereumjs/rlp";
import { MAX_ITEMS, MAX_LEGS, MAX_TICKS, MAX_TX_BYTES } from "../primitives/limits.ts";
import type { Item, Leg, PublicationHeader, Tick } from "../primitives/types.ts";
import { RlpCursor } from "./rlpCursor.ts";
import { type Decoded, decoded, type Malformed, malformed } from "./verdict.ts";

/** One tick as published. */
export interface ManifestTick {
	readonly tick: Tick;
	/** Number of the L1 block the tick has seen. */
	readonly l1Origin: number;
	readonly items: readonly Item[];
}

/** What a manifest is relative to. */
export type ManifestFrame = Pick<PublicationHeader, "firstTick" | "lastTick" | "l1Origin">;

const U40 = 2 ** 40;
const U32 = 2 ** 32;

const ENCODING = malformed("manifest-encoding");
const CAP = malformed("manifest-cap");

/** RLP of ticks that ascend in number and l1Origin (the caller has checked, `checkPlanned`). */
export function encodeManifest(ticks: readonly ManifestTick[]): Uint8Array {
	const l1Origin = ticks.at(-1)?.l1Origin ?? 0;
	let previous = ticks[0]?.tick ?? 0;
	const list = ticks.map((tick) => {
		const delta = tick.tick - previous;
		previous = tick.tick;
		return [delta, l1Origin - tick.l1Origin, tick.items.map(itemInput)];
	});
	return RLP.encode(list);
}

const legInput = (leg: Leg): [number, Uint8Array] => [leg.rollupId, leg.rawTx];

const itemInput = (item: Item) => (item.kind === "tx" ? legInput(item.leg) : item.legs.map(legInput));

/** Ticks of a manifest, held to its header. Raw transactions are views of `bytes`. */
export function decodeManifest(bytes: Uint8Array, frame: ManifestFrame): Decoded<readonly ManifestTick[]> {
	const shape = new ManifestReader(bytes).read();
	return shape.ok ? place(shape.value, frame) : shape;
}

interface RelativeTick {
	readonly delta: number;
	readonly lag: number;
	readonly items: readonly Item[];
}

/** M-4 and M-5: from relative to absolute. */
function place(ticks: readonly RelativeTick[], frame: ManifestFrame): Decoded<readonly ManifestTick[]> {
	const out: ManifestTick[] = [];
	let tick = frame.firstTick;
	for (const [index, { delta, items, lag }] of ticks.entries()) {
		if ((index === 0) !== (delta === 0)) return malformed("tick-order");
		tick += delta;
		out.push({ tick, l1Origin: frame.l1Origin - lag, items });
	}
	if (tick !== frame.lastTick) return malformed("tick-order");
	let previous = Number.POSITIVE_INFINITY;
	for (const { lag } of ticks) {
		if (lag > previous || lag > frame.l1Origin) return malformed("origin-order");
		previous = lag;
	}
	return previous === 0 ? decoded(out) : malformed("origin-order");
}

/** M-3: the shape alone, every count checked before what it counts is kept. */
class ManifestReader {
	readonly #cursor: RlpCursor;
	readonly #bytes: Uint8Array;
	#legs = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#cursor = new RlpCursor(bytes);
	}

	read(): Decoded<readonly RelativeTick[]> {
		const end = this.#cursor.list(this.#bytes.length);
		if (end !== this.#bytes.length) return ENCODING;
		const ticks: RelativeTick[] = [];
		while (this.#cursor.at < end) {
			if (ticks.length === MAX_TICKS) return CAP;
			const tick = this.#tick(end);
			if (!tick.ok) return tick;
			ticks.push(tick.value);
		}
		return ticks.length === 0 ? CAP : decoded(ticks);
	}

	#tick(limit: number): Decoded<RelativeTick> {
		const cursor = this.#cursor;
		const end = cursor.list(limit);
		const delta = cursor.uint(end);
		if (end < 0 || delta < 0 || delta >= U40) return ENCODING;
		const lag = cursor.uint(end);
		if (lag < 0 || lag >= U32) return ENCODING;
		// The list of items must be the last of exactly three elements.
		if (cursor.list(end) !== end) return ENCODING;
		const items: Item[] = [];
		while (cursor.at < end) {
			const item = this.#item(end);
			if ("ok" in item) return item;
			items.push(item);
		}
		return decoded({ delta, lag, items });
	}

	#item(limit: number): Item | Malformed {
		const end = this.#cursor.list(limit);
		if (end < 0) return ENCODING;
		if (!this.#cursor.isListNext(end)) {
			const leg = this.#leg(end);
			return "ok" in leg ? leg : { kind: "tx", leg };
		}
		const legs: Leg[] = [];
		while (this.#cursor.at < end) {
			if (legs.length === MAX_LEGS) return CAP;
			const legEnd = this.#cursor.list(end);
			if (legEnd < 0) return ENCODING;
			const leg = this.#leg(legEnd);
			if ("ok" in leg) return leg;
			legs.push(leg);
		}
		return { kind: "bundle", legs };
	}

	/** The two elements of a leg, which fill their list up to `end`. */
	#leg(end: number): Leg | Malformed {
		if (this.#legs === MAX_ITEMS) return CAP;
		this.#legs += 1;
		const cursor = this.#cursor;
		const rollupId = cursor.uint(end);
		if (rollupId < 0 || rollupId >= U32) return ENCODING;
		const length = cursor.string(end);
		if (length < 0 || cursor.at !== end) return ENCODING;
		if (length > MAX_TX_BYTES) return CAP;
		return { rollupId, rawTx: this.#bytes.subarray(cursor.start, cursor.end) };
	}
}
