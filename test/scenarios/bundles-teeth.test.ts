import { expect } from "chai";
import { describe, it } from "mocha";
import { type Chunk, runChunk } from "../fuzz/bundles/chunk.ts";
import type { UnwindFault } from "../fuzz/bundles/forgetfulStore.ts";
import type { Deviation } from "../reference/execution/types.ts";
import "../fuzz/keccak.ts";

const MAX_TIMELINES = 40;
const BUNDLES = 50;
/** Messages from L1, and floods of legs, come so many times as often: what has to show is the mistake, not the luck. */
const RARE = 10;

/** The first finding that is like that, and the timeline in which the mistake shows. */
async function find(mistake: Partial<Chunk>, like = /./): Promise<string | null> {
	for (let i = 0; i < MAX_TIMELINES; i++) {
		const { findings } = await runChunk({ seed: `teeth/${i}`, bundles: BUNDLES, ...mistake });
		const finding = findings.find((one) => like.test(one));
		if (finding !== undefined) return finding;
	}
	return null;
}

/** Each is a rule that one of two executors has forgotten. */
const DEVIATIONS: readonly (readonly [Deviation, rule: string, rare?: number])[] = [
	["session-unchecked", "X-8"],
	["alone-unchecked", "X-9"],
	["tags-unchecked", "X-4"],
	["serve-unchecked", "X-16"],
	["fill-unchecked", "X-16"],
	["pending-unchecked", "X-16"],
	["sent-unchecked", "X-7"],
	["own-sent-counts", "X-7"],
	["l1-too-early", "X-7", RARE],
	["failed-bundle-kept", "X-17"],
	["reverted-leg-accepted", "X-15"],
	["waste-free", "X-18"],
	["examined-unbounded", "E-13", RARE],
	["overcap-accepted", "E-11"],
];

describe("random bundles notice a rule that one executor has forgotten", function () {
	this.timeout(600_000);
	for (const [deviation, rule, rare = 1] of DEVIATIONS) {
		it(`${rule}: ${deviation}`, async () => {
			expect(await find({ deviation, rare, reorgs: false })).not.to.equal(null);
		});
	}
});

const UNWIND_FAULTS: readonly UnwindFault[] = ["unreloaded", "account-kept", "slot-kept", "message-kept"];
const UNWIND_DEVIATIONS: readonly Deviation[] = ["unwind-keeps-messages", "unwind-keeps-a-rollup"];

describe("reorgs between bundles notice an executor that does not go back all the way (D-11, trap 15)", function () {
	this.timeout(600_000);
	for (const unwindFault of UNWIND_FAULTS) {
		it(`src: ${unwindFault}`, async () => {
			expect(await find({ unwindFault, rare: RARE, reorgs: true })).not.to.equal(null);
		});
	}

	for (const deviation of UNWIND_DEVIATIONS) {
		it(`the plain executor: ${deviation}`, async () => {
			expect(await find({ deviation, rare: RARE, reorgs: true })).not.to.equal(null);
		});
	}

	it("both, alike: what comes again differs from what was, and a run without reorgs from both", async () => {
		for (const like of [/again after a reorg/, /without the reorgs/])
			expect(await find({ unwindFault: "nothing-unwound", reorgs: true }, like)).not.to.equal(null);
	});
});
