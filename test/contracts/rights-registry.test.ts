import { readFileSync } from "node:fs";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { expect } from "chai";
import { ethers } from "ethers";
import hre from "hardhat";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { EPOCH_SECONDS, GENESIS_FORK_VERSION, START_EPOCH } from "../../bench/rights-l1.ts";
import type { Hash32, Hex } from "../../src/primitives/types.ts";
import { ProposerRegistry__factory } from "../../typechain-types/factories/l1/rights/ProposerRegistry__factory.ts";
import type { LookaheadOracle } from "../../typechain-types/l1/rights/LookaheadOracle.ts";
import type { ProposerRegistry } from "../../typechain-types/l1/rights/ProposerRegistry.ts";
import {
	type Binding,
	type BlsKey,
	bindingRoots,
	blsKey,
	commitBoostDomain,
	coordinates,
	P,
} from "../helpers/beacon/binding.ts";
import {
	credentialsOf,
	type EightHashes,
	type ProvedState,
	SLOTS_PER_EPOCH,
	seededValidator,
	syntheticState,
} from "../helpers/beacon/synthetic.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { changes, createTestRights, flipped, refusal, type TestRights } from "./support/rights.ts";

/** The budget of the whole transaction. */
const KEY_GAS = 300_000;
// Code that is instrumented for coverage costs more than any budget says.
const MEASURABLE = !hre.globalOptions.coverage;
const ZERO = ethers.ZeroAddress;

interface Proof {
	readonly proved: ProvedState;
	readonly index: number;
	readonly fields: EightHashes;
	readonly branch: Hash32[];
}

