/**
 * Whether no list of some RLP lies more than `maxDepth` deep. To be asked before a decoder that recurses and copies: 128 KiB of
 * nested lists would cost it a gigabyte of copies, or the stack.
 */
export function isShallow(bytes: Uint8Array, maxDepth: number): boolean {
	const ends: number[] = [];
	for (let at = 0; at < bytes.length; ) {
		while (ends.length > 0 && at >= (ends.at(-1) ?? 0)) ends.pop();
		const first = bytes[at] ?? 0;
		if (first < 0x80) {
			at++;
			continue;
		}
		const base = first < 0xc0 ? 0x80 : 0xc0;
		const lengthBytes = Math.max(0, first - base - 55);
		let length = lengthBytes === 0 ? first - base : 0;
		for (let i = 1; i <= lengthBytes; i++) length = length * 256 + (bytes[at + i] ?? 0);
		at += 1 + lengthBytes;
		if (base === 0x80) {
			at += length;
			continue;
		}
		ends.push(at + length);
		if (ends.length > maxDepth) return false;
	}
	return true;
}
