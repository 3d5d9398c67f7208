import { expect } from "chai";
import { ethers } from "ethers";
import hre from "hardhat";
import { afterEach, beforeEach, describe, it } from "mocha";
import { EPOCH_SECONDS, SLOT_SECONDS, START_EPOCH, TIMELOCK_EPOCHS } from "../../bench/rights-l1.ts";
import { BEACON_ROOTS_ADDRESS } from "../../src/execute/systemContracts.ts";
import type { Hash32 } from "../../src/primitives/types.ts";
import { LookaheadOracle__factory } from "../../typechain-types/factories/l1/rights/LookaheadOracle__factory.ts";
import type { LookaheadOracle } from "../../typechain-types/l1/rights/LookaheadOracle.ts";
import {
	FULU,
	type ProvedState,
	SLOTS_PER_EPOCH,
	type SyntheticOptions,
	type SyntheticState,
	seeded,
	seededValidator,
	syntheticState,
} from "../helpers/beacon/synthetic.ts";
import { changes, createTestRights, flipped, refusal, type TestRights } from "./support/rights.ts";

/** Of the 64 places. */
const RING = 64;
/** The budget of the whole transaction. */
const PUBLISH_GAS = 95_000;
// Code that is instrumented for coverage costs more than any budget says.
const MEASURABLE = !hre.globalOptions.coverage;

const firstSlotOf = (epoch: number): number => epoch * SLOTS_PER_EPOCH;

