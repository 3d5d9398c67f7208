/** A small reproducible generator of pseudo-random values (sfc32, seeded by a text). Speed matters more than quality. */
import type { Hex } from "../../src/primitives/types.ts";

export interface Random {
	/** An integer in [0, limit). */
	below(limit: number): number;
	/** An integer in [low, high]. */
	between(low: number, high: number): number;
	chance(probability: number): boolean;
	pick<T>(values: readonly [T, ...T[]]): T;
	/** One of the values, or undefined if there is none. */
	some<T>(values: readonly T[]): T | undefined;
	bytes(length: number): Buffer;
	hex(length: number): Hex;
}

/** Four 32-bit words of a text (FNV-1a with four offsets). */
function seedWords(text: string): [number, number, number, number] {
	const words: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x243f6a88, 0xb7e15162];
	for (let i = 0; i < text.length; i++) {
		for (let j = 0; j < 4; j++) words[j] = Math.imul((words[j] ?? 0) ^ (text.charCodeAt(i) + j), 0x01000193);
	}
	return words;
}

export function createRandom(seed: string): Random {
	let [a, b, c, d] = seedWords(seed);
	const next = (): number => {
		const sum = (((a + b) | 0) + d) | 0;
		d = (d + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = (c << 21) | (c >>> 11);
		c = (c + sum) | 0;
		return sum >>> 0;
	};
	for (let i = 0; i < 15; i++) next();

	const below = (limit: number): number => Math.floor((next() / 4_294_967_296) * limit);
	const bytes = (length: number): Buffer => {
		const out = Buffer.allocUnsafe(length);
		let i = 0;
		for (; i + 4 <= length; i += 4) out.writeUInt32LE(next(), i);
		for (; i < length; i++) out[i] = next() & 0xff;
		return out;
	};
	return {
		below,
		between: (low, high) => low + below(high - low + 1),
		chance: (probability) => next() / 4_294_967_296 < probability,
		pick: (values) => values[below(values.length)] ?? values[0],
		some: (values) => values[below(values.length)],
		bytes,
		hex: (length) => `0x${bytes(length).toString("hex")}`,
	};
}
