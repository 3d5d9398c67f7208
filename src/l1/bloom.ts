/** The 2,048-bit filter in a header: what it rules out needs no look at the receipts. */
import { hexToBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import type { Address } from "../primitives/types.ts";

/** Bits of an address in a header's filter: three of 2,048, as (byte, mask). */
export type BloomBits = readonly (readonly [number, number])[];

/** Yellow paper 4.3.1: the low 11 bits of the first three pairs of bytes of the hash. */
export function bloomBits(address: Address): BloomBits {
	const hash = keccak256(hexToBytes(address));
	return [0, 2, 4].map((at) => {
		const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047;
		return [255 - (bit >> 3), 1 << (bit & 7)] as const;
	});
}

/** False: no log of the address is in the block. True: there may be one. */
export function bloomHas(bloom: Uint8Array, bits: BloomBits): boolean {
	return bits.every(([byte, mask]) => ((bloom[byte] ?? 0) & mask) !== 0);
}
