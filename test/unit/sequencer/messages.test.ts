import { expect } from "chai";
import { describe, it } from "mocha";
import type { StepResult } from "../../../src/derive/types.ts";
import { MessagePlaces } from "../../../src/sequencer/messages.ts";
import { type Step, stepKey } from "../../../src/sequencer/steps.ts";
import { messageSent, planned, started, type Timeline, tickOf } from "../../helpers/derive/timeline.ts";

const ticksOf = (blocks: readonly StepResult[]): Step[] =>
	blocks.flatMap(({ ticks }) => ticks).map((tick) => ({ kind: "tick", tick }));

/** `tick` numbers, and the L1 blocks of messages as `mN`. */
const brief = (steps: readonly Step[]): (number | string)[] =>
	steps.map((step) =>
		step.kind === "tick" ? step.tick.tick : step.kind === "messages" ? `m${step.l1Block}` : step.kind,
	);

/** Messages in L1 blocks 101, 103, 104; ticks published in block 105 have seen up to 101, 102, 104, those in 106 up to 105. */
function history(): Timeline {
	const timeline = started();
	timeline.next(messageSent(1, 1), messageSent(2, 2));
	timeline.next();
	timeline.next(messageSent(1, 3));
	timeline.next(messageSent(1, 4));
	timeline.publish([planned(tickOf(102), 101), planned(tickOf(103), 102), planned(tickOf(104), 104)]);
	timeline.publish([planned(tickOf(105), 105)]);
	return timeline;
}

describe("messages from L1 among the sequencer's steps", () => {
	it("X-7: stand right before the first tick that has seen their block", () => {
		const { results } = history();
		expect(brief(new MessagePlaces().place(results, ticksOf(results)))).to.deep.equal([
			"m101",
			tickOf(102),
			tickOf(103),
			"m103",
			"m104",
			tickOf(104),
			tickOf(105),
		]);
	});

	it("leave ticks alone that were made before their block was known", () => {
		const { results } = history();
		const steps = ticksOf(results).slice(0, 2);
		const keys = (blocks: number) => new MessagePlaces().place(results.slice(0, blocks), steps).map(stepKey);
		expect(keys(3)).to.have.length(3);
		expect(keys(7)).to.deep.equal(keys(3));
	});

	it("are placed after the ticks that are there, for the next one", () => {
		const { results } = history();
		const [, , third] = ticksOf(results);
		if (third === undefined) return expect.fail("no tick");
		expect(brief(new MessagePlaces().place(results, [third], 102))).to.deep.equal(["m103", "m104", tickOf(104)]);
	});

	it("are where they were when blocks become final, however many", () => {
		const { results } = history();
		const all = new MessagePlaces().place(results, ticksOf(results)).map(stepKey);
		for (let one = 0; one <= results.length; one++) {
			for (let two = one; two <= results.length; two++) {
				const places = new MessagePlaces();
				let forgotten = 0;
				for (const final of [results.slice(0, one), results.slice(one, two)]) {
					forgotten += places.forget(final, ticksOf(final));
				}
				const rest = results.slice(two);
				expect(places.place(rest, ticksOf(rest)).map(stepKey), `${one} and ${two}`).to.deep.equal(all.slice(forgotten));
			}
		}
	});

	it("have keys that tell them apart", () => {
		const messages = (tag: number, l1Block = 5): Step => ({
			kind: "messages",
			l1Block,
			messages: [messageSent(1, tag)],
		});
		expect(new Set([messages(1), messages(2), messages(1, 6)].map(stepKey)).size).to.equal(3);
	});
});
