import { expect } from "chai";
import { describe, it } from "mocha";
import type { Item, Leg } from "../../../src/primitives/types.ts";
import { testAccount } from "../../helpers/execute/accounts.ts";
import { alice, bob, carol, verdicts } from "../../helpers/execute/chain.ts";
import { BURNER, blocksOf, bundleOf, COUNTER, REVERTER, single, TestCluster } from "../../helpers/execute/cluster.ts";
import { tag, tagged, word } from "../../helpers/execute/mailbox.ts";
import { active, deposit, forced, registration } from "../../helpers/execute/ticks.ts";

const nobody = testAccount("nobody");
const forcedLeg = (leg: Leg, gas: number) => ({ ...leg, gas });

describe("bundles", () => {
	it("X-15, X-17: a bundle over several rollups, with several legs on one, holds with all legs in order", async () => {
		const cluster = await TestCluster.create();
		const legs = [1, 2, 1, 3].map((rollupId) => cluster.leg(rollupId, alice, { to: COUNTER }));
		const { blocks, outcomes } = await cluster.run(bundleOf(...legs));
		const [outcome] = outcomes;
		if (outcome?.result.kind !== "held") return expect.fail(JSON.stringify(outcome));
		const places = outcome.result.legs.map((leg) => [leg.rollupId, leg.blockNumber, leg.txIndex, leg.status]);
		expect(places).to.deep.equal([
			[1, 1, 0, 1],
			[2, 1, 0, 1],
			[1, 1, 1, 1],
			[3, 1, 0, 1],
		]);
		expect(blocks.map(({ transactions }) => transactions)).to.deep.equal([2, 1, 1]);
		expect([1, 2, 3].map((rollupId) => cluster.count(rollupId))).to.deep.equal([2, 1, 1]);
	});

	it("X-15: a bundle of one leg is included only if it succeeds", async () => {
		const cluster = await TestCluster.create({ rollups: 1 });
		const good = bundleOf(cluster.leg(1, alice));
		const bad = bundleOf(cluster.leg(1, alice, { to: REVERTER }));
		expect(verdicts(await cluster.run(good, bad))).to.deep.equal(["held", "leg 0: reverted"]);
	});

	const FAILURES: readonly [name: string, make: (cluster: TestCluster, rollupId: number) => Leg, reason: string][] = [
		["a revert", (c, r) => c.leg(r, carol, { to: REVERTER }), "reverted"],
		["running out of gas", (c, r) => c.leg(r, carol, { to: BURNER }), "reverted"],
		["a wrong nonce", (c, r) => c.leg(r, carol, { nonce: 9 }), "nonce"],
		["a sender without money", (c, r) => c.leg(r, nobody, { nonce: 0 }), "balance"],
		["a fee below the base fee", (c, r) => c.leg(r, carol, { feeCap: 1n, tip: 0n }), "fee-too-low"],
		["undecodable bytes", (_, rollupId) => ({ rollupId, rawTx: Uint8Array.of(2, 0xc0) }), "undecodable"],
		["no bytes at all", (_, rollupId) => ({ rollupId, rawTx: new Uint8Array(0) }), "undecodable"],
		["a signature for another chain", (c, r) => c.leg(r, carol, { chainId: 1 }), "wrong-chain-id"],
		["a message not sent", (c, r) => c.leg(r, carol, tagged(tag("dlvr", word(1)))), "message-not-sent"],
	];
	for (const [name, make, reason] of FAILURES) {
		it(`X-15, X-17, trap 16, trap 18: by ${name} in any leg nothing is left, and neighbours' blocks are as without it`, async () => {
			for (let place = 0; place < 3; place++) {
				const [cluster, without] = [await TestCluster.create(), await TestCluster.create()];
				const early = (c: TestCluster): Item[] => [1, 2].map((r) => single(c.leg(r, bob, { to: COUNTER })));
				const late = (c: TestCluster): Item[] => [2, 1].map((r) => single(c.leg(r, bob, { to: COUNTER })));
				const first = early(cluster);
				const legs = [0, 1, 2].map((at) =>
					at === place ? make(cluster, at + 1) : cluster.leg(at + 1, alice, { to: COUNTER, value: 1n }),
				);
				const result = await cluster.run(...first, bundleOf(...legs), ...late(cluster));
				const included = ["included", "included"];
				expect(verdicts(result)).to.deep.equal([...included, `leg ${place}: ${reason}`, ...included]);
				const clean = await without.run(...early(without), ...late(without));
				expect(blocksOf(result)).to.deep.equal(blocksOf(clean));
				// And so is what is built upon them.
				const next = async (c: TestCluster) => blocksOf(await c.run(bundleOf(c.leg(1, alice), c.leg(3, alice))));
				expect(await next(cluster)).to.deep.equal(await next(without));
			}
		});
	}

	it("X-17: a failed bundle makes no block, and none differ if there was a deposit", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const failing = () => bundleOf(cluster.leg(1, alice), cluster.leg(2, alice, { to: REVERTER }));
		expect((await cluster.run(failing())).blocks).to.deep.equal([]);
		expect(cluster.executor.heads().map(({ number }) => number)).to.deep.equal([0, 0]);
		const without = await TestCluster.create({ rollups: 2 });
		without.next();
		const deposits = [deposit(1, 0, bob.address, 5n)];
		const result = await cluster.execute(cluster.next({ items: [failing()], deposits }));
		expect(blocksOf(result)).to.deep.equal(blocksOf(await without.execute(without.next({ deposits }))));
		expect(result.blocks.map(({ rollupId, transactions }) => [rollupId, transactions])).to.deep.equal([[1, 0]]);
	});

	it("X-15: legs see what the legs before them left: nonces, money, gas", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const gift = cluster.leg(1, alice, { to: nobody.address, value: 10n ** 18n });
		const spent = cluster.leg(1, nobody, { nonce: 0 });
		expect(verdicts(await cluster.run(bundleOf(spent, gift)))).to.deep.equal(["leg 0: balance"]);
		expect(verdicts(await cluster.run(bundleOf(gift, spent)))).to.deep.equal(["held"]);
	});

	it("E-19, X-17: a block's gas is checked leg by leg, and given back", async () => {
		const cluster = await TestCluster.create({ rollups: 2, settings: { gasLimit: 5_000_000 } });
		const large = (nonce: number) => cluster.leg(1, alice, { nonce, gas: 2_600_000, to: BURNER });
		const filler = single(cluster.leg(1, carol, { gas: 2_400_001, to: BURNER }));
		const fits = cluster.leg(1, alice, { nonce: 0, gas: 2_599_999 });
		const items = [
			bundleOf(cluster.leg(2, alice), cluster.leg(1, alice, { nonce: 0, gas: 5_000_001 })),
			filler,
			bundleOf(large(0)),
			bundleOf(cluster.leg(2, alice, { nonce: 0 }), fits),
		];
		expect(verdicts(await cluster.run(...items))).to.deep.equal([
			"leg 1: block-gas",
			"included",
			"leg 0: block-gas",
			"held",
		]);
	});

	it("E-20, X-17: so are its bytes", async () => {
		const cluster = await TestCluster.create({ rollups: 2, settings: { gasLimit: 80_000_000 } });
		const large = (bytes: number, nonce?: number) =>
			cluster.leg(1, alice, {
				data: new Uint8Array(bytes),
				gas: 21_000 + 10 * bytes,
				...(nonce !== undefined && { nonce }),
			});
		const items = Array.from({ length: 55 }, () => single(large(131_000 - 120)));
		const room = 7_340_032 - items.reduce((sum, item) => sum + (item.kind === "tx" ? item.leg.rawTx.length : 0), 0);
		const free = cluster.leg(2, alice);
		const most = large(room - 10_000 - 121, 55);
		const over = bundleOf(free, most, large(10_000, 56));
		const fits = bundleOf(free, most, large(10_000 - 120, 56));
		const result = await cluster.run(...items, over, fits);
		expect(verdicts(result).slice(-2)).to.deep.equal(["leg 2: block-bytes", "held"]);
		expect(result.blocks.map(({ transactions }) => transactions)).to.deep.equal([57, 1]);
	});

	it("X-14: rules are asked in their order, of all legs, before anything runs", async () => {
		const cluster = await TestCluster.create({ rollups: 2, settings: { gasLimit: 30_000_000 } });
		const other = registration({ rollupId: 3, cluster: 2 });
		const refused = registration({ rollupId: 4, template: 9 });
		await cluster.executor.register(refused);
		const rollups = [...cluster.rollups, other, refused].map((rollup) => active(rollup));
		const junk = (rollupId: number): Leg => ({ rollupId, rawTx: Uint8Array.of(1) });
		const good = cluster.leg(1, alice, { nonce: 0 });
		const twoTags = tagged(tag("bond", word(1)), tag("help", word(1)));
		const entries = [
			forced(0, [forcedLeg(junk(1), 1), forcedLeg(junk(9), 1)], true),
			forced(1, [forcedLeg(junk(1), 1), forcedLeg(junk(3), 1)], true),
			forced(2, [forcedLeg(junk(1), 1), forcedLeg(junk(4), 1)], true),
			forced(3, [forcedLeg(junk(1), 1), forcedLeg(junk(2), 1)], true),
			forced(4, []),
		];
		const items = [
			bundleOf(junk(4), junk(3), junk(9)),
			bundleOf(good, junk(2), junk(1)),
			bundleOf(good, cluster.leg(1, alice, { nonce: 1, ...twoTags }), junk(2)),
			bundleOf(
				cluster.leg(1, alice, { nonce: 7, ...tagged(tag("help", word(1))) }),
				cluster.leg(2, alice, { nonce: 7, ...twoTags }),
			),
			bundleOf(cluster.leg(1, alice, { nonce: 7, ...tagged(tag("help", word(1))) })),
			bundleOf(junk(3), junk(3)),
		];
		const result = await cluster.execute(cluster.next({ rollups, forced: entries, items }));
		expect(verdicts(result)).to.deep.equal([
			"unknown-rollup",
			"clusters",
			"rollup-refused",
			"forced-over-cap",
			"unknown-rollup",
			"unknown-rollup",
			"leg 1: undecodable",
			"leg 2: undecodable",
			"tags",
			"session",
		]);
		expect(result.blocks).to.deep.equal([]);
	});

	it("X-14, E-13: one leg beyond the examined number drops all of it", async () => {
		const cluster = await TestCluster.create({ rollups: 2, settings: { gasLimit: 5_000_000 } });
		const junk = Array.from({ length: 237 }, () => single({ rollupId: 1, rawTx: new Uint8Array(0) }));
		const legs = () => [cluster.leg(2, alice, { nonce: 0 }), cluster.leg(1, alice, { nonce: 0 })];
		const result = verdicts(await cluster.run(...junk.slice(1), bundleOf(...legs(), ...legs().slice(1))));
		expect(result.at(-1)).to.equal("leg 2: nonce");
		const late = verdicts(await cluster.run(...junk, bundleOf(...legs(), ...legs().slice(1))));
		expect(late.at(-1)).to.equal("not-examined");
	});

	it("X-18: gas of failed bundles counts until a quarter of the cluster's; dropped legs cost nothing", async () => {
		const cluster = await TestCluster.create({ rollups: 2, settings: { gasLimit: 10_000_000 } });
		const burn = (nonce: number, gas: number) =>
			bundleOf(cluster.leg(2, alice, { nonce, gas: 21_000 }), cluster.leg(1, alice, { nonce, gas, to: BURNER }));
		const dropped = bundleOf(cluster.leg(1, alice, { nonce: 5, gas: 9_000_000 }));
		const good = bundleOf(cluster.leg(2, bob));
		const items = [dropped, burn(0, 2_479_000), good, dropped, burn(0, 2_478_999), bundleOf(cluster.leg(2, bob))];
		expect(verdicts(await cluster.run(...items))).to.deep.equal([
			"leg 0: nonce",
			"leg 1: reverted",
			"held",
			"leg 0: nonce",
			"leg 1: reverted",
			// 2,500,000 + 2,499,999 < 5,000,000
			"held",
		]);
		const spent = [
			burn(0, 2_479_000),
			burn(0, 2_479_000),
			bundleOf(cluster.leg(2, bob)),
			single(cluster.leg(2, carol)),
		];
		expect(verdicts(await cluster.run(...spent))).to.deep.equal([
			"leg 1: reverted",
			"leg 1: reverted",
			"waste-budget",
			"included",
		]);
		expect(verdicts(await cluster.run(bundleOf(cluster.leg(2, bob)))), "counted per tick").to.deep.equal(["held"]);
	});

	it("X-19, E-18: a forced bundle runs at its position, each leg held to the gas it declared", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const legs = [cluster.leg(1, alice, { gas: 50_000 }), cluster.leg(2, alice, { gas: 60_000 })];
		const declare = (...gas: number[]) => legs.map((leg, i) => forcedLeg(leg, gas[i] ?? 0));
		const entries = [forced(0, declare(50_000, 59_999)), forced(1, declare(50_000, 60_000))];
		const items = [single(cluster.leg(1, alice, { nonce: 0, value: 5n }))];
		const result = await cluster.execute(cluster.next({ forced: entries, items }));
		expect(verdicts(result)).to.deep.equal(["leg 1: forced-gas", "held", "nonce"]);
	});

	it("X-20, trap 20: a rollup takes part up to the tick before it retires", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const legs = () => bundleOf(cluster.leg(1, alice), cluster.leg(2, alice));
		expect(verdicts(await cluster.run(legs()))).to.deep.equal(["held"]);
		const [first] = cluster.rollups;
		if (first === undefined) return expect.fail("no rollup");
		const left = await cluster.execute(cluster.next({ rollups: [active(first)], items: [legs()] }));
		expect(verdicts(left)).to.deep.equal(["unknown-rollup"]);
	});

	it("simulating a bundle says what it would do and leaves nothing", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const tick = cluster.next({ items: [single(cluster.leg(1, alice))] });
		const good = [cluster.leg(1, alice, { to: COUNTER }), cluster.leg(2, alice, { to: COUNTER })];
		const bad = [...good, cluster.leg(2, bob, { to: REVERTER })];
		const held = await cluster.executor.simulate(tick, good);
		expect(held.result.kind).to.equal("held");
		expect(held.legs.map(({ returnData }) => Number(`0x${Buffer.from(returnData).toString("hex")}`))).to.deep.equal([
			1, 1,
		]);
		const failed = await cluster.executor.simulate(tick, bad);
		expect(failed.result).to.deep.equal({ kind: "dropped", reason: "leg", leg: { place: 2, reason: "reverted" } });
		expect(failed.legs.map(({ status }) => status)).to.deep.equal([1, 1, 0]);
		expect(failed.legs.at(-1)?.returnData).to.deep.equal(Uint8Array.of(0xaa));
		expect([cluster.count(1), cluster.count(2)]).to.deep.equal([0, 0]);
		expect(verdicts(await cluster.execute(tick))).to.deep.equal(["included"]);
	});
});
