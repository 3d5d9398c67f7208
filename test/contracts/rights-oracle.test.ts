import { expect } from "chai";
import { ethers } from "ethers";
import hre from "hardhat";
import { afterEach, beforeEach, describe, it } from "mocha";
import { SLOT_SECONDS, START_EPOCH } from "../../bench/rights-l1.ts";
import { LookaheadOracle__factory } from "../../typechain-types/factories/l1/rights/LookaheadOracle__factory.ts";
import type { LookaheadOracle } from "../../typechain-types/l1/rights/LookaheadOracle.ts";
import { FULU, SLOTS_PER_EPOCH, seeded, syntheticState } from "../helpers/beacon/synthetic.ts";
import { createTestOracle, firstSlotOf, halfOf, type TestOracle } from "./support/oracle.ts";
import { changes } from "./support/rights.ts";

/** Of the 64 places. */
const RING = 64;
/** The budget of the whole transaction. */
const PUBLISH_GAS = 95_000;
// Code that is instrumented for coverage costs more than any budget says.
const MEASURABLE = !hre.globalOptions.coverage;

describe("LookaheadOracle", function () {
	this.timeout(240_000);

	let rights: TestOracle;
	let oracle: LookaheadOracle;
	let known: TestOracle["known"];
	let publish: TestOracle["publish"];

	beforeEach(async () => {
		rights = await createTestOracle();
		({ known, publish, oracle } = rights);
	});

	afterEach(async () => await rights.close());

	it("R-5, R-6: records this epoch's proposers and the next one's, slot by slot", async () => {
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5 });
		for (const half of [0, 1] as const) {
			const { branch, chunks } = state.half(half);
			await expect(oracle.publish(proved, half, chunks, branch))
				.to.emit(oracle, "Published")
				.withArgs(START_EPOCH + half, state.slot);
			expect(await oracle.proposersOf(START_EPOCH + half)).to.deep.equal(halfOf(state, half));
		}
		expect(await oracle.proposersOf(START_EPOCH - 1)).to.deep.equal([]);
	});

	it("R-6, INV-ORACLE-1: a second call changes nothing and says nothing, whatever state it proves", async () => {
		const first = await publish(firstSlotOf(START_EPOCH) + 5, 1);
		for (const [slot, half] of [
			[firstSlotOf(START_EPOCH) + 5, 1],
			[firstSlotOf(START_EPOCH) + 6, 1],
			[firstSlotOf(START_EPOCH + 1), 0],
		] as const) {
			const { proved, state } = await known({ slot });
			const { branch, chunks } = state.half(half);
			await expect(oracle.publish(proved, half, chunks, branch)).not.to.emit(oracle, "Published");
			expect(await oracle.proposersOf(START_EPOCH + 1)).to.deep.equal(halfOf(first, 1));
		}
	});

	it("R-6: indices have 40 bits, in every place", async () => {
		const most = 2 ** 40 - 1;
		const slot = firstSlotOf(START_EPOCH) + 5;
		const full = Array.from({ length: 64 }, () => most);
		const fits = await known({ slot, lookahead: full });
		const { branch, chunks } = fits.state.half(1);
		await oracle.publish(fits.proved, 1, chunks, branch);
		expect(await oracle.proposersOf(START_EPOCH + 1)).to.deep.equal(halfOf(fits.state, 1));
		for (let place = 0; place < SLOTS_PER_EPOCH; place++) {
			const index = place % 2 === 0 ? 2 ** 40 : 2 ** 53 - 1;
			const { proved, state } = await known({ slot, lookahead: full.with(place, index) });
			const half = state.half(0);
			await expect(oracle.publish.staticCall(proved, 0, half.chunks, half.branch))
				.to.be.revertedWithCustomError(oracle, "IndexTooLarge")
				.withArgs(place, index);
		}
	});

	it("R-6: takes epochs from 62 before the current one to 1 after it, and answers for the same", async () => {
		const slot = firstSlotOf(START_EPOCH) + 5;
		const { proved, state } = await known({ slot });
		const [now, next] = [state.half(0), state.half(1)];
		await oracle.publish(proved, 1, next.chunks, next.branch);
		await rights.enter(START_EPOCH + 62);
		await oracle.publish(proved, 0, now.chunks, now.branch);
		expect(await oracle.proposersOf(START_EPOCH)).to.deep.equal(halfOf(state, 0));
		await rights.enter(START_EPOCH + 63);
		await expect(oracle.publish(proved, 0, now.chunks, now.branch))
			.to.be.revertedWithCustomError(oracle, "EpochOutOfRing")
			.withArgs(START_EPOCH, START_EPOCH + 1, START_EPOCH + 64);
		expect(await oracle.proposersOf(START_EPOCH)).to.deep.equal([]);
		expect(await oracle.proposersOf(START_EPOCH + 1)).to.deep.equal(halfOf(state, 1));
		await rights.enter(START_EPOCH + 64);
		expect(await oracle.proposersOf(START_EPOCH + 1)).to.deep.equal([]);
	});

	it("R-6: refuses an epoch two ahead, whatever the header's slot says", async () => {
		const ahead = syntheticState({ slot: firstSlotOf(START_EPOCH + 2) });
		await rights.enter(START_EPOCH + 1);
		const timestamp = rights.startOf(firstSlotOf(START_EPOCH + 1));
		await rights.setRoot(timestamp, ahead.blockRoot);
		const { branch, chunks } = ahead.half(1);
		await expect(oracle.publish(ahead.proved(timestamp), 1, chunks, branch))
			.to.be.revertedWithCustomError(oracle, "EpochOutOfRing")
			.withArgs(START_EPOCH + 3, START_EPOCH - 61, START_EPOCH + 2);
	});

	it("R-6: a place is used again after 64 epochs; an older epoch never comes back to it, nor passes for a later one", async () => {
		const old = await publish(firstSlotOf(START_EPOCH) + 5, 0);
		await rights.enter(START_EPOCH + RING);
		expect(await oracle.proposersOf(START_EPOCH + RING)).to.deep.equal([]);
		const recycled = await publish(firstSlotOf(START_EPOCH + RING) + 1, 0);
		expect(await oracle.proposersOf(START_EPOCH + RING)).to.deep.equal(halfOf(recycled, 0));
		expect(await oracle.proposersOf(START_EPOCH)).to.deep.equal([]);
		const proved = old.proved(rights.startOf(old.slot + 1));
		const { branch, chunks } = old.half(0);
		await expect(oracle.publish(proved, 0, chunks, branch)).to.be.revertedWithCustomError(oracle, "EpochOutOfRing");
		// Nobody publishes for as long as 16 bits of an epoch last.
		for (const later of [2 * RING, 1_024, 65_536, 65_536 + RING]) {
			await rights.enter(START_EPOCH + RING + later);
			expect(await oracle.proposersOf(START_EPOCH + RING + later), `${later} epochs later`).to.deep.equal([]);
		}
	});

	it("R-6: words never written are of no epoch, not even of the first ones", async () => {
		const { timestamp } = (await rights.provider.getBlock("latest")) ?? { timestamp: 0 };
		const young = await new LookaheadOracle__factory(rights.signer).deploy(
			timestamp,
			SLOT_SECONDS,
			SLOTS_PER_EPOCH,
			ethers.ZeroAddress,
			0,
			FULU,
		);
		for (const epoch of [0, 1, 2, 63, 64, 65_536, 2n ** 256n - 1n])
			expect(await young.proposersOf(epoch)).to.deep.equal([]);
		// All slots of epoch 0 are validator 0's.
		const state = syntheticState({ slot: 1, lookahead: Array.from({ length: 64 }, () => 0) });
		const known = timestamp + 2 * SLOT_SECONDS;
		await rights.at(known + 1);
		await rights.provider.send("evm_mine", []);
		await rights.setRoot(known, state.blockRoot);
		const { branch, chunks } = state.half(0);
		await young.publish(state.proved(known), 0, chunks, branch);
		expect(await young.proposersOf(0)).to.deep.equal(halfOf(state, 0));
		expect(await young.proposersOf(1)).to.deep.equal([]);
		expect(await young.proposersOf(64)).to.deep.equal([]);
	});

	it("R-7: records the mixes of the 65,535 epochs before the state's, once", async () => {
		const mixes = new Map(
			[START_EPOCH - 2, START_EPOCH - 1, START_EPOCH, START_EPOCH + 1].map((e) => [e, seeded(`${e}`)]),
		);
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5, mixes });
		const record = (epoch: number) => {
			const { branch, mix } = state.mix(epoch);
			return oracle.recordMix(proved, epoch, mix, branch);
		};
		expect(await oracle.mixOf(START_EPOCH - 1)).to.equal(ethers.ZeroHash);
		await expect(record(START_EPOCH - 1))
			.to.emit(oracle, "MixRecorded")
			.withArgs(START_EPOCH - 1, seeded(`${START_EPOCH - 1}`));
		expect(await oracle.mixOf(START_EPOCH - 1)).to.equal(seeded(`${START_EPOCH - 1}`));
		await expect(record(START_EPOCH - 1)).not.to.emit(oracle, "MixRecorded");
		// Its own epoch's mix, and the next one's, still change; what is further ahead is another epoch's.
		for (const epoch of [START_EPOCH, START_EPOCH + 1, START_EPOCH - 1 + 65_536, 2 ** 40])
			await expect(record(epoch)).to.be.revertedWithCustomError(oracle, "MixNotFinal").withArgs(epoch, START_EPOCH);
		const { branch, mix } = state.mix(START_EPOCH - 2);
		for (const other of [START_EPOCH - 1, START_EPOCH - 3])
			await expect(oracle.recordMix(proved, other, mix, branch)).to.be.revertedWithCustomError(oracle, "NotInState");
		for (const list of changes(branch))
			await expect(oracle.recordMix.staticCall(proved, START_EPOCH - 2, mix, list)).to.be.revertedWithCustomError(
				oracle,
				list.length === 22 ? "NotInState" : "WrongBranchLength",
			);
	});

	it("R-7: 65,536 epochs before the state's another mix stands in the place", async () => {
		const epoch = 70_000;
		await rights.enter(epoch);
		const mixes = new Map([
			[epoch - 65_535, seeded("last")],
			[epoch - 65_536, seeded("its own")],
		]);
		const { proved, state } = await known({ slot: firstSlotOf(epoch) + 5, mixes });
		const oldest = state.mix(epoch - 65_535);
		await oracle.recordMix(proved, epoch - 65_535, oldest.mix, oldest.branch);
		expect(await oracle.mixOf(epoch - 65_535)).to.equal(seeded("last"));
		const own = state.mix(epoch - 65_536);
		await expect(oracle.recordMix(proved, epoch - 65_536, own.mix, own.branch))
			.to.be.revertedWithCustomError(oracle, "MixNotFinal")
			.withArgs(epoch - 65_536, epoch);
	});

	it("publishes an epoch in a recycled place within its budget, the whole transaction", async () => {
		for (const half of [0, 1] as const) {
			const epoch = START_EPOCH + half * 10;
			await publish(firstSlotOf(epoch) + 5, half);
			const { proved, state } = await known({ slot: firstSlotOf(epoch + RING) + 5 });
			const { branch, chunks } = state.half(half);
			const receipt = await (await oracle.publish(proved, half, chunks, branch)).wait();
			expect(Number(receipt?.gasUsed)).to.be.within(21_000, MEASURABLE ? PUBLISH_GAS : Infinity);
		}
	});
});
