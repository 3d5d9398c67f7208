/** E-14 to E-18 and X-1: what can be said of a raw transaction before anything runs. */
import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import { createTxFromRLP, getCalldataFloorGas, type TypedTransaction } from "@ethereumjs/tx";
import { MAILBOX } from "./chain.ts";

export interface Transaction {
	readonly tx: TypedTransaction;
	readonly raw: Uint8Array;
	/** Lower case. */
	readonly sender: string;
	readonly feeCap: bigint;
	readonly tags: Tags;
}

/** First 24 bytes of what is named, as 48 hex digits; each once, in the order of the list. */
export interface Tags {
	readonly bound: readonly string[];
	readonly helper: readonly string[];
	readonly delivery: readonly string[];
}

type Field = Uint8Array | readonly Field[];

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const numberOf = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${hexOf(bytes)}`));
const isBytes = (field: Field | undefined): field is Uint8Array => field instanceof Uint8Array;
const isList = (field: Field | undefined): field is readonly Field[] => Array.isArray(field);

const uint = (bits: number) => (field: Field) => isBytes(field) && field[0] !== 0 && field.length * 8 <= bits;
const bytes = (size: number) => (field: Field) => isBytes(field) && field.length === size;
const anyBytes = (field: Field): boolean => isBytes(field);
const recipient = (field: Field): boolean => isBytes(field) && (field.length === 20 || field.length === 0);
const tuple =
	(...shape: readonly ((field: Field) => boolean)[]) =>
	(field: Field): boolean =>
		isList(field) &&
		field.length === shape.length &&
		shape.every((fits, i) => field[i] !== undefined && fits(field[i]));
const listOf = (fits: (field: Field) => boolean) => (field: Field) => isList(field) && field.every(fits);

const accessList = listOf(tuple(bytes(20), listOf(bytes(32))));
const authorizations = listOf(tuple(uint(256), bytes(20), uint(64), uint(8), uint(256), uint(256)));
const signature = [uint(256), uint(256), uint(256)];
const [word, small] = [uint(256), uint(64)];

/** The fields of each type, by name: chain, nonce, fees, gas, to, value, data, lists, signature. */
const SHAPES: Readonly<Record<number, (field: Field) => boolean>> = {
	0: tuple(small, word, small, recipient, word, anyBytes, ...signature),
	1: tuple(word, small, word, small, recipient, word, anyBytes, accessList, ...signature),
	2: tuple(word, small, word, word, small, recipient, word, anyBytes, accessList, ...signature),
	4: tuple(word, small, word, word, small, bytes(20), word, anyBytes, accessList, authorizations, ...signature),
};

/** Null unless these are canonical bytes of the type's fields. */
function fieldsOf(type: number, body: Uint8Array): readonly Field[] | null {
	try {
		const decoded = RLP.decode(body) as Field;
		const canonical = Buffer.compare(RLP.encode(decoded as Uint8Array), body) === 0;
		return canonical && isList(decoded) && SHAPES[type]?.(decoded) === true ? decoded : null;
	} catch {
		return null;
	}
}

/** The chain id that the bytes name; `undecodable` or `no-chain-id` if they name none. */
function chainIdOf(type: number, fields: readonly Field[]): bigint | string {
	if (type !== 0) return numberOf(fields[0] as Uint8Array);
	const v = numberOf(fields[6] as Uint8Array);
	if (v === 27n || v === 28n) return "no-chain-id";
	return v >= 35n ? (v - 35n) / 2n : "undecodable";
}

/** */
function tagsOf(list: readonly Field[]): Tags {
	const keys = (list as [Uint8Array, Uint8Array[]][]).flatMap(([address, slots]) =>
		`0x${hexOf(address)}` === MAILBOX ? slots.map(hexOf) : [],
	);
	const named = (kind: string): string[] => {
		const prefix = hexOf(Buffer.from(kind));
		return [...new Set(keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(16)))];
	};
	return { bound: named("MRDNbond"), helper: named("MRDNhelp"), delivery: named("MRDNdlvr") };
}

/** What ethereumjs makes of the bytes, if the transaction is valid by itself; otherwise null. */
function valid(raw: Uint8Array, common: Common): { tx: TypedTransaction; sender: string } | null {
	try {
		const tx = createTxFromRLP(raw, { common });
		const sender = tx.getSenderAddress();
		const needed = [tx.getIntrinsicGas(), getCalldataFloorGas(tx, sender)];
		const sane = tx.gasLimit <= 2n ** 24n && needed.every((gas) => tx.gasLimit >= gas) && tx.nonce < 2n ** 64n - 1n;
		return sane && tx.isValid() ? { tx, sender: sender.toString() } : null;
	} catch {
		return null;
	}
}

/** The transaction, or why it is dropped whatever the state. `declared` is the gas of a forced leg. */
export function read(raw: Uint8Array, common: Common, declared: number | null): Transaction | string {
	const type = (raw[0] ?? 0) >= 0xc0 ? 0 : (raw[0] ?? -1);
	if (type === 3) return "blob-transaction";
	if (type === 0 && (raw[0] ?? 0) < 0xc0) return "undecodable";
	const fields = fieldsOf(type, type === 0 ? raw : raw.subarray(1));
	if (fields === null) return "undecodable";
	const chainId = chainIdOf(type, fields);
	if (typeof chainId === "string") return chainId;
	if (chainId !== common.chainId()) return "wrong-chain-id";
	const known = valid(raw, common);
	if (known === null) return "undecodable";
	const { tx, sender } = known;
	const feeCap = "maxFeePerGas" in tx ? tx.maxFeePerGas : tx.gasPrice;
	if (tx.gasLimit * feeCap >= 2n ** 256n) return "undecodable";
	if (declared !== null && tx.gasLimit > BigInt(declared)) return "forced-gas";
	const list = fields[type === 1 ? 7 : 8];
	return { tx, raw, sender, feeCap, tags: tagsOf(type === 0 ? [] : (list as readonly Field[])) };
}
