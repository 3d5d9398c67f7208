import { expect } from "chai";
import { describe, it } from "mocha";
import { GenerationCache } from "../../../src/store/cache.ts";
import { seededRandom } from "../../helpers/execute/random.ts";

describe("generation cache", () => {
	it("stays within its budget, and never gives anything but the last value set", () => {
		const { seed, below } = seededRandom();
		const sizeOf = (key: string, value: string): number => key.length + value.length;
		const cache = new GenerationCache<string>(300, sizeOf);
		const truth = new Map<string, string>();
		let hits = 0;
		for (let i = 0; i < 20_000; i++) {
			const key = `k${below(60)}`;
			const kind = below(10);
			if (kind < 4) {
				const value = "v".repeat(below(20)) + i;
				cache.set(key, value);
				truth.set(key, value);
			} else if (kind === 4) {
				cache.delete(key);
				truth.delete(key);
			} else {
				const value = cache.get(key);
				if (value !== undefined) hits++;
				expect([undefined, truth.get(key)], `seed ${seed}`).to.include(value);
			}
			// One entry may lie above the budget.
			expect(cache.size).to.be.at.most(300 + 40);
		}
		expect(hits).to.be.greaterThan(0);
		cache.clear();
		expect(cache.size).to.equal(0);
		expect(cache.get("k1")).to.equal(undefined);
	});

	it("keeps what is used and forgets what is not", () => {
		const cache = new GenerationCache<number>(10, () => 1);
		cache.set("used", 1);
		cache.set("idle", 2);
		for (let i = 0; i < 30; i++) {
			cache.set(`other ${i}`, i);
			expect(cache.get("used")).to.equal(1);
		}
		expect(cache.get("idle")).to.equal(undefined);
	});

	it("holds nothing with a budget of nothing", () => {
		const cache = new GenerationCache<number>(0, () => 1);
		for (let i = 0; i < 5; i++) cache.set(`k${i}`, i);
		expect(cache.size).to.be.at.most(1);
	});
});
