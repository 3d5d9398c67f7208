/** Section 4, M-1 and M-2: from the publication's data to the manifest's bytes. */
import { brotliDecompressSync } from "node:zlib";
import type { VoidReason } from "../../src/derive/types.ts";
import type { Deviation } from "./types.ts";

const MAX_MANIFEST_BYTES = 16_777_216;
const MAX_RATIO = 64;

/** What `info: true` adds to the answer, which the type declarations leave out. */
interface WithInfo {
	readonly buffer: Buffer;
	readonly engine: { readonly bytesWritten: number };
}

/** M-2: the stream's content if it is one stream that ends with the bytes and gives at most `length` bytes. */
function decompress(compressed: Buffer, length: number, deviation?: Deviation): Buffer | null {
	try {
		const options = { maxOutputLength: length, info: true };
		const { buffer, engine } = brotliDecompressSync(compressed, options) as unknown as WithInfo;
		const whole = engine.bytesWritten === compressed.length || deviation === "brotli-trailing-accepted";
		return whole ? buffer : null;
	} catch {
		return null;
	}
}

/** The manifest's bytes, or the rules broken. */
export function readData(data: Buffer, headerCodec: number, deviation?: Deviation): Buffer | VoidReason[] {
	if (data.length < 6) return ["data-header"];
	const version = data.readUInt8(0);
	const codec = data.readUInt8(1);
	const length = data.readUInt32BE(2);
	const compressed = data.subarray(6);

	if (version !== 1) return codec === headerCodec ? ["data-header"] : ["data-header", "codec"];
	if (codec !== headerCodec) return compressed.length > 0 ? ["codec"] : ["codec", "data-header"];
	if (compressed.length === 0) return ["data-header"];
	if (codec !== 1) return ["codec"];

	const ratio = deviation === "ratio-unchecked" ? MAX_MANIFEST_BYTES : MAX_RATIO * compressed.length;
	if (length < 1 || length > Math.min(MAX_MANIFEST_BYTES, ratio)) return ["manifest-length"];
	const manifest = decompress(compressed, length, deviation);
	if (manifest === null) return ["compression"];
	// Too short a content breaks the same sentence of M-2 by either name.
	return manifest.length === length ? manifest : ["compression", "manifest-length"];
}
