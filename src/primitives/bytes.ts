import type { Hex } from "./types.ts";

/** Bytes as lower-case 0x-prefixed hex. */
export function bytesToHex(bytes: Uint8Array): Hex {
	return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** Bytes of well-formed 0x-prefixed hex of even length. Callers check input from outside first (`isHex`). */
export function hexToBytes(hex: string): Uint8Array {
	return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
}

/** Whether the value is 0x-prefixed hex of whole bytes, of exactly `length` bytes if given. */
export function isHex(value: unknown, length?: number): value is Hex {
	return (
		typeof value === "string" &&
		/^0x([0-9a-fA-F]{2})*$/.test(value) &&
		(length === undefined || value.length === 2 + 2 * length)
	);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
	let length = 0;
	for (const part of parts) length += part.length;
	const out = new Uint8Array(length);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/** Big-endian bytes of a non-negative integer, exactly `size` of them. */
export function uintToBytes(value: number | bigint, size: number): Uint8Array {
	const out = new Uint8Array(size);
	let rest = BigInt(value);
	for (let i = size - 1; i >= 0; i--) {
		out[i] = Number(rest & 0xffn);
		rest >>= 8n;
	}
	return out;
}

/** The integer that big-endian bytes spell; the empty string is zero. */
export function bytesToUint(bytes: Uint8Array): bigint {
	return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && Buffer.compare(a, b) === 0;
}

export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;
export const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;
