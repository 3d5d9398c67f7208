import { expect } from "chai";
import { describe, it } from "mocha";
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import { hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Leg, RollupId } from "../../../src/primitives/types.ts";
import type { TxRequest } from "../../helpers/execute/accounts.ts";
import { alice, bob, carol, verdicts } from "../../helpers/execute/chain.ts";
import { bundleOf, COUNTER, FORWARDER, REVERTER, single, TestCluster } from "../../helpers/execute/cluster.ts";
import { mailboxCall, messageId, type TestMessage, tag, tagged } from "../../helpers/execute/mailbox.ts";
import { active, registration } from "../../helpers/execute/ticks.ts";

const L1_CHAIN = 1;
const GAS = 1_000_000;

const message = (cluster: TestCluster, from: RollupId, to: RollupId, nonce = 0): TestMessage => ({
	source: cluster.chainId(from),
	destination: cluster.chainId(to),
	nonce,
	sender: alice.address,
	target: COUNTER,
	minGas: 100_000,
	data: "0x",
});

/** Alice sends it. */
function sendLeg(cluster: TestCluster, from: RollupId, sent: TestMessage, changes: Partial<TxRequest> = {}): Leg {
	const data = mailboxCall("send", sent.destination, sent.target, sent.minGas, sent.data);
	return cluster.leg(from, alice, { to: MAILBOX_ADDRESS, data, gas: GAS, ...changes });
}

/** Bob delivers it, if its tag and `also` let him. */
function deliverLeg(cluster: TestCluster, to: RollupId, sent: TestMessage, also: readonly TestMessage[] = []): Leg {
	const keys = [sent, ...also].map((one) => tag("dlvr", messageId(one)));
	const data = mailboxCall("deliver", sent);
	return cluster.leg(to, bob, { to: MAILBOX_ADDRESS, data, gas: GAS, ...tagged(...keys) });
}

function noteFromL1(cluster: TestCluster, l1Block: number, to: RollupId, sent: TestMessage): void {
	const { source, destination, nonce, minGas } = sent;
	const numbers = {
		source: BigInt(source),
		destination: BigInt(destination),
		nonce: BigInt(nonce),
		minGas: BigInt(minGas),
	};
	const log = { ...sent, ...numbers, data: hexToBytes(sent.data) };
	cluster.executor.noteMessages(l1Block, [{ kind: "l1Message", rollupId: to, id: messageId(sent), message: log }]);
}

