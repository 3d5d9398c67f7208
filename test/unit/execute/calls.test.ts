import { expect } from "chai";
import { AbiCoder } from "ethers";
import { describe, it } from "mocha";
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import type { Address, Hash32, Hex, Leg, RollupId } from "../../../src/primitives/types.ts";
import { alice, bob, carol, verdicts } from "../../helpers/execute/chain.ts";
import {
	blocksOf,
	bundleOf,
	COUNTER,
	FORWARDER,
	REVERTER,
	single,
	TestCluster,
} from "../../helpers/execute/cluster.ts";
import {
	mailboxCall,
	requestHash,
	sessionOf,
	type TestAnswer,
	type TestRequest,
	tag,
	tagged,
	word,
} from "../../helpers/execute/mailbox.ts";

const GAS = 2_000_000;
const CALL_GAS = 200_000;

/** One answered call. */
interface Call {
	readonly request: TestRequest;
	readonly answer: TestAnswer;
}

const counted = (n: number): TestAnswer => ({ ok: true, data: word(n) });
const bytesOf = (data: Hex): Hex => AbiCoder.defaultAbiCoder().encode(["bytes"], [data]) as Hex;

/** A session of one bound leg of alice's on rollup 1, which calls others; bob builds. */
class CallWorld {
	readonly cluster: TestCluster;
	readonly session: Hash32;

	constructor(cluster: TestCluster) {
		this.cluster = cluster;
		const nonce = Number(cluster.executor.getNonce(1, alice.address));
		this.session = sessionOf([{ chainId: cluster.chainId(1), sender: alice.address, nonce }]);
	}

	static async create(rollups = 3): Promise<CallWorld> {
		return new CallWorld(await TestCluster.create({ rollups }));
	}

	request(changes: Partial<TestRequest> = {}, ...path: readonly RollupId[]): TestRequest {
		const ids = path.length === 0 ? [1] : path;
		return {
			path: ids.map((id) => this.cluster.chainId(id)),
			destination: this.cluster.chainId(2),
			caller: alice.address,
			target: COUNTER,
			gas: CALL_GAS,
			data: "0x",
			sequence: 0,
			...changes,
		};
	}

	fill(on: RollupId, ...calls: readonly Call[]): Leg {
		const entries = calls.map(({ request, answer }) => [requestHash(request), answer.ok, answer.data]);
		return this.helper(on, mailboxCall("fill", this.session, entries));
	}

	serve(on: RollupId, ...calls: readonly Call[]): Leg {
		return this.helper(
			on,
			mailboxCall(
				"serve",
				this.session,
				calls.map(({ request }) => request),
			),
		);
	}

	/** The bound leg. */
	bound(data: Hex, to: Address = MAILBOX_ADDRESS): Leg {
		const nonce = Number(this.cluster.executor.getNonce(1, alice.address));
		return this.cluster.leg(1, alice, { nonce, to, data, gas: GAS, ...tagged(tag("bond", this.session)) });
	}

	helper(on: RollupId, data: Hex): Leg {
		return this.cluster.leg(on, bob, { to: MAILBOX_ADDRESS, data, gas: GAS, ...tagged(tag("help", this.session)) });
	}
}

const callData = ({ destination, target, gas, data }: TestRequest, name = "call"): Hex =>
	mailboxCall(name, destination, target, gas, data);

