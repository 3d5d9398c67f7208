/**
 * An undo record: the sequence of the commit before, and the old value of every key a commit changed. Layout, big endian:
 * `previous + 1 u64 (0: none)`, then per key `keyLength u16 | key | valueLength + 1 u32 (0: was absent) | value`.
 */
import { MeridianError } from "../primitives/errors.ts";
import type { Changes } from "./types.ts";

export interface Undo {
	readonly previous: number | null;
	readonly old: Changes;
}

export function encodeUndo({ previous, old }: Undo): Uint8Array {
	let size = 8;
	for (const [key, value] of old) size += 6 + key.length + (value?.length ?? 0);
	const out = Buffer.allocUnsafe(size);
	out.writeBigUInt64BE(previous === null ? 0n : BigInt(previous) + 1n, 0);
	let at = 8;
	for (const [key, value] of old) {
		at = out.writeUInt16BE(key.length, at);
		at += out.write(key, at, "latin1");
		at = out.writeUInt32BE(value === null ? 0 : value.length + 1, at);
		if (value === null) continue;
		out.set(value, at);
		at += value.length;
	}
	return out;
}

/** Fails with `store-corrupt` (halt) if the bytes are not such a record. */
export function decodeUndo(bytes: Uint8Array): Undo {
	const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const old: Changes = new Map();
	try {
		const previous = input.readBigUInt64BE(0);
		let at = 8;
		while (at < input.length) {
			const keyEnd = at + 2 + input.readUInt16BE(at);
			const key = input.toString("latin1", at + 2, keyEnd);
			const length = input.readUInt32BE(keyEnd);
			at = keyEnd + 4;
			if (at + Math.max(0, length - 1) > input.length) throw new RangeError("value beyond the record");
			old.set(key, length === 0 ? null : Uint8Array.prototype.slice.call(input, at, at + length - 1));
			at += Math.max(0, length - 1);
		}
		return { previous: previous === 0n ? null : Number(previous - 1n), old };
	} catch (cause) {
		throw new MeridianError(
			"halt",
			"store-corrupt",
			`undo record of ${bytes.length} bytes cannot be read; delete the store's directory and derive again`,
			{ bytes: bytes.length },
			{ cause },
		);
	}
}
