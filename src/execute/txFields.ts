/**
 * The fields of a transaction in its bytes (E-14, encoding). Reads by the schema of each type, so that nothing is taken for
 * what it is not: ethereumjs' own constructors accept an access list that is a string, or a storage key that is a list.
 */
import { RlpCursor } from "../codec/rlpCursor.ts";

type Bytes = Uint8Array;
export type AccessListFields = [address: Bytes, slots: Bytes[]][];
export type AuthorizationFields = [chainId: Bytes, address: Bytes, nonce: Bytes, parity: Bytes, r: Bytes, s: Bytes][];

/** As ethereumjs names them. Integers are big endian without leading zeros. */
export interface TxFields {
	readonly type: TxType;
	/** Not in type 0. */
	readonly chainId?: Bytes;
	readonly nonce: Bytes;
	/** Types 0 and 1. */
	readonly gasPrice?: Bytes;
	/** Types 2 and 4. */
	readonly maxPriorityFeePerGas?: Bytes;
	readonly maxFeePerGas?: Bytes;
	readonly gasLimit: Bytes;
	/** 20 bytes, or none for a creation. */
	readonly to: Bytes;
	readonly value: Bytes;
	readonly data: Bytes;
	readonly accessList?: AccessListFields;
	readonly authorizationList?: AuthorizationFields;
	readonly v: Bytes;
	readonly r: Bytes;
	readonly s: Bytes;
	/** The encoded fields before the signature: what is signed, without its frame. */
	readonly signed: Bytes;
}

export type TxType = 0 | 1 | 2 | 4;

type Field = Exclude<keyof TxFields, "type" | "signed">;

const SIGNATURE: readonly Field[] = ["v", "r", "s"];
const CALL: readonly Field[] = ["gasLimit", "to", "value", "data"];
const FIELDS: Readonly<Record<TxType, readonly Field[]>> = {
	0: ["nonce", "gasPrice", ...CALL, ...SIGNATURE],
	1: ["chainId", "nonce", "gasPrice", ...CALL, "accessList", ...SIGNATURE],
	2: ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", ...CALL, "accessList", ...SIGNATURE],
	4: [
		"chainId",
		"nonce",
		"maxPriorityFeePerGas",
		"maxFeePerGas",
		...CALL,
		"accessList",
		"authorizationList",
		...SIGNATURE,
	],
};

const ADDRESS_BYTES = 20;
const SLOT_BYTES = 32;

/** The fields, or null if the bytes are not the canonical encoding of exactly these. */
export function readTxFields(raw: Bytes): TxFields | null {
	const first = raw[0];
	if (first === undefined) return null;
	if (first >= 0xc0) return new FieldReader(raw, 0).read();
	if (first === 1 || first === 2 || first === 4) return new FieldReader(raw.subarray(1), first).read();
	return null;
}

class FieldReader {
	readonly #cursor: RlpCursor;
	readonly #type: TxType;

	constructor(payload: Bytes, type: TxType) {
		this.#cursor = new RlpCursor(payload);
		this.#type = type;
	}

	read(): TxFields | null {
		const cursor = this.#cursor;
		const size = cursor.bytes.length;
		if (cursor.list(size) !== size) return null;
		const start = cursor.at;
		let signed = cursor.bytes;
		const fields: Partial<Record<Field, unknown>> = {};
		for (const field of FIELDS[this.#type]) {
			if (field === "v") signed = cursor.bytes.subarray(start, cursor.at);
			const value = this.#field(field, size);
			if (value === null) return null;
			fields[field] = value;
		}
		return cursor.at === size ? ({ ...fields, type: this.#type, signed } as TxFields) : null;
	}

	#field(field: Field, end: number): unknown {
		switch (field) {
			case "nonce":
			case "gasLimit":
				return this.#integer(8, end);
			case "data":
				return this.#string(end);
			case "to":
				return this.#to(end);
			case "accessList":
				return this.#list(end, (limit) => this.#access(limit));
			case "authorizationList":
				return this.#list(end, (limit) => this.#authorization(limit));
			default:
				return this.#integer(32, end);
		}
	}

	#to(end: number): Bytes | null {
		const to = this.#string(end);
		if (to === null || to.length === ADDRESS_BYTES) return to;
		// EIP-7702: no creations.
		return to.length === 0 && this.#type !== 4 ? to : null;
	}

	#access(end: number): [Bytes, Bytes[]] | null {
		return this.#group(end, (limit) => {
			const address = this.#string(limit, ADDRESS_BYTES);
			const slots = address && this.#list(limit, (inner) => this.#string(inner, SLOT_BYTES));
			return address && slots && [address, slots];
		});
	}

	#authorization(end: number): Bytes[] | null {
		return this.#group(end, (limit) => {
			const fields = [
				this.#integer(32, limit),
				this.#string(limit, ADDRESS_BYTES),
				this.#integer(8, limit),
				this.#integer(1, limit),
				this.#integer(32, limit),
				this.#integer(32, limit),
			];
			return fields.every((field) => field !== null) ? fields : null;
		});
	}

	/** A list with exactly the elements that `read` takes. */
	#group<T>(end: number, read: (limit: number) => T | null): T | null {
		const limit = this.#cursor.list(end);
		if (limit < 0) return null;
		const value = read(limit);
		return this.#cursor.at === limit ? value : null;
	}

	/** A list of any number of such elements. */
	#list<T>(end: number, read: (limit: number) => T | null): T[] | null {
		return this.#group(end, (limit) => {
			const elements: T[] = [];
			while (this.#cursor.at < limit) {
				const element = read(limit);
				if (element === null) return null;
				elements.push(element);
			}
			return elements;
		});
	}

	#string(end: number, length?: number): Bytes | null {
		const actual = this.#cursor.string(end);
		if (actual < 0 || (length !== undefined && actual !== length)) return null;
		return this.#cursor.bytes.subarray(this.#cursor.start, this.#cursor.end);
	}

	#integer(maxBytes: number, end: number): Bytes | null {
		const bytes = this.#string(end);
		return bytes !== null && bytes.length <= maxBytes && bytes[0] !== 0 ? bytes : null;
	}
}