describe("messages", () => {
	it("X-5, X-7: are delivered at a later position of the same tick, across rollups, once", async () => {
		const cluster = await TestCluster.create();
		const sent = message(cluster, 1, 2);
		const early = deliverLeg(cluster, 2, sent);
		const items = [early, sendLeg(cluster, 1, sent), early].map(single);
		const result = await cluster.run(...items);
		expect(verdicts(result)).to.deep.equal(["message-not-sent", "included", "included"]);
		expect([1, 2, 3].map((rollupId) => cluster.count(rollupId))).to.deep.equal([0, 1, 0]);
		const again = await cluster.run(single(deliverLeg(cluster, 2, sent)));
		expect(again.outcomes[0]?.result).to.include({ kind: "included", status: 0 });
		expect(cluster.count(2)).to.equal(1);
	});

	it("X-7: are delivered in their own bundle only by legs after the one that sends", async () => {
		const cluster = await TestCluster.create();
		const sent = message(cluster, 1, 2);
		const [send, deliver] = [sendLeg(cluster, 1, sent), deliverLeg(cluster, 2, sent)];
		const items = [bundleOf(deliver, send), bundleOf(send, deliver)];
		expect(verdicts(await cluster.run(...items))).to.deep.equal(["leg 0: message-not-sent", "held"]);
		expect(cluster.count(2)).to.equal(1);
	});

	it("X-7, trap 16: what a failed bundle or a reverted transaction has sent is not sent", async () => {
		const cluster = await TestCluster.create();
		const sent = message(cluster, 1, 2);
		const failing = bundleOf(sendLeg(cluster, 1, sent, { nonce: 0 }), cluster.leg(3, carol, { to: REVERTER }));
		const starved = single(sendLeg(cluster, 1, sent, { gas: 45_000 }));
		const send = single(sendLeg(cluster, 1, sent));
		const deliver = single(deliverLeg(cluster, 2, sent));
		const result = await cluster.run(failing, starved, deliver, send, deliver);
		expect(verdicts(result)).to.deep.equal(["leg 1: reverted", "included", "message-not-sent", "included", "included"]);
		expect(result.outcomes[1]?.result).to.include({ status: 0 });
		expect(cluster.count(2)).to.equal(1);
	});

	it("X-6: a reverting target reverts the delivery, which can be tried again; another's tag does not do", async () => {
		const cluster = await TestCluster.create();
		const refused = { ...message(cluster, 1, 2), target: REVERTER };
		const other = message(cluster, 1, 2, 1);
		const deliverRefused = deliverLeg(cluster, 2, refused);
		const wrongTag = cluster.leg(2, bob, {
			to: MAILBOX_ADDRESS,
			data: mailboxCall("deliver", other),
			gas: GAS,
			...tagged(tag("dlvr", messageId(refused))),
		});
		const items = [sendLeg(cluster, 1, refused), sendLeg(cluster, 1, other), deliverRefused, wrongTag];
		const result = await cluster.run(...items.map(single), single(deliverLeg(cluster, 2, other)));
		const statuses = result.outcomes.map((outcome) => outcome.result.kind === "included" && outcome.result.status);
		expect(statuses).to.deep.equal([1, 1, 0, 0, 1]);
	});

	for (let length = 1; length <= 4; length++) {
		it(`X-7, trap 17: a circle of ${length} deliveries that would justify each other has no beginning`, async () => {
			const cluster = await TestCluster.create({ rollups: Math.max(2, length) });
			const rollup = (i: number) => (i % length) + 1;
			// Delivered on rollup i, the i-th message has the Mailbox's forwarder send the next one.
			const ring: TestMessage[] = [];
			for (let i = 0; i < length; i++) {
				const destination = cluster.chainId(length === 1 ? 2 : rollup(i + 2));
				const data = mailboxCall("send", destination, FORWARDER, 100_000, "0x");
				const [source, own] = [cluster.chainId(rollup(i)), cluster.chainId(length === 1 ? 1 : rollup(i + 1))];
				ring.push({ source, destination: own, nonce: 0, sender: FORWARDER, target: FORWARDER, minGas: 100_000, data });
			}
			const legs = ring.map((sent, i) => deliverLeg(cluster, length === 1 ? 1 : rollup(i + 1), sent));
			for (let turn = 0; turn < length; turn++) {
				const turned = [...legs.slice(turn), ...legs.slice(0, turn)];
				const result = await cluster.run(bundleOf(...turned), ...turned.map(single));
				expect(verdicts(result)).to.deep.equal(["leg 0: message-not-sent", ...turned.map(() => "message-not-sent")]);
				expect(result.blocks).to.deep.equal([]);
			}
		});
	}

	it("X-7: a rollup's own state proves nothing to it, whatever the message says of its source", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		// Sent on rollup 2 for rollup 1, and said to be for rollup 2.
		const sent = message(cluster, 2, 1);
		const claims = cluster.leg(2, bob, { to: COUNTER, gas: GAS, ...tagged(tag("dlvr", messageId(sent))) });
		const honest = cluster.leg(1, bob, { to: COUNTER, gas: GAS, ...tagged(tag("dlvr", messageId(sent))) });
		const result = await cluster.run(...[sendLeg(cluster, 2, sent), claims, honest].map(single));
		expect(verdicts(result)).to.deep.equal(["included", "message-not-sent", "included"]);
	});

	it("X-7: every tag's message must have been sent", async () => {
		const cluster = await TestCluster.create();
		const [one, two] = [message(cluster, 1, 2), message(cluster, 3, 2)];
		const both = deliverLeg(cluster, 2, one, [two]);
		const items = [sendLeg(cluster, 1, one), both, sendLeg(cluster, 3, two), both];
		const expected = ["included", "message-not-sent", "included", "included"];
		expect(verdicts(await cluster.run(...items.map(single)))).to.deep.equal(expected);
	});

	it("X-7, X-20: a rollup that has retired has still sent what it sent; another cluster's never has", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const sent = message(cluster, 1, 2);
		await cluster.run(single(sendLeg(cluster, 1, sent)));
		const [, second] = cluster.rollups;
		if (second === undefined) return expect.fail("no rollup");
		const late = cluster.next({ rollups: [active(second)], items: [single(deliverLeg(cluster, 2, sent))] });
		expect(verdicts(await cluster.execute(late))).to.deep.equal(["included"]);
		await cluster.executor.register(registration({ rollupId: 3, cluster: 2 }));
		expect(cluster.executor.heads().map(({ rollupId }) => rollupId)).to.deep.equal([1, 2]);
	});

	it("X-7: from L1 from the tick on whose l1Origin has seen it, for its own rollup only", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		const sent = { ...message(cluster, 1, 2), source: L1_CHAIN };
		const deliver = single(deliverLeg(cluster, 2, sent));
		const elsewhere = single(cluster.leg(1, bob, { gas: GAS, ...tagged(tag("dlvr", messageId(sent))) }));
		const early = cluster.next({ items: [deliver] });
		expect(verdicts(await cluster.execute(early))).to.deep.equal(["message-not-sent"]);
		const tick = cluster.next({ items: [deliver, elsewhere] });
		noteFromL1(cluster, tick.l1Origin.number + 1, 2, sent);
		expect(verdicts(await cluster.execute(tick))).to.deep.equal(["message-not-sent", "message-not-sent"]);
		let next = cluster.next({ items: [deliver, elsewhere] });
		while (next.l1Origin.number === tick.l1Origin.number) next = cluster.next({ items: [deliver, elsewhere] });
		expect(verdicts(await cluster.execute(next))).to.deep.equal(["included", "message-not-sent"]);
		expect(cluster.count(2)).to.equal(1);
	});

	it("X-7, D-11: what L1 has taken back was not sent; what is in the store is, after a restart too", async () => {
		const cluster = await TestCluster.create({ rollups: 2 });
		await cluster.store.commit(1, cluster.executor.takeChanges());
		const [kept, lost] = [0, 1].map((nonce) => ({ ...message(cluster, 1, 2, nonce), source: L1_CHAIN }));
		if (kept === undefined || lost === undefined) return expect.fail("messages");
		noteFromL1(cluster, 100, 2, kept);
		await cluster.store.commit(2, cluster.executor.takeChanges());
		noteFromL1(cluster, 100, 2, lost);
		await cluster.store.commit(3, cluster.executor.takeChanges());
		await cluster.store.unwind(2);
		await cluster.executor.reload();
		const items = [lost, kept].map((sent) => single(deliverLeg(cluster, 2, sent)));
		expect(verdicts(await cluster.run(...items))[0]).to.equal("message-not-sent");
		expect(verdicts(await cluster.run(single(deliverLeg(cluster, 2, kept))))).to.deep.equal(["included"]);
	});
});
