/**
 * Reads canonical RLP by a schema, without building anything: the caller asks for the next list, string or integer and gets
 * positions in the bytes. Why not a library's decoder: docs/decisions/0003-rlp-cursor.md.
 *
 * Every method returns a negative number when the bytes there are not what was asked for, or not canonical. After that
 * the cursor's position means nothing.
 */
export class RlpCursor {
	/** Position of the next unread byte. */
	at = 0;
	/** Payload of the string read last. */
	start = 0;
	end = 0;
	readonly bytes: Uint8Array;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}

	/** Enters a list that ends at or before `limit`; returns where it ends. */
	list(limit: number): number {
		return this.#header(limit) && this.#isList ? this.end : -1;
	}

	/** Whether the next element, before `limit`, is a list by its first byte. */
	isListNext(limit: number): boolean {
		return this.at < limit && (this.bytes[this.at] as number) >= 0xc0;
	}

	/** Passes over a string that ends at or before `limit`; returns its length, and its place in `start` and `end`. */
	string(limit: number): number {
		if (!this.#header(limit) || this.#isList) return -1;
		this.at = this.end;
		return this.end - this.start;
	}

	/** Reads a canonical integer of at most six bytes. */
	uint(limit: number): number {
		const length = this.string(limit);
		if (length < 0 || length > 6 || (length > 0 && this.bytes[this.start] === 0)) return -1;
		let value = 0;
		for (let i = this.start; i < this.end; i++) value = value * 256 + (this.bytes[i] as number);
		return value;
	}

	#isList = false;

	/** Reads the header at `at`: sets the payload's place and moves `at` to its start. */
	#header(limit: number): boolean {
		if (this.at >= limit) return false;
		const first = this.bytes[this.at] as number;
		if (first < 0x80) {
			this.#isList = false;
			return this.#payload(this.at, 1, limit);
		}
		this.#isList = first >= 0xc0;
		const short = first - (this.#isList ? 0xc0 : 0x80);
		if (short > 55) return this.#longHeader(short - 55, limit);
		// A single byte below 0x80 is its own encoding.
		if (short === 1 && !this.#isList && this.at + 1 < limit && (this.bytes[this.at + 1] as number) < 0x80) return false;
		return this.#payload(this.at + 1, short, limit);
	}

	#longHeader(lengthBytes: number, limit: number): boolean {
		const start = this.at + 1 + lengthBytes;
		if (start > limit || this.bytes[this.at + 1] === 0) return false;
		let length = 0;
		for (let i = this.at + 1; i < start; i++) length = length * 256 + (this.bytes[i] as number);
		return length > 55 && this.#payload(start, length, limit);
	}

	#payload(start: number, length: number, limit: number): boolean {
		this.start = start;
		this.end = start + length;
		this.at = start;
		return this.end <= limit;
	}
}
