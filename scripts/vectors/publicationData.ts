/** Vectors of publication data (M-1, M-2): prefixes, lengths, streams, and bombs. */
import { decodePublicationData } from "../../src/codec/publicationData.ts";
import { bytesToHex, concatBytes, uintToBytes } from "../../src/primitives/bytes.ts";
import { MeridianError } from "../../src/primitives/errors.ts";
import { MAX_MANIFEST_BYTES } from "../../src/primitives/limits.ts";
import { LARGE_WINDOW, LAST, OPEN_ZEROS_16_MIB, OPEN_ZEROS_64_MIB, openStored, skipped, stored } from "./brotli.ts";
import { type Packed, pack, quantity, type VectorFile } from "./format.ts";
import { SMALL_MANIFEST, summary } from "./manifests.ts";

const FRAME = { codec: 1, firstTick: 600, lastTick: 600, l1Origin: 200 };

const frameJson = (codec: number) => ({
	codec: quantity(codec),
	firstTick: quantity(FRAME.firstTick),
	lastTick: quantity(FRAME.lastTick),
	l1Origin: quantity(FRAME.l1Origin),
});

/** Data with the right prefix around a stream that is said to give so many bytes. */
export const dataOf = (compressed: Uint8Array, length: number): Uint8Array =>
	concatBytes(Uint8Array.of(1, 1), uintToBytes(length, 4), compressed);

const SMALL = dataOf(stored(SMALL_MANIFEST), SMALL_MANIFEST.length);

/** The same manifest with its single block of compressed zeros left out: metadata first, then the manifest. */
const WITH_METADATA = dataOf(concatBytes(openStored(SMALL_MANIFEST), skipped(70_000), LAST), SMALL_MANIFEST.length);

/** Packs the long run of zeros that skipped blocks are. */
function packLong(bytes: Uint8Array): Packed {
	const run = bytes.length > 1_000 ? longestZeros(bytes) : undefined;
	if (run === undefined) return bytesToHex(bytes);
	return pack([bytes.subarray(0, run.from), 1], [Uint8Array.of(0), run.end - run.from], [bytes.subarray(run.end), 1]);
}

function longestZeros(bytes: Uint8Array): { from: number; end: number } {
	let best = { from: 0, end: 0 };
	for (let from = 0; from < bytes.length; from++) {
		let end = from;
		while (end < bytes.length && bytes[end] === 0) end += 1;
		if (end - from > best.end - best.from) best = { from, end };
		from = end;
	}
	return best;
}

export function validData(): VectorFile {
	const inputs: [string, Uint8Array][] = [
		["a small manifest in a stored stream", SMALL],
		["skipped bytes before the end of the stream", WITH_METADATA],
	];
	return {
		kind: "publicationData",
		description: "M-1, M-2: publication data",
		cases: inputs.map(([name, data]) => {
			const verdict = decodePublicationData(data, FRAME);
			if (!verdict.ok)
				throw new MeridianError("halt", "vector-invalid", `the valid data "${name}" is ${verdict.reason}`);
			return { name, data: packLong(data), ...frameJson(1), ...summary(verdict.value) };
		}),
	};
}

export function invalidData(): VectorFile {
	const changed = (at: number, value: number): Uint8Array => SMALL.map((byte, index) => (index === at ? value : byte));
	const length = SMALL_MANIFEST.length;
	const stream = stored(SMALL_MANIFEST);
	const bomb = concatBytes(OPEN_ZEROS_64_MIB, skipped(MAX_MANIFEST_BYTES / 64), LAST);
	const inputs: [string, Uint8Array, string, number?][] = [
		["no bytes", new Uint8Array(), "data-header"],
		["a prefix cut off", SMALL.subarray(0, 5), "data-header"],
		["nothing compressed", SMALL.subarray(0, 6), "data-header"],
		["version 0", changed(0, 0), "data-header"],
		["version 2", changed(0, 2), "data-header"],
		["codec 0, as the header says", changed(1, 0), "codec", 0],
		["codec 2, as the header says", changed(1, 2), "codec", 2],
		["codec 2, the header says 1", changed(1, 2), "codec"],
		["codec 1, the header says 2", SMALL, "codec", 2],
		["manifest length 0", dataOf(stream, 0), "manifest-length"],
		["manifest length one above the ratio", dataOf(stream, 64 * stream.length + 1), "manifest-length"],
		["manifest length at the ratio, but not true", dataOf(stream, 64 * stream.length), "compression"],
		["manifest length 2^32 - 1", dataOf(stream, 2 ** 32 - 1), "manifest-length"],
		["manifest length one above 16 MiB", dataOf(bomb, MAX_MANIFEST_BYTES + 1), "manifest-length"],
		["one byte less than the stream gives", dataOf(stream, length - 1), "compression"],
		["one byte more than the stream gives", dataOf(stream, length + 1), "compression"],
		["a byte after the stream", dataOf(concatBytes(stream, Uint8Array.of(0)), length), "compression"],
		["a stream after the stream", dataOf(concatBytes(stream, stream), length), "compression"],
		["the stream cut by one byte", dataOf(stream.subarray(0, -1), length), "compression"],
		[
			"a fill bit set after the end",
			dataOf(concatBytes(stream.subarray(0, -1), Uint8Array.of(7)), length),
			"compression",
		],
		["not a stream", dataOf(new Uint8Array(64).fill(0xff), length), "compression"],
		["a large window", dataOf(LARGE_WINDOW, 8), "compression"],
		["bomb: 16 MiB in 15 bytes", dataOf(concatBytes(OPEN_ZEROS_16_MIB, LAST), MAX_MANIFEST_BYTES), "manifest-length"],
		["bomb: 64 MiB in a stream long enough for 16", dataOf(bomb, MAX_MANIFEST_BYTES), "compression"],
		["bomb: 64 MiB said to be 1,000 bytes", dataOf(bomb, 1_000), "compression"],
		[
			"16 MiB of zeros, as declared, and no manifest",
			dataOf(concatBytes(OPEN_ZEROS_16_MIB, skipped(MAX_MANIFEST_BYTES / 64), LAST), MAX_MANIFEST_BYTES),
			"manifest-encoding",
		],
	];
	return {
		kind: "publicationData",
		description: "M-1, M-2: data that is not",
		cases: inputs.map(([name, data, reason, codec = 1]) => ({
			name,
			data: packLong(data),
			...frameJson(codec),
			reason,
		})),
	};
}
