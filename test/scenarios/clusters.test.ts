import { expect } from "chai";
import { describe, it } from "mocha";
import { openReader } from "../../src/node/reader.ts";
import type { TickRecord } from "../../src/node/records.ts";
import { memoryStore } from "../../src/store/open.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { drain } from "../helpers/node/snapshot.ts";
import type { TestL1 } from "../helpers/node/testL1.ts";
import { busyL1 } from "../helpers/node/traffic.ts";

async function derive(source: TestL1, clusters?: readonly number[]): Promise<TickRecord[]> {
	const store = await memoryStore();
	const reader = await openReader({ source, store, ...(clusters && { clusters: new Set(clusters) }) });
	const events = await drain(reader.run({ until: "latest" }));
	await store.close();
	return events.flatMap((event) => (event.kind === "tick" ? [event.record] : []));
}

/** Order alone: what needs no execution. Tags explain an outcome, so they stand only where it is known. */
const order = (records: readonly TickRecord[]): unknown[] =>
	records.map(({ positions, blocks: _, ...rest }) => ({
		...rest,
		positions: positions.map(({ outcome: __, legs, ...position }) => ({
			...position,
			legs: legs.map(({ rollupId, txHash }) => ({ rollupId, txHash })),
		})),
	}));

describe("clusters derived apart", () => {
	const random = seededRandom(3);

	it(`agree on the order, and together on what one reader of both says (seed ${random.seed})`, async () => {
		const l1 = await busyL1(random, 60);
		const [all, one, two] = [await derive(l1), await derive(l1, [1]), await derive(l1, [2])];
		expect(order(one)).to.deep.equal(order(all));
		expect(order(two)).to.deep.equal(order(all));
		const known = { one: 0, two: 0, both: 0 };
		for (const [i, record] of all.entries()) {
			const [first, second] = [one[i], two[i]];
			if (first === undefined || second === undefined) return expect.fail(`tick ${record.tick} is missing`);
			const blocks = [...first.blocks, ...second.blocks].sort((a, b) => a.rollupId - b.rollupId);
			expect(blocks, `blocks of tick ${record.tick}`).to.deep.equal(record.blocks);
			for (const [n, { outcome }] of record.positions.entries()) {
				const mine = first.positions[n]?.outcome ?? null;
				const theirs = second.positions[n]?.outcome ?? null;
				expect(mine ?? theirs, `position ${n} of tick ${record.tick}`).to.deep.equal(outcome);
				// Both say the same of what needs no execution, such as a bundle over both clusters.
				if (mine !== null && theirs !== null) expect(theirs).to.deep.equal(mine);
				known[mine === null ? "two" : theirs === null ? "one" : "both"]++;
			}
		}
		expect(Math.min(known.one, known.two, known.both), JSON.stringify(known)).to.be.above(0);
	});
});
