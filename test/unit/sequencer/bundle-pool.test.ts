import { expect } from "chai";
import { describe, it } from "mocha";
import { bundleHash } from "../../../src/codec/itemHash.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import type { Leg } from "../../../src/primitives/types.ts";
import {
	BundlePool,
	type BundleTrial,
	bundleItem,
	type LostBundle,
	type PoolBundle,
} from "../../../src/sequencer/bundles/pool.ts";
import { readLegs } from "../../../src/sequencer/bundles/read.ts";
import { bob, carol, verdicts } from "../../helpers/execute/chain.ts";
import { blocksOf, COUNTER, REVERTER, single, TestCluster } from "../../helpers/execute/cluster.ts";
import { BuildWorld } from "../../helpers/sequencer/bundles.ts";

function pooled(world: BuildWorld, legs: readonly Leg[]): PoolBundle {
	const read = readLegs(legs, (rollupId) => world.cluster.chainId(rollupId));
	if (!read.ok) return expect.fail(read.reason);
	return { id: bytesToHex(bundleHash(legs)), legs: read.legs };
}

/** A tick with nothing in it, where bundles are tried for real. */
const trial = (world: BuildWorld, changes: Partial<BundleTrial> = {}): BundleTrial => ({
	tick: world.cluster.next(),
	simulate: (...asked) => world.cluster.executor.simulate(...asked),
	waitsFor: () => false,
	...changes,
});

describe("bundle pool", () => {
	it("takes bundles whole and in order, each tried behind those before it", async () => {
		const world = await BuildWorld.create(2);
		const first = pooled(world, await world.bound({ on: 1, to: COUNTER }, { on: 2, to: COUNTER }));
		// The nonces that the first uses up: only one of both can hold.
		const second = pooled(world, await world.bound({ on: 1, to: COUNTER, gas: 90_000 }));
		const third = pooled(world, await world.bound({ on: 2, to: COUNTER, from: carol }));
		const pool = new BundlePool();
		expect([first, second, third].map((bundle) => pool.add(bundle))).to.deep.equal([null, null, null]);
		expect(pool.add(first)).to.equal("already-known");
		const taken = await pool.take(trial(world));
		expect(taken.map(({ id }) => id)).to.deep.equal([first.id, third.id]);
		expect(verdicts(await world.cluster.run(...taken.map(bundleItem)))).to.deep.equal(["held", "held"]);
		expect([pool.size, pool.totals.ordered]).to.deep.equal([1, 2]);
	});

	it("gives a bundle up that does not hold in as many ticks as it may try, with the reason; the blocks know nothing of it", async () => {
		const [world, clean] = [await BuildWorld.create(2), await TestCluster.create({ rollups: 2 })];
		const lost: LostBundle[] = [];
		const pool = new BundlePool({ attempts: 2 }, (one) => lost.push(one));
		const bundle = pooled(world, await world.bound({ on: 1, to: COUNTER }, { on: 2, to: REVERTER }));
		pool.add(bundle);
		expect(await pool.take(trial(world))).to.deep.equal([]);
		expect([pool.size, lost.length]).to.deep.equal([1, 0]);
		expect(await pool.take(trial(world))).to.deep.equal([]);
		const result = { kind: "dropped", reason: "leg", leg: { place: 1, reason: "reverted" } };
		expect([pool.size, lost, pool.totals.dropped.get("leg")]).to.deep.equal([0, [{ id: bundle.id, result }], 1]);
		const neighbour = (cluster: TestCluster) => single(cluster.leg(2, bob, { to: COUNTER }));
		clean.next();
		clean.next();
		const blocks = blocksOf(await world.cluster.run(neighbour(world.cluster)));
		expect(blocks).to.deep.equal(blocksOf(await clean.run(neighbour(clean))));
	});

	it("lets transactions of the same senders that wait by themselves go first, though not for ever", async () => {
		const world = await BuildWorld.create(1);
		const pool = new BundlePool({ attempts: 2 });
		pool.add(pooled(world, await world.bound({ on: 1, to: COUNTER })));
		expect(await pool.take(trial(world, { waitsFor: () => true }))).to.deep.equal([]);
		expect((await pool.take(trial(world))).length).to.equal(1);
	});

	it("takes in no more than its limit, and puts back what was undone in front", async () => {
		const world = await BuildWorld.create(1);
		const pool = new BundlePool({ size: 1 });
		const first = pooled(world, await world.bound({ on: 1, to: COUNTER }));
		const second = pooled(world, await world.bound({ on: 1, to: COUNTER, from: carol }));
		pool.add(first);
		expect(pool.add(second)).to.equal("pool-full");
		pool.restore([second, first]);
		expect((await pool.take(trial(world))).map(({ id }) => id)).to.deep.equal([second.id, first.id]);
	});
});
