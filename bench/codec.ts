/** Bytes per transaction, and how fast they are written and read: Meridian's layout beside others, of the same transactions. */
import { brotliCompressSync, brotliDecompressSync, constants, deflateSync, inflateSync } from "node:zlib";
import { DEFAULT_BROTLI_QUALITY } from "../src/codec/compression.ts";
import { decodePublicationData, wrapManifest } from "../src/codec/publicationData.ts";
import { BLOB_USABLE_BYTES } from "../src/primitives/limits.ts";
import { meridianLayout, rlpLayout, spanLayout } from "./layouts.ts";
import { medianSeconds, rounded } from "./measure.ts";
import { createTraffic, type TrafficTx } from "./traffic.ts";

export interface CodecRow {
	readonly layout: string;
	readonly compressor: string;
	readonly bytesPerTransaction: number;
	readonly transactionsPerBlob: number;
	/** Megabytes of raw transactions a second. The other layouts' decoding is their decompression alone. */
	readonly encodeMBps: number;
	readonly decodeMBps: number;
}

export interface CodecBenchOptions {
	readonly transactions?: number;
	readonly seed?: number;
	readonly runs?: number;
	/** Brotli qualities of the Meridian layout. */
	readonly qualities?: readonly number[];
}

interface Subject {
	readonly layout: string;
	readonly compressor: string;
	readonly encode: () => Uint8Array;
	readonly decode: (encoded: Uint8Array) => unknown;
}

export async function runCodecBench(options: CodecBenchOptions = {}): Promise<{
	readonly transactions: number;
	readonly rawBytesPerTransaction: number;
	readonly rows: readonly CodecRow[];
}> {
	const { qualities = [1, 3, 4, 5, 6, 9, 11], runs = 3, seed = 42, transactions: length = 6_000 } = options;
	const traffic = createTraffic(seed);
	const transactions = Array.from({ length }, (_, index) => traffic(7_001 + (index % 3)));
	const rawBytes = transactions.reduce((sum, tx) => sum + tx.raw.length, 0);
	const rows = subjectsOf(transactions, qualities).map(({ compressor, decode, encode, layout }) => {
		const encoded = encode();
		const bytesPerTransaction = encoded.length / length;
		return {
			layout,
			compressor,
			bytesPerTransaction: rounded(bytesPerTransaction, 2),
			transactionsPerBlob: Math.floor(BLOB_USABLE_BYTES / bytesPerTransaction),
			encodeMBps: rounded(rawBytes / 1e6 / medianSeconds(runs, encode), 2),
			decodeMBps: rounded(rawBytes / 1e6 / medianSeconds(runs, () => decode(encoded)), 1),
		};
	});
	return { transactions: length, rawBytesPerTransaction: rounded(rawBytes / length, 2), rows };
}

function subjectsOf(transactions: readonly TrafficTx[], qualities: readonly number[]): Subject[] {
	const frame = { codec: 1, firstTick: 1_000, lastTick: 1_005, l1Origin: 500 };
	const meridian = qualities.map((quality) => ({
		layout: "meridian",
		compressor: `brotli-${quality}`,
		encode: () => wrapManifest(meridianLayout(transactions), quality),
		decode: (encoded: Uint8Array) => decodePublicationData(encoded, frame),
	}));
	const layouts = [
		["rlp", rlpLayout],
		["span-like", spanLayout],
	] as const;
	const others = layouts.flatMap(([layout, write]) => [
		...[6, 9].map((level) => ({
			layout,
			compressor: `zlib-${level}`,
			encode: () => deflateSync(write(transactions), { level }),
			decode: (encoded: Uint8Array) => inflateSync(encoded),
		})),
		{
			layout,
			compressor: `brotli-${DEFAULT_BROTLI_QUALITY}`,
			encode: () =>
				brotliCompressSync(write(transactions), {
					params: { [constants.BROTLI_PARAM_QUALITY]: DEFAULT_BROTLI_QUALITY },
				}),
			decode: (encoded: Uint8Array) => brotliDecompressSync(encoded),
		},
	]);
	return [...meridian, ...others];
}
