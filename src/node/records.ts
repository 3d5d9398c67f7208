/**
 * What a reader keeps and writes about the timeline, as plain JSON values: docs/outputs.md. One line of `order.jsonl` is one
 * `TickRecord`, one of `publications.jsonl` one `PublicationRecord`. Amounts of gwei and wei are decimal strings.
 */
import type { DerivedTick, ForcedLeg, L1Ref, PublicationVerdict, VoidReason } from "../derive/types.ts";
import type { Dropped, IncludedTx, ItemResult, SealedBlock, TickResult } from "../execute/types.ts";
import { keccakHex } from "../primitives/hash.ts";
import type { Address, Hash32, Item, Leg, RollupId, Tick } from "../primitives/types.ts";
import { type TagRecord, tagRecord } from "./tagRecord.ts";

export interface LegRecord {
	readonly rollupId: RollupId;
	/** Keccak-256 of the raw bytes: the transaction hash, if they are a transaction. */
	readonly txHash: Hash32;
	/** Of a leg of a bundle that was dropped; null if its bytes cannot be read. */
	readonly tags?: TagRecord | null;
}

/** A transaction in its block. */
export interface IncludedRecord {
	readonly block: number;
	readonly txIndex: number;
	readonly status: 0 | 1;
	readonly gasUsed: number;
}

export type OutcomeRecord =
	| ({ readonly kind: "included" } & IncludedRecord)
	/** A bundle; one record per leg. */
	| { readonly kind: "held"; readonly legs: readonly IncludedRecord[] }
	| Dropped;

export interface PositionRecord {
	/** 0: a forced entry, 1: an item of the publication. */
	readonly class: 0 | 1;
	readonly index: number;
	readonly bundle: boolean;
	/** One for a transaction; a bundle's legs in order. */
	readonly legs: readonly LegRecord[];
	/** Null if this reader does not execute the cluster. */
	readonly outcome: OutcomeRecord | null;
}

export interface DepositRecord {
	readonly rollupId: RollupId;
	readonly index: number;
	readonly recipient: Address;
	readonly gwei: string;
}

export interface BlockRecord {
	readonly rollupId: RollupId;
	readonly number: number;
	readonly hash: Hash32;
	readonly stateRoot: Hash32;
	readonly gasUsed: number;
	readonly baseFee: string;
	readonly transactions: number;
	readonly withdrawals: number;
}

export interface TickRecord {
	readonly tick: Tick;
	/** Seconds. */
	readonly time: number;
	readonly kind: DerivedTick["kind"];
	readonly publicationId: number | null;
	/** Number of the L1 block that this tick follows from; never before its l1Origin. */
	readonly l1Block: number;
	readonly l1Origin: { readonly number: number; readonly hash: Hash32 };
	readonly coinbase: Address | null;
	readonly orderRoot: Hash32;
	readonly forcedRoot: Hash32;
	readonly itemsRoot: Hash32;
	readonly positions: readonly PositionRecord[];
	readonly deposits: readonly DepositRecord[];
	readonly blocks: readonly BlockRecord[];
}

export interface PublicationRecord {
	readonly id: number;
	/** Ring word. */
	readonly head: Hash32;
	readonly parent: Hash32;
	readonly l1Block: number;
	readonly publisher: Address;
	readonly coinbase: Address;
	readonly firstTick: Tick;
	readonly lastTick: Tick;
	readonly l1Origin: { readonly number: number; readonly hash: Hash32 };
	readonly codec: number;
	/** 0 for calldata. */
	readonly blobs: number;
	readonly ticksRoot: Hash32;
	readonly valid: boolean;
	readonly items: number;
	readonly voidReason: VoidReason | null;
}

function legRecord({ rawTx, rollupId }: Leg | ForcedLeg, tick: DerivedTick, explain: boolean): LegRecord {
	const record = { rollupId, txHash: keccakHex(rawTx) };
	if (!explain) return record;
	const chainId = tick.rollups.get(rollupId)?.chainId;
	return { ...record, tags: chainId === undefined ? null : tagRecord(rawTx, chainId) };
}

const itemLegs = (item: Item): readonly Leg[] => (item.kind === "tx" ? [item.leg] : item.legs);

const positionKey = (positionClass: 0 | 1, index: number): number => index * 2 + positionClass;

