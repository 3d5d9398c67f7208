/** Slot by slot: who proposed on L1, whose the right was, what was published by whom, and what became of the promises in its ticks. */

import type { Window } from "../../l1/rights.ts";
import type { PublicationRecord, TickRecord } from "../../node/records.ts";
import type { Address, Hash32, Tick } from "../../primitives/types.ts";

/** A promise that a user was given. */
export interface Promised {
	readonly tick: Tick;
	readonly index: number;
	readonly txHash: Hash32;
}

/** `open` until its tick is derived, or cannot be any more. */
export type Fate = "open" | "kept" | "broken" | "lost";

export interface SlotRow {
	readonly slot: number;
	/** Index of the validator that proposed the slot's block; null: the slot was missed. */
	readonly proposer: number | null;
	/** Whom that validator has named; null: nobody. */
	readonly delegate: string | null;
	/** Whose the right for the slot is; null: nobody's. */
	readonly owner: string | null;
	/** The first and the last tick of its window. */
	readonly ticks: readonly [Tick, Tick];
	readonly publications: readonly {
		readonly id: number;
		readonly by: string;
		readonly firstTick: Tick;
		readonly lastTick: Tick;
		readonly valid: boolean;
	}[];
	/** In ticks of its window, if it is the window's last slot. */
	readonly receipts: Readonly<Record<Fate, number>>;
}

export interface LedgerTotals {
	readonly slots: number;
	readonly publications: number;
	/** Not by the delegate of the validator that proposed the block. */
	readonly byOthers: number;
	/** That begin where the window before them ended. */
	readonly handedOver: number;
	readonly receipts: Readonly<Record<Fate, number>> & { readonly given: number; readonly refused: number };
}

/** What is known of a slot besides what readers derive. */
export interface SlotFacts {
	readonly slot: number;
	readonly proposer: number | null;
	readonly delegate: Address | null;
	readonly window: Window | null;
}

interface Published extends PublicationRecord {
	readonly slot: number;
}

export class Ledger {
	readonly #nameOf: (address: Address) => string;
	readonly #slots = new Map<number, SlotFacts>();
	#publications: readonly Published[] = [];
	readonly #promises: { readonly promised: Promised; fate: Fate }[] = [];
	#refused = 0;

	/** @param nameOf what a delegate is called */
	constructor(nameOf: (address: Address) => string) {
		this.#nameOf = nameOf;
	}

	slot(facts: SlotFacts): void {
		this.#slots.set(facts.slot, facts);
	}

	published(record: PublicationRecord, slot: number): void {
		this.#publications = [...this.#publications.filter(({ id }) => id !== record.id), { ...record, slot }];
	}

	promised(promised: Promised): void {
		this.#promises.push({ promised, fate: "open" });
	}

	refused(): void {
		this.#refused++;
	}

	/** Holds the promises of a derived tick to what stands there. */
	derived({ positions, tick }: TickRecord): void {
		const items = positions.filter((position) => position.class === 1);
		for (const one of this.#promises) {
			if (one.promised.tick !== tick) continue;
			const there = items.find(({ index }) => index === one.promised.index);
			one.fate = there?.legs[0]?.txHash === one.promised.txHash ? "kept" : "broken";
		}
	}

	/** L1 has taken back everything after that tick. */
	underived(lastTick: Tick): void {
		for (const one of this.#promises) if (one.promised.tick > lastTick) one.fate = "open";
	}

	/** What is not derived before that tick never will be: its window has ended without a publication. */
	past(tick: Tick): void {
		for (const one of this.#promises) if (one.fate === "open" && one.promised.tick < tick) one.fate = "lost";
	}

	/** Ascending. */
	rows(): readonly SlotRow[] {
		return [...this.#slots.values()].sort((a, b) => a.slot - b.slot).map((facts) => this.#row(facts));
	}

	totals(): LedgerTotals {
		const byOthers = this.#publications.filter(({ publisher, slot }) => this.#slots.get(slot)?.delegate !== publisher);
		const handedOver = this.#publications.filter(({ firstTick, id, slot }) => {
			const before = this.#publications.find((one) => one.id === id - 1);
			const window = this.#slots.get(slot)?.window;
			return (
				window !== undefined &&
				window !== null &&
				before?.lastTick === window.minTick - 1 &&
				firstTick >= window.minTick
			);
		});
		return {
			slots: this.#slots.size,
			publications: this.#publications.length,
			byOthers: byOthers.length,
			handedOver: handedOver.length,
			receipts: { given: this.#promises.length, refused: this.#refused, ...count(this.#promises) },
		};
	}

	#row({ delegate, proposer, slot, window }: SlotFacts): SlotRow {
		const own = (tick: Tick): boolean => window !== null && window.minTick <= tick && tick <= window.maxTick;
		const isLast = window?.lastSlot === slot;
		return {
			slot,
			proposer,
			delegate: delegate === null ? null : this.#nameOf(delegate),
			owner: window === null || /^0x0*$/.test(window.sequencer) ? null : this.#nameOf(window.sequencer),
			ticks: [window?.minTick ?? 0, window?.maxTick ?? 0],
			publications: this.#publications
				.filter((one) => one.slot === slot)
				.map(({ firstTick, id, lastTick, publisher, valid }) => ({
					id,
					by: this.#nameOf(publisher),
					firstTick,
					lastTick,
					valid,
				})),
			receipts: count(this.#promises.filter(({ promised }) => isLast && own(promised.tick))),
		};
	}
}

function count(promises: readonly { readonly fate: Fate }[]): Readonly<Record<Fate, number>> {
	const of = (fate: Fate): number => promises.filter((one) => one.fate === fate).length;
	return { open: of("open"), kept: of("kept"), broken: of("broken"), lost: of("lost") };
}

/** One slot in one line, at most 79 columns wide. */
export function describeRow({ delegate, owner, proposer, publications, receipts, slot, ticks }: SlotRow): string {
	const who = proposer === null ? "missed" : `validator ${proposer}`;
	const named = proposer === null ? "" : (delegate ?? "-");
	const right = owner === null ? "nobody's" : `${owner} ${ticks[0]}-${ticks[1]}`;
	const published = publications.map(
		({ by, firstTick, id, lastTick, valid }) => `#${id} ${by} ${firstTick}-${lastTick}${valid ? "" : " VOID"}`,
	);
	const fates = (["kept", "lost", "broken", "open"] as const)
		.filter((fate) => receipts[fate] > 0)
		.map((fate) => `${receipts[fate]} ${fate === "broken" ? "BROKEN" : fate}`);
	return [
		String(slot).padStart(4),
		who.padEnd(12),
		named.padEnd(6),
		right.padEnd(16),
		(published.join(", ") || "-").padEnd(20),
		fates.join(", "),
	]
		.join("  ")
		.trimEnd();
}

export const ROW_TITLE = [
	"slot",
	"proposer    ",
	"names ",
	"right, ticks    ",
	"publication, ticks  ",
	"receipts",
].join("  ");
