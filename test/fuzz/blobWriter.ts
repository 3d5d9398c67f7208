/** Writes blobs, right or wrong on purpose. */
import type { Random } from "./random.ts";

export const USABLE = 130_044;
const BLOB = 131_072;

/** B-1, the other way round: bytes into field elements. */
export function writeBlob(data: Buffer): Buffer {
	const all = Buffer.alloc(USABLE);
	data.copy(all);
	const blob = Buffer.alloc(BLOB);
	blob.writeUIntBE(data.length, 2, 3);
	let next = 0;
	const copy = (to: number, length: number): void => {
		all.copy(blob, to, next, next + length);
		next += length;
	};
	const extra = (): number => all[next++] ?? 0;
	for (let base = 0; base < BLOB; base += 128) {
		copy(base === 0 ? 5 : base + 1, base === 0 ? 27 : 31);
		const first = extra();
		copy(base + 33, 31);
		const second = extra();
		copy(base + 65, 31);
		const third = extra();
		copy(base + 97, 31);
		blob[base] = first & 0x3f;
		blob[base + 32] = ((first & 0xc0) >> 2) | (second & 0x0f);
		blob[base + 64] = third & 0x3f;
		blob[base + 96] = ((third & 0xc0) >> 2) | (second >> 4);
	}
	return blob;
}

/** B-3: all blobs full but the last. */
export function writeBlobs(data: Buffer): Buffer[] {
	const blobs: Buffer[] = [];
	for (let from = 0; from < data.length; from += USABLE) blobs.push(writeBlob(data.subarray(from, from + USABLE)));
	return blobs.length > 0 ? blobs : [writeBlob(data)];
}

/** Trap 11 and B-2, B-3: one thing wrong with the blobs of some data. At most six come out. */
export function writeFlawedBlobs(random: Random, data: Buffer): Buffer[] {
	const blobs = writeBlobs(data);
	const blob = random.some(blobs) ?? Buffer.alloc(BLOB);
	const length = blob.readUIntBE(2, 3);
	const flaws: readonly [() => unknown, ...(() => unknown)[]] = [
		() => blob.writeUInt8(random.between(1, 255), 1),
		() => blob.writeUIntBE(random.pick([USABLE + 1, 0xffffff, USABLE]), 2, 3),
		() => blob.writeUIntBE(random.pick([0, length - 1, length + 1]), 2, 3),
		() => (blob[32 * random.below(4_096)] = random.pick([0x40, 0x80, 0xc0])),
		() => (blob[random.below(BLOB)] = random.between(1, 255)),
		() => (blob[BLOB - 1] = random.between(0, 1)),
		() => (blob[BLOB - 32 * random.between(1, 4)] = 1 << random.below(6)),
		() => blob.fill(0),
		() => blob.fill(0xff),
		() => random.bytes(BLOB).copy(blob),
		() => blobs.push(writeBlob(Buffer.alloc(0))),
		() => blobs.unshift(writeBlob(data.subarray(0, random.below(data.length + 1)))),
		() => blobs.splice(0, blobs.length, ...split(random, data)),
		() => blobs.reverse(),
	];
	random.pick(flaws)();
	return blobs;
}

/** The right bytes over two blobs, the first of which is not full. */
function split(random: Random, data: Buffer): Buffer[] {
	const cut = random.below(Math.min(data.length, USABLE));
	return [writeBlob(data.subarray(0, cut)), writeBlob(data.subarray(cut, cut + USABLE))];
}
