import { expect } from "chai";
import { getCreateAddress, Transaction } from "ethers";
import { describe, it } from "mocha";
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Hex } from "../../../src/primitives/types.ts";
import { bindLegs, deliveryTag, helperTag } from "../../../src/sequencer/bundles/bind.ts";
import type { Built } from "../../../src/sequencer/bundles/types.ts";
import { alice, bob, carol, verdicts } from "../../helpers/execute/chain.ts";
import { COUNTER, FORWARDER, REVERTER, single } from "../../helpers/execute/cluster.ts";
import { mailboxCall, requestHash, sessionOf, tag, tagged, word } from "../../helpers/execute/mailbox.ts";
import { BuildWorld, CALL_GAS, onlyWithoutTape, script } from "../../helpers/sequencer/bundles.ts";

function held(built: Built): Extract<Built, { ok: true }> {
	if (!built.ok) expect.fail(JSON.stringify(built));
	return built;
}

/** What the bundle is made of: which rollup each leg is on. */
const places = (built: Built): number[] => held(built).item.legs.map(({ rollupId }) => rollupId);

describe("bindLegs", () => {
	it("X-1, X-2: gives every leg the tag of their session, and keeps what it has", () => {
		const entry = { address: COUNTER, storageKeys: [`0x${"01".repeat(32)}`] };
		const wanted = [
			{ chainId: 7_001n, sender: alice.address, nonce: 3, accessList: [entry], data: "0x01" },
			{ chainId: 7_002, sender: carol.address, nonce: 0n },
		] as const;
		const { legs, session } = bindLegs(wanted);
		const expected = sessionOf(
			wanted.map((leg) => ({ ...leg, chainId: Number(leg.chainId), nonce: Number(leg.nonce) })),
		);
		expect(session).to.equal(expected);
		const own = { address: MAILBOX_ADDRESS, storageKeys: [tag("bond", expected)] };
		expect(legs.map(({ accessList }) => accessList)).to.deep.equal([[entry, own], [own]]);
		expect(legs[0]).to.include({ nonce: 3, data: "0x01" });
		expect([helperTag(session), deliveryTag(session)]).to.deep.equal([tag("help", expected), tag("dlvr", expected)]);
	});
});

