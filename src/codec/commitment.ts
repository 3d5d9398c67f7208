/** What a sequencer signs when it promises a place: its EIP-712 digest, and who has signed it; docs/spec/preconfirmations.md, P-1 and P-2. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, concatBytes, hexToBytes, uintToBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import type { Address, Hash32, Tick } from "../primitives/types.ts";

/** "The item with this hash is item number `index` of the tick." */
export interface ItemCommitment {
	/** The Inbox. */
	readonly timeline: Address;
	readonly tick: Tick;
	/** Among the tick's items, from 0. */
	readonly index: number;
	/** S-1. */
	readonly itemHash: Hash32;
}

/** Where a signature counts, and nowhere else. */
export interface CommitmentDomain {
	/** Of L1. */
	readonly chainId: number;
	/** The timeline's `PreconfSlasher`. */
	readonly slasher: Address;
}

const hashOf = (text: string): Uint8Array => keccak256(new TextEncoder().encode(text));
const word = (hex: string): Uint8Array => concatBytes(new Uint8Array(12), hexToBytes(hex));

const DOMAIN_TYPE = hashOf("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const COMMITMENT_TYPE = hashOf("ItemCommitment(address timeline,uint64 tick,uint32 index,bytes32 itemHash)");
const NAME = hashOf("Meridian");
const VERSION = hashOf("1");
const EIP191 = Uint8Array.of(0x19, 0x01);
/** P-2: half of the order of secp256k1. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
export const SIGNATURE_BYTES = 65;

/** The domain's part of every digest; the same for all commitments of a timeline. */
export function domainSeparator({ chainId, slasher }: CommitmentDomain): Uint8Array {
	return keccak256(concatBytes(DOMAIN_TYPE, NAME, VERSION, uintToBytes(chainId, 32), word(slasher)));
}

/** P-1: the 32 bytes that are signed. @param separator `domainSeparator` of the domain */
export function commitmentDigest(separator: Uint8Array, commitment: ItemCommitment): Uint8Array {
	const { index, itemHash, tick, timeline } = commitment;
	const struct = keccak256(
		concatBytes(COMMITMENT_TYPE, word(timeline), uintToBytes(tick, 32), uintToBytes(index, 32), hexToBytes(itemHash)),
	);
	return keccak256(concatBytes(EIP191, separator, struct));
}

/** P-2: who has signed the digest; null if these bytes are no signature of anybody's. */
export function recoverSigner(digest: Uint8Array, signature: Uint8Array): Address | null {
	const v = signature[64];
	if (signature.length !== SIGNATURE_BYTES || (v !== 27 && v !== 28)) return null;
	if (BigInt(bytesToHex(signature.subarray(32, 64))) > MAX_S) return null;
	try {
		const recovered = secp256k1.Signature.fromBytes(signature.subarray(0, 64), "compact").addRecoveryBit(v - 27);
		const key = recovered.recoverPublicKey(digest).toBytes(false);
		return bytesToHex(keccak256(key.subarray(1)).subarray(12));
	} catch {
		// Zero, beyond the order, or on no point of the curve.
		return null;
	}
}