const includedRecord = ({ blockNumber, txIndex, status, gasUsed }: IncludedTx): IncludedRecord => ({
	block: blockNumber,
	txIndex,
	status,
	gasUsed,
});

function outcomeRecord(result: ItemResult): OutcomeRecord {
	if (result.kind === "dropped") return result;
	if (result.kind === "held") return { kind: "held", legs: result.legs.map(includedRecord) };
	return { kind: "included", ...includedRecord(result) };
}

/** E-10 and the first two reasons of X-14 need no execution, so they are known also of what no cluster executed here claims. */
function withoutExecution(tick: DerivedTick, legs: readonly Leg[]): OutcomeRecord | null {
	const clusters = legs.map(({ rollupId }) => tick.rollups.get(rollupId)?.cluster);
	if (legs.length === 0 || clusters.includes(undefined)) return { kind: "dropped", reason: "unknown-rollup" };
	return new Set(clusters).size > 1 ? { kind: "dropped", reason: "clusters" } : null;
}

function positionRecords(tick: DerivedTick, results: readonly TickResult[]): PositionRecord[] {
	const outcomes = new Map<number, OutcomeRecord>();
	for (const result of results) {
		for (const outcome of result.outcomes) {
			outcomes.set(positionKey(outcome.position.class, outcome.position.index), outcomeRecord(outcome.result));
		}
	}
	const record = (positionClass: 0 | 1, index: number, bundle: boolean, legs: readonly Leg[]): PositionRecord => {
		const outcome = outcomes.get(positionKey(positionClass, index)) ?? withoutExecution(tick, legs);
		const explain = bundle && outcome?.kind === "dropped";
		return { class: positionClass, index, bundle, legs: legs.map((leg) => legRecord(leg, tick, explain)), outcome };
	};
	return [
		...tick.forced.map(({ entry }, index) => record(0, index, entry.bundle, entry.legs)),
		...tick.items.map((item, index) => record(1, index, item.kind === "bundle", itemLegs(item))),
	];
}

function depositRecords(tick: DerivedTick): DepositRecord[] {
	const byRollup = [...tick.deposits].sort(([a], [b]) => a - b);
	return byRollup.flatMap(([rollupId, deposits]) =>
		deposits.map(({ index, recipient, gwei }) => ({ rollupId, index, recipient, gwei: gwei.toString() })),
	);
}

const blockRecord = (block: SealedBlock): BlockRecord => ({
	rollupId: block.rollupId,
	number: block.number,
	hash: block.hash,
	stateRoot: block.stateRoot,
	gasUsed: block.gasUsed,
	baseFee: block.baseFee.toString(),
	transactions: block.transactions,
	withdrawals: block.withdrawals,
});

const l1Id = ({ number, hash }: Pick<L1Ref, "number" | "hash">): { number: number; hash: Hash32 } => ({ number, hash });

/** @param results one per executed cluster */
export function tickRecord(tick: DerivedTick, l1Block: number, results: readonly TickResult[]): TickRecord {
	const blocks = results.flatMap((result) => result.blocks).sort((a, b) => a.rollupId - b.rollupId);
	return {
		tick: tick.tick,
		time: tick.time,
		kind: tick.kind,
		publicationId: tick.publicationId,
		l1Block,
		l1Origin: l1Id(tick.l1Origin),
		coinbase: tick.coinbase,
		orderRoot: tick.orderRoot,
		forcedRoot: tick.forcedRoot,
		itemsRoot: tick.itemsRoot,
		positions: positionRecords(tick, results),
		deposits: depositRecords(tick),
		blocks: blocks.map(blockRecord),
	};
}

export function publicationRecord(publication: PublicationVerdict, l1Block: number): PublicationRecord {
	const { id, head, header, publisher, verdict } = publication;
	return {
		id,
		head,
		parent: header.parent,
		l1Block,
		publisher,
		coinbase: header.coinbase,
		firstTick: header.firstTick,
		lastTick: header.lastTick,
		l1Origin: { number: header.l1Origin, hash: header.l1OriginHash },
		codec: header.codec,
		blobs: header.blobs,
		ticksRoot: header.ticksRoot,
		valid: verdict.kind === "valid",
		items: verdict.kind === "valid" ? verdict.items : 0,
		voidReason: verdict.kind === "void" ? verdict.reason : null,
	};
}
