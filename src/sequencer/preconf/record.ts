/** Promised items as bytes in the journal: `tick u64 | index u32 | kind u8 | per leg: rollupId u32 | length u32 | rawTx`. */
import { itemHash, legsOf } from "../../codec/itemHash.ts";
import { bytesToHex, bytesToUint, concatBytes, uintToBytes } from "../../primitives/bytes.ts";
import { MAX_LEGS, MAX_TX_BYTES } from "../../primitives/limits.ts";
import type { Item, Leg } from "../../primitives/types.ts";
import type { Promised } from "./types.ts";

const KIND = { tx: 0, bundle: 1 } as const;
const HEAD_BYTES = 13;
const LEG_HEAD_BYTES = 8;

export function encodePromised({ index, item, tick }: Promised): Uint8Array {
	const legs = legsOf(item).flatMap(({ rawTx, rollupId }) => [
		uintToBytes(rollupId, 4),
		uintToBytes(rawTx.length, 4),
		rawTx,
	]);
	return concatBytes(uintToBytes(tick, 8), uintToBytes(index, 4), Uint8Array.of(KIND[item.kind]), ...legs);
}

/** Null: not written by `encodePromised`. */
export function decodePromised(bytes: Uint8Array): Promised | null {
	if (bytes.length < HEAD_BYTES) return null;
	const legs: Leg[] = [];
	for (let at = HEAD_BYTES; at < bytes.length; ) {
		if (bytes.length - at < LEG_HEAD_BYTES) return null;
		const rollupId = uintAt(bytes, at, 4);
		const length = uintAt(bytes, at + 4, 4);
		at += LEG_HEAD_BYTES;
		if (length > MAX_TX_BYTES || bytes.length - at < length) return null;
		legs.push({ rollupId, rawTx: bytes.slice(at, at + length) });
		at += length;
	}
	const item = itemOf(bytes[12], legs);
	if (item === null) return null;
	return { tick: uintAt(bytes, 0, 8), index: uintAt(bytes, 8, 4), item, itemHash: bytesToHex(itemHash(item)) };
}

function itemOf(kind: number | undefined, legs: readonly Leg[]): Item | null {
	const [leg] = legs;
	if (leg === undefined || legs.length > MAX_LEGS) return null;
	if (kind === KIND.bundle) return { kind: "bundle", legs };
	return kind === KIND.tx && legs.length === 1 ? { kind: "tx", leg } : null;
}

const uintAt = (bytes: Uint8Array, at: number, size: number): number =>
	Number(bytesToUint(bytes.subarray(at, at + size)));
