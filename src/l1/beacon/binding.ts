/** what a validator's BLS key signs to name a delegate, as Commit-Boost signs proposer commitments. */
import { ByteVectorType, ContainerType } from "@chainsafe/ssz";
import { ssz } from "@lodestar/types";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bytesToHex, bytesToUint, concatBytes, hexToBytes, uintToBytes } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address, Hash32, Hex } from "../../primitives/types.ts";

export interface Binding {
	/** Of L1. */
	readonly chainId: number;
	readonly registry: Address;
	readonly validatorIndex: number;
	readonly delegate: Address;
	/** The validator's next one in the registry. */
	readonly nonce: number;
}

/** What the registry says commitments are signed for: 32 bytes each. */
export interface SigningContext {
	readonly signingId: Hash32;
	readonly domain: Hash32;
}

export interface SignedBinding {
	/** 128 bytes, uncompressed (EIP-2537). */
	readonly publicKey: Hex;
	/** 256 bytes, uncompressed (EIP-2537). */
	readonly signature: Hex;
}

const Bytes20 = new ByteVectorType(20);
const BindingType = new ContainerType({
	chainId: ssz.UintBn64,
	registry: Bytes20,
	validatorIndex: ssz.UintBn64,
	delegate: Bytes20,
	nonce: ssz.UintBn64,
});
const CommitmentType = new ContainerType({
	root: ssz.Root,
	signingId: ssz.Root,
	nonce: ssz.UintBn64,
	chainId: ssz.UintBn64,
});

/** Commit-Boost's: a signature over it is none over a block, a vote or an exit. */
const DOMAIN_TYPE = "0x6d6d6f43";
const DST = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
const bls = bls12_381.longSignatures;

/** Throws `halt` (`wrong-domain`) if the domain is not one of Commit-Boost's: a registry must not get anything else signed. */
export function bindingRoot(binding: Binding, { domain, signingId }: SigningContext): Hash32 {
	if (!domain.startsWith(DOMAIN_TYPE))
		throw new MeridianError(
			"halt",
			"wrong-domain",
			`The registry wants a signature for the domain ${domain}, which is not Commit-Boost's`,
		);
	const [chainId, nonce] = [BigInt(binding.chainId), BigInt(binding.nonce)];
	const root = BindingType.hashTreeRoot({
		chainId,
		registry: hexToBytes(binding.registry),
		validatorIndex: BigInt(binding.validatorIndex),
		delegate: hexToBytes(binding.delegate),
		nonce,
	});
	const commitment = CommitmentType.hashTreeRoot({ root, signingId: hexToBytes(signingId), nonce, chainId });
	return bytesToHex(ssz.phase0.SigningData.hashTreeRoot({ objectRoot: commitment, domain: hexToBytes(domain) }));
}

/** @param secretKey 32 bytes, big endian. Throws `usage` (`bad-key`); the key is in no message. */
export function signBinding(root: Hash32, secretKey: Uint8Array): SignedBinding {
	checkSecret(secretKey);
	const publicKey = bls.getPublicKey(secretKey).toAffine();
	const { x, y } = bls.sign(bls.hash(hexToBytes(root), DST), secretKey).toAffine();
	return {
		publicKey: bytesToHex(concatBytes(...[publicKey.x, publicKey.y].map(element))),
		signature: bytesToHex(concatBytes(...[x.c0, x.c1, y.c0, y.c1].map(element))),
	};
}

/** Compressed, 48 bytes, as the beacon chain has it. Throws `usage` (`bad-key`). */
export function publicKeyOf(secretKey: Uint8Array): Hex {
	checkSecret(secretKey);
	return bytesToHex(bls.getPublicKey(secretKey).toBytes(true));
}

/** The library would take what is too large modulo the order, and so for another key. */
function checkSecret(secretKey: Uint8Array): void {
	const value = bytesToUint(secretKey);
	if (secretKey.length === 32 && value > 0n && value < bls12_381.fields.Fr.ORDER) return;
	throw new MeridianError("usage", "bad-key", "That is no BLS secret key", {
		hint: "a BLS secret key is 0x and 64 hex digits, not zero",
	});
}

const element = (value: bigint): Uint8Array => uintToBytes(value, 64);
