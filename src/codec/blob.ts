/** Bytes in blobs: the OP Stack's blob encoding, version 0; rules B-1 to B-3. */
import { MeridianError } from "../primitives/errors.ts";
import { BLOB_BYTES, BLOB_USABLE_BYTES, MAX_BLOBS } from "../primitives/limits.ts";
import { type Decoded, decoded, malformed } from "./verdict.ts";

/** Four field elements make a round. */
const ROUND_BYTES = 128;
const ENCODING_VERSION = 0;
/** In the first element of a blob: the element's high byte, the version, and the length in three bytes. */
const PREFIX_BYTES = 5;

/** Data to blobs of 131,072 bytes, each but the last full. Throws `halt` on no data at all. */
export function encodeBlobs(data: Uint8Array): Uint8Array[] {
	if (data.length === 0) {
		throw new MeridianError("halt", "blob-no-data", "no data to put in blobs; give at least one byte");
	}
	const blobs: Uint8Array[] = [];
	for (let at = 0; at < data.length; at += BLOB_USABLE_BYTES) {
		blobs.push(encodeBlob(data.subarray(at, at + BLOB_USABLE_BYTES)));
	}
	return blobs;
}

/** At most 130,044 bytes to one blob of 131,072 bytes. Throws `halt` on more. */
export function encodeBlob(data: Uint8Array): Uint8Array {
	if (data.length > BLOB_USABLE_BYTES) {
		throw new MeridianError(
			"halt",
			"blob-too-large",
			`${data.length} bytes do not fit in a blob; give at most ${BLOB_USABLE_BYTES}`,
		);
	}
	const blob = new Uint8Array(BLOB_BYTES);
	blob[1] = ENCODING_VERSION;
	blob[2] = data.length >>> 16;
	blob[3] = (data.length >>> 8) & 0xff;
	blob[4] = data.length & 0xff;
	let at = 0;
	for (let round = 0; round < BLOB_BYTES && at < data.length; round += ROUND_BYTES) {
		at = put(data, at, blob, round + (round === 0 ? PREFIX_BYTES : 1), round + 32);
		const extra0 = data[at++] ?? 0;
		at = put(data, at, blob, round + 33, round + 64);
		const extra1 = data[at++] ?? 0;
		at = put(data, at, blob, round + 65, round + 96);
		const extra2 = data[at++] ?? 0;
		at = put(data, at, blob, round + 97, round + 128);
		blob[round] = extra0 & 0x3f;
		blob[round + 32] = ((extra0 & 0xc0) >> 2) | (extra1 & 0x0f);
		blob[round + 64] = extra2 & 0x3f;
		blob[round + 96] = ((extra2 & 0xc0) >> 2) | (extra1 >> 4);
	}
	return blob;
}

/** The data of one blob, at most 130,044 bytes. */
export function decodeBlob(blob: Uint8Array): Decoded<Uint8Array> {
	const out = new Uint8Array(BLOB_USABLE_BYTES);
	const length = decodeInto(blob, out, 0);
	return length < 0 ? malformed("blob-encoding") : decoded(out.subarray(0, length));
}

/** The data of a publication's blobs, joined (B-3). */
export function joinBlobs(blobs: readonly Uint8Array[]): Decoded<Uint8Array> {
	if (blobs.length === 0 || blobs.length > MAX_BLOBS) return malformed("blob-not-full");
	const out = new Uint8Array(blobs.length * BLOB_USABLE_BYTES);
	let total = 0;
	let ended = false;
	for (const blob of blobs) {
		const length = decodeInto(blob, out, total);
		if (length < 0) return malformed("blob-encoding");
		if (length === 0 || ended) return malformed("blob-not-full");
		ended = length < BLOB_USABLE_BYTES;
		total += length;
	}
	return decoded(out.subarray(0, total));
}

/** Writes a blob's data at `at`; returns its length, or -1 if the blob is malformed. */
function decodeInto(blob: Uint8Array, out: Uint8Array, at: number): number {
	if (blob.length !== BLOB_BYTES || blob[1] !== ENCODING_VERSION) return -1;
	const length = ((blob[2] as number) << 16) | ((blob[3] as number) << 8) | (blob[4] as number);
	if (length > BLOB_USABLE_BYTES) return -1;
	let to = at;
	for (let round = 0; round < BLOB_BYTES; round += ROUND_BYTES) {
		const x = blob[round] as number;
		const y = blob[round + 32] as number;
		const z = blob[round + 64] as number;
		const w = blob[round + 96] as number;
		// An element with a high bit set may be no field element at all, or a second spelling of the same data.
		if ((x | y | z | w) & 0xc0) return -1;
		to = take(blob, round + (round === 0 ? PREFIX_BYTES : 1), round + 32, out, to);
		out[to++] = x | ((y & 0x30) << 2);
		to = take(blob, round + 33, round + 64, out, to);
		out[to++] = (y & 0x0f) | ((w & 0x0f) << 4);
		to = take(blob, round + 65, round + 96, out, to);
		out[to++] = z | ((w & 0x30) << 2);
		to = take(blob, round + 97, round + 128, out, to);
	}
	for (let i = at + length; i < to; i++) {
		if (out[i] !== 0) return -1;
	}
	return length;
}

/** Fills `blob[from..end)` with data from `at` as far as there is any; returns the position after it. */
function put(data: Uint8Array, at: number, blob: Uint8Array, from: number, end: number): number {
	const count = Math.min(end - from, data.length - at);
	for (let i = 0; i < count; i++) blob[from + i] = data[at + i] as number;
	return at + end - from;
}

/** Copies `blob[from..end)` to `out` at `to`; returns the position after it. */
function take(blob: Uint8Array, from: number, end: number, out: Uint8Array, to: number): number {
	let next = to;
	for (let i = from; i < end; i++) out[next++] = blob[i] as number;
	return next;
}
