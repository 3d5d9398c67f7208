/** Canonical RLP, section 1: the only encoding of a value is accepted. Own code, so that a laxer library cannot hide. */

export type Rlp = Buffer | readonly Rlp[];

/** A manifest is five lists deep; this only bounds the recursion. */
const MAX_DEPTH = 64;

/** More strings and lists than any manifest within M-3's caps has; this only bounds the memory. */
const MAX_ELEMENTS = 1_000_000;

const bigEndian = (value: bigint): Buffer => {
	if (value === 0n) return Buffer.alloc(0);
	const hex = value.toString(16);
	return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
};

export const rlpInteger = (value: number | bigint): Buffer => bigEndian(BigInt(value));

const withLength = (base: number, payload: Buffer): Buffer => {
	if (payload.length <= 55) return Buffer.concat([Buffer.from([base + payload.length]), payload]);
	const length = bigEndian(BigInt(payload.length));
	return Buffer.concat([Buffer.from([base + 55 + length.length]), length, payload]);
};

export function encodeCanonical(value: Rlp): Buffer {
	if (!Buffer.isBuffer(value)) return withLength(0xc0, Buffer.concat((value as readonly Rlp[]).map(encodeCanonical)));
	if (value.length === 1 && value.readUInt8(0) < 0x80) return value;
	return withLength(0x80, value);
}

interface Read {
	readonly value: Rlp;
	readonly end: number;
}

/** Payload bounds of the element whose first byte stands at `at`, its kind offset being `base`; null if not canonical. */
function payloadOf(data: Buffer, at: number, limit: number, base: number): { start: number; end: number } | null {
	const prefix = data.readUInt8(at) - base;
	let start = at + 1;
	let length = prefix;
	if (prefix > 55) {
		const lengthBytes = prefix - 55;
		if (start + lengthBytes > limit || data.readUInt8(start) === 0) return null;
		const spelled = BigInt(`0x${data.subarray(start, start + lengthBytes).toString("hex")}`);
		if (spelled <= 55n || spelled > BigInt(limit)) return null;
		length = Number(spelled);
		start += lengthBytes;
	}
	return start + length > limit ? null : { start, end: start + length };
}

function readOne(data: Buffer, at: number, limit: number, depth: number, seen: { count: number }): Read | null {
	if (at >= limit || ++seen.count > MAX_ELEMENTS) return null;
	const first = data.readUInt8(at);
	if (first < 0x80) return { value: data.subarray(at, at + 1), end: at + 1 };
	const isList = first >= 0xc0;
	const bounds = payloadOf(data, at, limit, isList ? 0xc0 : 0x80);
	if (bounds === null) return null;
	if (!isList) {
		const value = data.subarray(bounds.start, bounds.end);
		return value.length === 1 && value.readUInt8(0) < 0x80 ? null : { value, end: bounds.end };
	}
	if (depth > MAX_DEPTH) return null;
	const values: Rlp[] = [];
	for (let next = bounds.start; next < bounds.end; ) {
		const read = readOne(data, next, bounds.end, depth + 1, seen);
		if (read === null) return null;
		values.push(read.value);
		next = read.end;
	}
	return { value: values, end: bounds.end };
}

/** The value the bytes spell, or null if they are not the canonical encoding of one (or far deeper or larger than a manifest can be). */
export function decodeCanonical(data: Buffer): Rlp | null {
	const read = readOne(data, 0, data.length, 1, { count: 0 });
	return read === null || read.end !== data.length ? null : read.value;
}

/** A canonical integer below `limit`, or null. */
export function asInteger(value: Rlp | undefined, limit: bigint): bigint | null {
	if (!Buffer.isBuffer(value)) return null;
	if (value.length === 0) return 0n;
	if (value.readUInt8(0) === 0) return null;
	const integer = BigInt(`0x${value.toString("hex")}`);
	return integer < limit ? integer : null;
}
