import { expect } from "chai";
import { describe, it } from "mocha";
import { forcedHash, forcedRoot, itemsRoot, orderRoot } from "../../../src/codec/order.ts";
import type { DerivedTick, StepResult, TimelineLog } from "../../../src/derive/types.ts";
import { bytesToHex, hexToBytes, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { MAX_DEPOSITS } from "../../../src/primitives/limits.ts";
import {
	bundleEnqueued,
	CONFIG,
	deposited,
	enqueued,
	forcedLeg,
	planned,
	registered,
	scheduled,
	started,
	Timeline,
	tickOf,
	tx,
} from "../../helpers/derive/timeline.ts";

/** Half of 30 million. */
const CAP = 15_000_000;

/** The first tick at which entries of L1 block 101 are due. */
const DUE = tickOf(101) + CONFIG.forcedDelay / CONFIG.tickSeconds;

/** Forced entries as `cluster.index`, with `!` if over cap. */
const forcedOf = (tick: DerivedTick | undefined): string[] =>
	tick?.forced.map(({ entry, overCap }) => `${entry.cluster}.${entry.index}${overCap ? "!" : ""}`) ?? ["no tick"];

/** Ticks with their kind, l1Origin and forced entries, briefly. */
const brief = (ticks: readonly DerivedTick[]): string[] =>
	ticks.map((tick) => `${tick.tick} ${tick.kind} @${tick.l1Origin.number} [${forcedOf(tick).join(" ")}]`);

/** Logs in L1 block 101, then ticks published when they have become due. */
function afterDue(logs: readonly TimelineLog[], ...ticks: number[]): StepResult {
	const timeline = started();
	timeline.next(...logs);
	timeline.idleTo(107);
	return timeline.publish(ticks.map((tick) => planned(tick, 106)));
}

describe("forced entries", () => {
	it("D-7: are due forcedDelay after their L1 block, to the second", () => {
		const { ticks } = afterDue([enqueued(0, 1, 21_000)], DUE, DUE + 1);
		expect(ticks.map(forcedOf)).to.deep.equal([["1.0"], []]);
		const timeline = started();
		timeline.next(enqueued(0, 1, 21_000));
		timeline.idleTo(106);
		expect(timeline.publish([planned(DUE - 1, 105), planned(DUE, 106)]).ticks.map(forcedOf)).to.deep.equal([
			[],
			["1.0"],
		]);
	});

	it("D-7, trap 8: each entry has its own due time, whatever was selected before", () => {
		const timeline = started();
		timeline.next(enqueued(0, 1, 1));
		timeline.next(enqueued(1, 1, 1));
		timeline.next(enqueued(2, 1, 1));
		timeline.idleTo(108);
		const { ticks } = timeline.publish([planned(DUE + 1, 106), planned(DUE + 6, 106), planned(DUE + 12, 107)]);
		expect(ticks.map(forcedOf)).to.deep.equal([["1.0"], ["1.1"], ["1.2"]]);
	});

	it("D-7: are selected until their declared gas would pass the cap, exactly", () => {
		const fits = afterDue([enqueued(0, 1, 10_000_000), enqueued(1, 1, 5_000_000)], DUE);
		expect(fits.ticks.map(forcedOf)).to.deep.equal([["1.0", "1.1"]]);
		const late = afterDue([enqueued(0, 1, 10_000_000), enqueued(1, 1, 5_000_001), enqueued(2, 1, 1)], DUE, DUE + 1);
		expect(late.ticks.map(forcedOf)).to.deep.equal([["1.0"], ["1.1", "1.2"]]);
	});

	it("D-7: wait behind the first of their cluster that does not fit, other clusters' do not", () => {
		const logs = [enqueued(0, 1, CAP), enqueued(1, 1, 1), enqueued(2, 2, 1), enqueued(0, 3, 1, 2)];
		expect(afterDue(logs, DUE, DUE + 1).ticks.map(forcedOf)).to.deep.equal([
			["1.0", "2.0"],
			["1.1", "1.2"],
		]);
	});

	it("D-7: one above the whole cap is selected over cap and uses no gas", () => {
		const logs = [enqueued(0, 1, CAP + 1), enqueued(1, 1, CAP), enqueued(2, 1, CAP + 1), enqueued(3, 1, 1)];
		expect(afterDue(logs, DUE, DUE + 1).ticks.map(forcedOf)).to.deep.equal([["1.0!", "1.1", "1.2!"], ["1.3"]]);
	});

	it("D-7: a bundle's legs count together for one rollup, apart for several", () => {
		const half = CAP / 2;
		const together = bundleEnqueued(0, [forcedLeg(1, half, 1), forcedLeg(1, half + 1, 2)]);
		const apart = bundleEnqueued(1, [forcedLeg(1, CAP, 1), forcedLeg(2, CAP, 2)]);
		const blocked = bundleEnqueued(2, [forcedLeg(2, 1, 3)]);
		expect(afterDue([together, apart, blocked], DUE, DUE + 1).ticks.map(forcedOf)).to.deep.equal([
			["1.0!", "1.1"],
			["1.2"],
		]);
	});

	it("D-7: a bundle that does not fit on one of its rollups takes no gas on the others", () => {
		const bundle = bundleEnqueued(1, [forcedLeg(1, CAP, 1), forcedLeg(2, 1, 2)]);
		const logs = [enqueued(0, 2, CAP), bundle, enqueued(0, 1, CAP, 2)];
		expect(afterDue(logs, DUE).ticks.map(forcedOf)).to.deep.equal([["1.0", "2.0"]]);
	});

	it("D-7: stand in the order of L1 over all clusters", () => {
		const logs = [enqueued(0, 3, 1, 2), enqueued(0, 1, 1), enqueued(1, 3, 1, 2), enqueued(1, 2, 1)];
		expect(afterDue(logs, DUE).ticks.map(forcedOf)).to.deep.equal([["2.0", "1.0", "2.1", "1.1"]]);
	});

	it("D-7, trap 7: the same bytes twice are two entries", () => {
		const twice = bundleEnqueued(0, [forcedLeg(1, 1, 9)]);
		const [made] = afterDue([twice, { ...twice, index: 1 }], DUE).ticks;
		expect(forcedOf(made)).to.deep.equal(["1.0", "1.1"]);
		expect(made?.forced[0]?.entry.itemHash).to.equal(made?.forced[1]?.entry.itemHash);
	});

	it("D-7, trap 20: an entry of a rollup that is not active at the tick is over cap; one tick later it is not", () => {
		for (const [activationTick, expected] of [
			[DUE + 1, "1.0!"],
			[DUE, "1.0"],
			[DUE - 1, "1.0"],
		] as const) {
			const timeline = new Timeline();
			timeline.next(registered(1, { activationTick }));
			timeline.next(enqueued(0, 1, 21_000));
			timeline.idleTo(106);
			const [made] = timeline.publish([planned(DUE, 106)]).ticks;
			expect(forcedOf(made)).to.deep.equal([expected]);
			expect([...(made?.rollups.keys() ?? [])]).to.deep.equal(activationTick <= DUE ? [1] : []);
		}
	});

	it("D-7: the cap is half of the smallest gas limit so far, and follows the tick", () => {
		const timeline = started();
		timeline.next(scheduled(1, DUE + 1, 10_000_000), scheduled(1, DUE + 2, 60_000_000), enqueued(0, 1, 5_000_001));
		timeline.next(enqueued(1, 1, 5_000_001), enqueued(2, 1, 5_000_000));
		timeline.idleTo(107);
		const { ticks } = timeline.publish([planned(DUE, 106), planned(DUE + 6, 106)]);
		expect(ticks.map(forcedOf)).to.deep.equal([["1.0"], ["1.1!", "1.2"]]);
	});

	it("X-20: those of a rollup are over cap from the tick on at which it has retired, not before", () => {
		for (const [retired, expected] of [
			[DUE, ["1.0!"]],
			[DUE + 1, ["1.0"]],
		] as const) {
			const { ticks } = afterDue([enqueued(0, 1, 21_000), scheduled(1, retired, 0)], DUE);
			expect(forcedOf(ticks[0])).to.deep.equal(expected);
		}
	});

	it("S-4, S-5: enter the forced root and the order root", () => {
		const [made] = afterDue([enqueued(0, 1, 1), enqueued(1, 2, 1)], DUE).ticks;
		const hashes = made?.forced.map(({ entry }) => forcedHash(1, entry.index, hexToBytes(entry.itemHash))) ?? [];
		expect(made?.forcedRoot).to.equal(bytesToHex(forcedRoot(hashes).root));
		expect(made?.itemsRoot).to.equal(ZERO_HASH);
		expect(made?.orderRoot).to.equal(bytesToHex(orderRoot(DUE, forcedRoot(hashes), itemsRoot([]))));
	});
});

describe("filling", () => {
	const four = [0, 1, 2, 3].map((index) => enqueued(index, 1, CAP));

	it("D-7: ticks are inserted before a published one while the queue is behind, not longer", () => {
		const { ticks } = afterDue(four, DUE, DUE + 10);
		expect(brief(ticks)).to.deep.equal([
			`${DUE} published @106 [1.0]`,
			`${DUE + 1} filled @106 [1.1]`,
			`${DUE + 2} filled @106 [1.2]`,
			`${DUE + 3} filled @106 [1.3]`,
			`${DUE + 10} published @106 []`,
		]);
		expect(ticks.map((tick) => tick.coinbase === null)).to.deep.equal([false, true, true, true, false]);
		expect(ticks.map((tick) => tick.publicationId)).to.deep.equal([1, null, null, null, 1]);
	});

	it("D-7: there is no room before the next tick", () => {
		expect(brief(afterDue(four, DUE, DUE + 1, DUE + 3).ticks)).to.deep.equal([
			`${DUE} published @106 [1.0]`,
			`${DUE + 1} published @106 [1.1]`,
			`${DUE + 2} filled @106 [1.2]`,
			`${DUE + 3} published @106 [1.3]`,
		]);
	});

	it("D-7: nothing is filled before the first tick of all", () => {
		expect(brief(afterDue(four, DUE + 5).ticks)).to.deep.equal([`${DUE + 5} published @106 [1.0]`]);
	});

	it("D-7: nothing is filled for an entry that was not yet due at the last tick", () => {
		const timeline = started();
		timeline.next(enqueued(0, 1, 1));
		timeline.idleTo(107);
		const { ticks } = timeline.publish([planned(DUE - 1, 105), planned(DUE + 8, 106)]);
		expect(brief(ticks)).to.deep.equal([`${DUE - 1} published @105 []`, `${DUE + 8} published @106 [1.0]`]);
	});

	it("D-7: a filled tick's l1Origin is the newest block of its time, but not newer than the next tick's", () => {
		const timeline = started();
		timeline.next(...four, ...[4, 5, 6, 7, 8].map((index) => enqueued(index, 1, CAP)));
		timeline.idleTo(109);
		const { ticks } = timeline.publish([planned(DUE, 104), planned(DUE + 15, 107)]);
		expect(ticks.map((tick) => tick.l1Origin.number)).to.deep.equal([104, 106, 106, 106, 106, 106, 107, 107, 107, 107]);
		const held = started();
		held.next(...four, ...[4, 5, 6, 7, 8].map((index) => enqueued(index, 1, CAP)));
		held.idleTo(109);
		const origins = held.publish([planned(DUE, 104), planned(DUE + 9, 105)]).ticks.map((tick) => tick.l1Origin.number);
		expect(origins).to.deep.equal([104, ...Array.from({ length: 8 }, () => 105), 105]);
	});
});

describe("deposits", () => {
	/** Deposits as `rollup.index`. */
	const depositsOf = (tick: DerivedTick | undefined): string[] =>
		[...(tick?.deposits.values() ?? [])].flat().map(({ index, rollupId }) => `${rollupId}.${index}`);

	it("D-7: are credited at the first tick that has seen their L1 block, once", () => {
		const timeline = started();
		timeline.next(deposited(1, 0), deposited(2, 0), deposited(1, 1));
		timeline.next(deposited(1, 2));
		timeline.idleTo(103);
		const at = tickOf(103);
		const { ticks } = timeline.publish([
			planned(at, 100),
			planned(at + 1, 101),
			planned(at + 2, 101),
			planned(at + 3, 103),
		]);
		expect(ticks.map(depositsOf)).to.deep.equal([[], ["1.0", "1.1", "2.0"], [], ["1.2"]]);
		expect(timeline.state.deposits.size).to.equal(0);
	});

	it("D-7: those left over from the last tick's own l1Origin fill ticks too", () => {
		const timeline = started();
		timeline.next(...Array.from({ length: MAX_DEPOSITS + 1 }, (_, index) => deposited(1, index)));
		timeline.idleTo(103);
		const { ticks } = timeline.publish([planned(tickOf(103), 101), planned(tickOf(103) + 4, 101)]);
		expect(ticks.map((tick) => [tick.kind, depositsOf(tick).length])).to.deep.equal([
			["published", MAX_DEPOSITS],
			["filled", 1],
			["published", 0],
		]);
	});

	it("D-7: more than MAX_DEPOSITS are carried over, and fill ticks", () => {
		const timeline = started();
		timeline.next(...Array.from({ length: 2 * MAX_DEPOSITS + 1 }, (_, index) => deposited(1, index)), deposited(2, 0));
		timeline.idleTo(103);
		const at = tickOf(103);
		const { ticks } = timeline.publish([planned(at, 103), planned(at + 8, 103)]);
		expect(ticks.map((tick) => [tick.tick, tick.kind, depositsOf(tick).length])).to.deep.equal([
			[at, "published", MAX_DEPOSITS + 1],
			[at + 1, "filled", MAX_DEPOSITS],
			[at + 2, "filled", 1],
			[at + 8, "published", 0],
		]);
		expect(ticks[2]?.deposits.get(1)?.[0]?.index).to.equal(2 * MAX_DEPOSITS);
	});

	it("D-7, trap 20: wait until their rollup is active, and fill nothing until then", () => {
		for (const shift of [-1, 0, 1]) {
			const timeline = new Timeline();
			const at = tickOf(104);
			timeline.next(registered(1, { activationTick: at + shift }), registered(2));
			timeline.next(deposited(1, 0), deposited(2, 0));
			timeline.idleTo(104);
			const { ticks } = timeline.publish([planned(at - 2, 101), planned(at, 104), planned(at + 2, 104)]);
			expect(ticks.map((tick) => tick.tick)).to.deep.equal([at - 2, at, at + 2]);
			expect(ticks.map(depositsOf)).to.deep.equal(shift === 1 ? [["2.0"], [], ["1.0"]] : [["2.0"], ["1.0"], []]);
		}
	});
});

describe("a tick's rollups", () => {
	it("section 6: are those active, with the last config recorded that is in force", () => {
		const timeline = started();
		const at = tickOf(103);
		timeline.next(
			scheduled(1, at + 1, 20_000_000),
			scheduled(1, at + 3, 40_000_000),
			registered(9, { activationTick: at + 2 }),
		);
		timeline.idleTo(103);
		const { ticks } = timeline.publish([0, 1, 2, 3].map((shift) => planned(at + shift, 103, tx(1, shift))));
		expect(ticks.map((tick) => tick.rollups.get(1)?.gasLimit)).to.deep.equal([30e6, 20e6, 20e6, 40e6]);
		expect(ticks.map((tick) => tick.rollups.has(9))).to.deep.equal([false, false, true, true]);
		expect(ticks[0]?.rollups.get(2)).to.deep.include({ rollupId: 2, chainId: 7_002, cluster: 1 });
	});

	it("X-20: a rollup with gas limit 0 is gone; its deposits wait, and make no tick", () => {
		const timeline = started();
		const at = tickOf(103);
		timeline.next(scheduled(1, at + 1, 0));
		timeline.next(deposited(1, 0));
		timeline.idleTo(103);
		const { ticks } = timeline.publish([planned(at, 101), planned(at + 1, 103), planned(at + 4, 103)]);
		expect(ticks.map((tick) => [tick.tick - at, tick.rollups.has(1), tick.deposits.has(1)])).to.deep.equal([
			[0, true, false],
			[1, false, false],
			[4, false, false],
		]);
		expect(timeline.idleTo(130)).to.deep.equal([]);
		expect(timeline.state.deposits.get(1)).to.have.length(1);
	});
});
