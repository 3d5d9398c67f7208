/** Decodes bombs in a process of its own and prints how much each made its memory grow at most; trap 5. */
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { LAST } from "../../../scripts/vectors/brotli.ts";
import { dataOf } from "../../../scripts/vectors/publicationData.ts";
import { decodePublicationData, wrapManifest } from "../../../src/codec/publicationData.ts";
import { concatBytes, uintToBytes } from "../../../src/primitives/bytes.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";
import { MAX_MANIFEST_BYTES } from "../../../src/primitives/limits.ts";

const FRAME = { codec: 1, firstTick: 1, lastTick: 1, l1Origin: 1 };

/** A stream of so many mebibytes of zeros, 336 bytes for each: at quality 1 a compressor writes the second as it does the third and all others. */
function zeros(mebibytes: number): Uint8Array {
	const open = (length: number): Uint8Array =>
		brotliCompressSync(new Uint8Array(length * 2 ** 20), {
			params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 16 },
			finishFlush: constants.BROTLI_OPERATION_FLUSH,
		});
	const [one, two] = [open(1), open(2)];
	const second = two.subarray(one.length - FLUSH_BYTES, -FLUSH_BYTES);
	const others = new Uint8Array(Buffer.alloc((mebibytes - 1) * second.length, second));
	return concatBytes(one.subarray(0, -FLUSH_BYTES), others, two.subarray(-FLUSH_BYTES), LAST);
}

/** What a flush appends, to end on a byte. */
const FLUSH_BYTES = 2;

/** An RLP list of at least 64 KiB. */
const listOf = (...payload: Uint8Array[]): Uint8Array => {
	const bytes = concatBytes(...payload);
	return concatBytes(Uint8Array.of(0xfa), uintToBytes(bytes.length, 3), bytes);
};

const emptyLists = (): Uint8Array => listOf(new Uint8Array(MAX_MANIFEST_BYTES - 4).fill(0xc0));

/** One tick with 86,000 bundles of 64 empty legs of rollup 0. */
function emptyLegs(): Uint8Array {
	const bundle = Uint8Array.of(0xf8, 192, ...Array.from({ length: 64 }, () => [0xc2, 0x80, 0x80]).flat());
	const items = new Uint8Array(Buffer.alloc(86_000 * bundle.length, bundle));
	return listOf(listOf(Uint8Array.of(0x80, 0x80), listOf(items)));
}

const few = brotliDecompressSync(zeros(5));
if (few.length !== 5 * 2 ** 20 || few.some((byte) => byte !== 0)) {
	throw new MeridianError("halt", "bomb-dud", `the bomb gives ${few.length} bytes, not 5 MiB; make it anew`);
}
const gibibyte = zeros(1_024);
const bombs: [string, Uint8Array][] = [
	["1 GiB said to be 1,000 bytes", dataOf(gibibyte, 1_000)],
	["1 GiB said to be 16 MiB", dataOf(gibibyte, MAX_MANIFEST_BYTES)],
	["a list of 16 MiB of empty lists", wrapManifest(emptyLists(), 1)],
	["5.5 million empty legs", wrapManifest(emptyLegs(), 1)],
];

const peak = (): number => process.resourceUsage().maxRSS * 1_024;

const reports = bombs.map(([name, data]) => {
	const before = peak();
	const verdict = decodePublicationData(data, FRAME);
	return { name, reason: verdict.ok ? "none" : verdict.reason, grownBytes: peak() - before };
});
console.log(JSON.stringify(reports));
