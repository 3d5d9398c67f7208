import { createBlockHeader } from "@ethereumjs/block";
import { expect } from "chai";
import { describe, it } from "mocha";
import { rollupCommon } from "../../../src/execute/common.ts";
import { nextBaseFee } from "../../../src/sequencer/budget.ts";

describe("base fee that the next block will have", () => {
	it("is the one ethereumjs computes (EIP-1559), seeded", () => {
		const seed = Number(process.env.MERIDIAN_SEED ?? 11);
		let state = seed;
		const below = (limit: number): number => {
			state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
			return Math.floor((state / 2 ** 32) * limit);
		};
		const common = rollupCommon(7_001);
		for (let i = 0; i < 200; i++) {
			const gasLimit = 5_000_000 + below(75_000_000);
			const gasUsed = [0, gasLimit, Math.floor(gasLimit / 2), below(gasLimit)][below(4)] ?? 0;
			const baseFee = BigInt([7, 1_000, 1_000_000_000, below(2 ** 31)][below(4)] ?? 7);
			const header = createBlockHeader(
				{ number: 1, gasLimit, gasUsed, baseFeePerGas: baseFee, timestamp: 1 },
				{ common, skipConsensusFormatValidation: true },
			);
			const context = `seed ${seed}: ${JSON.stringify({ gasLimit, gasUsed, baseFee: String(baseFee) })}`;
			expect(nextBaseFee({ baseFee, gasUsed, gasLimit }), context).to.equal(header.calcNextBaseFee());
		}
	});
});