describe("synchronous calls", () => {
	it("X-10 to X-13: a call returns what the other rollup then does", async () => {
		const world = await CallWorld.create();
		const call: Call = { request: world.request(), answer: counted(1) };
		const legs = [world.fill(1, call), world.bound(callData(call.request)), world.serve(2, call)];
		const tick = world.cluster.next({ items: [bundleOf(...legs)] });
		const { legs: traces } = await world.cluster.executor.simulate(world.cluster.next(), legs);
		expect(bytesToHex(traces[1]?.returnData ?? new Uint8Array(0)).slice(2)).to.equal(
			`${word(32).slice(2)}${bytesOf(word(1)).slice(66)}`,
		);
		expect(verdicts(await world.cluster.execute(tick))).to.deep.equal(["held"]);
		expect(world.cluster.count(2)).to.equal(1);
	});

	it("X-16: with a wrong answer nothing is left on any rollup", async () => {
		const world = await CallWorld.create();
		const clean = await TestCluster.create();
		const call: Call = { request: world.request(), answer: counted(7) };
		const legs = [world.fill(1, call), world.bound(callData(call.request)), world.serve(2, call)];
		const neighbour = (cluster: TestCluster) => single(cluster.leg(2, carol, { to: COUNTER }));
		const result = await world.cluster.run(bundleOf(...legs), neighbour(world.cluster));
		expect(verdicts(result)).to.deep.equal(["tape", "included"]);
		expect(blocksOf(result)).to.deep.equal(blocksOf(await clean.run(neighbour(clean))));
	});

	it("X-16: lies about the tape in every way fail", async () => {
		const attempts: [name: string, verdict: string, make: (world: CallWorld, one: Call, two: Call) => Leg[]][] = [
			["nothing served", "tape", (w, one) => [w.fill(1, one), w.bound(callData(one.request))]],
			["nothing filled", "leg 0: reverted", (w, one) => [w.bound(callData(one.request)), w.serve(2, one)]],
			["nothing read", "tape", (w, one) => [w.fill(1, one), w.serve(2, one), w.bound("0x", carol.address)]],
			[
				"an answer left over",
				"tape",
				(w, one, two) => [w.fill(1, one, two), w.bound(callData(one.request)), w.serve(2, one)],
			],
			[
				"another request filled",
				"leg 1: reverted",
				(w, one, two) => [w.fill(1, two), w.bound(callData(one.request)), w.serve(2, one)],
			],
			[
				"another request served",
				"tape",
				(w, one, two) => [w.fill(1, one), w.bound(callData(one.request)), w.serve(2, two)],
			],
			["served twice", "tape", (w, one) => [w.fill(1, one), w.bound(callData(one.request)), w.serve(2, one, one)]],
			["served too early", "tape", (w, one) => [w.serve(2, one), w.fill(1, one), w.bound(callData(one.request))]],
			[
				"served after a stranger's leg",
				"tape",
				(w, one) => [w.fill(1, one), w.bound(callData(one.request)), w.cluster.leg(3, carol), w.serve(2, one)],
			],
			[
				"filled twice",
				"leg 1: reverted",
				(w, one, two) => [w.fill(1, one), w.fill(1, two), w.bound(callData(one.request)), w.serve(2, one)],
			],
		];
		for (const [name, verdict, make] of attempts) {
			const world = await CallWorld.create();
			const one: Call = { request: world.request(), answer: counted(1) };
			const two: Call = { request: world.request({ sequence: 1 }), answer: counted(2) };
			const result = await world.cluster.run(bundleOf(...make(world, one, two)));
			expect(verdicts(result), name).to.deep.equal([verdict]);
			expect(result.blocks, name).to.deep.equal([]);
		}
	});

	it("X-12: an answer that is not ok reverts `call`, and `tryCall` returns it", async () => {
		for (const [name, verdict] of [
			["call", "leg 1: reverted"],
			["tryCall", "held"],
		] as const) {
			const world = await CallWorld.create();
			const call: Call = { request: world.request({ target: REVERTER }), answer: { ok: false, data: "0xaa" } };
			const legs = [world.fill(1, call), world.bound(callData(call.request, name)), world.serve(2, call)];
			expect(verdicts(await world.cluster.run(bundleOf(...legs))), name).to.deep.equal([verdict]);
		}
	});

	it("X-12, X-13: a served call calls on; the path grows and never returns", async () => {
		const world = await CallWorld.create();
		const { cluster } = world;
		const inner: Call = {
			request: world.request({ destination: cluster.chainId(3), caller: FORWARDER }, 1, 2),
			answer: counted(1),
		};
		const outer: Call = {
			request: world.request({ target: FORWARDER, gas: 600_000, data: callData(inner.request) }),
			answer: { ok: true, data: bytesOf(word(1)) },
		};
		const legs = [
			world.fill(1, outer),
			world.fill(2, inner),
			world.bound(callData(outer.request)),
			world.serve(2, outer),
			world.serve(3, inner),
		];
		expect(verdicts(await cluster.run(bundleOf(...legs)))).to.deep.equal(["held"]);
		expect([1, 2, 3].map((rollupId) => cluster.count(rollupId))).to.deep.equal([0, 0, 1]);
	});

	it("X-16, trap 17: calls that would answer each other in a circle do not hold", async () => {
		const world = await CallWorld.create();
		const { cluster } = world;
		const back: Call = {
			request: world.request({ destination: cluster.chainId(1), caller: FORWARDER }, 1, 2),
			answer: counted(1),
		};
		const out: Call = {
			request: world.request({ target: FORWARDER, gas: 600_000, data: callData(back.request) }),
			answer: { ok: true, data: bytesOf(word(1)) },
		};
		const legs = [world.fill(1, out), world.fill(2, back), world.bound(callData(out.request)), world.serve(2, out)];
		expect(verdicts(await cluster.run(bundleOf(...legs)))).to.deep.equal(["tape"]);
		expect(verdicts(await cluster.run(bundleOf(...legs, world.serve(1, back))))).to.deep.equal(["tape"]);
	});

	it("X-11 to X-13: nobody but the session's own legs touches a tape", async () => {
		const world = await CallWorld.create();
		const call: Call = { request: world.request(), answer: counted(1) };
		const untagged = (data: Hex) => world.cluster.leg(1, carol, { to: MAILBOX_ADDRESS, data, gas: GAS });
		const fill = untagged(mailboxCall("fill", world.session, []));
		const serve = untagged(mailboxCall("serve", world.session, []));
		const items = [fill, serve, untagged(callData(call.request))].map(single);
		const result = await world.cluster.run(...items);
		expect(result.outcomes.map((outcome) => outcome.result.kind === "included" && outcome.result.status)).to.deep.equal(
			[0, 0, 0],
		);
	});

	it("X-10: sequences begin anew with each fill, so bundles follow each other", async () => {
		let world = await CallWorld.create();
		for (let round = 1; round <= 3; round++) {
			const call: Call = { request: world.request(), answer: counted(round) };
			const legs = [world.fill(1, call), world.bound(callData(call.request)), world.serve(2, call)];
			expect(verdicts(await world.cluster.run(bundleOf(...legs)))).to.deep.equal(["held"]);
			world = new CallWorld(world.cluster);
		}
	});
});
