/** Receipts as JSON: what a sequencer hands out for each item it has promised a place; docs/spec/preconfirmations.md, P-3. */
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts";
import type { Address, Hash32, Hex, Item } from "../primitives/types.ts";
import {
	type CommitmentDomain,
	commitmentDigest,
	domainSeparator,
	type ItemCommitment,
	recoverSigner,
	SIGNATURE_BYTES,
} from "./commitment.ts";
import { itemHash } from "./itemHash.ts";

export interface Receipt extends ItemCommitment, CommitmentDomain {
	readonly version: 1;
	readonly sequencer: Address;
	readonly signature: Hex;
}

/** Why a text is no receipt, or a receipt not good. */
export type ReceiptFault =
	/** No JSON object, or longer than any receipt. */
	| "not-json"
	/** A field is missing, of the wrong type, out of its range or not in lower case; or there is one too many. */
	| "field"
	/** Something in it can be read in two ways: fields twice or in another order, numbers or letters in unusual forms. */
	| "not-canonical"
	/** Not a signature of P-2. */
	| "signature"
	/** A signature, but not the named sequencer's over this commitment. */
	| "signer"
	/** Another item than the one promised. */
	| "item";

export type ReceiptVerdict =
	| { readonly ok: true }
	/** @property what one line for a person */
	| { readonly ok: false; readonly reason: ReceiptFault; readonly what: string };

export type ParsedReceipt = { readonly ok: true; readonly receipt: Receipt } | Extract<ReceiptVerdict, { ok: false }>;

/** Longer than any receipt, spread over many lines. */
const MAX_CHARACTERS = 4_096;
const MAX_TICK = 2 ** 40;
const MAX_INDEX = 2 ** 32;
const MAX_SHOWN = 80;

/** Each field, in order, and what it may be. */
const FIELDS: readonly (readonly [name: keyof Receipt, wanted: string, passes: (value: unknown) => boolean])[] = [
	["version", "1", (value) => value === 1],
	["chainId", "a whole number above 0", (value) => isBelow(value, 2 ** 53) && value !== 0],
	["timeline", "an address in lower case", (value) => isLowerHex(value, 20)],
	["slasher", "an address in lower case", (value) => isLowerHex(value, 20)],
	["tick", "a whole number below 2^40", (value) => isBelow(value, MAX_TICK)],
	["index", "a whole number below 2^32", (value) => isBelow(value, MAX_INDEX)],
	["itemHash", "32 bytes in lower-case 0x-hex", (value) => isLowerHex(value, 32)],
	["sequencer", "an address in lower case", (value) => isLowerHex(value, 20)],
	["signature", "65 bytes in lower-case 0x-hex", (value) => isLowerHex(value, SIGNATURE_BYTES)],
];

const isBelow = (value: unknown, limit: number): boolean =>
	typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value < limit && !Object.is(value, -0);

const isLowerHex = (value: unknown, length: number): boolean =>
	typeof value === "string" && value.length === 2 + 2 * length && /^0x[0-9a-f]*$/.test(value);

const fault = (reason: ReceiptFault, what: string) => ({ ok: false, reason, what }) as const;

/** The one text of a receipt, on one line. */
export function formatReceipt(receipt: Receipt): string {
	return JSON.stringify(Object.fromEntries(FIELDS.map(([name]) => [name, receipt[name]])));
}

/** Reads a receipt; only spaces and line breaks between its parts are free. Any text gets a verdict. */
export function parseReceipt(text: string): ParsedReceipt {
	if (text.length > MAX_CHARACTERS)
		return fault("not-json", `${text.length} characters; no receipt has more than ${MAX_CHARACTERS}`);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return fault("not-json", "the text is no JSON");
	}
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return fault("not-json", "the text is JSON, but no object");
	const wrong = wrongField(value as Record<string, unknown>);
	if (wrong !== null) return wrong;
	const receipt = value as Receipt;
	// No value has a space in it, so what is left without spaces has one form.
	if (text.replace(/[ \t\r\n]/g, "") !== formatReceipt(receipt))
		return fault("not-canonical", "its fields are in another order or form than P-3 gives them");
	return { ok: true, receipt };
}

function wrongField(value: Readonly<Record<string, unknown>>): ReturnType<typeof fault> | null {
	for (const [name, wanted, passes] of FIELDS) {
		const given = Object.hasOwn(value, name) ? value[name] : undefined;
		if (!passes(given)) return fault("field", `${name} is ${show(given)}, not ${wanted}`);
	}
	const stranger = Object.keys(value).find((key) => !FIELDS.some(([name]) => name === key));
	return stranger === undefined ? null : fault("field", `there is no field ${show(stranger)}`);
}

function show(value: unknown): string {
	const text = JSON.stringify(value) ?? "missing";
	return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 3)}...` : text;
}

/** P-3: whether a receipt is good. That it is worth something as well (P-4) only L1 can say. @param item what was sent, if it is at hand */
export function verifyReceipt(receipt: Receipt, item?: Item): ReceiptVerdict {
	const signer = recoverSigner(commitmentDigest(domainSeparator(receipt), receipt), hexToBytes(receipt.signature));
	if (signer === null) return fault("signature", "the signature is none that P-2 allows");
	if (signer !== receipt.sequencer)
		return fault("signer", `the signature is of ${signer}, not of the sequencer ${receipt.sequencer}`);
	const found: Hash32 = item === undefined ? receipt.itemHash : bytesToHex(itemHash(item));
	if (found !== receipt.itemHash)
		return fault("item", `the item has the hash ${found}; the receipt promises ${receipt.itemHash}`);
	return { ok: true };
}
