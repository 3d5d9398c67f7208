import { expect } from "chai";
import { ethers } from "ethers";
import { afterEach, beforeEach, describe, it } from "mocha";
import { SLOT_SECONDS, START_EPOCH } from "../../bench/rights-l1.ts";
import { BEACON_ROOTS_ADDRESS } from "../../src/execute/systemContracts.ts";
import type { Hash32 } from "../../src/primitives/types.ts";
import type { LookaheadOracle } from "../../typechain-types/l1/rights/LookaheadOracle.ts";
import { FULU, SLOTS_PER_EPOCH, seeded, seededValidator, syntheticState } from "../helpers/beacon/synthetic.ts";
import { createTestOracle, firstSlotOf, halfOf, type TestOracle } from "./support/oracle.ts";
import { changes, flipped, refusal } from "./support/rights.ts";

describe("LookaheadOracle, its proofs", function () {
	this.timeout(240_000);

	let rights: TestOracle;
	let oracle: LookaheadOracle;
	let known: TestOracle["known"];

	beforeEach(async () => {
		rights = await createTestOracle();
		({ known, oracle } = rights);
	});

	afterEach(async () => await rights.close());

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
});
