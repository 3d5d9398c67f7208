/** Promises held to what L1 has: by a stranger who reads L1 and nothing else. */
import { expect } from "chai";
import { itemHash } from "../../../src/codec/itemHash.ts";
import type { Receipt } from "../../../src/codec/receipt.ts";
import { slotAt } from "../../../src/derive/clock.ts";
import type { L1Source } from "../../../src/derive/ports.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import type { Hash32, Tick } from "../../../src/primitives/types.ts";
import { L1Track } from "../../../src/sequencer/track.ts";

/** A publication that L1 has. */
export interface Published {
	readonly id: number;
	readonly slot: number;
	readonly publisher: string;
	readonly firstTick: Tick;
	readonly lastTick: Tick;
}

export interface Found {
	/** Hashes of the items of every tick. */
	readonly ticks: ReadonlyMap<Tick, readonly Hash32[]>;
	readonly publications: readonly Published[];
}

/** What a stranger finds on L1. */
export async function readTimeline(source: L1Source): Promise<Found> {
	const track = await L1Track.open(source);
	await track.advance();
	const { config } = track.timeline;
	return {
		publications: track.blocks.flatMap(({ publications, state }) =>
			publications.map(({ header, id, publisher }) => ({
				id,
				publisher,
				slot: slotAt(config, state.l1.timestamp),
				firstTick: header.firstTick,
				lastTick: header.lastTick,
			})),
		),
		ticks: new Map(
			track.blocks.flatMap(({ ticks }) =>
				ticks.map(({ items, tick }) => [tick, items.map((item) => bytesToHex(itemHash(item)))] as const),
			),
		),
	};
}

export class Witness {
	readonly receipts: Receipt[] = [];
	readonly #places = new Map<string, Hash32>();

	/** P-8: nobody promises a place twice. */
	hear(receipt: Receipt): void {
		const place = `${receipt.sequencer} ${receipt.tick}:${receipt.index}`;
		expect(this.#places.get(place) ?? receipt.itemHash, `two promises of ${place}`).to.equal(receipt.itemHash);
		this.#places.set(place, receipt.itemHash);
		this.receipts.push(receipt);
	}

	/** P-9: nothing on L1 contradicts a promise. Returns the promises whose ticks L1 has left out. */
	judge({ publications, ticks }: Found): readonly Receipt[] {
		const missing: Receipt[] = [];
		const head = publications.at(-1)?.lastTick ?? 0;
		for (const receipt of this.receipts) {
			const { index, itemHash: promised, sequencer, tick } = receipt;
			const over = publications.find(({ firstTick, lastTick }) => firstTick <= tick && tick <= lastTick);
			// What is promised for slots to come is not due yet.
			if (over === undefined && tick < head) missing.push(receipt);
			if (over === undefined) continue;
			expect(over.publisher, `who published tick ${tick}`).to.equal(sequencer);
			expect(ticks.get(tick)?.[index], `tick ${tick}, place ${index}`).to.equal(promised);
		}
		return missing;
	}
}
