/** Who signed a transaction: the most expensive part of a plain transfer, also done ahead by sender-worker.ts. */
import { bytesToUint, concatBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import { recoverPublicKey } from "./native.ts";
import { encodeList, encodeString, integerBytes } from "./rlp.ts";
import type { TxFields } from "./txFields.ts";

/** `v` of a legacy signature with a chain id (EIP-155). */
export const V_PROTECTED = 35n;
/** EIP-2: half of the order of secp256k1. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const EMPTY = encodeString(new Uint8Array(0));

/** The sender's 20 bytes, or null if no key fits the signature or E-14 forbids it. */
export function recoverSender(fields: TxFields, chainId: bigint): Uint8Array | null {
	const { type, r, s } = fields;
	const v = bytesToUint(fields.v);
	const parity = type === 0 ? v - V_PROTECTED - 2n * chainId : v;
	if (r.length === 0 || s.length === 0 || bytesToUint(s) > MAX_S || (parity !== 0n && parity !== 1n)) return null;
	try {
		return keccak256(recoverPublicKey(signedHash(fields, chainId), Number(parity), r, s)).subarray(12);
	} catch {
		return null;
	}
}

function signedHash({ type, signed }: TxFields, chainId: bigint): Uint8Array {
	if (type !== 0) return keccak256(concatBytes(Uint8Array.of(type), encodeList([signed])));
	return keccak256(encodeList([signed, encodeString(integerBytes(chainId)), EMPTY, EMPTY]));
}
