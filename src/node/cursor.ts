/** How far a reader is, in the store: the order state, the totals, the lengths of the files, the L1 blocks it may have to go back over. */
import { decodeState, encodeState } from "../derive/stateCodec.ts";
import type { OrderState } from "../derive/types.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, ClusterId, Hash32, RollupId, Tick } from "../primitives/types.ts";
import type { Changes, Store } from "../store/types.ts";
import { CURSOR_KEY, L1_PREFIX, l1Key, payloadKey, STATE_KEY, TIMELINE_KEY } from "./keys.ts";
import type { FileLengths } from "./outputs.ts";
import { decodeJson, encodeJson } from "./timelineIndex.ts";

/** Counts since the timeline's first block. */
export interface Totals {
	readonly ticks: number;
	readonly publications: number;
	/** Of the publications. */
	readonly void: number;
	/** All positions, forced entries included. */
	readonly items: number;
	/** Of the items: forced entries. */
	readonly forced: number;
	/** Of the items: dropped by execution. */
	readonly dropped: number;
	readonly deposits: number;
	readonly blocks: number;
}

const NO_TOTALS: Totals = {
	ticks: 0,
	publications: 0,
	void: 0,
	items: 0,
	forced: 0,
	dropped: 0,
	deposits: 0,
	blocks: 0,
};

export interface Cursor {
	readonly totals: Totals;
	readonly files: FileLengths;
}

/** An L1 block that is not final. */
export interface L1Record {
	readonly number: number;
	readonly hash: Hash32;
	/** The last tick after it. */
	readonly lastTick: Tick;
	/** Heads before it, of the rollups that got blocks from it. */
	readonly before: readonly { readonly rollupId: RollupId; readonly number: number; readonly hash: Hash32 }[];
}

/** What a store is of. A store is never used for anything else. */
export interface StoreIdentity {
	readonly version: 1;
	readonly l1ChainId: number;
	readonly inbox: Address;
	readonly genesisHead: Hash32;
	/** Clusters that are executed; null: all. */
	readonly clusters: readonly ClusterId[] | null;
	/** Whether the timeline's records are kept. */
	readonly index: boolean;
}

/**
 * Writes the identity with the first commit; later holds the store to it.
 * Throws `usage` (`store-of-another`) if it is of another timeline or was made with other options.
 */
export function checkIdentity(store: Store, identity: StoreIdentity): void {
	const bytes = store.get(TIMELINE_KEY);
	if (bytes === undefined && store.last === null) return;
	const found = bytes === undefined ? null : decodeJson<StoreIdentity>(bytes);
	for (const [field, wanted] of Object.entries(identity)) {
		const there = found?.[field as keyof StoreIdentity];
		if (JSON.stringify(there) === JSON.stringify(wanted)) continue;
		const message = `the directory holds another derivation: ${field} is ${JSON.stringify(there)}, not ${JSON.stringify(wanted)}; give another directory or delete this one`;
		throw new MeridianError("usage", "store-of-another", message, { field, there, wanted });
	}
}

export function putIdentity(changes: Changes, identity: StoreIdentity): void {
	changes.set(TIMELINE_KEY, encodeJson(identity));
}

/** The state and everything that goes with it; `before` is the state that is stored now. */
export function putState(changes: Changes, before: OrderState, after: OrderState): void {
	const { bytes, payloads } = encodeState(after);
	changes.set(STATE_KEY, bytes);
	if (before.forced === after.forced) return;
	// The same bytes may be queued more than once: what counts is whether any entry still needs them.
	const stored = encodeState(before).payloads;
	for (const [hash, rawTx] of payloads) if (!stored.has(hash)) changes.set(payloadKey(hash), rawTx);
	for (const hash of stored.keys()) if (!payloads.has(hash)) changes.set(payloadKey(hash), null);
}

/** The stored state, or null if there is none. Throws `halt` if it is damaged. */
export function loadState(store: Store): OrderState | null {
	const bytes = store.get(STATE_KEY);
	return bytes === undefined ? null : decodeState(bytes, (hash) => store.get(payloadKey(hash)));
}

export function putCursor(changes: Changes, cursor: Cursor): void {
	changes.set(CURSOR_KEY, encodeJson(cursor));
}

export function loadCursor(store: Store): Cursor {
	const bytes = store.get(CURSOR_KEY);
	return bytes === undefined ? { totals: NO_TOTALS, files: {} } : decodeJson<Cursor>(bytes);
}

export function putL1Record(changes: Changes, record: L1Record): void {
	changes.set(l1Key(record.number), encodeJson(record));
}

export async function loadL1Records(store: Store): Promise<Map<number, L1Record>> {
	const records = new Map<number, L1Record>();
	for await (const [, bytes] of store.entries(L1_PREFIX)) {
		const record = decodeJson<L1Record>(bytes);
		records.set(record.number, record);
	}
	return records;
}
