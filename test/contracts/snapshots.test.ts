import { readFileSync } from "node:fs";
import { expect } from "chai";
import hre from "hardhat";
import { describe, it } from "mocha";
import type { GasRow } from "../../bench/gas-rows.ts";
import { gasSnapshot, render, sizeSnapshot } from "./support/snapshots.ts";

const MEND = "if the change is meant: node scripts/audit/snapshots.ts";

const committed = (name: string): string => readFileSync(new URL(`../../snapshots/${name}`, import.meta.url), "utf8");

/** The budgets of whole L1 transactions; of the check, within one. */
const BUDGETS = {
	publish: 45_000,
	enqueue: 65_000,
	deposit: 45_000,
	slash: 200_000,
	check: 10_000,
	seal: 1_000_000,
	publishEpoch: 95_000,
	bindByKey: 300_000,
};

// Code that is instrumented for coverage costs more and is larger.
const measurable = !hre.globalOptions.coverage;

if (measurable)
	describe("snapshots", () => {
		it("of code sizes are what is committed, and all fit on chain", async () => {
			const sizes = await sizeSnapshot();
			expect(render(sizes), MEND).to.equal(committed("sizes.json"));
			for (const { deployedBytes } of Object.values(sizes)) expect(deployedBytes).to.be.below(24_576);
		});

		it("of gas are what is committed, and within the budgets", async function () {
			this.timeout(240_000);
			const rows = await gasSnapshot();
			expect(render(rows), MEND).to.equal(committed("gas.json"));
			const most = (wanted: Partial<GasRow>): number =>
				Math.max(
					...rows
						.filter((row) => Object.entries(wanted).every(([key, value]) => row[key as keyof GasRow] === value))
						.map(({ gas }) => gas),
				);
			for (const rollups of [1, 8])
				expect(most({ name: "publish", blobs: 1, warm: true, rollups })).to.be.within(21_000, BUDGETS.publish);
			expect(most({ name: "enqueue" })).to.be.within(21_000, BUDGETS.enqueue);
			expect(most({ name: "check" })).to.be.within(4_200, BUDGETS.check);
			expect(most({ name: "seal" })).to.be.within(21_000, BUDGETS.seal);
			expect(most({ name: "slash" })).to.be.within(21_000, BUDGETS.slash);
			expect(most({ name: "publishEpoch", warm: true })).to.be.within(21_000, BUDGETS.publishEpoch);
			expect(most({ name: "bindByKey" })).to.be.within(21_000, BUDGETS.bindByKey);
			expect(most({ name: "deposit", warm: true })).to.be.within(21_000, BUDGETS.deposit);
		});
	});
