import { expect } from "chai";
import { describe, it } from "mocha";
import "../fuzz/keccak.ts";
import { reproduce } from "../fuzz/chunk.ts";
import { compareHistory } from "../fuzz/compare.ts";
import { generate } from "../fuzz/generator.ts";
import { type Generated, type History, readHistory } from "../fuzz/history.ts";
import { overCap } from "../fuzz/lawful.ts";
import { describeHistory, shrink } from "../fuzz/shrink.ts";
import { DEVIATIONS, type Deviation } from "../reference/types.ts";

const ENOUGH = 1_000;
const made: Generated[] = [];

/** The histories of one seed, made when first asked for. */
function history(index: number): History {
	made[index] ??= generate(`teeth/${index}`);
	return made[index].history;
}

/** Whether the two readers differ on a history once the second one bends a rule. */
const differs = (candidate: History, deviation: Deviation): boolean =>
	compareHistory(candidate, readHistory(candidate, deviation)) !== null;

function firstCaught(deviation: Deviation): History | undefined {
	for (let index = 0; index < ENOUGH; index++) if (differs(history(index), deviation)) return history(index);
	return undefined;
}

const logsOf = ({ segments }: History) => segments.flatMap(({ blocks }) => blocks.flatMap(({ logs }) => logs));

/** A comparison that finds nothing proves something only if it would have found something. */
describe("the comparison of the two readers notices when one of them bends a rule", function () {
	this.timeout(120_000);

	for (const deviation of DEVIATIONS) {
		it(`${deviation}`, () => {
			expect(firstCaught(deviation), `not caught in ${ENOUGH} histories`).to.not.equal(undefined);
		});
	}

	it("or when the registry gives no notice of a lowered limit: an accepted entry is over its cap (INV-FORCED-5)", () => {
		const found = Array.from({ length: 200 }, (_, index) => generate(`teeth/${index}`, "short-notice")).filter(
			(one) => overCap(one) !== null,
		);
		expect(found.length).to.be.greaterThan(0);
	});

	it("and shrinks what it found to the few logs that matter", () => {
		const deviation = "lone-leg-hashed-as-transaction";
		const found = firstCaught(deviation);
		if (found === undefined) return expect.fail("nothing found");
		const small = shrink(found, (candidate) => differs(candidate, deviation));
		expect(differs(small, deviation)).to.equal(true);
		// The publication alone (its rule needs no rollup).
		expect(logsOf(small).map((log) => log.kind)).to.deep.equal(["published"]);
		expect(describeHistory(small)).to.match(/^startBlock \d+ .*\n(.*\n)*block \d+ at \d+: \{"kind":"published"/);
	});

	it("and finds nothing where nothing is bent", () => {
		expect(reproduce("teeth/0")).to.equal(null);
	});
});
