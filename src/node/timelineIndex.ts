/** The timeline's records in the store: written with each commit, looked up by number, hash or position. */
import type { Hash32, RollupConfig, RollupId, Tick } from "../primitives/types.ts";
import type { Changes, Store } from "../store/types.ts";
import {
	blockKey,
	blockPrefix,
	type Place,
	PUBLICATION_PREFIX,
	placeKey,
	placeOfKey,
	placePrefix,
	publicationKey,
	ROLLUP_PREFIX,
	rollupRecordKey,
	TICK_PREFIX,
	tickKey,
} from "./keys.ts";
import type { PublicationRecord, TickRecord } from "./records.ts";

export interface RollupRecord {
	readonly rollupId: RollupId;
	/** L1 block of the registration. */
	readonly l1Block: number;
	readonly config: RollupConfig;
	/** `genesis.json` as geth reads it; null if the rollup is refused (E-1) or its cluster is not executed here. */
	readonly genesis: string | null;
	readonly refused: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const EMPTY = new Uint8Array(0);

/** One JSON value as bytes. */
export const encodeJson = (value: object): Uint8Array => encoder.encode(JSON.stringify(value));
export const decodeJson = <Value>(bytes: Uint8Array): Value => JSON.parse(decoder.decode(bytes)) as Value;

export function putTick(changes: Changes, record: TickRecord): void {
	changes.set(tickKey(record.tick), encodeJson(record));
	for (const position of record.positions) {
		for (const [leg, { txHash }] of position.legs.entries()) {
			changes.set(placeKey(txHash, { tick: record.tick, class: position.class, index: position.index, leg }), EMPTY);
		}
	}
}

export function putPublication(changes: Changes, record: PublicationRecord): void {
	changes.set(publicationKey(record.id), encodeJson(record));
}

export function putRollup(changes: Changes, record: RollupRecord): void {
	changes.set(rollupRecordKey(record.rollupId), encodeJson(record));
}

export function putBlock(changes: Changes, rollupId: RollupId, number: number, rlp: Uint8Array): void {
	changes.set(blockKey(rollupId, number), rlp);
}

/** Looks things up in what is committed. */
export interface TimelineIndex {
	tick(tick: Tick): TickRecord | null;
	publication(id: number): PublicationRecord | null;
	rollup(rollupId: RollupId): RollupRecord | null;
	/** The whole block, RLP. */
	block(rollupId: RollupId, number: number): Uint8Array | null;
	/** Everywhere the transaction stands: the same bytes may be ordered more than once. */
	places(txHash: Hash32): Promise<readonly Place[]>;
	ticks(): AsyncGenerator<TickRecord>;
	publications(): AsyncGenerator<PublicationRecord>;
	rollups(): AsyncGenerator<RollupRecord>;
	blocks(rollupId: RollupId): AsyncGenerator<Uint8Array>;
}

export function createTimelineIndex(store: Store): TimelineIndex {
	const read = <Value>(key: string): Value | null => {
		const bytes = store.get(key);
		return bytes === undefined ? null : decodeJson<Value>(bytes);
	};
	async function* all<Value>(prefix: string): AsyncGenerator<Value> {
		for await (const [, bytes] of store.entries(prefix)) yield decodeJson<Value>(bytes);
	}
	async function* blocks(rollupId: RollupId): AsyncGenerator<Uint8Array> {
		for await (const [, rlp] of store.entries(blockPrefix(rollupId))) yield rlp;
	}
	return {
		tick: (tick) => read<TickRecord>(tickKey(tick)),
		publication: (id) => read<PublicationRecord>(publicationKey(id)),
		rollup: (rollupId) => read<RollupRecord>(rollupRecordKey(rollupId)),
		block: (rollupId, number) => store.get(blockKey(rollupId, number)) ?? null,
		places: async (txHash) => {
			const places: Place[] = [];
			for await (const [key] of store.entries(placePrefix(txHash))) places.push(placeOfKey(key));
			return places;
		},
		ticks: () => all<TickRecord>(TICK_PREFIX),
		publications: () => all<PublicationRecord>(PUBLICATION_PREFIX),
		rollups: () => all<RollupRecord>(ROLLUP_PREFIX),
		blocks,
	};
}
