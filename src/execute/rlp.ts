/**
 * RLP for the inner loops (trie nodes, accounts, what a signature signs), written out instead of using a library: a general
 * encoder takes about four times as long, and state roots are made of little else. Tests hold it to one.
 */

const STRING = 0x80;
export const LIST = 0xc0;

const SHORT = 56;

/** Bytes before a payload of that length, below 2^24 (of a string: unless it is its own encoding). */
export const headerSize = (length: number): number => (length < SHORT ? 1 : length < 256 ? 2 : length < 65_536 ? 3 : 4);

const isOwnEncoding = (bytes: Uint8Array): boolean => bytes.length === 1 && (bytes[0] ?? 0) < STRING;

export const stringSize = (bytes: Uint8Array): number =>
	isOwnEncoding(bytes) ? 1 : headerSize(bytes.length) + bytes.length;

/** @param base `STRING` or `LIST`; @returns where the payload starts */
export function writeHeader(out: Uint8Array, at: number, base: number, length: number): number {
	if (length < SHORT) {
		out[at] = base + length;
		return at + 1;
	}
	const bytes = headerSize(length) - 1;
	out[at] = base + SHORT - 1 + bytes;
	for (let i = bytes, rest = length; i > 0; i--, rest >>>= 8) out[at + i] = rest & 0xff;
	return at + 1 + bytes;
}

/** @returns where the string ends */
export function writeString(out: Uint8Array, at: number, bytes: Uint8Array): number {
	const start = isOwnEncoding(bytes) ? at : writeHeader(out, at, STRING, bytes.length);
	out.set(bytes, start);
	return start + bytes.length;
}

export function encodeString(bytes: Uint8Array): Uint8Array {
	const out = new Uint8Array(stringSize(bytes));
	writeString(out, 0, bytes);
	return out;
}

/** @param items encoded */
export function encodeList(items: readonly Uint8Array[]): Uint8Array {
	let length = 0;
	for (const item of items) length += item.length;
	const out = new Uint8Array(headerSize(length) + length);
	let at = writeHeader(out, 0, LIST, length);
	for (const item of items) {
		out.set(item, at);
		at += item.length;
	}
	return out;
}

/** Big endian without leading zeros. */
export function integerBytes(value: bigint): Uint8Array {
	if (value === 0n) return new Uint8Array(0);
	const digits = value.toString(16);
	return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
}

/** Payload of the item at `at`. For bytes that are known to be well formed; see codec/rlpCursor.ts for others. */
export function itemAt(bytes: Uint8Array, at: number): [start: number, end: number] {
	const first = bytes[at] ?? 0;
	if (first < STRING) return [at, at + 1];
	const short = first - (first < LIST ? STRING : LIST);
	if (short < SHORT) return [at + 1, at + 1 + short];
	const start = at + 1 + (short - SHORT + 1);
	let length = 0;
	for (let i = at + 1; i < start; i++) length = length * 256 + (bytes[i] ?? 0);
	return [start, start + length];
}
