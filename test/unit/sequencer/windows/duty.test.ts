import { expect } from "chai";
import { describe, it } from "mocha";
import { slotStart, tickTime } from "../../../../src/derive/clock.ts";
import type { Window } from "../../../../src/l1/rights.ts";
import type { Address } from "../../../../src/primitives/types.ts";
import { dueIn, isOwn, targetSlot } from "../../../../src/sequencer/windows/duty.ts";
import { seededRandom } from "../../../helpers/execute/random.ts";
import { CONFIG } from "../../../helpers/preconf/world.ts";

const ME: Address = `0x${"11".repeat(20)}`;
const OTHER: Address = `0x${"22".repeat(20)}`;
const LEAD = 4;
const CONTEXT = { config: CONFIG, sequencer: ME, lead: LEAD };

/** R-15, by trying: the ticks of the window of these slots. */
function ticksOf(firstSlot: number, lastSlot: number): number[] {
	const [from, to] = [slotStart(CONFIG, firstSlot - 1) - LEAD, slotStart(CONFIG, lastSlot) - LEAD];
	const ticks: number[] = [];
	for (let tick = 0; tickTime(CONFIG, tick) <= to; tick++) if (tickTime(CONFIG, tick) > from) ticks.push(tick);
	return ticks;
}

/** Windows of these lengths, one after the other from slot 10 on, owned in turn. */
function windowsOf(lengths: readonly number[], kinds: readonly number[] = [2]) {
	const windows: Window[] = [];
	let firstSlot = 10;
	for (const [index, length] of lengths.entries()) {
		const lastSlot = firstSlot + length - 1;
		const ticks = ticksOf(firstSlot, lastSlot);
		const [minTick = 1, maxTick = 0] = [ticks[0], ticks.at(-1)];
		const kind = kinds[index % kinds.length] ?? 2;
		windows.push({ sequencer: index % 2 === 0 ? ME : OTHER, minTick, maxTick, kind, firstSlot, lastSlot });
		firstSlot = lastSlot + 1;
	}
	return {
		windows,
		windowAt: (slot: number) => windows.find((one) => one.firstSlot <= slot && slot <= one.lastSlot) ?? null,
		windowOf: (tick: number) => windows.find((one) => one.minTick <= tick && tick <= one.maxTick) ?? null,
	};
}

describe("what the owner of windows has to do", () => {
	it("P-16: nothing in other windows, in nobody's, in unknown ones, or of one fixed sequencer", () => {
		const { windowAt, windowOf } = windowsOf([2, 2, 2, 2, 2, 2], [2, 2, 1, 2, 0, 3]);
		const due = (slot: number) => dueIn(CONTEXT, { windowAt, windowOf }, slot);
		expect([9, 12, 14, 16, 18, 20, 22].map(due)).to.deep.equal(Array(7).fill(null));
		expect(isOwn(CONTEXT, windowAt(10))).to.equal(true);
		expect(isOwn(CONTEXT, null)).to.equal(false);
	});

	it("P-16, P-17: in a window of its own, its ticks up to the moment of sending, all of them for its last slot", () => {
		const random = seededRandom(77);
		for (let round = 0; round < 50; round++) {
			const lengths = Array.from({ length: 6 }, () => 1 + random.below(5));
			const windows = windowsOf(lengths);
			for (const one of windows.windows) {
				if (one.sequencer !== ME) continue;
				for (let slot = one.firstSlot; slot <= one.lastSlot; slot++) {
					const due = dueIn(CONTEXT, windows, slot) ?? expect.fail(`nothing due in slot ${slot}`);
					const made = ticksOf(one.firstSlot, slot);
					expect([due.firstTick, due.lastTick], `seed ${random.seed}`).to.deep.equal([made[0], made.at(-1)]);
					expect(due.last).to.equal(slot === one.lastSlot);
					if (due.last) expect(due.lastTick).to.equal(one.maxTick);
				}
			}
		}
	});

	it("P-16: with a longer lead than the rights', what is made by then", () => {
		const windows = windowsOf([3]);
		const due = dueIn({ ...CONTEXT, lead: LEAD + 3 * CONFIG.tickSeconds }, windows, 12);
		expect(due?.lastTick).to.equal((windows.windows[0]?.maxTick ?? 0) - 3);
	});

	it("P-18: what is sent now can be in the next block by the clock, and by the newest block", () => {
		const start = slotStart(CONFIG, 20);
		const target = (now: number, head: number) => targetSlot(CONTEXT, now, head);
		// Slot 20's block is still to come, and takes what comes until then.
		expect(target(start - LEAD, start - 12)).to.equal(20);
		expect(target(start - LEAD - 0.001, start - 12)).to.equal(20);
		expect(target(start + 3, start - 12)).to.equal(20);
		// Once it is there, or the next one's time has come.
		expect(target(start + 3, start)).to.equal(21);
		expect(target(start + 12 - LEAD, start - 12)).to.equal(21);
		// A block that is ahead of this machine's clock.
		expect(target(start - 20, start)).to.equal(21);
	});
});
