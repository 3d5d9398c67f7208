/** How vectors are written down; vectors/README.md describes it for readers in other languages. */
import { bytesToHex, concatBytes, hexToBytes } from "../../src/primitives/bytes.ts";
import { keccak256 } from "../../src/primitives/hash.ts";
import type { Hex } from "../../src/primitives/types.ts";

/** Bytes: hex, or pieces of hex with how often each stands in a row. */
export type Packed = Hex | readonly (readonly [Hex, Hex])[];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface VectorFile {
	readonly kind: string;
	readonly description: string;
	readonly cases: readonly ({ readonly name: string } & { readonly [key: string]: Json })[];
}

export const quantity = (value: number | bigint): Hex => `0x${value.toString(16)}`;

export const count = (value: string): number => Number(BigInt(value));

/** Pieces of bytes and repetitions, as they are written. */
export function pack(...pieces: readonly (readonly [Uint8Array, number])[]): Packed {
	return pieces.map(([bytes, times]) => [bytesToHex(bytes), quantity(times)] as const);
}

/** Bytes without their trailing zeros, and those as one piece. */
export function packZeros(bytes: Uint8Array): Packed {
	let end = bytes.length;
	while (end > 0 && bytes[end - 1] === 0) end -= 1;
	if (bytes.length - end < 64) return bytesToHex(bytes);
	return pack([bytes.subarray(0, end), 1], [Uint8Array.of(0), bytes.length - end]);
}

export function unpack(packed: Packed): Uint8Array {
	if (typeof packed === "string") return hexToBytes(packed);
	return concatBytes(
		...packed.map(([hex, times]) => {
			const piece = hexToBytes(hex);
			return new Uint8Array(piece.length * count(times)).map((_, index) => piece[index % piece.length] ?? 0);
		}),
	);
}

/** Bytes that look random and are the same for everyone: keccak of a label and a counter, joined and cut. */
export function bytesOf(label: string, length: number): Uint8Array {
	const blocks: Uint8Array[] = [];
	for (let i = 0; i * 32 < length; i++) blocks.push(keccak256(new TextEncoder().encode(`${label} ${i}`)));
	return concatBytes(...blocks).subarray(0, length);
}

export const hexOf = (label: string, length: number): Hex => bytesToHex(bytesOf(label, length));
