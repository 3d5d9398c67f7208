/** Access lists that tell what a transaction is part of, so that any wallet can sign it. */

import { MAILBOX_ADDRESS } from "../../execute/predeploys.ts";
import { sessionId } from "../../execute/sessions.ts";
import { bytesToHex, concatBytes, hexToBytes } from "../../primitives/bytes.ts";
import type { Address, Hash32, Hex } from "../../primitives/types.ts";

/** As wallets take it. */
export interface AccessEntry {
	readonly address: string;
	readonly storageKeys: string[];
}

/** A transaction that nobody has signed yet: what names it in its session, and whatever else its wallet takes. */
export interface UnsignedLeg {
	readonly chainId: number | bigint;
	/** Who will sign it. */
	readonly sender: Address;
	readonly nonce: number | bigint;
	readonly accessList?: readonly AccessEntry[];
}

const HASH_BYTES = 24;

const tag = (prefix: string, hash: Hash32): Hash32 =>
	bytesToHex(concatBytes(new TextEncoder().encode(prefix), hexToBytes(hash).subarray(0, HASH_BYTES)));

/** Storage key that says: only as part of this session. */
export const boundTag = (session: Hash32): Hash32 => tag("MRDNbond", session);
/** Storage key that says: fills or serves for this session. */
export const helperTag = (session: Hash32): Hash32 => tag("MRDNhelp", session);
/** Storage key that says: delivers this message. */
export const deliveryTag = (messageId: Hash32): Hash32 => tag("MRDNdlvr", messageId);

/** An access list with a tag more. */
export function withTag(list: readonly AccessEntry[], key: Hash32): AccessEntry[] {
	return [...list, { address: MAILBOX_ADDRESS, storageKeys: [key] }];
}

/**
 * The same legs bound to each other: all of them in this order, or none. Their nonces must be final.
 * @returns the legs to sign as they are, and the session's id
 */
export function bindLegs<T extends UnsignedLeg>(
	legs: readonly T[],
): { readonly session: Hash32; readonly legs: (T & { readonly accessList: AccessEntry[] })[] } {
	const session = sessionId(
		legs.map(({ chainId, nonce, sender }) => ({
			chainId: Number(chainId),
			sender: hexToBytes(sender.toLowerCase() as Hex),
			nonce: BigInt(nonce),
		})),
	);
	const key = boundTag(session);
	return { session, legs: legs.map((leg) => ({ ...leg, accessList: withTag(leg.accessList ?? [], key) })) };
}
