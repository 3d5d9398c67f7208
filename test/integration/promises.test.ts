import { rm } from "node:fs/promises";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type Receipt, verifyReceipt } from "../../src/codec/receipt.ts";
import type { Leg } from "../../src/primitives/types.ts";
import { servePromises } from "../../src/sequencer/preconf/server.ts";
import type { PromiseAnswer } from "../../src/sequencer/preconf/types.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";
import {
	derivedItems,
	openPromising,
	type Promising,
	publishedRanges,
	transferLeg,
} from "../helpers/preconf/promising.ts";
import { TestWorld } from "../helpers/sequencer/world.ts";

const good = (answer: PromiseAnswer): Receipt => {
	if (!answer.ok) expect.fail(`${answer.reason}: ${answer.message}`);
	return answer.receipt;
};

describe("promises on anvil", function () {
	this.timeout(120_000);
	let test: TestWorld;
	let directory = "";
	let one: Promising;
	let receipts: Receipt[] = [];

	beforeEach(async () => {
		receipts = [];
		[test, directory] = [await TestWorld.open(), await temporaryDirectory()];
		one = await openPromising(test, directory);
	});

	afterEach(async () => {
		await one.stop();
		await test.close();
		await rm(directory, { recursive: true });
	});

	async function promise(leg: Leg): Promise<Receipt> {
		const receipt = good(await one.promises.transaction(leg.rollupId, leg.rawTx));
		expect(verifyReceipt(receipt, { kind: "tx", leg })).to.deep.equal({ ok: true });
		receipts.push(receipt);
		return receipt;
	}

	/** The next slot's block, and what it means to the sequencer. */
	async function slot() {
		await test.slot();
		return await one.sequencer.sync();
	}

	/** Publishes until L1 has everything, then holds it to what was promised. */
	async function expectKept() {
		for (let i = 0; i < 8; i++) {
			await one.sequencer.publish(test.tick + 1);
			await slot();
		}
		expect(one.sequencer.safeState.lastTick).to.equal(one.sequencer.unsafeState.lastTick);
		const items = await derivedItems(test);
		for (const { index, itemHash, tick } of receipts)
			expect(items.get(tick)?.[index], `tick ${tick}, index ${index}`).to.equal(itemHash);
	}

	it("P-15: are what ticks begin with, whatever else waits, and what L1 derives", async () => {
		await promise(await transferLeg(test, { user: 0 }));
		const unpromised = await transferLeg(test, { user: 1 });
		expect(one.sequencer.submit(unpromised.rollupId, unpromised.rawTx).ok).to.equal(true);
		await promise(await transferLeg(test, { user: 2 }));
		await promise(await transferLeg(test, { user: 0, nonce: 1 }));
		const made = await one.sequencer.makeTick(test.tick);
		expect(made?.ticks.at(-1)?.result.outcomes.map(({ result }) => result.kind)).to.deep.equal([
			"included",
			"included",
			"included",
			"included",
		]);
		// The tick is closed: what comes now is of a later one, and nonces go on.
		const later = await promise(await transferLeg(test, { user: 0, nonce: 2 }));
		expect([later.tick, later.index]).to.deep.equal([test.tick + 1, 0]);
		await one.sequencer.makeTick(test.tick + 1);
		await expectKept();
	});

	it("P-15: are made although nobody asks for their tick, before any later one", async () => {
		const { tick } = await promise(await transferLeg(test));
		const made = await one.sequencer.makeTick(tick + 2);
		expect(made?.ticks.map(({ derived }) => derived.tick)).to.deep.equal([tick]);
		const refused = await one.promises.transaction(1, (await transferLeg(test, { nonce: 5 })).rawTx);
		expect(refused).to.include({ ok: false, reason: "nonce" });
		const late = await promise(await transferLeg(test, { nonce: 1 }));
		expect(late.tick).to.equal(tick + 3);
		await one.sequencer.makeTick(late.tick);
		await expectKept();
	});

	it("P-13: are kept by the next process, which knows them from the journal alone", async () => {
		await promise(await transferLeg(test, { user: 0 }));
		await promise(await transferLeg(test, { user: 1, rollupId: 2 }));
		await one.sequencer.makeTick(test.tick);
		await promise(await transferLeg(test, { user: 0, nonce: 1 }));
		// Between signing and publishing.
		await one.stop();
		one = await openPromising(test, directory);
		const again = await promise(await transferLeg(test, { user: 0, nonce: 2 }));
		expect(new Set(receipts.map(({ index, tick }) => `${tick}:${index}`)).size).to.equal(4);
		await one.sequencer.makeTick(again.tick);
		await expectKept();
		// Once more, with everything on L1 and nothing left to do.
		await one.stop();
		one = await openPromising(test, directory);
		expect(await one.sequencer.makeTick(test.tick)).to.equal(null);
		await expectKept();
	});

	it("P-15: stand when L1 takes their publication back, at the same places (trap 15)", async () => {
		for (const depth of [1, 2, 1, 2]) {
			const nonce = receipts.length;
			await promise(await transferLeg(test, { nonce }));
			const unpromised = await transferLeg(test, { user: 3, nonce: nonce / 2 });
			one.sequencer.submit(1, unpromised.rawTx);
			await one.sequencer.makeTick(test.tick);
			await promise(await transferLeg(test, { nonce: nonce + 1 }));
			await one.sequencer.makeTick(test.tick + 1);
			await one.sequencer.publish(test.tick + 1);
			await slot();
			await test.reorg(depth);
			await one.sequencer.sync();
			await slot();
			await expectKept();
		}
		expect(receipts).to.have.lengthOf(8);
	});

	it("P-9, P-15: no publication reaches over a promised tick for which L1 has left no block that it could have seen", async () => {
		for (let i = 0; i < 4; i++) await slot();
		const kept = await promise(await transferLeg(test));
		await one.sequencer.makeTick(kept.tick);
		const lost = await promise(await transferLeg(test, { nonce: 1 }));
		await one.sequencer.makeTick(lost.tick);
		// The blocks of these all have the time of the last one that stays.
		await test.reorg(2);
		expect((await one.sequencer.sync()).undoneTicks).to.deep.equal([kept.tick, lost.tick]);
		await slot();
		const next = await promise(await transferLeg(test, { user: 2 }));
		await one.sequencer.makeTick(next.tick);
		receipts = [kept, next];
		await expectKept();
		const ranges = await publishedRanges(test);
		expect(ranges.some(([first, last]) => first <= lost.tick && lost.tick <= last)).to.equal(false);
		expect(ranges).to.deep.equal([
			[kept.tick, kept.tick],
			[next.tick, next.tick],
		]);
	});

	it("P-15: come back into a tick of the same number when a reorg undoes what it was made upon", async () => {
		const { tick } = await promise(await transferLeg(test));
		await slot();
		// A tick of an l1Origin that is then taken back.
		await one.sequencer.makeTick(tick);
		await test.reorg(2);
		const { undoneTicks } = await one.sequencer.sync();
		expect(undoneTicks).to.deep.equal([tick]);
		await slot();
		await expectKept();
	});

	it("take their receipts over HTTP, and are kept", async () => {
		const server = await servePromises({ promises: one.promises });
		const leg = await transferLeg(test);
		const body = JSON.stringify({ rollupId: 1, rawTx: `0x${Buffer.from(leg.rawTx).toString("hex")}` });
		const response = await fetch(`${server.url}/v1/transactions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body,
		});
		expect(response.status).to.equal(200);
		receipts.push((await response.json()) as Receipt);
		await server.close();
		await one.sequencer.makeTick(test.tick);
		await expectKept();
	});
});
