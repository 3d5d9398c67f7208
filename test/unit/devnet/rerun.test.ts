import { expect } from "chai";
import { before, describe, it } from "mocha";
import { L1Recorder, tracesOf } from "../../../src/devnet/rerun.ts";
import { openReader, type Reader } from "../../../src/node/reader.ts";
import type { TickRecord } from "../../../src/node/records.ts";
import { ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { seededRandom } from "../../helpers/execute/random.ts";
import { drain } from "../../helpers/node/snapshot.ts";
import type { TestL1 } from "../../helpers/node/testL1.ts";
import { busyL1, mineRandom } from "../../helpers/node/traffic.ts";

interface Seen {
	readonly reader: Reader;
	readonly recorder: L1Recorder;
	readonly ticks: readonly TickRecord[];
}

/** A reader of the chain as it is now, whose L1 has replaced its last blocks on the way. */
async function read(l1: TestL1, replaced: number): Promise<Seen> {
	const recorder = new L1Recorder(l1);
	const reader = await openReader({ source: recorder.source });
	let ticks: TickRecord[] = [];
	const run = async (): Promise<void> => {
		for (const event of await drain(reader.run({ until: "latest" }))) {
			if (event.kind === "reorg") ticks = ticks.filter(({ tick }) => tick <= event.lastTick);
			if (event.kind === "tick") ticks.push(event.record);
		}
	};
	await run();
	l1.fork(replaced);
	const random = seededRandom(8);
	for (let i = 0; i <= replaced; i++) await mineRandom(l1, random, 3);
	await run();
	return { reader, recorder, ticks };
}

describe("a devnet run again without the bundles that were dropped (X-17)", () => {
	let seen: Seen;
	let blocks: ReturnType<L1Recorder["take"]>;

	before(async () => {
		seen = await read(await busyL1(seededRandom(7), 40), 5);
		blocks = seen.recorder.take(seen.reader.state.l1.number);
	});

	const positions = (kind: string): number =>
		seen.ticks.flatMap((tick) => tick.positions).filter(({ bundle, outcome }) => bundle && outcome?.kind === kind)
			.length;

	it("has the same blocks, after a reorg, too", async () => {
		const traces = await tracesOf(seen.reader.timeline, blocks, seen.ticks);
		const count = seen.ticks.reduce((sum, tick) => sum + tick.blocks.length, 0);
		expect(traces).to.deep.equal({ bundles: positions("dropped"), blocks: count, differences: 0 });
		expect(Math.min(traces?.bundles ?? 0, count)).to.be.greaterThan(0);
	});

	it("would show a trace: a bundle that held is missed", async () => {
		expect(positions("held")).to.be.greaterThan(0);
		const held = await tracesOf(
			seen.reader.timeline,
			blocks,
			seen.ticks,
			({ bundle, outcome }) => bundle && outcome?.kind === "held",
		);
		expect(held?.bundles).to.equal(positions("held"));
		expect(held?.differences).to.be.greaterThan(0);
	});

	it("notices one other hash, a block too many and one too few", async () => {
		const { reader, ticks } = seen;
		const at = ticks.findIndex((tick) => tick.blocks.length > 0);
		const spoilt = (change: (list: TickRecord["blocks"]) => TickRecord["blocks"]) =>
			tracesOf(
				reader.timeline,
				blocks,
				ticks.map((tick, i) => (i === at ? { ...tick, blocks: change(tick.blocks) } : tick)),
			);
		const other = await spoilt(([first, ...rest]) => (first ? [{ ...first, hash: ZERO_HASH }, ...rest] : rest));
		const fewer = await spoilt(([, ...rest]) => rest);
		const more = await spoilt((list) => [...list, ...list.slice(0, 1).map((one) => ({ ...one, number: 10_000 }))]);
		expect([other, fewer, more].map((traces) => traces?.differences)).to.deep.equal([1, 1, 1]);
	});

	it("has nothing to run again where no bundle was dropped", async () => {
		expect(await tracesOf(seen.reader.timeline, blocks, seen.ticks, () => false)).to.equal(null);
	});

	it("keeps no L1 block once it has handed them over", async () => {
		expect(seen.recorder.take(Number.MAX_SAFE_INTEGER)).to.deep.equal([]);
		await seen.recorder.source.block(1);
		expect(seen.recorder.take(Number.MAX_SAFE_INTEGER)).to.deep.equal([]);
	});
});
