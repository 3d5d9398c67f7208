/** The key that promises: the sequencer's own (P-2), natively, since a receipt is waited for. */
import { publicKeyOf, signHash } from "../../execute/native.ts";
import { bytesToHex, concatBytes, hexToBytes, isHex } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import { keccak256 } from "../../primitives/hash.ts";
import type { Address, Hex } from "../../primitives/types.ts";

export interface PromiseSigner {
	readonly address: Address;
	/** P-2: `r ‖ s ‖ v` of a 32-byte digest, the same for the same digest. */
	sign(digest: Uint8Array): Hex;
}

/** @param privateKey 32 bytes in 0x-hex; throws `usage` with `bad-key` for anything else, without repeating it */
export function createPromiseSigner(privateKey: string): PromiseSigner {
	const key = hexToBytes(isHex(privateKey, 32) ? privateKey : "0x");
	const publicKey = publicKeyOf(key);
	if (publicKey === null)
		throw new MeridianError("usage", "bad-key", "the key is no private key; give 32 bytes in 0x-hex");
	return {
		address: bytesToHex(keccak256(publicKey).subarray(12)),
		sign(digest) {
			const { recid, signature } = signHash(digest, key);
			return bytesToHex(concatBytes(signature, Uint8Array.of(27 + recid)));
		},
	};
}
