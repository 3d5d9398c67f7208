import { expect } from "chai";
import { describe, it } from "mocha";
import { openReader } from "../../src/node/reader.ts";
import type { Item } from "../../src/primitives/types.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { drain } from "../helpers/node/snapshot.ts";
import { TestL1 } from "../helpers/node/testL1.ts";

const item = (rollupId: number, rawTx: Uint8Array): Item => ({ kind: "tx", leg: { rollupId, rawTx } });

/** A chain on which every block carries a valid publication, and `spoil` is called before and after each. */
async function chain(spoil: (l1: TestL1, tick: number) => void): Promise<TestL1> {
	const l1 = new TestL1();
	l1.register();
	l1.register({ cluster: 2 });
	l1.mine();
	for (let block = 0; block < 12; block++) {
		const [before = 0, tick = 0, after = 0] = l1.nextTicks(3);
		spoil(l1, before);
		const rollupId = 1 + (block % 2);
		l1.publish(new Map([[tick, [item(rollupId, await l1.transfer(rollupId, 0))]]]));
		spoil(l1, after);
		l1.mine();
	}
	return l1;
}

async function read(l1: TestL1) {
	const reader = await openReader({ source: l1 });
	const events = await drain(reader.run({ until: "latest" }));
	const blocks = events.flatMap((event) => (event.kind === "tick" ? event.blocks.map((block) => block.hash) : []));
	const roots = events.flatMap((event) => (event.kind === "tick" ? [event.record.orderRoot] : []));
	return { blocks, roots, summary: reader.summary() };
}

describe("garbage on L1 (trap 9)", () => {
	const random = seededRandom(9);

	it(`void publications change nothing for the valid ones beside them (seed ${random.seed})`, async () => {
		const alone = await read(await chain(() => undefined));
		const beside = await read(
			await chain((l1, tick) => {
				const data = random.bytes(random.below(200));
				l1.publish(new Map([[tick, []]]), "calldata", (log) => ({ ...log, data: { kind: "calldata", data } }));
			}),
		);
		expect(alone.summary).to.include({ publications: 12, void: 0, items: 12, dropped: 0 });
		expect(beside.summary).to.include({ publications: 36, void: 24, items: 12, dropped: 0 });
		expect(beside.roots).to.deep.equal(alone.roots);
		expect(beside.blocks).to.deep.equal(alone.blocks);
		expect(alone.blocks).to.have.length(12);
	});

	it("a publication with a wrong ticksRoot is void and makes no tick (D-6)", async () => {
		const l1 = await chain((spoiled, tick) => {
			spoiled.publish(new Map([[tick, []]]), "blobs", (log) => ({
				...log,
				header: { ...log.header, ticksRoot: `0x${"01".repeat(32)}` },
			}));
		});
		const reader = await openReader({ source: l1 });
		const events = await drain(reader.run({ until: "latest" }));
		const reasons = events.flatMap((event) => (event.kind === "publication" ? [event.record.voidReason] : []));
		expect(reasons.filter((reason) => reason === "ticks-root")).to.have.length(24);
		expect(reader.index.publication(1)).to.include({ valid: false, voidReason: "ticks-root", blobs: 1 });
		expect(reader.index.publication(2)).to.include({ valid: true, items: 1 });
		expect(reader.summary().ticks).to.equal(12);
	});

	it("items of any bytes are dropped one by one; the others in the same tick execute", async () => {
		const l1 = new TestL1();
		l1.register();
		l1.mine();
		const [tick = 0] = l1.nextTicks(1);
		const good = [await l1.transfer(1, 0), await l1.transfer(1, 1)] as const;
		const junk = Array.from({ length: 40 }, () => item(1 + random.below(3), random.bytes(random.below(300))));
		l1.publish(new Map([[tick, [...junk, item(1, good[0]), ...junk, item(1, good[1]), ...junk]]]));
		l1.mine();
		const { blocks, summary } = await read(l1);
		expect(blocks).to.have.length(1);
		expect(summary).to.include({ items: 122, dropped: 120 });
	});
});
