import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { describe, it } from "mocha";
import type { Finding } from "../fuzz/chunk.ts";
import { LANDMARKS } from "../fuzz/coverage.ts";
import { type FuzzResult, runFuzz } from "../fuzz/run.ts";

const HISTORIES = 1_000;
const SEED = process.env.MERIDIAN_SEED ?? randomBytes(6).toString("hex");

const tell = ({ kind, seed, what, history }: Finding): string => `${kind} in ${seed}: ${what}\n${history ?? ""}`;

function expectAgreement(result: FuzzResult): void {
	expect(result.findings.map(tell).join("\n\n"), `seed ${result.seed}`).to.equal("");
	expect([result.differences, result.throws]).to.deep.equal([0, 0]);
}

/**
 * D-1 to D-11, B, M, S: every rule of docs/spec/derivation.md, read twice. Where the contracts keep all their rules, and L1 does not stand
 * still for longer than maxLag, no accepted entry is over its rollup's cap (INV-FORCED-5).
 */
describe("the reader of src and the one written from the specification, over random L1 histories", function () {
	this.timeout(300_000);
	const results: FuzzResult[] = [];

	it(`agree on ${HISTORIES} histories of a fixed seed: any bytes, forks, restarts (trap 1, 9, 11, 14, 15, 20; D-11)`, async () => {
		const result = await runFuzz({ histories: HISTORIES, seed: "meridian" });
		results.push(result);
		expectAgreement(result);
	});

	it(`agree on ${HISTORIES} histories of the seed ${SEED} (MERIDIAN_SEED)`, async () => {
		const result = await runFuzz({ histories: HISTORIES, seed: SEED });
		results.push(result);
		expectAgreement(result);
	});

	it("have met every void reason, kind of tick, edge of activation, cap, backlog and reorg on the way", () => {
		const met = (landmark: string) => results.reduce((sum, { coverage }) => sum + (coverage[landmark] ?? 0), 0);
		expect(LANDMARKS.filter((landmark) => met(landmark) === 0)).to.deep.equal([]);
	});
});
