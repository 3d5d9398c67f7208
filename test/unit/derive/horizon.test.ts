import { expect } from "chai";
import { describe, it } from "mocha";
import type { DerivedTick, StepResult } from "../../../src/derive/types.ts";
import {
	CONFIG,
	deposited,
	enqueued,
	planned,
	registered,
	started,
	Timeline,
	tickOf,
	timestampOf,
} from "../../helpers/derive/timeline.ts";

/** Slots from an L1 block to the first whose horizon reaches that block's time. */
const LAG_SLOTS = CONFIG.maxLag / CONFIG.slotSeconds;
const DELAY_SLOTS = CONFIG.forcedDelay / CONFIG.slotSeconds;

const brief = ({ deposits, forced, kind, l1Origin, tick }: DerivedTick): string =>
	`${tick} ${kind} @${l1Origin.number} forced ${forced.length} deposits ${[...deposits.values()].flat().length}`;

/** Every tick of idle blocks up to a number, by the block that made it. */
function idle(timeline: Timeline, until: number): string[] {
	const made: string[] = [];
	while (timeline.number <= until) {
		const { number } = timeline;
		made.push(...timeline.next().ticks.map((tick) => `${number}: ${brief(tick)}`));
	}
	return made;
}

describe("the horizon", () => {
	it("D-9, trap 3: with no sequencer at all, a due forced entry has its tick maxLag later", () => {
		const timeline = started();
		timeline.next(enqueued(0, 1, 21_000));
		const due = 101 + DELAY_SLOTS;
		expect(idle(timeline, due + LAG_SLOTS + 5)).to.deep.equal([
			`${due + LAG_SLOTS}: ${tickOf(due)} horizon @${due} forced 1 deposits 0`,
		]);
	});

	it("D-9, trap 3: with no sequencer at all, a deposit has its tick maxLag after its L1 block", () => {
		const timeline = started();
		timeline.next(deposited(2, 0));
		timeline.next(deposited(2, 1));
		expect(idle(timeline, 130)).to.deep.equal([
			`${101 + LAG_SLOTS}: ${tickOf(101)} horizon @101 forced 0 deposits 1`,
			`${102 + LAG_SLOTS}: ${tickOf(102)} horizon @102 forced 0 deposits 1`,
		]);
	});

	it("D-9: a quiet timeline makes no ticks", () => {
		expect(idle(started(), 160)).to.deep.equal([]);
	});

	it("D-9: a queue that is behind drains by every tick, not by every L1 block", () => {
		const timeline = started();
		timeline.next(...[0, 1, 2, 3, 4, 5, 6].map((index) => enqueued(index, 1, 15_000_000)));
		const due = 101 + DELAY_SLOTS;
		const ticks = idle(timeline, due + LAG_SLOTS + 3);
		expect(ticks.map((tick) => tick.split(" ").slice(0, 3).join(" "))).to.deep.equal([
			`${due + LAG_SLOTS}: ${tickOf(due)} horizon`,
			...[1, 2, 3, 4, 5].map((shift) => `${due + LAG_SLOTS + 1}: ${tickOf(due) + shift} filled`),
			`${due + LAG_SLOTS + 1}: ${tickOf(due + 1)} horizon`,
		]);
	});

	it("D-9: nothing before genesisTime + maxLag", () => {
		const timeline = new Timeline({ ...CONFIG, genesisTime: timestampOf(104), forcedDelay: 0 });
		timeline.next(registered(1));
		timeline.next(enqueued(0, 1, 1), deposited(1, 0));
		const first = 104 + LAG_SLOTS;
		// At genesisTime + maxLag the horizon is tick 0, which is not after the last.
		expect(idle(timeline, first)).to.deep.equal([]);
		expect(idle(timeline, first + 1)).to.deep.equal([`${first + 1}: 6 horizon @105 forced 1 deposits 1`]);
	});

	it("D-9: nothing at or before the last tick", () => {
		const timeline = started();
		timeline.next(deposited(1, 0));
		timeline.idleTo(102);
		timeline.publish([planned(tickOf(102), 100)]);
		expect(timeline.state.deposits.get(1)).to.have.lengthOf(1);
		const made = idle(timeline, 115);
		expect(made).to.deep.equal([`113: ${tickOf(103)} horizon @103 forced 0 deposits 1`]);
	});

	it("D-9: comes before the publications of its block", () => {
		const timeline = started();
		timeline.next(deposited(1, 0));
		timeline.idleTo(100 + LAG_SLOTS);
		const result: StepResult = timeline.publish([planned(tickOf(101), 101), planned(tickOf(109), 109)]);
		expect(result.ticks.map(brief)).to.deep.equal([`${tickOf(101)} horizon @101 forced 0 deposits 1`]);
		expect(result.publications[0]?.verdict).to.deep.equal({ kind: "void", reason: "tick-order" });
	});

	it("D-9, trap 20: deposits of a rollup that is not active yet move nothing", () => {
		const timeline = new Timeline();
		timeline.next(registered(1, { activationTick: tickOf(104) }));
		timeline.next(deposited(1, 0));
		expect(idle(timeline, 120)).to.deep.equal([`114: ${tickOf(104)} horizon @104 forced 0 deposits 1`]);
	});

	it("D-8: has no coinbase and belongs to no publication", () => {
		const timeline = started();
		timeline.next(deposited(1, 0));
		const [made] = timeline.idleTo(120);
		expect(made).to.include({ coinbase: null, publicationId: null, kind: "horizon" });
	});
});
