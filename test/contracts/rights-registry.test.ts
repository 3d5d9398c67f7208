import { expect } from "chai";
import { ethers } from "ethers";
import hre from "hardhat";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { START_EPOCH } from "../../bench/rights-l1.ts";
import type { LookaheadOracle } from "../../typechain-types/l1/rights/LookaheadOracle.ts";
import type { ProposerRegistry } from "../../typechain-types/l1/rights/ProposerRegistry.ts";
import { type ProvedState, SLOTS_PER_EPOCH, seededValidator, syntheticState } from "../helpers/beacon/synthetic.ts";
import { createDelegations, type Delegations } from "./support/delegations.ts";
import { changes, flipped, refusal, type TestRights } from "./support/rights.ts";

/** The budget of the whole transaction. */
const KEY_GAS = 300_000;
// Code that is instrumented for coverage costs more than any budget says.
const MEASURABLE = !hre.globalOptions.coverage;
const ZERO = ethers.ZeroAddress;

describe("ProposerRegistry", function () {
	this.timeout(240_000);

	let rights: TestRights;
	let delegations: ProposerRegistry;
	let owner: ethers.Wallet;
	let alice: ethers.Wallet;
	let bob: ethers.Wallet;
	let keys: Delegations["keys"];
	let proofOf: Delegations["proofOf"];
	let keyOf: Delegations["keyOf"];
	let withdrawal: Delegations["withdrawal"];
	let withKey: Delegations["withKey"];
	let signature: Delegations["signature"];
	let oracle: LookaheadOracle;

	before(async () => {
		({ alice, bob, delegations, keyOf, keys, owner, proofOf, rights, signature, withKey, withdrawal } =
			await createDelegations());
		oracle = rights.oracle;
	});

	after(async () => await rights.close());

	// A chain that forgets each test.
	let snapshot: string;
	beforeEach(async () => {
		snapshot = await rights.provider.send("evm_snapshot", []);
	});
	afterEach(async () => await rights.provider.send("evm_revert", [snapshot]));

	it("R-8 (a): the withdrawal address names a delegate, of 0x01 and 0x02 credentials", async () => {
		for (const index of [0, 5]) {
			await expect(withdrawal(index, alice.address)).to.emit(delegations, "Named").withArgs(index, alice.address, 0);
			expect(await delegations.namedBy(index)).to.equal(alice.address);
			expect(await delegations.nonceOf(index)).to.equal(1n);
		}
		expect(await delegations.namedBy(1)).to.equal(ZERO);
	});

	it("R-8 (a): nobody else does, nor an address in credentials that are none", async () => {
		for (const from of [alice, bob])
			await expect(withdrawal(0, alice.address, from))
				.to.be.revertedWithCustomError(delegations, "NotWithdrawalAddress")
				.withArgs(from.address, proofOf(0).fields[1]);
		for (const index of [8, 9, 10, 11])
			await expect(withdrawal(index, alice.address))
				.to.be.revertedWithCustomError(delegations, "NotWithdrawalAddress")
				.withArgs(owner.address, proofOf(index).fields[1]);
	});

	it("R-8 (b): the key names a delegate, whoever calls, with either sign of the key's y", async () => {
		const signs = new Set<string>();
		for (const index of keys.keys()) {
			signs.add((Number.parseInt(keyOf(index).compressed.slice(2, 4), 16) & 0x20) === 0 ? "smaller" : "larger");
			await expect(withKey(index, alice.address, await signature(index, alice.address)))
				.to.emit(delegations, "Named")
				.withArgs(index, alice.address, 0);
			expect(await delegations.namedBy(index)).to.equal(alice.address);
		}
		expect(signs.size).to.equal(2);
	});

	it("R-1: without a proved validator nothing is bound: a header, a state or a validator that is another's", async () => {
		const { branch, fields, proved } = proofOf(0);
		const bind = (state: ProvedState, index: number) =>
			delegations.connect(owner).bindByWithdrawal(state, index, fields, branch, alice.address);
		await expect(bind({ ...proved, timestamp: proved.timestamp + 12 }, 0)).to.be.revertedWithCustomError(
			oracle,
			"NoBeaconRoot",
		);
		await expect(bind(proved, 1)).to.be.revertedWithCustomError(oracle, "NotInState");
		const stranger = syntheticState({ slot: START_EPOCH * SLOTS_PER_EPOCH + 5, validators: [seededValidator(0)] });
		await expect(bind(stranger.proved(proved.timestamp), 0)).to.be.revertedWithCustomError(oracle, "WrongHeader");
	});

	it("INV-RIGHTS-3: every word of both calls' data changed, and data cut off, is refused", async () => {
		const { branch, fields, proved } = proofOf(0);
		const { interface: abi } = delegations;
		const common = [proved, 0, fields, branch, alice.address] as const;
		const signed = await signature(0, alice.address);
		const byKey = abi.encodeFunctionData("bindByKey", [...common, keyOf(0).uncompressed, signed]);
		const byAddress = abi.encodeFunctionData("bindByWithdrawal", [...common]);
		for (const data of [byKey, byAddress]) {
			expect(await refusal(delegations, data, owner.address)).to.equal(null);
			const words = (ethers.dataLength(data) - 4) / 32;
			for (let word = 0; word < words; word++) {
				// state, index, eight fields, branch, then the delegate, whom the withdrawal address is free to choose.
				const free = data === byAddress && word === 11;
				for (const bit of free ? [255] : [0, 63, 255])
					expect(
						await refusal(delegations, flipped(data, word, bit, 4), owner.address),
						`word ${word}, bit ${bit}`,
					).to.be.a("string");
				const cut = ethers.dataSlice(data, 0, 4 + word * 32);
				expect(await refusal(delegations, cut, owner.address), `${word} words`).to.equal("");
			}
		}
		for (const list of changes(branch))
			await expect(
				delegations.connect(owner).bindByWithdrawal.staticCall(proved, 0, fields, list, alice.address),
			).to.be.revertedWithCustomError(oracle, list.length === 47 ? "NotInState" : "WrongBranchLength");
	});

	it("binds by key within its budget, the whole transaction; by withdrawal address for less", async () => {
		const gas = async (sent: Promise<ethers.ContractTransactionResponse>): Promise<number> =>
			Number((await (await sent).wait())?.gasUsed);
		const byKey = await gas(withKey(0, alice.address, await signature(0, alice.address)));
		const byAddress = await gas(withdrawal(1, alice.address));
		expect(byKey).to.be.within(150_000, MEASURABLE ? KEY_GAS : Infinity);
		expect(byAddress).to.be.within(21_000, byKey - 1);
	});
});
