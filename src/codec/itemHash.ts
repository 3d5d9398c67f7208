/** Hashes of single items; rule S-1. */
import { keccak256 } from "../primitives/hash.ts";
import type { Item, Leg, RollupId } from "../primitives/types.ts";

const TX_TAG = 2;
const BUNDLE_TAG = 3;
const LEG_BYTES = 36;

const txInput = new Uint8Array(1 + LEG_BYTES);
txInput[0] = TX_TAG;

export function txHash(rollupId: RollupId, rawTx: Uint8Array): Uint8Array {
	writeLeg(txInput, 1, rollupId, rawTx);
	return keccak256(txInput);
}

export function bundleHash(legs: readonly Leg[]): Uint8Array {
	const input = new Uint8Array(1 + legs.length * LEG_BYTES);
	input[0] = BUNDLE_TAG;
	for (const [index, leg] of legs.entries()) writeLeg(input, 1 + index * LEG_BYTES, leg.rollupId, leg.rawTx);
	return keccak256(input);
}

export function itemHash(item: Item): Uint8Array {
	return item.kind === "tx" ? txHash(item.leg.rollupId, item.leg.rawTx) : bundleHash(item.legs);
}

export const legsOf = (item: Item): readonly Leg[] => (item.kind === "tx" ? [item.leg] : item.legs);

function writeLeg(out: Uint8Array, at: number, rollupId: RollupId, rawTx: Uint8Array): void {
	out[at] = rollupId >>> 24;
	out[at + 1] = (rollupId >>> 16) & 0xff;
	out[at + 2] = (rollupId >>> 8) & 0xff;
	out[at + 3] = rollupId & 0xff;
	out.set(keccak256(rawTx), at + 4);
}
