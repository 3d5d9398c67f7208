import { expect } from "chai";
import { describe, it } from "mocha";
import { outcomeText, positionLines } from "../../../src/cli/reading/text.ts";
import type { OutcomeRecord, PositionRecord } from "../../../src/node/records.ts";
import { ZERO_HASH } from "../../../src/primitives/bytes.ts";

const bundle = (outcome: OutcomeRecord | null): PositionRecord => ({
	class: 1,
	index: 4,
	bundle: true,
	legs: [1, 2].map((rollupId) => ({ rollupId, txHash: ZERO_HASH })),
	outcome,
});

const included = (block: number) => ({ block, txIndex: 3, status: 1, gasUsed: 21_000 }) as const;

describe("what is said of an item", () => {
	it("names each leg of a bundle that holds with its block", () => {
		const lines = positionLines(bundle({ kind: "held", legs: [included(7), included(9)] }));
		expect(lines).to.have.length(2);
		expect(lines[0]).to.match(/^ {2}1\/4\/0 +r1 .*block 7 tx 3, success, gas 21000$/);
		expect(lines[1]).to.match(/^ {2}1\/4\/1 +r2 .*block 9 tx 3, success, gas 21000$/);
	});

	it("names the leg at which a bundle failed, and why", () => {
		const failed = bundle({ kind: "dropped", reason: "leg", leg: { place: 1, reason: "reverted" } });
		expect([0, 1].map((place) => outcomeText(failed, place))).to.deep.equal([
			"dropped with leg 1: reverted",
			"dropped: reverted",
		]);
		expect(outcomeText(bundle({ kind: "dropped", reason: "tape" }), 1)).to.equal("dropped: tape");
	});

	it("says so if the cluster was not executed", () => {
		expect(outcomeText(bundle(null), 0)).to.equal("not executed here");
	});
});
