/**
 * What a reader keeps and writes about the timeline, as plain JSON values: docs/outputs.md. One line of `order.jsonl` is one
 * `TickRecord`, one of `publications.jsonl` one `PublicationRecord`. Amounts of gwei and wei are decimal strings.
 */
import type { DerivedTick, ForcedLeg, L1Ref, PublicationVerdict, VoidReason } from "../derive/types.ts";
import type { DropReason, Outcome, SealedBlock, TickResult } from "../execute/types.ts";
import { keccakHex } from "../primitives/hash.ts";
import type { Address, Hash32, Item, Leg, RollupId, Tick } from "../primitives/types.ts";

export interface LegRecord {
	readonly rollupId: RollupId;
	/** Keccak-256 of the raw bytes: the transaction hash, if they are a transaction. */
	readonly txHash: Hash32;
}

export type OutcomeRecord =
	| {
			readonly kind: "included";
			readonly block: number;
			readonly txIndex: number;
			readonly status: 0 | 1;
			readonly gasUsed: number;
	  }
	| { readonly kind: "dropped"; readonly reason: DropReason };

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

const legRecord = (leg: Leg | ForcedLeg): LegRecord => ({ rollupId: leg.rollupId, txHash: keccakHex(leg.rawTx) });

const itemLegs = (item: Item): readonly Leg[] => (item.kind === "tx" ? [item.leg] : item.legs);

const positionKey = (positionClass: 0 | 1, index: number): number => index * 2 + positionClass;

function outcomeRecord(outcome: Outcome): OutcomeRecord {
	const result = outcome.result;
	if (result.kind === "dropped") return { kind: "dropped", reason: result.reason };
	const { blockNumber, txIndex, status, gasUsed } = result;
	return { kind: "included", block: blockNumber, txIndex, status, gasUsed };
}

/** E-10 needs no execution, so it is known also of what no cluster executed here claims. */
function withoutExecution(tick: DerivedTick, [leg]: readonly Leg[]): OutcomeRecord | null {
	return leg !== undefined && tick.rollups.has(leg.rollupId) ? null : { kind: "dropped", reason: "unknown-rollup" };
}

function positionRecords(tick: DerivedTick, results: readonly TickResult[]): PositionRecord[] {
	const outcomes = new Map<number, OutcomeRecord>();
	for (const result of results) {
		for (const outcome of result.outcomes) {
			outcomes.set(positionKey(outcome.position.class, outcome.position.index), outcomeRecord(outcome));
		}
	}
	const record = (positionClass: 0 | 1, index: number, bundle: boolean, legs: readonly Leg[]): PositionRecord => ({
		class: positionClass,
		index,
		bundle,
		legs: legs.map(legRecord),
		outcome: outcomes.get(positionKey(positionClass, index)) ?? withoutExecution(tick, legs),
	});
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
