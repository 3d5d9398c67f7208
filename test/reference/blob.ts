/** Section 4, B-1 to B-3: from blobs to the publication's data. */
import type { VoidReason } from "../../src/derive/types.ts";
import type { Deviation } from "./types.ts";

const USABLE = 130_044;
const ELEMENTS = 4_096;
const MAX_BLOBS = 6;

const at = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;

/** B-1, B-2: the data of one blob, or null if the blob is malformed. */
export function decodeBlob(blob: Uint8Array, deviation?: Deviation): Buffer | null {
	if (blob.length !== 32 * ELEMENTS) return null;
	for (let element = 0; element < ELEMENTS; element++) if ((at(blob, 32 * element) & 0xc0) !== 0) return null;
	const version = at(blob, 1);
	const length = at(blob, 2) * 65_536 + at(blob, 3) * 256 + at(blob, 4);
	if (version !== 0 || length > USABLE) return null;

	const all = Buffer.alloc(USABLE);
	let filled = 0;
	const take = (from: number, to: number): void => {
		all.set(blob.subarray(from, to), filled);
		filled += to - from;
	};
	const put = (byte: number): void => {
		all[filled++] = byte;
	};
	for (let round = 0; round < ELEMENTS / 4; round++) {
		const base = 128 * round;
		const x = at(blob, base) & 0x3f;
		const y = at(blob, base + 32) & 0x3f;
		const z = at(blob, base + 64) & 0x3f;
		const w = at(blob, base + 96) & 0x3f;
		take(base + (round === 0 ? 5 : 1), base + 32);
		put((x & 0x3f) | ((y & 0x30) << 2));
		take(base + 33, base + 64);
		put((y & 0x0f) | ((w & 0x0f) << 4));
		take(base + 65, base + 96);
		put((z & 0x3f) | ((w & 0x30) << 2));
		take(base + 97, base + 128);
	}
	const beyond = all.subarray(length);
	if (deviation !== "blob-padding-ignored" && !beyond.equals(Buffer.alloc(beyond.length))) return null;
	return all.subarray(0, length);
}

/** B-3: the data of all blobs joined, or the rules broken. Another number of blobs than H-1 allows breaks B-3. */
export function joinBlobs(blobs: readonly Uint8Array[], deviation?: Deviation): Buffer | VoidReason[] {
	if (blobs.length < 1 || blobs.length > MAX_BLOBS) return ["blob-not-full"];
	const parts = blobs.map((blob) => decodeBlob(blob, deviation));
	const broken: VoidReason[] = [];
	if (parts.includes(null)) broken.push("blob-encoding");
	const notFull = parts.some((part, i) => {
		if (part === null) return false;
		return i === parts.length - 1 ? part.length === 0 : part.length !== USABLE;
	});
	if (notFull && deviation !== "blob-not-full-accepted") broken.push("blob-not-full");
	return broken.length > 0 ? broken : Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0)));
}
