import { expect } from "chai";
import { describe, it } from "mocha";
import { type ChunkResult, runChunk } from "../fuzz/bundles/chunk.ts";
import type { Deviation } from "../reference/execution/types.ts";
import "../fuzz/keccak.ts";

const MAX_TIMELINES = 40;
const BUNDLES = 50;

/** The first timeline in which the mistake shows. */
async function find(deviation: Deviation): Promise<ChunkResult | null> {
	for (let i = 0; i < MAX_TIMELINES; i++) {
		const result = await runChunk({ seed: `teeth/${i}`, bundles: BUNDLES, deviation });
		if (result.findings.length > 0) return result;
	}
	return null;
}

/** Each is a rule that one of two executors has forgotten. */
const DEVIATIONS: readonly (readonly [Deviation, rule: string])[] = [
	["session-unchecked", "X-8"],
	["alone-unchecked", "X-9"],
	["tags-unchecked", "X-4"],
	["serve-unchecked", "X-16"],
	["fill-unchecked", "X-16"],
	["pending-unchecked", "X-16"],
	["sent-unchecked", "X-7"],
	["own-sent-counts", "X-7"],
	["l1-too-early", "X-7"],
	["failed-bundle-kept", "X-17"],
	["reverted-leg-accepted", "X-15"],
	["waste-free", "X-18"],
	["examined-unbounded", "E-13"],
	["overcap-accepted", "E-11"],
];

describe("random bundles notice a rule that one executor has forgotten", function () {
	this.timeout(600_000);
	for (const [deviation, rule] of DEVIATIONS) {
		it(`${rule}: ${deviation}`, async () => {
			expect(await find(deviation)).not.to.equal(null);
		});
	}
});