describe("ProposerRegistry", function () {
	this.timeout(240_000);

	let rights: TestRights;
	let delegations: ProposerRegistry;
	let oracle: LookaheadOracle;
	/** Withdrawal address of validators 0 to 3 (0x01) and 4 to 7 (0x02). */
	let owner: ethers.Wallet;
	let alice: ethers.Wallet;
	let bob: ethers.Wallet;
	let chainId: bigint;
	let keys: readonly BlsKey[];
	let proofOf: (index: number) => Proof;

	before(async () => {
		rights = await createTestRights();
		({ oracle, registry: delegations } = rights);
		[owner, alice, bob] = (await Promise.all(["owner", "alice", "bob"].map(rights.account))) as [
			ethers.Wallet,
			ethers.Wallet,
			ethers.Wallet,
		];
		({ chainId } = await rights.provider.getNetwork());
		keys = Array.from({ length: 8 }, (_, i) => blsKey(`validator ${i}`));
		const odd = [
			// Not of an address: BLS credentials, an unknown kind, and each with a byte that must be zero.
			{ publicKey: blsKey("odd").compressed, credentials: credentialsOf(owner.address, 0) },
			{ publicKey: blsKey("odd").compressed, credentials: credentialsOf(owner.address, 3) },
			{ publicKey: blsKey("odd").compressed, credentials: flipped(credentialsOf(owner.address, 1), 0, 160) as Hex },
			{ publicKey: blsKey("odd").compressed, credentials: flipped(credentialsOf(owner.address, 2), 0, 247) as Hex },
			// Keys that are none: infinity, a point outside the subgroup, and all zero.
			{ publicKey: `0xc0${"00".repeat(47)}` as Hex, credentials: credentialsOf(owner.address, 1) },
			{ publicKey: `0x80${"00".repeat(47)}` as Hex, credentials: credentialsOf(owner.address, 1) },
			{ publicKey: `0x${"00".repeat(48)}` as Hex, credentials: credentialsOf(owner.address, 1) },
		];
		const state = syntheticState({
			slot: START_EPOCH * SLOTS_PER_EPOCH + 5,
			validators: [
				...keys.map(({ compressed }, i) => ({
					publicKey: compressed,
					credentials: credentialsOf(owner.address, i < 4 ? 1 : 2),
				})),
				...odd,
			],
		});
		const proved = await rights.know(state);
		proofOf = (index) => ({ proved, ...state.validator(index) });
	});

	after(async () => await rights.close());

	// A chain that forgets each test.
	let snapshot: string;
	beforeEach(async () => {
		snapshot = await rights.provider.send("evm_snapshot", []);
	});
	afterEach(async () => await rights.provider.send("evm_revert", [snapshot]));

	const withdrawal = (index: number, delegate: string, from = owner) => {
		const { branch, fields, proved } = proofOf(index);
		return delegations.connect(from).bindByWithdrawal(proved, index, fields, branch, delegate);
	};

	const rootsFor = async (index: number, delegate: string, other: Partial<Binding> = {}) => {
		const binding = {
			chainId,
			registry: await delegations.getAddress(),
			validatorIndex: BigInt(index),
			delegate,
			nonce: await delegations.nonceOf(index),
			...other,
		};
		return bindingRoots(binding, await delegations.SIGNING_ID(), await delegations.DOMAIN());
	};

	const keyOf = (index: number): BlsKey => keys[index] ?? expect.fail(`no key ${index}`);

	const signature = async (index: number, delegate: string, other: Partial<Binding> = {}, key = keyOf(index)) =>
		key.sign((await rootsFor(index, delegate, other)).signing);

	/** By anybody. */
	const withKey = (index: number, delegate: string, signed: string, publicKey: string = keyOf(index).uncompressed) => {
		const { branch, fields, proved } = proofOf(index);
		return delegations
			.connect(bob)
			.bindByKey(proved, index, fields, branch, delegate, publicKey, signed, { gasLimit: 1_000_000 });
	};

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

	it("R-10: the root is that of the SSZ containers, as Commit-Boost signs them", async () => {
		expect(await delegations.DOMAIN()).to.equal(commitBoostDomain(GENESIS_FORK_VERSION));
		const text = "Meridian: a validator names its delegate, version 1";
		expect(await delegations.SIGNING_ID()).to.equal(ethers.id(text));
		await withdrawal(3, bob.address);
		for (const [index, delegate] of [
			[0, alice.address],
			[3, bob.address],
			[2 ** 40 - 1, ZERO],
		] as const)
			expect(await delegations.signingRoot(index, delegate)).to.equal((await rootsFor(index, delegate)).signing);
	});

	it("R-10: the worked example of docs/spec/rights.md, section 7", () => {
		const domain = commitBoostDomain(GENESIS_FORK_VERSION);
		const signingId = ethers.id("Meridian: a validator names its delegate, version 1");
		const binding = {
			chainId: 560_048n,
			registry: `0x${"11".repeat(20)}`,
			validatorIndex: 123_456n,
			delegate: `0x${"22".repeat(20)}`,
			nonce: 7n,
		};
		const roots = bindingRoots(binding, signingId, domain);
		const key = blsKey("worked example");
		const signed = key.sign(roots.signing);
		const document = readFileSync(new URL("../../docs/spec/rights.md", import.meta.url), "utf8");
		for (const value of [domain, signingId, ...Object.values(roots), key.secret, key.compressed])
			expect(document).to.include(value.slice(2));
		const { Signature } = bls12_381.longSignatures;
		const [x1 = 0n, x0 = 0n, y1 = 0n, y0 = 0n] = [1, 0, 3, 2].map((i) =>
			BigInt(ethers.dataSlice(signed, 64 * i, 64 * i + 64)),
		);
		const point = bls12_381.G2.Point.fromAffine({ x: { c0: x0, c1: x1 }, y: { c0: y0, c1: y1 } });
		expect(document).to.include(Signature.toHex(point));
	});

	it("R-10, INV-REGISTRY-3 (trap 28): a signature for another chain, registry, validator, delegate or nonce names nobody", async () => {
		const registry = await delegations.getAddress();
		const others: Partial<Binding>[] = [
			{ chainId: chainId + 1n },
			{ chainId: 0n },
			{ registry: ethers.getAddress(flipped(ethers.zeroPadValue(registry, 32), 0, 0).replace(/^0x0{24}/, "0x")) },
			{ registry: ZERO },
			{ validatorIndex: 1n },
			{ validatorIndex: 2n ** 40n },
			{ delegate: bob.address },
			{ delegate: ZERO },
			{ nonce: 1n },
			{ nonce: 2n ** 64n - 1n },
		];
		for (const other of others)
			await expect(withKey(0, alice.address, await signature(0, alice.address, other)))
				.to.be.revertedWithCustomError(delegations, "InvalidSignature")
				.withArgs((await rootsFor(0, alice.address)).signing);
		// Of another module, of another chain's domain, of the bare container, by another key.
		const { binding, commitment } = await rootsFor(0, alice.address);
		const domain = await delegations.DOMAIN();
		const bare = { chainId, registry, validatorIndex: 0n, delegate: alice.address, nonce: 0n };
		const otherModule = bindingRoots(bare, ethers.id("another module"), domain).signing;
		const otherDomain = bindingRoots(bare, await delegations.SIGNING_ID(), commitBoostDomain("0x00000000")).signing;
		for (const root of [binding, commitment, otherModule, otherDomain])
			await expect(withKey(0, alice.address, keyOf(0).sign(root))).to.be.revertedWithCustomError(
				delegations,
				"InvalidSignature",
			);
		await expect(
			withKey(0, alice.address, await signature(0, alice.address, {}, keyOf(1))),
		).to.be.revertedWithCustomError(delegations, "InvalidSignature");
	});

	it("R-10, INV-REGISTRY-3 (trap 28): a signature works once, and not after the validator named anybody in either way", async () => {
		const first = await signature(0, alice.address);
		const early = await signature(0, alice.address, { nonce: 2n });
		await withKey(0, alice.address, first);
		await expect(withKey(0, alice.address, first)).to.be.revertedWithCustomError(delegations, "InvalidSignature");
		const second = await signature(0, bob.address);
		await withdrawal(0, owner.address);
		await expect(withKey(0, bob.address, second)).to.be.revertedWithCustomError(delegations, "InvalidSignature");
		expect(await delegations.namedBy(0)).to.equal(owner.address);
		await withKey(0, alice.address, early);
		expect(await delegations.nonceOf(0)).to.equal(3n);
		// Another registry on the same chain has the same nonces.
		const twin = await new ProposerRegistry__factory(rights.signer).deploy(oracle, GENESIS_FORK_VERSION);
		const { branch, fields, proved } = proofOf(0);
		await expect(
			twin.bindByKey(proved, 0, fields, branch, alice.address, keyOf(0).uncompressed, first),
		).to.be.revertedWithCustomError(delegations, "InvalidSignature");
	});

	it("R-10: a key that is another validator's, or negated, is refused", async () => {
		const signed = await signature(0, alice.address);
		const { uncompressed } = keyOf(0);
		const y = BigInt(ethers.dataSlice(uncompressed, 64));
		const negated = ethers.concat([ethers.dataSlice(uncompressed, 0, 64), coordinates(P - y)]);
		for (const key of [keyOf(1).uncompressed, negated])
			await expect(withKey(0, alice.address, signed, key)).to.be.revertedWithCustomError(delegations, "WrongKey");
		await expect(withKey(0, alice.address, signed, keyOf(1).uncompressed))
			.to.be.revertedWithCustomError(delegations, "WrongKey")
			.withArgs(ethers.sha256(ethers.concat([keyOf(1).compressed, new Uint8Array(16)])), proofOf(0).fields[0]);
	});

	it("R-10: coordinates not below the modulus, and points of another size, are refused", async () => {
		const { uncompressed } = keyOf(0);
		const signed = await signature(0, alice.address);
		const wrong = (point: string): string[] => {
			const values = Array.from({ length: ethers.dataLength(point) / 64 }, (_, i) =>
				BigInt(ethers.dataSlice(point, 64 * i, 64 * i + 64)),
			);
			const canonical = values.flatMap((value, i) =>
				[value + P, P, P + 1n, value + 2n ** 384n, value + 2n ** 511n, 2n ** 512n - 1n].map((other) =>
					coordinates(...values.with(i, other)),
				),
			);
			const size = [
				"0x",
				ethers.dataSlice(point, 0, 64),
				ethers.dataSlice(point, 1),
				ethers.dataSlice(point, 0, ethers.dataLength(point) - 1),
				ethers.concat([point, "0x00"]),
				ethers.concat([point, new Uint8Array(64)]),
				ethers.concat([point, point]),
			];
			return [...canonical, ...size];
		};
		for (const key of [...wrong(uncompressed), keyOf(0).compressed])
			await expect(withKey(0, alice.address, signed, key))
				.to.be.revertedWithCustomError(delegations, "InvalidPoint")
				.withArgs(key);
		for (const other of wrong(signed))
			await expect(withKey(0, alice.address, other))
				.to.be.revertedWithCustomError(delegations, "InvalidPoint")
				.withArgs(other);
	});

	it("R-10: infinity and zero are no keys and no signatures, even where a validator has such a key", async () => {
		const signed = await signature(0, alice.address);
		const none = `0x${"00".repeat(128)}`;
		for (const index of [0, 12, 14])
			await expect(withKey(index, alice.address, signed, none)).to.be.revertedWithCustomError(
				delegations,
				"PointAtInfinity",
			);
		await expect(withKey(0, alice.address, `0x${"00".repeat(256)}`)).to.be.revertedWithCustomError(
			delegations,
			"PointAtInfinity",
		);
		// Both: e(0, H) * e(-G1, 0) = 1.
		await expect(withKey(12, alice.address, `0x${"00".repeat(256)}`, none)).to.be.revertedWithCustomError(
			delegations,
			"PointAtInfinity",
		);
	});

	it("R-10: points off the curve or outside the subgroup are refused", async () => {
		const signed = await signature(0, alice.address);
		// (0, 2) is on the curve and has order 3.
		await expect(withKey(13, alice.address, signed, coordinates(0n, 2n))).to.be.revertedWithCustomError(
			delegations,
			"InvalidSignature",
		);
		await expect(withKey(0, alice.address, signed, coordinates(1n, 1n))).to.be.revertedWithCustomError(
			delegations,
			"WrongKey",
		);
		const values = [0, 1, 2, 3].map((i) => BigInt(ethers.dataSlice(signed, 64 * i, 64 * i + 64)));
		const [x0 = 0n, x1 = 0n, y0 = 0n, y1 = 0n] = values;
		const others = [
			coordinates(1n, 1n, 1n, 1n),
			coordinates(x0, x1, y0, y1 ^ 1n),
			coordinates(x1, x0, y1, y0),
			coordinates(y0, y1, x0, x1),
			coordinates(x0, x1, P - y0, P - y1),
			outsideG2(),
		];
		for (const other of others)
			await expect(withKey(0, alice.address, other)).to.be.revertedWithCustomError(delegations, "InvalidSignature");
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

	it("binds by key within its budget, the whole transaction; by withdrawal address for less", async () => {
		const gas = async (sent: Promise<ethers.ContractTransactionResponse>): Promise<number> =>
			Number((await (await sent).wait())?.gasUsed);
		const byKey = await gas(withKey(0, alice.address, await signature(0, alice.address)));
		const byAddress = await gas(withdrawal(1, alice.address));
		expect(byKey).to.be.within(150_000, MEASURABLE ? KEY_GAS : Infinity);
		expect(byAddress).to.be.within(21_000, byKey - 1);
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
});

/** A point of the curve over Fp2 that is not of G2's order. */
function outsideG2(): Hex {
	const { Fp2 } = bls12_381.fields;
	const b = Fp2.create({ c0: 4n, c1: 4n });
	for (let c0 = 1n; ; c0++) {
		const x = Fp2.create({ c0, c1: 0n });
		const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
		try {
			const y = Fp2.sqrt(square);
			const point = bls12_381.G2.Point.fromAffine({ x, y });
			if (!point.isTorsionFree()) return coordinates(x.c0, x.c1, y.c0, y.c1);
		} catch {
			// No square: no point at this x.
		}
	}
}