describe("buildBundle", () => {
	it("adds nothing where nothing is called", async () => {
		const world = await BuildWorld.create(2);
		const built = await world.build(await world.bound({ on: 1, to: COUNTER }, { on: 2, to: COUNTER }));
		expect(places(built)).to.deep.equal([1, 2]);
		expect(verdicts(await world.cluster.run(held(built).item))).to.deep.equal(["held"]);
	});

	it("X-10 to X-16: finds the answers of several calls, of which some follow from others; one serve for neighbours", async () => {
		const world = await BuildWorld.create();
		const calls = [world.call(2), world.call(2), world.call(3), world.call(2)];
		const built = await world.build(
			await world.bound({ on: 1, to: null, data: script(calls) }, { on: 3, to: COUNTER }),
		);
		expect(places(built)).to.deep.equal([1, 1, 2, 3, 2, 3]);
		expect(verdicts(await world.cluster.run(held(built).item))).to.deep.equal(["held"]);
		expect([world.cluster.count(2), world.cluster.count(3)]).to.deep.equal([3, 2]);
	});

	it("X-13, X-16: finds the answers of calls within calls, also on tapes that were used before", async () => {
		const world = await BuildWorld.create();
		const nested = world.call(2, FORWARDER, world.call(3));
		for (const count of [1, 2]) {
			const data = script([nested, world.call(3), nested]);
			const built = await world.build(await world.bound({ on: 1, to: null, data }));
			expect(places(built)).to.deep.equal([1, 1, 2, 2, 3, 2, 2, 3]);
			expect(verdicts(await world.cluster.run(held(built).item))).to.deep.equal(["held"]);
			expect(world.cluster.count(3)).to.equal(3 * count);
		}
	});

	it("X-12: a call that fails can be part of it, for who asks with tryCall", async () => {
		const world = await BuildWorld.create(2);
		const data = mailboxCall("tryCall", world.cluster.chainId(2), REVERTER, 50_000, "0x");
		const built = await world.build(await world.bound({ on: 1, data }));
		expect(verdicts(await world.cluster.run(held(built).item))).to.deep.equal(["held"]);
	});

	it("comes after what the tick has, by its helper's own transactions, too", async () => {
		const world = await BuildWorld.create(2);
		const [intent] = await world.bound({ on: 1, data: world.call(2) });
		if (intent === undefined) return expect.fail("no leg");
		const items = [single(world.cluster.leg(2, carol, { to: COUNTER })), single(world.cluster.leg(1, bob, {}))];
		const nonceOf = (rollupId: number): bigint => (rollupId === 1 ? 1n : 0n);
		const built = await world.build([intent], { tick: world.cluster.next({ items }), nonceOf });
		const result = await world.cluster.run(...items, held(built).item);
		expect(verdicts(result)).to.deep.equal(["included", "included", "held"]);
		expect(world.cluster.count(2)).to.equal(2);
	});

	it("gives helpers the gas they need, and not much more", async () => {
		const world = await BuildWorld.create(2);
		const intents = await world.bound({ on: 1, to: null, data: script([world.call(2), world.call(2)]) });
		const { item, legs } = held(await world.build(intents));
		for (const [place, calls] of [
			[0, 0],
			[2, 1],
		] as const) {
			const { gasLimit } = Transaction.from(bytesToHex(item.legs[place]?.rawTx ?? new Uint8Array(0)));
			const used = legs[place]?.gasUsed ?? 0;
			expect(Number(gasLimit)).to.be.within(used, 1.3 * used + 20_000 + (calls * CALL_GAS * 64) / 63);
		}
	});

	const failures: readonly [name: string, expected: object, data: (world: BuildWorld) => Hex, limits?: object][] = [
		[
			"a leg that reverts by itself, with its data",
			{ reason: "LegReverted", rollup: 1, intent: 0, why: "reverted", data: "0xaa" },
			(world) => world.call(2, REVERTER),
		],
		[
			"a call of a rollup that is not there",
			{ reason: "LegReverted", rollup: 1, intent: null, why: "unknown-rollup", data: "0x" },
			() => mailboxCall("call", 99_999, COUNTER, 50_000, "0x"),
		],
		[
			"a contract that asks only while it has no answer",
			{ reason: "NoFixedPoint", why: "repeats", rollup: 1 },
			(world) => script([world.call(2)], onlyWithoutTape),
		],
		[
			"more calls than allowed",
			{ reason: "NoFixedPoint", why: "calls", rollup: 1 },
			(world) => script([world.call(2), world.call(2), world.call(2)]),
			{ calls: 2 },
		],
		[
			"calls nested too deep",
			{ reason: "NoFixedPoint", why: "depth", rollup: 2 },
			(world) => world.call(2, FORWARDER, world.call(3)),
			{ depth: 1 },
		],
		[
			"too much to simulate",
			{ reason: "NoFixedPoint", why: "simulations", rollup: 3 },
			(world) => script([world.call(2), world.call(3)]),
			{ simulations: 4 },
		],
	];
	for (const [name, expected, make, limits = {}] of failures) {
		it(`says why there is no bundle: ${name}`, async () => {
			const world = await BuildWorld.create();
			const data = make(world);
			const to = data.startsWith("0x61") || data.startsWith("0x63") ? null : MAILBOX_ADDRESS;
			const built = await world.build(await world.bound({ on: 1, to, data }), { limits });
			expect(built).to.deep.equal({ ok: false, ...expected });
			expect(verdicts(await world.cluster.run())).to.deep.equal([]);
		});
	}

	it("says which leg reverts because of what one before it did", async () => {
		const world = await BuildWorld.create(2);
		const built = await world.build(
			await world.bound({ on: 1, data: world.call(2) }, { on: 2, to: REVERTER }, { on: 1, to: COUNTER }),
		);
		expect(built).to.include({ ok: false, reason: "LegReverted", rollup: 2, intent: 1 });
	});

	it("X-16: says that an answer which somebody has filled in himself is not the one that is given", async () => {
		const world = await BuildWorld.create(2);
		const { cluster } = world;
		const [intent] = await world.bound({ on: 1, data: world.call(2) });
		if (intent === undefined) return expect.fail("no leg");
		const [source, destination] = [cluster.chainId(1), cluster.chainId(2)];
		const session = sessionOf([{ chainId: source, sender: alice.address, nonce: 0 }]);
		const call = { destination, caller: alice.address, target: COUNTER, gas: CALL_GAS, data: "0x" } as const;
		const lie = [requestHash({ ...call, path: [source], sequence: 0 }), true, word(7)];
		const data = mailboxCall("fill", session, [lie]);
		const fill = cluster.leg(1, carol, { to: MAILBOX_ADDRESS, data, gas: 500_000, ...tagged(tag("help", session)) });
		expect(await world.build([fill, intent])).to.deep.equal({ ok: false, reason: "ReadMismatch" });
	});

	it("X-16: says that a call which reads an answer and then reverts leaves nothing that could be served", async () => {
		const world = await BuildWorld.create();
		const runtime = `365f5f375f5f365f5f73${MAILBOX_ADDRESS.slice(2)}5af1503d5f5f3e3d5ffd`;
		const data: Hex = `0x60${(runtime.length / 2).toString(16)}8060095f395ff3${runtime}`;
		await world.cluster.run(single(world.cluster.leg(2, carol, { to: null, data, gas: 500_000 })));
		const peeking = getCreateAddress({ from: carol.address, nonce: 0 }).toLowerCase() as Hex;
		const built = await world.build(await world.bound({ on: 1, data: world.call(2, peeking, world.call(3)) }));
		expect(built).to.deep.equal({ ok: false, reason: "NoFixedPoint", why: "undone", rollup: 2 });
	});

	it("X-8: says that a session is not complete, or that a leg is none", async () => {
		const world = await BuildWorld.create(2);
		const [first, second] = await world.bound({ on: 1, to: COUNTER }, { on: 2, to: COUNTER });
		if (first === undefined || second === undefined) return expect.fail("no legs");
		for (const legs of [[first], [second, first], [first, second, second]])
			expect(await world.build(legs)).to.include({ reason: "SessionIncomplete", intent: null, why: "session" });
		const garbage = { rollupId: 2, rawTx: hexToBytes("0x02c0") };
		expect(await world.build([first, garbage])).to.include({
			reason: "SessionIncomplete",
			intent: 1,
			why: "undecodable",
		});
		expect(await world.build([{ ...first, rollupId: 9 }])).to.include({ intent: 0, why: "unknown-rollup" });
		expect(await world.build([])).to.include({ ok: false, reason: "SessionIncomplete" });
	});
});
