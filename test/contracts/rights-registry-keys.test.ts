import { readFileSync } from "node:fs";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { expect } from "chai";
import { ethers } from "ethers";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { GENESIS_FORK_VERSION } from "../../bench/rights-l1.ts";
import type { Hex } from "../../src/primitives/types.ts";
import { ProposerRegistry__factory } from "../../typechain-types/factories/l1/rights/ProposerRegistry__factory.ts";
import type { LookaheadOracle } from "../../typechain-types/l1/rights/LookaheadOracle.ts";
import type { ProposerRegistry } from "../../typechain-types/l1/rights/ProposerRegistry.ts";
import { type Binding, bindingRoots, blsKey, commitBoostDomain, coordinates, P } from "../helpers/beacon/binding.ts";
import { createDelegations, type Delegations } from "./support/delegations.ts";
import { flipped, type TestRights } from "./support/rights.ts";

const ZERO = ethers.ZeroAddress;

describe("ProposerRegistry, by key", function () {
	this.timeout(240_000);

	let rights: TestRights;
	let delegations: ProposerRegistry;
	let owner: ethers.Wallet;
	let alice: ethers.Wallet;
	let bob: ethers.Wallet;
	let chainId: bigint;
	let proofOf: Delegations["proofOf"];
	let keyOf: Delegations["keyOf"];
	let withdrawal: Delegations["withdrawal"];
	let withKey: Delegations["withKey"];
	let rootsFor: Delegations["rootsFor"];
	let signature: Delegations["signature"];
	let oracle: LookaheadOracle;

	before(async () => {
		({ alice, bob, chainId, delegations, keyOf, owner, proofOf, rights, rootsFor, signature, withKey, withdrawal } =
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
