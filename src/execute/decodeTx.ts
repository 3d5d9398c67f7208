/**
 * From published bytes to a transaction of a rollup, or the reason it is none (E-14 to E-17). Total: nothing thrown comes out.
 *
 * The bytes are attacker's bytes, and ethereumjs' constructors accept things Ethereum does not (an access list that is a
 * string, a storage key that is a list), so the shape is checked here first, field by field.
 */
import type { Common } from "@ethereumjs/common";
import { type NestedUint8Array, RLP } from "@ethereumjs/rlp";
import {
	create1559FeeMarketTxFromBytesArray,
	createAccessList2930TxFromBytesArray,
	createEOACode7702TxFromBytesArray,
	createLegacyTxFromBytesArray,
	type TypedTransaction,
} from "@ethereumjs/tx";
import type { Address } from "@ethereumjs/util";
import { bytesToUint, equalBytes } from "../primitives/bytes.ts";
import { isShallow } from "./shallow.ts";
import type { DropReason } from "./types.ts";

export interface DecodedTx {
	readonly tx: TypedTransaction;
	readonly sender: Address;
	/** As published; also what stands in the block. */
	readonly raw: Uint8Array;
	/** What the sender is ready to pay per gas at most, wei. */
	readonly feeCap: bigint;
}

export type Decoded = DecodedTx | { readonly drop: DropReason };

type Item = Uint8Array | NestedUint8Array;
type Values = [Uint8Array, ...Uint8Array[]];
interface Shape {
	/** Names of the fields in order; what each must look like is in `FIELDS`. */
	readonly fields: readonly (keyof typeof FIELDS)[];
	readonly create: (values: never, options: { common: Common; freeze: boolean }) => TypedTransaction;
}

const isString = (item: Item, length?: number): item is Uint8Array =>
	item instanceof Uint8Array && (length === undefined || item.length === length);

/** A canonical integer of at most so many bytes. */
const isInteger = (item: Item, maxBytes: number): boolean => isString(item) && item.length <= maxBytes && item[0] !== 0;

const isList = (item: Item, each: (element: Item) => boolean): boolean =>
	!(item instanceof Uint8Array) && item.every(each);

const isAccess = (item: Item): boolean =>
	!(item instanceof Uint8Array) &&
	item.length === 2 &&
	isString(item[0] ?? [], 20) &&
	isList(item[1] ?? new Uint8Array(0), (slot) => isString(slot, 32));

const isAuthorization = (item: Item): boolean => {
	if (item instanceof Uint8Array || item.length !== 6) return false;
	const [chainId = [], address = [], nonce = [], parity = [], r = [], s = []] = item;
	return (
		isInteger(chainId, 32) &&
		isString(address, 20) &&
		isInteger(nonce, 8) &&
		isInteger(parity, 1) &&
		isInteger(r, 32) &&
		isInteger(s, 32)
	);
};

const FIELDS = {
	/** Nonce, gas limit. */
	u64: (item: Item) => isInteger(item, 8),
	/** Amounts, fees, chain id, signature. */
	u256: (item: Item) => isInteger(item, 32),
	bytes: (item: Item) => isString(item),
	/** An address, or nothing for a creation. */
	to: (item: Item) => isString(item, 20) || isString(item, 0),
	address: (item: Item) => isString(item, 20),
	accessList: (item: Item) => isList(item, isAccess),
	authorizations: (item: Item) => isList(item, isAuthorization),
} satisfies Record<string, (item: Item) => boolean>;

const LEGACY: Shape = {
	fields: ["u64", "u256", "u64", "to", "u256", "bytes", "u256", "u256", "u256"],
	create: createLegacyTxFromBytesArray,
};
const TYPED: Readonly<Record<number, Shape>> = {
	1: {
		fields: ["u256", "u64", "u256", "u64", "to", "u256", "bytes", "accessList", "u256", "u256", "u256"],
		create: createAccessList2930TxFromBytesArray,
	},
	2: {
		fields: ["u256", "u64", "u256", "u256", "u64", "to", "u256", "bytes", "accessList", "u256", "u256", "u256"],
		create: create1559FeeMarketTxFromBytesArray,
	},
	4: {
		// biome-ignore format: one field list per line reads best
		fields: ["u256", "u64", "u256", "u256", "u64", "address", "u256", "bytes", "accessList", "authorizations", "u256", "u256", "u256"],
		create: createEOACode7702TxFromBytesArray,
	},
};

const BLOB_TYPE = 3;
/** Lists inside lists in a transaction: itself, access list, entry, its slots. */
const MAX_DEPTH = 4;
const LEGACY_V = 6;

export function decodeTx(raw: Uint8Array, common: Common): Decoded {
	const first = raw[0];
	if (first === BLOB_TYPE) return { drop: "blob-transaction" };
	const shape = first === undefined ? undefined : first >= 0xc0 ? LEGACY : TYPED[first];
	if (shape === undefined) return { drop: "undecodable" };
	const values = decodeValues(shape === LEGACY ? raw : raw.subarray(1), shape);
	if (values === null) return { drop: "undecodable" };
	const chain = shape === LEGACY ? legacyChain(values[LEGACY_V] ?? values[0]) : bytesToUint(values[0]);
	if (chain === undefined) return { drop: "undecodable" };
	if (chain === null) return { drop: "no-chain-id" };
	if (chain !== common.chainId()) return { drop: "wrong-chain-id" };
	return validate(raw, values, shape, common);
}

/** The fields, or null if the bytes are not canonical RLP of that shape. */
function decodeValues(payload: Uint8Array, shape: Shape): Values | null {
	if (!isShallow(payload, MAX_DEPTH)) return null;
	let values: Item;
	try {
		values = RLP.decode(payload);
	} catch {
		return null;
	}
	if (values instanceof Uint8Array || values.length !== shape.fields.length) return null;
	if (!shape.fields.every((field, i) => FIELDS[field](values[i] ?? []))) return null;
	return values as Values;
}

/**
 * Chain id in the `v` of a legacy transaction (EIP-155); null: it has none; undefined: no such `v`.
 */
function legacyChain(v: Uint8Array): bigint | null | undefined {
	const value = bytesToUint(v);
	if (value === 27n || value === 28n) return null;
	return value < 35n ? undefined : (value - 35n) / 2n;
}

function validate(raw: Uint8Array, values: Values, shape: Shape, common: Common): Decoded {
	try {
		const tx = shape.create(values as never, { common, freeze: true });
		// Belt and braces for canonical encoding: what goes into the block is the object, what was hashed are the bytes.
		if (!equalBytes(tx.serialize(), raw)) return { drop: "undecodable" };
		if (tx.getMinimumGasLimit() > tx.gasLimit) return { drop: "undecodable" };
		const feeCap = "maxFeePerGas" in tx ? tx.maxFeePerGas : tx.gasPrice;
		return { tx, sender: tx.getSenderAddress(), raw, feeCap };
	} catch {
		return { drop: "undecodable" };
	}
}
