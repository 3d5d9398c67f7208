import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { L1Users } from "../../src/devnet/l1-users.ts";
import { sign } from "../../src/devnet/traffic.ts";
import { USERS } from "../../src/devnet/users.ts";
import { MAILBOX_ADDRESS } from "../../src/execute/predeploys.ts";
import { connectL1 } from "../../src/node/connect.ts";
import { openReader } from "../../src/node/reader.ts";
import { ZERO_ADDRESS } from "../../src/primitives/bytes.ts";
import type { Leg } from "../../src/primitives/types.ts";
import { bindLegs } from "../../src/sequencer/bundles/bind.ts";
import { createL1Account } from "../../src/sequencer/l1-account.ts";
import { Sequencer } from "../../src/sequencer/sequencer.ts";
import { TestWorld } from "../helpers/sequencer/world.ts";

describe("sequencer on anvil", function () {
	this.timeout(120_000);
	let test: TestWorld;

	beforeEach(async () => {
		test = await TestWorld.open();
	});

	afterEach(async () => {
		await test.close();
	});

	/** Another sequencer with the same right: what an operator has after starting a second one by mistake. */
	async function rival(): Promise<Sequencer> {
		const { chain, setup } = test.world;
		const source = connectL1({ rpc: chain.url, inbox: setup.inbox });
		const sequencer = await Sequencer.open(source, { account: setup.sequencer, carrier: "calldata" });
		await sequencer.sync();
		return sequencer;
	}

	it("is derived block for block as it said before publishing, in calldata", async () => {
		const { sequencer } = test.world;
		const sent = [await test.transfer(1), await test.transfer(2), await test.transfer(1)];
		const made = await sequencer.makeTick(test.tick);
		expect(made?.ticks.at(-1)?.result.blocks.length).to.equal(2);
		expect(await sequencer.makeTick(test.tick)).to.equal(null);
		await test.transfer(2);
		await sequencer.makeTick(test.tick + 1);
		const promised = sequencer.heads();
		expect((await sequencer.publish(test.tick + 1)).kind).to.equal("sent");
		expect((await sequencer.publish(test.tick + 1)).kind).to.equal("waiting");
		const { mined, undoneTicks } = await test.slot();
		expect([mined?.receipt.success, undoneTicks]).to.deep.equal([true, []]);
		const { heads, included } = await test.settle();
		expect(included.slice(0, 3)).to.deep.equal(sent);
		expect(heads).to.deep.equal(promised);
		expect((await sequencer.publish(test.tick + 1)).kind).to.equal("nothing");
	});

	it("keeps a bundle whole, also when L1 takes it back, and never orders one that does not hold", async () => {
		const { sequencer } = test.world;
		const bundle = async (name: number, to: string): Promise<Leg[]> => {
			const { address: sender, wallet } = USERS[name] ?? expect.fail("no user");
			const wanted = [1, 2].map((rollupId) => ({ rollupId, chainId: 7_000 + rollupId, sender, nonce: 0 }));
			return await Promise.all(
				bindLegs(wanted).legs.map(async ({ accessList, chainId, nonce, rollupId }) => {
					const call = { to: rollupId === 2 ? to : sender, value: 1n, gasLimit: 100_000n, accessList };
					return { rollupId, rawTx: await sign(wallet, chainId, nonce, call) };
				}),
			);
		};
		// The Mailbox takes no ETH, so the second leg reverts.
		const [good, bad] = [await bundle(2, ZERO_ADDRESS), await bundle(3, MAILBOX_ADDRESS)];
		expect([good, bad].map((legs) => sequencer.submitBundle(legs).ok)).to.deep.equal([true, true]);
		expect(sequencer.submitBundle(good.slice(0, 1))).to.include({ ok: false, reason: "session" });
		expect(sequencer.submitBundle([])).to.include({ ok: false, reason: "legs" });
		await test.transfer(2);
		const made = await sequencer.makeTick(test.tick);
		const kinds = made?.ticks.at(-1)?.result.outcomes.map(({ result }) => result.kind);
		expect(kinds).to.deep.equal(["held", "included"]);
		await sequencer.publish(test.tick);
		await test.slot();
		await test.reorg(2);
		await test.slot();
		const { heads } = await test.settle();
		for (let i = 0; i < 4; i++) await sequencer.makeTick(test.tick + i);
		expect(heads).to.deep.equal(sequencer.heads());
		expect([1, 2].map((id) => sequencer.nonceOf(id, USERS[2]?.address ?? ZERO_ADDRESS))).to.deep.equal([1n, 1n]);
		expect([1, 2].map((id) => sequencer.nonceOf(id, USERS[3]?.address ?? ZERO_ADDRESS))).to.deep.equal([0n, 0n]);
		expect([...sequencer.bundleTotals.dropped]).to.deep.equal([["leg", 1]]);
	});

	it("publishes again what a reorg of L1 took back, and the reader finds all of it (trap 15)", async () => {
		const { sequencer } = test.world;
		const sent = [await test.transfer(1), await test.transfer(2)];
		await sequencer.makeTick(test.tick);
		await sequencer.publish(test.tick);
		await test.slot();
		expect(sequencer.safeState.lastTick).to.equal(sequencer.unsafeState.lastTick);
		const { included } = await test.settle();
		expect(included).to.deep.equal(sent);
		await test.reorg(2);
		const report = await sequencer.sync();
		expect(report.removedBlocks).to.equal(2);
		expect(sequencer.safeState.lastTick).to.equal(0);
		sent.push(await test.transfer(1));
		await test.slot();
		await sequencer.makeTick(test.tick);
		const after = await test.settle();
		expect([...after.included].sort()).to.deep.equal([...sent].sort());
		expect(after.heads).to.deep.equal(sequencer.heads());
		const fresh = await openReader({
			source: connectL1({ rpc: test.world.chain.url, inbox: test.world.setup.inbox }),
		});
		for await (const _ of fresh.run({ until: "latest" }));
		expect(fresh.heads()).to.deep.equal(after.heads);
	});

	it("does the same with blobs: replaced at twice the fees while in flight, published again after a reorg", async () => {
		await test.close();
		test = await TestWorld.open({ calldata: false });
		const { chain, sequencer } = test.world;
		const sent = [await test.transfer(1)];
		await sequencer.makeTick(test.tick);
		expect(await sequencer.publish(test.tick)).to.include({
			kind: "sent",
			carrier: "blobs",
			blobs: 1,
			replacement: false,
		});
		// Too dear for the first offer until its patience is over.
		for (let i = 0; i < 3; i++) {
			await chain.rpc.request("anvil_setNextBlockBaseFeePerGas", ["0x4a817c800"]);
			await test.slot();
		}
		expect(await sequencer.publish(test.tick)).to.include({ kind: "sent", replacement: true });
		const { mined } = await test.slot();
		expect(mined?.receipt).to.include({ success: true, blobGasUsed: 131_072n });
		await test.reorg(2);
		expect((await sequencer.sync()).removedBlocks).to.equal(2);
		sent.push(await test.transfer(2));
		await test.slot();
		await sequencer.makeTick(test.tick);
		const { heads, included } = await test.settle();
		expect([...included].sort()).to.deep.equal([...sent].sort());
		expect(heads).to.deep.equal(sequencer.heads());
	});

	it("rebuilds the unsafe ticks that credited a deposit which a reorg takes back", async () => {
		const { chain, sequencer, setup } = test.world;
		const users = new L1Users(chain, sequencer.timeline, setup.user);
		await users.deposit(1, USERS[3]?.address ?? "0x", 5_000_000_000n);
		await test.slot();
		await test.slot();
		const sent = await test.transfer(1);
		const before = await sequencer.makeTick(test.tick);
		expect(before?.ticks.at(-1)?.derived.deposits.get(1)?.length).to.equal(1);
		await test.reorg(2);
		const { undoneTicks } = await sequencer.sync();
		expect(undoneTicks).to.deep.equal([before?.ticks.at(-1)?.derived.tick]);
		await test.slot();
		const rebuilt = await sequencer.makeTick(test.tick);
		expect(rebuilt?.ticks.at(-1)?.derived.deposits.size).to.equal(0);
		const { heads, included } = await test.settle();
		expect(included).to.deep.equal([sent]);
		expect(heads).to.deep.equal(sequencer.heads());
	});

	it("goes on upon somebody else's publication: its transactions are ordered again, none is lost", async () => {
		const { sequencer } = test.world;
		const other = await rival();
		other.orderUnseen({ kind: "tx", leg: { rollupId: 2, rawTx: new Uint8Array([1, 2, 3]) } });
		await other.makeTick(test.tick);
		const sent = [await test.transfer(1), await test.transfer(1)];
		await sequencer.makeTick(test.tick);
		await sequencer.publish(test.tick);
		// The same account, so the same nonce: the rival's replaces ours.
		await other.publish(test.tick);
		const { undoneTicks } = await test.slot();
		expect(undoneTicks).to.deep.equal([other.unsafeState.lastTick]);
		await test.slot();
		await sequencer.makeTick(test.tick);
		const { heads, included } = await test.settle();
		expect(included).to.deep.equal(sent);
		expect(heads).to.deep.equal(sequencer.heads());
		await other.close();
	});

	it("raises its fees at the same nonce when L1 has become dearer", async () => {
		const { chain, sequencer } = test.world;
		await test.transfer(1);
		await sequencer.makeTick(test.tick);
		await sequencer.publish(test.tick);
		const dear = async (wei: bigint): Promise<void> => {
			await chain.rpc.request("anvil_setNextBlockBaseFeePerGas", [`0x${wei.toString(16)}`]);
		};
		for (let i = 0; i < 3; i++) {
			await dear(20_000_000_000n);
			await test.slot();
			expect(sequencer.safeState.lastTick).to.equal(0);
		}
		const report = await sequencer.publish(test.tick);
		expect(report.kind === "sent" && report.replacement).to.equal(true);
		await dear(20_000_000_000n);
		const { mined } = await test.slot();
		expect(mined?.receipt.success).to.equal(true);
		expect(sequencer.safeState.lastTick).to.equal(sequencer.unsafeState.lastTick);
	});

	it("says before anything is paid that a key may not publish", async () => {
		const { chain, setup } = test.world;
		const request = chain.rpc.request.bind(chain.rpc);
		const stranger = await Sequencer.open(connectL1({ rpc: chain.url, inbox: setup.inbox }), {
			account: await createL1Account(request, (USERS[0] ?? expect.fail()).wallet),
			carrier: "calldata",
		});
		await stranger.sync();
		stranger.orderUnseen({ kind: "tx", leg: { rollupId: 1, rawTx: new Uint8Array([1]) } });
		await stranger.makeTick(test.tick);
		const refusal = await stranger.preflight(test.tick, request).catch((error: unknown) => error);
		expect(refusal).to.include({ code: "reverted" });
		expect(refusal).to.have.nested.property("details.error", "NotSequencer");
		await stranger.close();
	});
});
