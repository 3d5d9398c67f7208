/** Tags: what a transaction's access list tells derivation before the transaction runs. */
import type { TypedTransaction } from "@ethereumjs/tx";
import { bytesToHex, equalBytes } from "../primitives/bytes.ts";
import { MAILBOX_BYTES, type TagHash } from "./mailbox.ts";

export interface Tags {
	/** The session that binds the transaction. */
	readonly bound: TagHash | null;
	/** The session that it helps. */
	readonly helper: TagHash | null;
	/** Messages that must have been sent. */
	readonly deliveries: readonly TagHash[];
}

const MAX_DELIVERIES = 64;
const PREFIX_DIGITS = 16;

const digitsOf = (text: string): string => bytesToHex(new TextEncoder().encode(text)).slice(2);
const BOUND = digitsOf("MRDNbond");
const HELPER = digitsOf("MRDNhelp");
const DELIVERY = digitsOf("MRDNdlvr");

/** Of nearly all transactions. */
const NO_TAGS: Tags = { bound: null, helper: null, deliveries: [] };

/** Null: more than X-4 allows. */
export function readTags(tx: TypedTransaction): Tags | null {
	if (!("accessList" in tx) || tx.accessList.length === 0) return NO_TAGS;
	const found = { [BOUND]: new Set<TagHash>(), [HELPER]: new Set<TagHash>(), [DELIVERY]: new Set<TagHash>() };
	for (const [address, keys] of tx.accessList) {
		if (!equalBytes(address, MAILBOX_BYTES)) continue;
		for (const key of keys) {
			const digits = bytesToHex(key).slice(2);
			found[digits.slice(0, PREFIX_DIGITS)]?.add(digits.slice(PREFIX_DIGITS));
		}
	}
	const [bound, helper, deliveries] = [BOUND, HELPER, DELIVERY].map((kind) => [...(found[kind] ?? [])]);
	if (bound === undefined || helper === undefined || deliveries === undefined) return null;
	if (bound.length + helper.length > 1 || deliveries.length > MAX_DELIVERIES) return null;
	return { bound: bound[0] ?? null, helper: helper[0] ?? null, deliveries };
}
