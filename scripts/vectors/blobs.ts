/** Vectors of the blob encoding (B-1 to B-3). */
import { encodeBlob } from "../../src/codec/blob.ts";
import { bytesToHex, concatBytes, uintToBytes } from "../../src/primitives/bytes.ts";
import { BLOB_BYTES, BLOB_USABLE_BYTES } from "../../src/primitives/limits.ts";
import { bytesOf, type Packed, pack, packZeros, unpack, type VectorFile } from "./format.ts";

const ROUND = 128;

/** A blob as its first round and the runs of equal rounds after it. */
export function packBlob(blob: Uint8Array): Packed {
	const runs: [Uint8Array, number][] = [];
	for (let at = 0; at < blob.length; at += ROUND) {
		const round = blob.subarray(at, at + ROUND);
		const run = runs.at(-1);
		if (run !== undefined && Buffer.compare(run[0], round) === 0) run[1] += 1;
		else runs.push([round, 1]);
	}
	return pack(...runs);
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const fill = (value: number, length: number): Uint8Array => new Uint8Array(length).fill(value);

/** A blob that begins so and goes on with zeros. */
const beginning = (...parts: Uint8Array[]): Uint8Array => {
	const blob = new Uint8Array(BLOB_BYTES);
	blob.set(concatBytes(...parts));
	return blob;
};

export function validBlobs(): VectorFile {
	const op: [string, Uint8Array, Uint8Array][] = [
		["OP: empty", new Uint8Array(), new Uint8Array(BLOB_BYTES)],
		["OP: one zero byte", bytes(0), beginning(bytes(0, 0, 0, 0, 1))],
		["OP: 130044 zero bytes", new Uint8Array(BLOB_USABLE_BYTES), beginning(bytes(0, 0, 1, 0xfb, 0xfc))],
		["OP: ten bytes", concatBytes(fill(0, 9), bytes(0xff)), beginning(bytes(0, 0, 0, 0, 10), fill(0, 9), bytes(0xff))],
		["OP: 27 bytes fill the first element", fill(0xff, 27), beginning(bytes(0, 0, 0, 0, 0x1b), fill(0xff, 27))],
		["OP: 28 bytes", fill(0xff, 28), beginning(bytes(0x3f, 0, 0, 0, 0x1c), fill(0xff, 27), bytes(0x30))],
		["OP: 32 bytes", fill(0xff, 32), beginning(bytes(0x3f, 0, 0, 0, 0x20), fill(0xff, 27), bytes(0x30), fill(0xff, 4))],
	];
	const period = bytesOf("round", 127);
	const periodic = pack([period.subarray(4), 1], [period, 1023]);
	const ours: [string, Packed][] = [
		...["this is a test of blob encoding/decoding", "short"].map((text): [string, Packed] => [
			text,
			bytesToHex(ascii(text)),
		]),
		...[59, 91, 123, 124, 151, 254, 1000].map((length): [string, Packed] => [
			`${length} bytes`,
			bytesToHex(bytesOf("blob data", length)),
		]),
		["130043 bytes of 0xff", pack([fill(0xff, 1), BLOB_USABLE_BYTES - 1])],
		["130044 bytes of 0xff", pack([fill(0xff, 1), BLOB_USABLE_BYTES])],
		["130044 bytes, every bit of a round", periodic],
	];
	return {
		kind: "blob",
		description: "B-1, B-2: the data of one blob",
		cases: [
			...op.map(([name, data, blob]) => ({ name, data: packZeros(data), blob: packBlob(blob) })),
			...ours.map(([name, data]) => ({ name, data, blob: packBlob(encodeBlob(unpack(data))) })),
		],
	};
}

export function invalidBlobs(): VectorFile {
	const base = encodeBlob(bytesOf("blob data", 1000));
	const changed = (at: number, value: number): Uint8Array => base.map((byte, index) => (index === at ? value : byte));
	const withLength = (length: number): Uint8Array => beginning(bytes(0, 0), uintToBytes(length, 3));
	const modulus = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
	const inputs: [string, Uint8Array][] = [
		["OP: length 130045", withLength(BLOB_USABLE_BYTES + 1)],
		["length 0xffffff", withLength(0xffffff)],
		["OP: version 1", changed(1, 1)],
		["version 255", changed(1, 255)],
		["OP: highest bit of element 1", changed(32, 0x80 | (base[32] ?? 0))],
		["OP: second highest bit of element 1", changed(32, 0x40 | (base[32] ?? 0))],
		["second highest bit of element 0", changed(0, 0x40 | (base[0] ?? 0))],
		["highest bit of the last element", changed(4095 * 32, 0x80)],
		["OP: bits of the first extra byte beyond length 0", beginning(bytes(0x30, 0, 0, 0, 0))],
		["OP: lowest bit of the first extra byte beyond length 0", beginning(bytes(0x01, 0, 0, 0, 0))],
		["a byte beyond the length in the first element", beginning(bytes(0, 0, 0, 0, 0, 1))],
		["a byte beyond the length in the last element", changed(BLOB_BYTES - 1, 1)],
		["low bits of the last element's high byte beyond the length", changed(4095 * 32, 0x0f)],
		[
			"last bit of a full blob is data, of a blob one byte shorter not",
			(() => {
				const blob = encodeBlob(fill(0xff, BLOB_USABLE_BYTES));
				blob.set(uintToBytes(BLOB_USABLE_BYTES - 1, 3), 2);
				return blob;
			})(),
		],
		["all ones", fill(0xff, BLOB_BYTES)],
		[
			"every element the field's modulus",
			concatBytes(...Array.from({ length: 4096 }, () => Buffer.from(modulus, "hex"))),
		],
		[
			"every element the modulus minus one",
			concatBytes(...Array.from({ length: 4096 }, () => Buffer.from(`${modulus.slice(0, -1)}0`, "hex"))),
		],
		["one byte short", base.subarray(0, BLOB_BYTES - 1)],
		["one byte long", concatBytes(base, bytes(0))],
		["no bytes", new Uint8Array()],
	];
	return {
		kind: "blob",
		description: "B-2: blobs that hold no data",
		cases: inputs.map(([name, blob]) => ({ name, blob: packBlob(blob), reason: "blob-encoding" })),
	};
}

const FULL = fill(0x11, BLOB_USABLE_BYTES);

export function validJoins(): VectorFile {
	const inputs: [string, Uint8Array][] = [
		["one byte", fill(1, 1)],
		["exactly one blob", FULL],
		["one blob and one byte", concatBytes(FULL, fill(2, 1))],
		["six full blobs", fill(0x11, 6 * BLOB_USABLE_BYTES)],
	];
	return {
		kind: "blobs",
		description: "B-3: the data of several blobs",
		cases: inputs.map(([name, data]) => {
			const blobs = Array.from({ length: Math.ceil(data.length / BLOB_USABLE_BYTES) }, (_, index) =>
				encodeBlob(data.subarray(index * BLOB_USABLE_BYTES, (index + 1) * BLOB_USABLE_BYTES)),
			);
			const rest = data.length % BLOB_USABLE_BYTES;
			const packed = pack([fill(0x11, 1), data.length - rest], [data.subarray(data.length - rest), 1]);
			return { name, blobs: blobs.map(packBlob), data: packed };
		}),
	};
}

export function invalidJoins(): VectorFile {
	const full = encodeBlob(FULL);
	const short = encodeBlob(FULL.subarray(1));
	const empty = new Uint8Array(BLOB_BYTES);
	const inputs: [string, Uint8Array[], string][] = [
		["no blob", [], "blob-not-full"],
		["an empty blob alone", [empty], "blob-not-full"],
		["an empty last blob", [full, empty], "blob-not-full"],
		["a first blob one byte short", [short, full], "blob-not-full"],
		["a malformed second blob", [full, fill(0xff, BLOB_BYTES)], "blob-encoding"],
		["seven blobs", Array.from({ length: 7 }, () => full), "blob-not-full"],
	];
	return {
		kind: "blobs",
		description: "B-3: blobs that do not join",
		cases: inputs.map(([name, blobs, reason]) => ({ name, blobs: blobs.map(packBlob), reason })),
	};
}
