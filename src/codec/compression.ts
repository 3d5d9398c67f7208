/** Codec 1: Brotli, bounded in what it may give and exact in where it ends; rule M-2. */
import { promisify } from "node:util";
import {
	type BrotliDecompress,
	type BrotliOptions,
	brotliCompress,
	brotliCompressSync,
	brotliDecompressSync,
	constants as zlib,
} from "node:zlib";
import { concatBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { MAX_MANIFEST_BYTES, MAX_RATIO } from "../primitives/limits.ts";
import { type Decoded, decoded, malformed } from "./verdict.ts";

export const CODEC_BROTLI = 1;

/** Chosen by `bench codec`; docs/decisions/0004-brotli-quality.md. */
export const DEFAULT_BROTLI_QUALITY = 5;

const EMPTY_LAST_BLOCK = Uint8Array.of(0x03);

const compressAside = promisify<Uint8Array, BrotliOptions, Uint8Array>(brotliCompress);

/**
 * A Brotli stream that gives `manifest` and is never smaller than M-2 allows: very repetitive manifests (thousands of empty
 * ticks) would compress beyond the ratio and void their publication, so the stream is then filled up with skipped bytes.
 */
export function compressManifest(manifest: Uint8Array, quality: number): Uint8Array {
	const stream = brotliCompressSync(manifest, finished(manifest, quality));
	if (stream.length >= leastLength(manifest)) return stream;
	return filledUp(manifest, brotliCompressSync(manifest, flushed(manifest, quality)));
}

/** The same bytes, compressed on another thread. */
export async function compressManifestAside(manifest: Uint8Array, quality: number): Promise<Uint8Array> {
	const stream = await compressAside(manifest, finished(manifest, quality));
	if (stream.length >= leastLength(manifest)) return stream;
	return filledUp(manifest, await compressAside(manifest, flushed(manifest, quality)));
}

const leastLength = (manifest: Uint8Array): number => Math.ceil(manifest.length / MAX_RATIO);

const filledUp = (manifest: Uint8Array, open: Uint8Array): Uint8Array =>
	concatBytes(open, metadataBlock(leastLength(manifest)), EMPTY_LAST_BLOCK);

const finished = (bytes: Uint8Array, quality: number): BrotliOptions => ({
	params: {
		[zlib.BROTLI_PARAM_QUALITY]: quality,
		[zlib.BROTLI_PARAM_LGWIN]: zlib.BROTLI_MAX_WINDOW_BITS,
		[zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length,
	},
});

/** Flushed but not finished, a stream ends on a byte, so that blocks can be appended. */
const flushed = (bytes: Uint8Array, quality: number): BrotliOptions => ({
	...finished(bytes, quality),
	finishFlush: zlib.BROTLI_OPERATION_FLUSH,
});

/**
 * A block of skipped zeros, 1 to 2^24 of them (RFC 7932 section 9.2), from the lowest bit: ISLAST 0, MNIBBLES 11, reserved 0, MSKIPBYTES in two
 * bits, MSKIPLEN - 1 in that many bytes and no more.
 */
function metadataBlock(skip: number): Uint8Array {
	const lengthBytes = skip <= 2 ** 8 ? 1 : skip <= 2 ** 16 ? 2 : 3;
	const bits = 0b000110 + lengthBytes * 16 + (skip - 1) * 64;
	const out = new Uint8Array(1 + lengthBytes + skip);
	for (let i = 0; i <= lengthBytes; i++) out[i] = Math.floor(bits / 256 ** i) & 0xff;
	return out;
}

/** Exactly `manifestLength` bytes out of a stream that ends exactly with `compressed`; never holds more than that. */
export function decompressManifest(compressed: Uint8Array, manifestLength: number): Decoded<Uint8Array> {
	const most = Math.min(MAX_MANIFEST_BYTES, MAX_RATIO * compressed.length);
	if (manifestLength < 1 || manifestLength > most) return malformed("manifest-length");
	try {
		const { buffer, engine } = inflate(compressed, manifestLength);
		const exact = buffer.length === manifestLength && engine.bytesWritten === compressed.length;
		return exact ? decoded(buffer) : malformed("compression");
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "";
		// Codes say that the stream is damaged, cut or too long. A machine without memory proves nothing about the bytes.
		if (code === "" || code.includes("ALLOC")) {
			throw new MeridianError(
				"halt",
				"out-of-memory",
				`cannot decompress ${manifestLength} bytes: ${error}; free memory`,
			);
		}
		return malformed("compression");
	}
}

/** With `info`, Node's zlib also gives the engine, whose `bytesWritten` is what it has consumed; its types do not say so. */
function inflate(bytes: Uint8Array, length: number): { buffer: Uint8Array; engine: BrotliDecompress } {
	const options: BrotliOptions = {
		info: true,
		maxOutputLength: length,
		// One chunk for the whole output, and room to notice that there would be more.
		chunkSize: Math.max(64, length + 1),
		params: { [zlib.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 0 },
	};
	return brotliDecompressSync(bytes, options) as unknown as { buffer: Uint8Array; engine: BrotliDecompress };
}
