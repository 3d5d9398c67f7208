import { expect } from "chai";
import { describe, it } from "mocha";
import type { Leg } from "../../../src/primitives/types.ts";
import { alice, bob, carol, verdicts } from "../../helpers/execute/chain.ts";
import { bundleOf, COUNTER, single, TestCluster } from "../../helpers/execute/cluster.ts";
import { sessionOf, tag, tagged, word } from "../../helpers/execute/mailbox.ts";

describe("sessions", () => {
	const PARTIES = [
		[1, alice],
		[2, bob],
		[3, carol],
	] as const;

	/** Three legs bound to each other in this order. */
	function boundLegs(cluster: TestCluster): Leg[] {
		const session = sessionOf(
			PARTIES.map(([rollupId, { address: sender }]) => ({ chainId: cluster.chainId(rollupId), sender, nonce: 0 })),
		);
		return PARTIES.map(([rollupId, account]) =>
			cluster.leg(rollupId, account, { nonce: 0, to: COUNTER, ...tagged(tag("bond", session)) }),
		);
	}

	it("X-8, trap 19: of all subsets and orders of bound legs only the whole in order holds", async () => {
		const cluster = await TestCluster.create();
		const legs = boundLegs(cluster);
		const orders = (rest: readonly Leg[]): Leg[][] => [
			[],
			...rest.flatMap((leg) => orders(rest.filter((other) => other !== leg)).map((others) => [leg, ...others])),
		];
		const some = orders(legs).filter((order) => order.length > 0);
		const wrong = some.filter((order) => order.length < 3 || order.some((leg, i) => leg !== legs[i]));
		expect(wrong).to.have.length(14);
		const stranger = cluster.leg(2, alice, { nonce: 0, to: COUNTER });
		const items = [
			...wrong.map((order) => bundleOf(...order)),
			...legs.map(single),
			bundleOf(...legs, ...legs.slice(0, 1)),
			bundleOf(stranger, ...legs.slice(1)),
		];
		const result = await cluster.run(...items);
		expect(new Set(verdicts(result))).to.deep.equal(new Set(["session"]));
		expect(result.blocks).to.deep.equal([]);
		const [a, b, c] = legs;
		if (a === undefined || b === undefined || c === undefined) return expect.fail("legs");
		expect(verdicts(await cluster.run(bundleOf(a, stranger, b, c)))).to.deep.equal(["held"]);
		expect(verdicts(await cluster.run(bundleOf(...legs))), "a replay").to.deep.equal(["leg 0: nonce"]);
	});

	it("X-8: several sessions in one bundle, and helpers of theirs only", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const bound = (rollupId: number, account: typeof alice) => {
			const legs = [{ chainId: cluster.chainId(rollupId), sender: account.address, nonce: 0 }];
			const session = sessionOf(legs);
			return { session, leg: cluster.leg(rollupId, account, { nonce: 0, ...tagged(tag("bond", session)) }) };
		};
		const [one, two] = [bound(1, alice), bound(2, bob)];
		const helper = (session: `0x${string}`) => cluster.leg(1, carol, { nonce: 0, ...tagged(tag("help", session)) });
		const items = [
			bundleOf(one.leg, helper(two.session)),
			single(helper(one.session)),
			bundleOf(helper(one.session)),
			bundleOf(helper(two.session), one.leg, two.leg),
		];
		expect(verdicts(await cluster.run(...items))).to.deep.equal(["session", "session", "session", "held"]);
	});

	it("X-9: a session of one transaction may stand alone", async () => {
		const cluster = await TestCluster.create({ rollups: 1 });
		const session = (nonce: number) => sessionOf([{ chainId: cluster.chainId(1), sender: alice.address, nonce }]);
		const legs = [1, 0].map((nonce) => cluster.leg(1, alice, { nonce: 0, ...tagged(tag("bond", session(nonce))) }));
		expect(verdicts(await cluster.run(...legs.map(single)))).to.deep.equal(["session", "included"]);
	});
});

describe("tags", () => {
	const KEYS = Array.from({ length: 65 }, (_, i) => tag("dlvr", word(BigInt(i + 1) << 128n)));

	async function verdictOf(keys: readonly `0x${string}`[], address?: `0x${string}`, type: 1 | 2 = 2): Promise<string> {
		const cluster = await TestCluster.create({ rollups: 1 });
		const list = tagged(...keys);
		const accessList = address === undefined ? list.accessList : [[address, keys] as const];
		const request = { type, gas: 1_000_000, ...(accessList && { accessList }) };
		return verdicts(await cluster.run(single(cluster.leg(1, alice, request)))).join();
	}

	it("X-1: repeated ones count once; other keys and other addresses are none", async () => {
		const help = tag("help", word(1));
		expect(await verdictOf([help, help])).to.equal("session");
		expect(await verdictOf([help], COUNTER)).to.equal("included");
		expect(await verdictOf([word(5), `0x${"ff".repeat(32)}`])).to.equal("included");
		expect(await verdictOf([help], undefined, 1)).to.equal("session");
	});

	it("X-4: one bound or helper tag, 64 delivery tags", async () => {
		const twice = [tag("help", `0x${"01".repeat(32)}`), tag("help", `0x${"02".repeat(32)}`)];
		expect(await verdictOf(twice)).to.equal("tags");
		expect(await verdictOf([tag("bond", `0x${"01".repeat(32)}`), ...twice.slice(1)])).to.equal("tags");
		expect(await verdictOf(KEYS.slice(0, 64))).to.equal("message-not-sent");
		expect(await verdictOf([...KEYS.slice(0, 64), ...KEYS.slice(0, 3)])).to.equal("message-not-sent");
		expect(await verdictOf(KEYS)).to.equal("tags");
	});
});
