/**
 * Vectors of what a sequencer signs for an item (P-1, P-2). Made with a general library for EIP-712 and not with this software's
 * own code, which they are to check, and which needs no general one.
 */

import { ethers } from "ethers";
import { COMMITMENT_TYPES } from "../../bench/commitments.ts";
import { bytesToHex, uintToBytes } from "../../src/primitives/bytes.ts";
import type { Hex } from "../../src/primitives/types.ts";
import { hexOf, quantity, type VectorFile } from "./format.ts";

interface Commitment {
	readonly name: string;
	readonly chainId: number;
	readonly slasher: Hex;
	readonly timeline: Hex;
	readonly tick: number;
	readonly index: number;
	readonly itemHash: Hex;
	readonly key: Hex;
}

/** Order of the curve's group: `n - s` is as good as `s` for whoever does not look. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const PLAIN: Commitment = {
	name: "a plain one",
	chainId: 1,
	slasher: hexOf("slasher", 20),
	timeline: hexOf("inbox", 20),
	tick: 81_276_500,
	index: 3,
	itemHash: hexOf("item", 32),
	key: hexOf("sequencer", 32),
};

function digestOf({ chainId, index, itemHash, slasher, tick, timeline }: Commitment): string {
	const domain = { name: "Meridian", version: "1", chainId, verifyingContract: slasher };
	return ethers.TypedDataEncoder.hash(domain, COMMITMENT_TYPES, { timeline, tick, index, itemHash });
}

function signed(commitment: Commitment) {
	const signer = new ethers.SigningKey(commitment.key);
	const digest = digestOf(commitment);
	const { chainId, index, itemHash, key, name, slasher, tick, timeline } = commitment;
	return {
		name,
		chainId: quantity(chainId),
		slasher,
		timeline,
		tick: quantity(tick),
		index: quantity(index),
		itemHash,
		key,
		digest,
		signature: signer.sign(digest).serialized,
		signer: ethers.computeAddress(signer).toLowerCase(),
	};
}

export function validCommitments(): VectorFile {
	const changed: [string, Partial<Commitment>][] = [
		["a plain one", {}],
		["another chain", { chainId: 31_337 }],
		["a large chain id", { chainId: 2 ** 53 - 1 }],
		["another slasher", { slasher: hexOf("another slasher", 20) }],
		["another timeline", { timeline: hexOf("another inbox", 20) }],
		["first tick, first item", { tick: 1, index: 0 }],
		["largest tick and index", { tick: 2 ** 41 - 1, index: 2 ** 32 - 1 }],
		["item hash zero", { itemHash: `0x${"00".repeat(32)}` }],
		["another sequencer", { key: hexOf("another sequencer", 32) }],
		["smallest key", { key: bytesToHex(uintToBytes(1, 32)) }],
		// So that v is 27 and 28 in both, and r or s now and then begins with zeros.
		...Array.from({ length: 8 }, (_, index): [string, Partial<Commitment>] => [
			`item ${index}`,
			{ index, itemHash: hexOf(`item ${index}`, 32) },
		]),
	];
	return {
		kind: "commitments",
		description: "P-1, P-2: digest of an item's commitment, and its signature by the key (nonce of RFC 6979)",
		cases: changed.map(([name, fields]) => signed({ ...PLAIN, ...fields, name })),
	};
}

/** Signatures that the signer's key, or whoever has seen one of its signatures, can make, and that are none by P-2. */
export function invalidCommitments(): VectorFile {
	const { key: _, ...valid } = signed(PLAIN);
	const { r, s, v, yParity, compactSerialized } = ethers.Signature.from(valid.signature);
	const word = (value: bigint): string => ethers.toBeHex(value, 32);
	const join = (...parts: readonly string[]): string => ethers.concat(parts);
	const inputs: [string, string, string][] = [
		["s in the upper half, v turned", join(r, word(N - BigInt(s)), v === 27 ? "0x1c" : "0x1b"), "high-s"],
		["s in the upper half, v as it was", join(r, word(N - BigInt(s)), ethers.toBeHex(v)), "high-s"],
		["v 0 or 1", join(r, s, yParity === 0 ? "0x00" : "0x01"), "v"],
		["the other v", join(r, s, v === 27 ? "0x1c" : "0x1b"), "signer"],
		["v 29", join(r, s, "0x1d"), "v"],
		["64 bytes, compact (EIP-2098)", compactSerialized, "length"],
		["66 bytes", join(valid.signature, "0x00"), "length"],
		["no bytes", "0x", "length"],
		["r zero", join(word(0n), s, ethers.toBeHex(v)), "r"],
		["s zero", join(r, word(0n), ethers.toBeHex(v)), "s"],
		["r beyond the group's order", join(word(N), s, ethers.toBeHex(v)), "r"],
		["all zero, by which a careless reader recovers the zero address", `0x${"00".repeat(65)}`, "r"],
	];
	return {
		kind: "commitments",
		description: "P-2: bytes that are no signature of the digest by the signer",
		cases: inputs.map(([name, signature, reason]) => ({ ...valid, name, signature, reason })),
	};
}
