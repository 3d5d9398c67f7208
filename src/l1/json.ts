/** Reading values out of JSON that a stranger sent. Everything throws `retry` with code `malformed`: the answer says nothing. */
import { hexToBytes, isHex } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Hex } from "../primitives/types.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const malformed = (what: string, value: unknown, wanted: string): MeridianError =>
	new MeridianError("retry", "malformed", `${what} is ${show(value)}, not ${wanted}`, { again: true });

const show = (value: unknown): string => {
	const text = JSON.stringify(value) ?? "missing";
	return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

export function objectOf(value: unknown, what: string): JsonObject {
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(what, value, "an object");
	return value as JsonObject;
}

export function arrayOf(value: unknown, what: string): readonly unknown[] {
	if (!Array.isArray(value)) throw malformed(what, value, "a list");
	return value;
}

/** Bytes of any length, or of exactly `length`. */
export function bytesOf(value: unknown, what: string, length?: number): Uint8Array {
	if (!isHex(value, length))
		throw malformed(what, value, length === undefined ? "0x-hex bytes" : `${length} bytes in 0x-hex`);
	return hexToBytes(value);
}

/** Lower-case hex of exactly `length` bytes. */
export function hexOf(value: unknown, what: string, length: number): Hex {
	if (!isHex(value, length)) throw malformed(what, value, `${length} bytes in 0x-hex`);
	return value.toLowerCase() as Hex;
}

/** A quantity as JSON-RPC writes it: 0x-hex, at most 256 bits. */
export function quantityOf(value: unknown, what: string): bigint {
	if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,64}$/.test(value))
		throw malformed(what, value, "a number in 0x-hex");
	return BigInt(value);
}

/** A quantity that fits a JavaScript integer. */
export function numberOf(value: unknown, what: string): number {
	const quantity = quantityOf(value, what);
	if (quantity > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(what, value, "a number below 2^53");
	return Number(quantity);
}
