import { expect } from "chai";
import { describe, it } from "mocha";
import { describeRow, Ledger, ROW_TITLE } from "../../../src/devnet/beacon/ledger.ts";
import type { Window } from "../../../src/l1/rights.ts";
import type { PublicationRecord, TickRecord } from "../../../src/node/records.ts";
import { ZERO_ADDRESS } from "../../../src/primitives/bytes.ts";
import type { Address, Hash32 } from "../../../src/primitives/types.ts";

const NORTH: Address = `0x${"11".repeat(20)}`;
const SOUTH: Address = `0x${"22".repeat(20)}`;
const nameOf = (address: Address): string => (address === NORTH ? "north" : "south");
const tx = (n: number): Hash32 => `0x${n.toString(16).padStart(64, "0")}`;

/** Two ticks to a slot, each slot a window. */
const window = (slot: number, sequencer: Address = NORTH): Window => ({
	sequencer,
	kind: sequencer === ZERO_ADDRESS ? 1 : 2,
	minTick: 2 * slot - 2,
	maxTick: 2 * slot - 1,
	firstSlot: slot,
	lastSlot: slot,
});
const publication = (id: number, firstTick: number, lastTick: number, publisher = NORTH): PublicationRecord =>
	({ id, firstTick, lastTick, publisher, valid: true }) as PublicationRecord;
const tick = (number: number, ...hashes: Hash32[]): TickRecord =>
	({
		tick: number,
		positions: [
			{ class: 0, index: 0, legs: [{ rollupId: 1, txHash: tx(99) }] },
			...hashes.map((txHash, index) => ({ class: 1, index, legs: [{ rollupId: 1, txHash }] })),
		],
	}) as unknown as TickRecord;

describe("the ledger of L1's proposers", () => {
	it("says of each slot who proposed, whose it was, what was published and what became of promises", () => {
		const ledger = new Ledger(nameOf);
		ledger.slot({ slot: 10, proposer: 7, delegate: NORTH, window: window(10) });
		ledger.published(publication(1, 18, 19), 10);
		for (const [index, txHash] of [tx(1), tx(2)].entries()) ledger.promised({ tick: 18, index, txHash });
		ledger.promised({ tick: 19, index: 0, txHash: tx(3) });
		ledger.derived(tick(18, tx(1), tx(2)));
		const [row] = ledger.rows();
		expect(row).to.include({ slot: 10, proposer: 7, delegate: "north", owner: "north" });
		expect(row?.receipts).to.deep.equal({ open: 1, kept: 2, broken: 0, lost: 0 });
		expect(row && describeRow(row)).to.equal(
			"  10  validator 7   north   north 18-19       #1 north 18-19        2 kept, 1 open",
		);
		expect(row && describeRow(row).length).to.be.below(ROW_TITLE.length + 20);
		ledger.derived(tick(19, tx(4)));
		expect(ledger.totals().receipts).to.include({ given: 3, kept: 2, broken: 1 });
	});

	it("tells a promise that is broken from one whose window has ended without a publication, and takes both back with a reorg", () => {
		const ledger = new Ledger(nameOf);
		ledger.promised({ tick: 18, index: 0, txHash: tx(1) });
		ledger.promised({ tick: 20, index: 1, txHash: tx(2) });
		ledger.derived(tick(20, tx(5)));
		ledger.past(19);
		expect(ledger.totals().receipts).to.include({ lost: 1, broken: 1, kept: 0 });
		ledger.underived(17);
		expect(ledger.totals().receipts).to.include({ open: 2, lost: 0, broken: 0 });
		ledger.derived(tick(18, tx(1)));
		ledger.derived(tick(20, tx(5), tx(2)));
		expect(ledger.totals().receipts).to.include({ kept: 2 });
	});

	it("counts publications that are not of their proposer's delegate, and those right behind an end marker", () => {
		const ledger = new Ledger(nameOf);
		for (const slot of [10, 11, 12, 13])
			ledger.slot({ slot, proposer: slot, delegate: slot === 12 ? null : NORTH, window: window(slot) });
		ledger.published(publication(1, 18, 19), 10);
		ledger.published(publication(2, 20, 20), 11);
		ledger.published(publication(3, 22, 23), 12);
		ledger.published(publication(4, 24, 25, SOUTH), 13);
		ledger.refused();
		// The second begins where the first ended; the third does not, since the second has no end marker.
		expect(ledger.totals()).to.deep.include({ slots: 4, publications: 4, byOthers: 2, handedOver: 2 });
		expect(ledger.totals().receipts.refused).to.equal(1);
		// The same publication in another block, after a reorg.
		ledger.published(publication(4, 24, 25), 13);
		expect(ledger.totals()).to.include({ publications: 4, byOthers: 1 });
	});

	it("shows missed slots, and slots that are nobody's", () => {
		const ledger = new Ledger(nameOf);
		ledger.slot({ slot: 11, proposer: null, delegate: null, window: window(11, SOUTH) });
		ledger.slot({ slot: 10, proposer: 3, delegate: null, window: window(10, ZERO_ADDRESS) });
		expect(ledger.rows().map(describeRow)).to.deep.equal([
			"  10  validator 3   -       nobody's          -",
			"  11  missed                south 20-21       -",
		]);
	});
});
