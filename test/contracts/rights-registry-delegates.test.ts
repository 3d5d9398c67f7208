import { expect } from "chai";
import { ethers } from "ethers";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { EPOCH_SECONDS, START_EPOCH } from "../../bench/rights-l1.ts";
import type { ProposerRegistry } from "../../typechain-types/l1/rights/ProposerRegistry.ts";
import { SLOTS_PER_EPOCH } from "../helpers/beacon/synthetic.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { createDelegations, type Delegations } from "./support/delegations.ts";
import type { TestRights } from "./support/rights.ts";

const ZERO = ethers.ZeroAddress;

describe("ProposerRegistry, from epoch to epoch", function () {
	this.timeout(240_000);

	let rights: TestRights;
	let delegations: ProposerRegistry;
	let owner: ethers.Wallet;
	let alice: ethers.Wallet;
	let bob: ethers.Wallet;
	let withdrawal: Delegations["withdrawal"];
	let withKey: Delegations["withKey"];
	let signature: Delegations["signature"];

	before(async () => {
		({ alice, bob, delegations, owner, rights, signature, withKey, withdrawal } = await createDelegations());
	});

	after(async () => await rights.close());

	// A chain that forgets each test.
	let snapshot: string;
	beforeEach(async () => {
		snapshot = await rights.provider.send("evm_snapshot", []);
	});
	afterEach(async () => await rights.provider.send("evm_revert", [snapshot]));

	const at = async (epoch: number, second = 0): Promise<void> =>
		await rights.at(rights.startOf(epoch * SLOTS_PER_EPOCH) + second);

	const delegatesOf = async (index: number, epochs: readonly number[]): Promise<string[]> =>
		await Promise.all(epochs.map((epoch) => delegations.delegateOf(index, epoch)));

	/** Accepted in the first second of the epoch; effective from the second epoch on. */
	async function delegated(index: number, delegate: ethers.Wallet, epoch: number): Promise<void> {
		await withdrawal(index, delegate.address);
		await at(epoch);
		await delegations.connect(delegate).accept([index]);
	}

	it("R-8: an acceptance counts from the second epoch after its own on, wherever in the epoch it was", async () => {
		const epoch = START_EPOCH + 5;
		for (const index of [0, 1, 2]) await withdrawal(index, alice.address);
		for (const [index, second] of [
			[0, 0],
			[1, EPOCH_SECONDS - 1],
			[2, EPOCH_SECONDS],
		] as const) {
			const own = second === EPOCH_SECONDS ? epoch + 1 : epoch;
			await at(epoch, second);
			await expect(delegations.connect(alice).accept([index]))
				.to.emit(delegations, "Delegated")
				.withArgs(index, alice.address, own + 2);
			const epochs = [0, own - 1, own, own + 1, own + 2];
			expect(await delegatesOf(index, epochs)).to.deep.equal([ZERO, ZERO, ZERO, ZERO, alice.address]);
		}
		await rights.enter(epoch + 7);
		expect(await delegatesOf(1, [epoch + 1, epoch + 2, epoch + 7, epoch + 9])).to.deep.equal([
			ZERO,
			alice.address,
			alice.address,
			alice.address,
		]);
		await expect(delegations.delegateOf(1, epoch + 10))
			.to.be.revertedWithCustomError(delegations, "EpochTooFar")
			.withArgs(epoch + 10, epoch + 9);
	});

	it("R-8, INV-REGISTRY-2: only who is named accepts, once, and only the last one who was named", async () => {
		const accept = (who: ethers.Wallet, index = 0) => delegations.connect(who).accept([index]);
		await expect(accept(alice)).to.be.revertedWithCustomError(delegations, "NotNamed").withArgs(0, alice.address, ZERO);
		await withdrawal(0, alice.address);
		await expect(accept(bob))
			.to.be.revertedWithCustomError(delegations, "NotNamed")
			.withArgs(0, bob.address, alice.address);
		await withdrawal(0, bob.address);
		await expect(accept(alice)).to.be.revertedWithCustomError(delegations, "NotNamed");
		await accept(bob);
		await expect(accept(bob)).to.be.revertedWithCustomError(delegations, "NotNamed").withArgs(0, bob.address, ZERO);
		// One of several that is not theirs: none is accepted.
		await withdrawal(1, alice.address);
		await expect(delegations.connect(alice).accept([1, 0])).to.be.revertedWithCustomError(delegations, "NotNamed");
		expect(await delegations.namedBy(1)).to.equal(alice.address);
		// Named and taken back.
		await withdrawal(1, ZERO);
		await expect(accept(alice, 1)).to.be.revertedWithCustomError(delegations, "NotNamed");
	});

	it("R-9: a new delegate ends the old one when it becomes effective, and not by being named", async () => {
		const epoch = START_EPOCH + 3;
		await delegated(0, alice, epoch);
		await at(epoch + 4);
		await withdrawal(0, bob.address);
		expect(await delegatesOf(0, [epoch + 4, epoch + 5, epoch + 6])).to.deep.equal(Array(3).fill(alice.address));
		await at(epoch + 5);
		await delegations.connect(bob).accept([0]);
		expect(await delegatesOf(0, [epoch + 1, epoch + 2, epoch + 6, epoch + 7])).to.deep.equal([
			ZERO,
			alice.address,
			alice.address,
			bob.address,
		]);
	});

	it("R-9: the validator ends it in either way, the delegate by resigning, from the second epoch on", async () => {
		const epoch = START_EPOCH + 3;
		for (const index of [0, 1, 2]) await delegated(index, alice, epoch + index);
		const end = epoch + 10;
		await at(end);
		await expect(withdrawal(0, ZERO))
			.to.emit(delegations, "Delegated")
			.withArgs(0, ZERO, end + 2);
		await at(end, 1);
		await withKey(1, ZERO, await signature(1, ZERO));
		await at(end, EPOCH_SECONDS - 1);
		await expect(delegations.connect(alice).resign([2]))
			.to.emit(delegations, "Delegated")
			.withArgs(2, ZERO, end + 2);
		for (const index of [0, 1, 2])
			expect(await delegatesOf(index, [end, end + 1, end + 2])).to.deep.equal([alice.address, alice.address, ZERO]);
		for (const index of [0, 1, 2])
			await expect(delegations.connect(alice).accept([index])).to.be.revertedWithCustomError(delegations, "NotNamed");
	});

	it("R-9: who never was the delegate, was replaced, or has resigned, resigns nothing", async () => {
		const epoch = START_EPOCH + 3;
		const resign = (who: ethers.Wallet) => delegations.connect(who).resign([0]);
		await withdrawal(0, alice.address);
		for (const who of [alice, owner, bob])
			await expect(resign(who))
				.to.be.revertedWithCustomError(delegations, "NotDelegate")
				.withArgs(0, who.address, ZERO);
		await delegated(0, alice, epoch);
		await at(epoch + 5);
		await withdrawal(0, bob.address);
		await delegations.connect(bob).accept([0]);
		// Still the delegate for this epoch and the next: but its end is fixed already.
		await expect(resign(alice))
			.to.be.revertedWithCustomError(delegations, "NotDelegate")
			.withArgs(0, alice.address, bob.address);
		await resign(bob);
		await expect(resign(bob)).to.be.revertedWithCustomError(delegations, "NotDelegate").withArgs(0, bob.address, ZERO);
		// In the epoch of its acceptance: it never acts.
		expect(await delegatesOf(0, [epoch + 5, epoch + 6, epoch + 7])).to.deep.equal([alice.address, alice.address, ZERO]);
	});

	it("R-9: the last word of an epoch counts; what follows in the next one does not touch it", async () => {
		const epoch = START_EPOCH + 3;
		const change = async (index: number, who: ethers.Wallet) => {
			await withdrawal(index, who.address);
			await delegations.connect(who).accept([index]);
		};
		await at(epoch);
		await change(0, alice);
		await change(0, bob);
		expect(await delegatesOf(0, [epoch + 1, epoch + 2])).to.deep.equal([ZERO, bob.address]);
		await at(epoch + 1);
		await change(0, alice);
		await at(epoch + 2);
		await withdrawal(0, ZERO);
		expect(await delegatesOf(0, [epoch + 1, epoch + 2, epoch + 3, epoch + 4])).to.deep.equal([
			ZERO,
			bob.address,
			alice.address,
			ZERO,
		]);
	});

	it("INV-REGISTRY-1: delegates of past, current and next epochs never change, whatever is done (random histories)", async () => {
		const random = seededRandom();
		const people = [alice, bob, owner];
		for (let history = 0; history < 5; history++) {
			const index = history;
			/** Epoch -> the delegate, once it was fixed. */
			const fixed = new Map<number, string>();
			/** What the rules say: changes in the order in which they begin. */
			const model = new Map<number, string>();
			const modelAt = (epoch: number): string =>
				[...model].filter(([from]) => from <= epoch).sort(([a], [b]) => b - a)[0]?.[1] ?? ZERO;
			let named = ZERO;
			const start = START_EPOCH + 5 + history * 40;
			for (let epoch = start; epoch < start + 12; epoch++) {
				await rights.enter(epoch);
				for (let left = random.below(4); left > 0; left--) {
					const who = people[random.below(3)] ?? owner;
					const action = random.below(4);
					if (action === 0) {
						await withdrawal(index, who.address);
						named = who.address;
					} else if (action === 1 && named === who.address) {
						await delegations.connect(who).accept([index]);
						model.set(epoch + 2, who.address);
						named = ZERO;
					} else if (action === 2 && modelAt(epoch + 2) === who.address) {
						await delegations.connect(who).resign([index]);
						model.set(epoch + 2, ZERO);
					} else if (action === 3 && random.below(3) === 0) {
						await withdrawal(index, ZERO);
						model.set(epoch + 2, ZERO);
						named = ZERO;
					}
				}
				for (let e = start; e <= epoch + 1; e++) {
					const delegate = await delegations.delegateOf(index, e);
					expect(delegate, `${random.seed}: epoch ${e} seen in ${epoch}`).to.equal(modelAt(e));
					expect(fixed.get(e) ?? delegate).to.equal(delegate);
					fixed.set(e, delegate);
				}
			}
		}
	});
});
