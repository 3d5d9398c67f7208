/**
 * The reader's keys in the store, all under `n/` (src/store/keys.ts). Numbers have a fixed width, so that keys sort by them.
 * - `n/timeline`: which timeline and which clusters the store is of; `n/cursor`: how far it is; `n/state`: the order state
 * - `n/payload/<hash>`: raw bytes of a pending forced transaction
 * - `n/l1/<number>`: hash of an L1 block that is not final yet, and where the rollups were after it
 * - `n/tick/<tick>`, `n/publication/<id>`, `n/rollup/<rollup>`, `n/block/<rollup>/<number>`: the timeline's records
 * - `n/tx/<hash>/<tick>/<class>/<index>/<leg>`: where a transaction stands; empty values
 */
import type { Hash32, RollupId, Tick } from "../primitives/types.ts";

const digits = (value: number, width: number): string => value.toString().padStart(width, "0");
const bare = (hash: Hash32): string => hash.slice(2).toLowerCase();

/** Place of one transaction: a position, and the leg in it. */
export interface Place {
	readonly tick: Tick;
	readonly class: 0 | 1;
	readonly index: number;
	readonly leg: number;
}

export const TIMELINE_KEY = "n/timeline";
export const CURSOR_KEY = "n/cursor";
export const STATE_KEY = "n/state";
const PAYLOAD_PREFIX = "n/payload/";
export const L1_PREFIX = "n/l1/";
export const TICK_PREFIX = "n/tick/";
export const PUBLICATION_PREFIX = "n/publication/";
export const ROLLUP_PREFIX = "n/rollup/";

export const payloadKey = (hash: Hash32): string => PAYLOAD_PREFIX + bare(hash);
export const l1Key = (number: number): string => L1_PREFIX + digits(number, 10);
export const tickKey = (tick: Tick): string => TICK_PREFIX + digits(tick, 13);
export const publicationKey = (id: number): string => PUBLICATION_PREFIX + digits(id, 10);
export const rollupRecordKey = (rollup: RollupId): string => ROLLUP_PREFIX + digits(rollup, 10);
export const blockPrefix = (rollup: RollupId): string => `n/block/${digits(rollup, 10)}/`;
export const blockKey = (rollup: RollupId, number: number): string => blockPrefix(rollup) + digits(number, 10);
export const placePrefix = (hash: Hash32): string => `n/tx/${bare(hash)}/`;

export function placeKey(hash: Hash32, place: Place): string {
	return `${placePrefix(hash)}${digits(place.tick, 13)}/${place.class}/${digits(place.index, 6)}/${digits(place.leg, 2)}`;
}

/** The inverse of `placeKey`. */
export function placeOfKey(key: string): Place {
	const [tick = "", positionClass, index = "", leg = ""] = key.split("/").slice(3);
	return { tick: Number(tick), class: positionClass === "0" ? 0 : 1, index: Number(index), leg: Number(leg) };
}
