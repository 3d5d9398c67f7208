import { rm } from "node:fs/promises";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openReader } from "../../src/node/reader.ts";
import { memoryStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/types.ts";
import { type Random, seededRandom } from "../helpers/execute/random.ts";
import { cleanRun, drain, snapshot, temporaryDirectory } from "../helpers/node/snapshot.ts";
import { TestL1 } from "../helpers/node/testL1.ts";
import { busyL1, mineRandom } from "../helpers/node/traffic.ts";

describe("D-11 L1 reorgs (trap 15)", function () {
	this.timeout(180_000);
	const random: Random = seededRandom(15);
	let directory = "";
	let store: Store;

	beforeEach(async () => {
		directory = await temporaryDirectory();
		store = await memoryStore();
	});

	afterEach(async () => {
		await store.close();
		await rm(directory, { recursive: true });
	});

	it(`depths 1 to 64 while following, as a clean derivation of each chain (seed ${random.seed})`, async () => {
		const l1 = await busyL1(random, 64);
		const reader = await openReader({ source: l1, store, out: directory });
		const stop = new AbortController();
		const depths = Array.from({ length: 64 }, (_, index) => index + 1);
		const seen: number[] = [];
		for await (const event of reader.run({ until: "follow", signal: stop.signal, pollMs: 1 })) {
			if (event.kind === "reorg") seen.push(event.depth);
			if (event.kind !== "block" || event.l1.hash !== l1.head.hash) continue;
			expect(await snapshot(reader, store, directory)).to.deep.equal(await cleanRun(l1));
			const depth = depths.shift();
			if (depth === undefined) {
				stop.abort();
				continue;
			}
			l1.fork(depth);
			// To a chain of the same length, or one that is longer.
			for (let n = depth % 8 === 0 ? -1 : 0; n < depth; n++) await mineRandom(l1, random, 3);
		}
		expect(seen).to.deep.equal(Array.from({ length: 64 }, (_, index) => index + 1));
	});

	it(`while nobody was reading: a restart goes back first, also to a shorter chain (seed ${random.seed})`, async () => {
		const l1 = await busyL1(random, 40);
		for (const [depth, longer] of [
			[1, 0],
			[5, 3],
			[9, -4],
			[30, -29],
			[20, 8],
		] as const) {
			const first = await openReader({ source: l1, store, out: directory });
			await drain(first.run({ until: "latest" }));
			l1.fork(depth);
			for (let n = 0; n < depth + longer; n++) await mineRandom(l1, random, 3);
			const again = await openReader({ source: l1, store, out: directory });
			await drain(again.run({ until: "latest" }));
			expect(await snapshot(again, store, directory)).to.deep.equal(await cleanRun(l1));
			for (let n = 0; n < depth; n++) await mineRandom(l1, random, 3);
		}
	});

	it("a reorg of the timeline's first block goes back to nothing", async () => {
		const l1 = await busyL1(random, 3);
		const reader = await openReader({ source: l1, store, out: directory });
		await drain(reader.run({ until: "latest" }));
		l1.fork(l1.head.number);
		for (let n = 0; n < 2; n++) l1.mine();
		l1.register({ cluster: 3 });
		l1.mine();
		await drain(reader.run({ until: "latest" }));
		expect(await snapshot(reader, store, directory)).to.deep.equal(await cleanRun(l1));
		expect(reader.heads().map((head) => head.rollupId)).to.deep.equal([1]);
	});

	it("what was final and is not canonical any more halts the reader instead of guessing", async () => {
		const l1 = await busyL1(random, 20);
		l1.finalized = 15;
		const reader = await openReader({ source: l1, store, out: directory });
		await drain(reader.run({ until: "latest" }));
		l1.fork(10);
		for (let n = 0; n < 15; n++) await mineRandom(l1, random, 3);
		const again = await openReader({ source: l1, store, out: directory });
		const failure = await drain(again.run({ until: "latest" })).catch((error: unknown) => error);
		expect(failure).to.include({ code: "reorg-below-finality", recovery: "halt" });
	});

	it("a node that is behind is no reorg: nothing is undone", async () => {
		const l1 = await busyL1(random, 12);
		const behind = new TestL1();
		behind.blocks.push(...l1.blocks.slice(1, 6));
		const reader = await openReader({ source: l1, store, out: directory });
		await drain(reader.run({ until: "latest" }));
		const before = await snapshot(reader, store, directory);
		const again = await openReader({ source: behind, store, out: directory });
		await drain(again.run({ until: "latest" }));
		expect(await snapshot(again, store, directory)).to.deep.equal(before);
	});
});
