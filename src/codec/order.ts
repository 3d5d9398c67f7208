/** Hashes of what is ordered: ticks, forced entries and the order root; rules S-3 to S-5. */
import { concatBytes, uintToBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import type { ClusterId, Item, Tick } from "../primitives/types.ts";
import { itemHash } from "./itemHash.ts";
import { merkleRoot } from "./merkle.ts";

const TICK_TAG = Uint8Array.of(4);
const FORCED_TAG = Uint8Array.of(5);
const ORDER_TAG = Uint8Array.of(6);

/** A list as the order layer commits to it. */
export interface CountedRoot {
	readonly count: number;
	readonly root: Uint8Array;
}

/** Root of no items: 32 zero bytes. */
export const EMPTY_ROOT: CountedRoot = { count: 0, root: new Uint8Array(32) };

/** S-3, first part. */
export function itemsRoot(items: readonly Item[]): CountedRoot {
	return items.length === 0 ? EMPTY_ROOT : { count: items.length, root: merkleRoot(items.map(itemHash)) };
}

/** S-3, second part. */
export function tickHash(tick: Tick, items: CountedRoot): Uint8Array {
	return keccak256(concatBytes(TICK_TAG, uintToBytes(tick, 8), uintToBytes(items.count, 4), items.root));
}

/** S-3, third part: over the hashes of a publication's ticks. */
export function ticksRoot(tickHashes: readonly Uint8Array[]): Uint8Array {
	return merkleRoot(tickHashes);
}

/** S-4, for one entry. */
export function forcedHash(cluster: ClusterId, index: number, entryItemHash: Uint8Array): Uint8Array {
	return keccak256(concatBytes(FORCED_TAG, uintToBytes(cluster, 4), uintToBytes(index, 8), entryItemHash));
}

/** S-4, over a tick's forced hashes in their order. */
export function forcedRoot(forcedHashes: readonly Uint8Array[]): CountedRoot {
	return forcedHashes.length === 0 ? EMPTY_ROOT : { count: forcedHashes.length, root: merkleRoot(forcedHashes) };
}

/** S-5. */
export function orderRoot(tick: Tick, forced: CountedRoot, items: CountedRoot): Uint8Array {
	return keccak256(
		concatBytes(
			ORDER_TAG,
			uintToBytes(tick, 8),
			uintToBytes(forced.count, 4),
			forced.root,
			uintToBytes(items.count, 4),
			items.root,
		),
	);
}