describe("LookaheadOracle", function () {
	this.timeout(240_000);

	let rights: TestRights;
	let oracle: LookaheadOracle;

	beforeEach(async () => {
		rights = await createTestRights();
		oracle = rights.oracle;
	});

	afterEach(async () => await rights.close());

	/** A state that L1 knows. */
	async function known(options: SyntheticOptions): Promise<{ state: SyntheticState; proved: ProvedState }> {
		const state = syntheticState(options);
		return { state, proved: await rights.know(state) };
	}

	async function publish(slot: number, half: 0 | 1): Promise<SyntheticState> {
		const { proved, state } = await known({ slot });
		const { branch, chunks } = state.half(half);
		await (await oracle.publish(proved, half, chunks, branch)).wait();
		return state;
	}

	const halfOf = (state: SyntheticState, half: 0 | 1): bigint[] =>
		state.lookahead.slice(half * SLOTS_PER_EPOCH, (half + 1) * SLOTS_PER_EPOCH).map(BigInt);

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

	it("R-1 (trap 22): slots 0 and 1 of an epoch are missed: the state before them speaks for it as its next", async () => {
		const last = syntheticState({ slot: firstSlotOf(START_EPOCH + 1) - 1 });
		const proved = await rights.know(last, firstSlotOf(START_EPOCH + 1) + 2);
		for (const half of [0, 1] as const) {
			const { branch, chunks } = last.half(half);
			await oracle.publish(proved, half, chunks, branch);
			expect(await oracle.proposersOf(START_EPOCH + half)).to.deep.equal(halfOf(last, half));
		}
		expect(await oracle.proposersOf(START_EPOCH + 2)).to.deep.equal([]);
		const moved = { ...proved, header: { ...proved.header, slot: proved.header.slot + 3 } };
		const { branch, chunks } = last.half(1);
		await expect(oracle.publish(moved, 1, chunks, branch)).to.be.revertedWithCustomError(oracle, "WrongHeader");
	});

	it("R-1 (trap 24): takes a root until its place is another's, 8,191 slots later, and none from the future", async () => {
		const state = syntheticState({ slot: firstSlotOf(START_EPOCH) + 5 });
		const proved = await rights.know(state);
		const check = (timestamp: number) => {
			const { branch, mix } = state.mix(START_EPOCH - 1);
			return oracle.recordMix.staticCall({ ...proved, timestamp }, START_EPOCH - 1, mix, branch);
		};
		const step = 8_191 * SLOT_SECONDS;
		await check(proved.timestamp);
		for (const timestamp of [
			proved.timestamp - SLOT_SECONDS,
			proved.timestamp + 1,
			proved.timestamp + SLOT_SECONDS,
			// The same place, of another time.
			proved.timestamp - 8_191,
			proved.timestamp + 8_191,
			proved.timestamp + step,
			0,
		])
			await expect(check(timestamp)).to.be.revertedWithCustomError(oracle, "NoBeaconRoot").withArgs(timestamp);
		// 8,191 slots later there is no block: the old root stays. 8,192 slots later there still is none, in the slot before there is.
		await rights.setRoot(proved.timestamp + step - SLOT_SECONDS, seeded("another block") as Hash32);
		await check(proved.timestamp);
		await rights.setRoot(proved.timestamp + step, seeded("a block") as Hash32);
		await expect(check(proved.timestamp))
			.to.be.revertedWithCustomError(oracle, "NoBeaconRoot")
			.withArgs(proved.timestamp);
	});

	it("R-1: a chain whose EIP-4788 contract is missing or says something else proves nothing", async () => {
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5 });
		const { branch, chunks } = state.half(0);
		// None; one that returns nothing; one that returns 31 bytes; one that returns two words.
		for (const code of ["0x", "0x00", "0x601f5ff3", "0x60405ff3"]) {
			await rights.provider.send("hardhat_setCode", [BEACON_ROOTS_ADDRESS, code]);
			await expect(oracle.publish.staticCall(proved, 0, chunks, branch)).to.be.revertedWithCustomError(
				oracle,
				"NoBeaconRoot",
			);
		}
	});

	it("R-1: every field of the header counts", async () => {
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5 });
		const { branch, chunks } = state.half(0);
		const { bodyRoot, parentRoot, proposerIndex, slot, stateRoot } = proved.header;
		const others = [
			{ slot: slot + 1 },
			{ slot: slot + SLOTS_PER_EPOCH },
			{ slot: 0 },
			{ proposerIndex: proposerIndex + 1 },
			...[0, 255].flatMap((bit) => [
				{ parentRoot: flipped(parentRoot, 0, bit) },
				{ stateRoot: flipped(stateRoot, 0, bit) },
				{ bodyRoot: flipped(bodyRoot, 0, bit) },
			]),
			{ parentRoot: bodyRoot, bodyRoot: parentRoot },
		];
		for (const other of others)
			await expect(
				oracle.publish.staticCall({ ...proved, header: { ...proved.header, ...other } }, 0, chunks, branch),
			).to.be.revertedWithCustomError(oracle, "WrongHeader");
	});

	it("INV-ORACLE-2, INV-RIGHTS-3 (trap 21): every word of a lookahead's proof changed, missing, doubled, moved or added is refused", async () => {
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5 });
		for (const half of [0, 1] as const) {
			const { branch, chunks } = state.half(half);
			await oracle.publish.staticCall(proved, half, chunks, branch);
			for (const list of changes(proved.forkBranch))
				await expect(
					oracle.publish.staticCall({ ...proved, forkBranch: list }, half, chunks, branch),
				).to.be.revertedWithCustomError(oracle, list.length === 8 ? "NotInState" : "WrongBranchLength");
			for (const list of changes(branch))
				await expect(oracle.publish.staticCall(proved, half, chunks, list)).to.be.revertedWithCustomError(
					oracle,
					list.length === 7 ? "NotInState" : "WrongBranchLength",
				);
			for (const list of changes(chunks))
				await expect(oracle.publish.staticCall(proved, half, list, branch)).to.be.revertedWithCustomError(
					oracle,
					list.length === 8 ? "NotInState" : "WrongChunkCount",
				);
		}
	});

	it("INV-ORACLE-2: every word of the calls' data changed, and data cut off, is refused", async () => {
		const slot = firstSlotOf(START_EPOCH) + 5;
		const mixes = new Map([[START_EPOCH - 1, seeded("mix") as Hash32]]);
		const { proved, state } = await known({ slot, mixes, validators: [0, 1, 2].map(seededValidator) });
		const { branch, chunks } = state.half(1);
		const mix = state.mix(START_EPOCH - 1);
		const validator = state.validator(1);
		const encode = oracle.interface.encodeFunctionData.bind(oracle.interface);
		const calls = [
			encode("publish", [proved, 1, chunks, branch]),
			encode("recordMix", [proved, mix.epoch, mix.mix, mix.branch]),
			encode("checkValidator", [proved, validator.index, validator.fields, validator.branch]),
		];
		for (const data of calls) {
			expect(await refusal(oracle, data)).to.equal(null);
			const words = (ethers.dataLength(data) - 4) / 32;
			for (let word = 0; word < words; word++) {
				for (const bit of [0, 63, 255])
					expect(await refusal(oracle, flipped(data, word, bit, 4)), `word ${word}, bit ${bit}`).to.be.a("string");
				expect(await refusal(oracle, ethers.dataSlice(data, 0, 4 + word * 32)), `${word} words`).to.equal("");
			}
		}
	});

	it("R-5 (trap 21): no index but the proved one: halves exchanged, a third half, neighbours, bits left over", async () => {
		const validators = [0, 1, 2, 3].map(seededValidator);
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5, validators });
		const { branch, chunks } = state.half(0);
		await expect(oracle.publish.staticCall(proved, 1, chunks, branch)).to.be.revertedWithCustomError(
			oracle,
			"NotInState",
		);
		for (const half of [2n, 3n, 128n, 2n ** 255n])
			await expect(oracle.publish.staticCall(proved, half, chunks, branch))
				.to.be.revertedWithCustomError(oracle, "InvalidHalf")
				.withArgs(half);
		const { branch: path, fields } = state.validator(2);
		await oracle.checkValidator(proved, 2, fields, path);
		for (const index of [0n, 1n, 3n, 2n + 2n ** 39n])
			await expect(oracle.checkValidator(proved, index, fields, path)).to.be.revertedWithCustomError(
				oracle,
				"NotInState",
			);
		for (const index of [2n ** 40n, 2n ** 40n + 2n, 2n ** 41n + 2n, 2n ** 255n + 2n])
			await expect(oracle.checkValidator(proved, index, fields, path))
				.to.be.revertedWithCustomError(oracle, "IndexTooLarge")
				.withArgs(0, index);
	});

	it("R-5: other depths: inner nodes for leaves, leaves for inner nodes, with the branches that are theirs", async () => {
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5 });
		const { branch, chunks } = state.half(0);
		// One chunk is the quarter's root, with the branch from there.
		const quarter = state.at(FULU.lookahead * 4n);
		await expect(
			oracle.publish.staticCall(proved, 0, chunks.slice(0, 4), quarter.branch),
		).to.be.revertedWithCustomError(oracle, "WrongChunkCount");
		const mix = state.mix(START_EPOCH - 2);
		const parent = state.at((FULU.randao * 65_536n + BigInt(START_EPOCH - 2)) / 2n);
		await oracle.recordMix.staticCall(proved, START_EPOCH - 2, mix.mix, mix.branch);
		await expect(
			oracle.recordMix.staticCall(proved, START_EPOCH - 2, parent.node, parent.branch),
		).to.be.revertedWithCustomError(oracle, "WrongBranchLength");
		await expect(oracle.publish.staticCall(proved, 0, chunks, [...quarter.branch])).to.be.revertedWithCustomError(
			oracle,
			"WrongBranchLength",
		);
		expect(branch.length).to.equal(7);
	});

	it("INV-ORACLE-2: a validator's fields and branch: every word changed, missing, doubled, moved or added is refused", async () => {
		const validators = [0, 1, 2, 3, 4].map(seededValidator);
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5, validators });
		const { branch, fields } = state.validator(3);
		for (const list of changes(branch))
			await expect(oracle.checkValidator(proved, 3, fields, list)).to.be.revertedWithCustomError(
				oracle,
				list.length === 47 ? "NotInState" : "WrongBranchLength",
			);
		for (const list of changes(fields)) {
			if (list.length !== 8) continue;
			await expect(oracle.checkValidator(proved, 3, list as typeof fields, branch)).to.be.revertedWithCustomError(
				oracle,
				"NotInState",
			);
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

	it("R-3 (trap 23): a state of another fork than the layout's is refused", async () => {
		for (const version of ["0x05000000", "0x07000000", "0x00000000", "0x06000001"]) {
			const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5, version });
			const { branch, chunks } = state.half(0);
			const expected = ethers.zeroPadBytes(FULU.version, 32);
			await expect(oracle.publish(proved, 0, chunks, branch))
				.to.be.revertedWithCustomError(oracle, "NotInState")
				.withArgs(FULU.forkVersion, expected);
		}
	});

	it("R-2, R-4 (trap 23): a state is read by the last layout that has begun in its own epoch", async () => {
		const { keeper } = rights;
		const fork = START_EPOCH + TIMELOCK_EPOCHS;
		const next = { ...FULU, fromEpoch: fork, version: "0x07000000" };
		const unknown = { ...FULU, fromEpoch: fork + 1, version: "0x08000000", lookahead: 0n };
		await expect(oracle.connect(keeper).addLayout(next)).to.emit(oracle, "LayoutAdded");
		await oracle.connect(keeper).addLayout(unknown);
		const versionOf = async (epoch: number) => (await oracle.layoutAt(epoch)).version;
		expect([await versionOf(0), await versionOf(fork - 1), await versionOf(fork)]).to.deep.equal([
			FULU.version,
			FULU.version,
			next.version,
		]);
		expect((await oracle.layoutAt(fork + 1)).lookahead).to.equal(0n);

		// The fork's first epoch, proved from the last state before it, which is of the old fork.
		const before = await publish(firstSlotOf(fork) - 1, 1);
		expect(await oracle.proposersOf(fork)).to.deep.equal(halfOf(before, 1));
		const slot = firstSlotOf(fork + 1) - 1;
		const stale = await known({ slot });
		const half = stale.state.half(1);
		await expect(oracle.publish(stale.proved, 1, half.chunks, half.branch))
			.to.be.revertedWithCustomError(oracle, "NotInState")
			.withArgs(FULU.forkVersion, ethers.zeroPadBytes(next.version, 32));
		const { proved, state } = await known({ slot, version: next.version });
		const { branch, chunks } = state.half(1);
		await oracle.publish(proved, 1, chunks, branch);
		expect(await oracle.proposersOf(fork + 1)).to.deep.equal(halfOf(state, 1));

		// Of what comes then nothing is known, whatever the version is.
		for (const version of [FULU.version, next.version, unknown.version]) {
			const last = await known({ slot: firstSlotOf(fork + 1), version });
			const { branch, chunks } = last.state.half(0);
			await expect(oracle.publish(last.proved, 0, chunks, branch))
				.to.be.revertedWithCustomError(oracle, "UnknownLayout")
				.withArgs(fork + 1);
		}
	});

	it("R-2: before the first layout nothing is known", async () => {
		const late = await new LookaheadOracle__factory(rights.signer).deploy(
			rights.genesisTime,
			SLOT_SECONDS,
			SLOTS_PER_EPOCH,
			ethers.ZeroAddress,
			0,
			{ ...FULU, fromEpoch: START_EPOCH + 1 },
		);
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH + 1) - 1 });
		const { branch, chunks } = state.half(1);
		await expect(late.publish(proved, 1, chunks, branch))
			.to.be.revertedWithCustomError(oracle, "UnknownLayout")
			.withArgs(START_EPOCH);
		expect((await late.layoutAt(START_EPOCH)).version).to.equal("0x00000000");
		expect((await late.layoutAt(START_EPOCH + 1)).version).to.equal(FULU.version);
	});

	it("R-4, INV-RIGHTS-4: only the keeper adds layouts, behind the timelock and the last one, and whole ones", async () => {
		const { keeper, signer } = rights;
		const earliest = START_EPOCH + TIMELOCK_EPOCHS;
		const layout = { ...FULU, fromEpoch: earliest };
		await expect(oracle.connect(signer).addLayout(layout))
			.to.be.revertedWithCustomError(oracle, "NotKeeper")
			.withArgs(signer.address, keeper.address);
		const kept = oracle.connect(keeper);
		for (const fromEpoch of [0, START_EPOCH, earliest - 1])
			await expect(kept.addLayout({ ...layout, fromEpoch }))
				.to.be.revertedWithCustomError(oracle, "LayoutTooEarly")
				.withArgs(fromEpoch, earliest);
		for (const hole of [
			{ forkVersion: 0n },
			{ validators: 0n },
			{ randao: 0n },
			...["forkVersion", "lookahead", "validators", "randao"].map((name) => ({ [name]: 2n ** 40n })),
		])
			await expect(kept.addLayout({ ...layout, ...hole }))
				.to.be.revertedWithCustomError(oracle, "InvalidLayout")
				.withArgs(earliest);
		await kept.addLayout({ ...layout, fromEpoch: earliest + 50 });
		for (const fromEpoch of [earliest, earliest + 50])
			await expect(kept.addLayout({ ...layout, fromEpoch }))
				.to.be.revertedWithCustomError(oracle, "LayoutTooEarly")
				.withArgs(fromEpoch, earliest + 51);
		await kept.addLayout({ ...layout, fromEpoch: earliest + 51, lookahead: 0, forkVersion: 0 });
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

	it("is not created with what it could not work with", async () => {
		const { genesisTime, signer } = rights;
		const deploy = (genesis: number, slotSeconds: number, slotsPerEpoch: number, timelock: bigint, layout = FULU) =>
			new LookaheadOracle__factory(signer).deploy(
				genesis,
				slotSeconds,
				slotsPerEpoch,
				ethers.ZeroAddress,
				timelock,
				layout,
			);
		const refused = [
			[deploy(genesisTime + 2 * START_EPOCH * EPOCH_SECONDS, 12, 32, 0n), "beaconGenesisTime"],
			[deploy(genesisTime, 0, 32, 0n), "slotSeconds"],
			[deploy(genesisTime, 2 ** 32, 32, 0n), "slotSeconds"],
			...[0, 1, 2, 3, 5, 6, 12, 31, 33, 64].map((n) => [deploy(genesisTime, 12, n, 0n), "slotsPerEpoch"] as const),
			[deploy(genesisTime, 12, 32, 2n ** 64n), "timelockEpochs"],
		] as const;
		for (const [deployed, name] of refused)
			await expect(deployed)
				.to.be.revertedWithCustomError(oracle, "InvalidParameter")
				.withArgs(ethers.encodeBytes32String(name), (value: unknown) => typeof value === "bigint");
		await expect(deploy(genesisTime, 12, 32, 0n, { ...FULU, randao: 0n } as unknown as typeof FULU))
			.to.be.revertedWithCustomError(oracle, "InvalidLayout")
			.withArgs(0);
		for (const slotsPerEpoch of [4, 8, 16, 32]) await deploy(genesisTime, 12, slotsPerEpoch, 2n ** 64n - 1n);
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
