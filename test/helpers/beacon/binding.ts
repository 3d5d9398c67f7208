/** R-10 by SSZ types and another BLS library than EIP-2537's: what a validator signs to name its delegate. */
import { ContainerType } from "@chainsafe/ssz";
import { ssz } from "@lodestar/types";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bytesToHex, hexToBytes, uintToBytes } from "../../../src/primitives/bytes.ts";
import type { Hash32, Hex } from "../../../src/primitives/types.ts";
import { seeded } from "./synthetic.ts";

const DST = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
const DOMAIN_TYPE = "0x6d6d6f43";

export interface BlsKey {
	/** 32 bytes. */
	readonly secret: Hex;
	/** 48 bytes. */
	readonly compressed: Hex;
	/** 128 bytes, as EIP-2537 has them. */
	readonly uncompressed: Hex;
	/** 256 bytes, as EIP-2537 has them. */
	sign(root: Hash32): Hex;
}

export interface Binding {
	readonly chainId: bigint;
	readonly registry: string;
	readonly validatorIndex: bigint;
	readonly delegate: string;
	readonly nonce: bigint;
}

const { G1, G2, longSignatures } = bls12_381;

export function blsKey(label: string): BlsKey {
	const secret = uintToBytes(BigInt(seeded(label)) % G1.Point.Fn.ORDER, 32);
	const point = longSignatures.getPublicKey(secret);
	return {
		secret: bytesToHex(secret),
		compressed: bytesToHex(point.toBytes(true)),
		uncompressed: g1(point),
		sign: (root) => g2(longSignatures.sign(longSignatures.hash(hexToBytes(root), DST), secret)),
	};
}

type G1Point = InstanceType<typeof G1.Point>;
type G2Point = InstanceType<typeof G2.Point>;

function g1(point: G1Point): Hex {
	const { x, y } = point.toAffine();
	return coordinates(x, y);
}

function g2(point: G2Point): Hex {
	const { x, y } = point.toAffine();
	return coordinates(x.c0, x.c1, y.c0, y.c1);
}

/** The field's modulus. */
export const P = G1.Point.Fp.ORDER;

export const coordinates = (...values: readonly bigint[]): Hex =>
	`0x${values.map((value) => value.toString(16).padStart(128, "0")).join("")}`;

const BindingType = new ContainerType({
	chainId: ssz.UintBn64,
	registry: ssz.Bytes20,
	validatorIndex: ssz.UintBn64,
	delegate: ssz.Bytes20,
	nonce: ssz.UintBn64,
});

/** As Commit-Boost has it. */
const PropCommitSigningInfo = new ContainerType({
	data: ssz.Bytes32,
	moduleSigningId: ssz.Bytes32,
	nonce: ssz.UintBn64,
	chainId: ssz.UintBn256,
});

/** The domain of Commit-Boost's signatures on the chain with that genesis. */
export function commitBoostDomain(genesisForkVersion: string): Hash32 {
	const forkData = { currentVersion: hexToBytes(genesisForkVersion), genesisValidatorsRoot: new Uint8Array(32) };
	const root = bytesToHex(ssz.phase0.ForkData.hashTreeRoot(forkData));
	return `${DOMAIN_TYPE}${root.slice(2, 58)}`;
}

export interface BindingRoots {
	/** Of the container. */
	readonly binding: Hash32;
	/** Of Commit-Boost's container around it. */
	readonly commitment: Hash32;
	/** What is signed. */
	readonly signing: Hash32;
}

export function bindingRoots(binding: Binding, signingId: string, domain: string): BindingRoots {
	const { chainId, delegate, nonce, registry, validatorIndex } = binding;
	const data = BindingType.hashTreeRoot({
		chainId,
		registry: hexToBytes(registry),
		validatorIndex,
		delegate: hexToBytes(delegate),
		nonce,
	});
	const objectRoot = PropCommitSigningInfo.hashTreeRoot({
		data,
		moduleSigningId: hexToBytes(signingId),
		nonce,
		chainId,
	});
	const signing = ssz.phase0.SigningData.hashTreeRoot({ objectRoot, domain: hexToBytes(domain) });
	return { binding: bytesToHex(data), commitment: bytesToHex(objectRoot), signing: bytesToHex(signing) };
}
