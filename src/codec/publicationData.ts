/** The bytes of a publication: a short prefix and the compressed manifest; rules M-1 and M-2. */
import { concatBytes, uintToBytes } from "../primitives/bytes.ts";
import {
	CODEC_BROTLI,
	compressManifest,
	compressManifestAside,
	DEFAULT_BROTLI_QUALITY,
	decompressManifest,
} from "./compression.ts";
import { decodeManifest, encodeManifest, type ManifestFrame, type ManifestTick } from "./manifest.ts";
import { type Decoded, malformed } from "./verdict.ts";

const DATA_VERSION = 1;
const PREFIX_BYTES = 6;

/** What the data is held to. */
export interface DataFrame extends ManifestFrame {
	readonly codec: number;
}

/** Data of ticks that ascend in number and l1Origin, in codec 1. */
export function encodePublicationData(ticks: readonly ManifestTick[], quality = DEFAULT_BROTLI_QUALITY): Uint8Array {
	return wrapManifest(encodeManifest(ticks), quality);
}

/** A manifest's bytes, compressed and prefixed. */
export function wrapManifest(manifest: Uint8Array, quality = DEFAULT_BROTLI_QUALITY): Uint8Array {
	return prefixed(manifest, compressManifest(manifest, quality));
}

/** The same, compressed on another thread. */
export async function wrapManifestAside(manifest: Uint8Array, quality = DEFAULT_BROTLI_QUALITY): Promise<Uint8Array> {
	return prefixed(manifest, await compressManifestAside(manifest, quality));
}

const prefixed = (manifest: Uint8Array, compressed: Uint8Array): Uint8Array =>
	concatBytes(Uint8Array.of(DATA_VERSION, CODEC_BROTLI), uintToBytes(manifest.length, 4), compressed);

/** The ticks that publication data holds. Raw transactions are views of one buffer of at most 16 MiB. */
export function decodePublicationData(data: Uint8Array, frame: DataFrame): Decoded<readonly ManifestTick[]> {
	const manifest = unwrapManifest(data, frame.codec);
	return manifest.ok ? decodeManifest(manifest.value, frame) : manifest;
}

/** The manifest's bytes. */
export function unwrapManifest(data: Uint8Array, codec: number): Decoded<Uint8Array> {
	if (data.length <= PREFIX_BYTES || data[0] !== DATA_VERSION) return malformed("data-header");
	if (data[1] !== codec || codec !== CODEC_BROTLI) return malformed("codec");
	const manifestLength = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(2);
	return decompressManifest(data.subarray(PREFIX_BYTES), manifestLength);
}
