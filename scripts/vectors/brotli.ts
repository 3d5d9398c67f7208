/** Brotli streams made by hand (RFC 7932 section 9), so that vectors do not depend on a compressor's version. */
import { concatBytes, hexToBytes } from "../../src/primitives/bytes.ts";

/** The empty last block: ISLAST and ISLASTEMPTY. */
export const LAST = Uint8Array.of(0x03);

/** Most bytes in one uncompressed block with a length of four nibbles. */
const BLOCK = 65_536;

/** A window of 16 bits and uncompressed blocks, not ended yet. */
export function openStored(bytes: Uint8Array): Uint8Array {
	const parts: Uint8Array[] = [];
	for (let at = 0; at < bytes.length; at += BLOCK) {
		const block = bytes.subarray(at, at + BLOCK);
		// ISLAST 0, MNIBBLES 00 (four), MLEN - 1, ISUNCOMPRESSED 1; before the first block one bit more, WBITS 0.
		const bits = ((block.length - 1) * 8 + (1 << 19)) * (at === 0 ? 2 : 1);
		parts.push(Uint8Array.of(bits & 0xff, (bits >>> 8) & 0xff, bits >>> 16), block);
	}
	return concatBytes(...parts);
}

/** A whole stream that gives the bytes, at least one. */
export const stored = (bytes: Uint8Array): Uint8Array => concatBytes(openStored(bytes), LAST);

/** A block of skipped zeros, 65,537 to 2^24 of them, for a stream that stands on a byte. */
export function skipped(length: number): Uint8Array {
	const out = new Uint8Array(4 + length);
	const bits = 0b110110 + (length - 1) * 64;
	out.set([bits & 0xff, (bits >>> 8) & 0xff, (bits >>> 16) & 0xff, bits >>> 24]);
	return out;
}

/** Unfinished streams of zeros, as a compressor wrote them: 16 MiB in 14 bytes, 64 MiB in 51. */
export const OPEN_ZEROS_16_MIB = hexToBytes("0xcfffff7f002400e2b14072efff0d");
export const OPEN_ZEROS_64_MIB = hexToBytes(
	"0xcfffff7f002400e2b14072effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffe7ffff3f001200715800baf7ff",
);
/** The word "meridian" in a large-window stream, which RFC 7932 does not know. */
export const LARGE_WINDOW = hexToBytes("0x111e0e00026d6572696469616e03");
