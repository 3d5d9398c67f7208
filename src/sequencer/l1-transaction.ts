/**
 * Transactions for L1 as bytes: those of EIP-1559, and those of EIP-4844 in the form nodes take them, with their blobs. Written out instead
 * of using ethers, which takes up to a tenth of a second for a publication's worth of data, and receipts would wait for that.
 */
import { encodeList, encodeString, integerBytes } from "../execute/rlp.ts";
import { bytesToHex, concatBytes, hexToBytes } from "../primitives/bytes.ts";
import { keccak256, keccakHex } from "../primitives/hash.ts";
import type { Address, Hash32, Hex } from "../primitives/types.ts";
import type { Fees } from "./fees.ts";

export interface L1Call {
	readonly to: Address;
	readonly data: Hex;
	/** Wei. */
	readonly value: bigint;
	readonly gasLimit: bigint;
}

/** A blob with all that a type-3 transaction carries for it. */
export interface SignedBlob {
	/** 131,072 bytes. */
	readonly blob: Uint8Array;
	/** 48 bytes. */
	readonly commitment: Uint8Array;
	/** Wrapper version 1: 128 cell proofs. Wrapper version 0: one blob proof. */
	readonly proofs: readonly Uint8Array[];
	readonly versionedHash: Hash32;
}

/** Who signs digests with a key of an account: an ethers wallet, or anything that keeps keys. */
export interface L1Signer {
	readonly address: string;
	readonly signingKey: { sign(digest: Hex): DigestSignature | Promise<DigestSignature> };
}

interface DigestSignature {
	/** 0x-hex, `s` in the lower half. */
	readonly r: string;
	readonly s: string;
	readonly yParity: 0 | 1;
}

export interface UnsignedTransaction {
	readonly chainId: bigint;
	readonly nonce: number;
	readonly call: L1Call;
	readonly fees: Fees;
	/** Empty: a transaction of type 2. */
	readonly blobs: readonly SignedBlob[];
}

const FEE_MARKET = 2;
const BLOB = 3;
const NO_ACCESS_LIST = encodeList([]);

const integer = (value: bigint): Uint8Array => encodeString(integerBytes(value));
const string = (hex: Hex): Uint8Array => encodeString(hexToBytes(hex));
const typed = (type: number, encoded: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(type), encoded);

/** The bytes to broadcast, and the hash to ask for. */
export async function signTransaction(
	signer: L1Signer,
	unsigned: UnsignedTransaction,
	wrapperVersion: 0 | 1,
): Promise<{ raw: Hex; hash: Hash32 }> {
	const type = unsigned.blobs.length === 0 ? FEE_MARKET : BLOB;
	const fields = signedFields(unsigned);
	const digest = bytesToHex(keccak256(typed(type, encodeList(fields))));
	const { r, s, yParity } = await signer.signingKey.sign(digest);
	const body = encodeList([...fields, integer(BigInt(yParity)), integer(BigInt(r)), integer(BigInt(s))]);
	// Neither the signature nor the hash covers the blobs themselves.
	const sent = type === BLOB ? wrap(body, unsigned.blobs, wrapperVersion) : body;
	return { raw: bytesToHex(typed(type, sent)), hash: keccakHex(typed(type, body)) };
}

function signedFields({ blobs, call, chainId, fees, nonce }: UnsignedTransaction): Uint8Array[] {
	const fields = [
		integer(chainId),
		integer(BigInt(nonce)),
		integer(fees.maxPriorityFeePerGas),
		integer(fees.maxFeePerGas),
		integer(call.gasLimit),
		string(call.to),
		integer(call.value),
		string(call.data),
		NO_ACCESS_LIST,
	];
	if (blobs.length === 0) return fields;
	const hashes = encodeList(blobs.map(({ versionedHash }) => string(versionedHash)));
	return [...fields, integer(fees.maxFeePerBlobGas), hashes];
}

/** Version 0 is that of EIP-4844, 1 that of EIP-7594. */
function wrap(body: Uint8Array, blobs: readonly SignedBlob[], version: 0 | 1): Uint8Array {
	return encodeList([
		body,
		...(version === 0 ? [] : [integer(BigInt(version))]),
		encodeList(blobs.map(({ blob }) => encodeString(blob))),
		encodeList(blobs.map(({ commitment }) => encodeString(commitment))),
		encodeList(blobs.flatMap(({ proofs }) => proofs.map(encodeString))),
	]);
}
