import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { describe, it } from "mocha";
import { ALONE_LANDMARKS, BUNDLE_LANDMARKS, FEATURES, isMet, REORG_LANDMARKS } from "../fuzz/bundles/coverage.ts";
import { type BundleFuzzResult, runBundleFuzz } from "../fuzz/bundles/run.ts";

const BUNDLES = 5_000;
const SEED = process.env.MERIDIAN_SEED ?? randomBytes(6).toString("hex");

function expectAtomic(result: BundleFuzzResult): void {
	expect(result.findings.join("\n"), `seed ${result.seed}`).to.equal("");
	expect([result.partial, result.differences]).to.deep.equal([0, 0]);
	expect(result.bundles).to.be.at.least(BUNDLES);
	expect(result.reorgs, "reorgs").to.be.greaterThan(0);
	expect(result.held / result.bundles, "part that held").to.be.greaterThan(0.2);
}

/**
 * random bundles, honest and hostile, executed by `src` and by a plain executor written from the specification, on
 * state of its own. Beyond that the two agree: no part of a bundle stays without the rest, blocks are those of a run without what
 * was dropped (trap 18), no message is delivered that was not sent (trap 17) or delivered twice, no leg stands without its session
 * (trap 19), what was made to hold does and what was made to fail does not, and tokens that move between rollups are neither made nor lost.
 * In some of the timelines L1 takes back up to 64 blocks, brings others, and perhaps the first ones again: the same legs then do what
 * they did before, and a run without any reorg gives the same outcomes and blocks (D-11, trap 15).
 */
describe("random bundles over random clusters", function () {
	this.timeout(600_000);
	const results: BundleFuzzResult[] = [];

	it(`are all or nothing: ${BUNDLES} of a fixed seed (X-14 to X-19; traps 16 to 20)`, async () => {
		const result = await runBundleFuzz({ bundles: BUNDLES, seed: "meridian" });
		results.push(result);
		expectAtomic(result);
	});

	it(`are all or nothing: ${BUNDLES} of the seed ${SEED} (MERIDIAN_SEED)`, async () => {
		const result = await runBundleFuzz({ bundles: BUNDLES, seed: SEED });
		results.push(result);
		expectAtomic(result);
	});

	it("have met every reason to drop one, every lie, every way to fail, circles and chains of every length, reorgs", () => {
		const coverage: Record<string, number> = {};
		for (const result of results) Object.assign(coverage, result.coverage);
		expect(
			[...BUNDLE_LANDMARKS, ...ALONE_LANDMARKS, ...REORG_LANDMARKS].filter(
				(landmark) => coverage[landmark] === undefined,
			),
		).to.deep.equal([]);
		expect(FEATURES.filter((feature) => !isMet(coverage, feature))).to.deep.equal([]);
	});
});
