/** Sessions: no bound leg without the others. */
import { concatBytes, uintToBytes } from "../primitives/bytes.ts";
import { keccakHex } from "../primitives/hash.ts";
import type { Hash32 } from "../primitives/types.ts";
import { type TagHash, tagHash } from "./mailbox.ts";
import type { Tags } from "./tags.ts";

/** A signed transaction, as a session names it. */
export interface SessionLeg {
	readonly chainId: number;
	/** 20 bytes. */
	readonly sender: Uint8Array;
	readonly nonce: bigint;
}

/** A transaction with its tags. */
export interface TaggedLeg {
	readonly session: SessionLeg;
	readonly tags: Tags;
}

/** */
export function sessionId(bound: readonly SessionLeg[]): Hash32 {
	const parts = bound.flatMap(({ chainId, sender, nonce }) => [uintToBytes(chainId, 8), sender, uintToBytes(nonce, 8)]);
	return keccakHex(concatBytes(Uint8Array.of(0x10), ...parts));
}

/** the bound legs of each session are exactly those it names, and helpers help one of them. */
export function sessionsHold(legs: readonly TaggedLeg[]): boolean {
	const bound = new Map<TagHash, SessionLeg[]>();
	for (const { session, tags } of legs) {
		if (tags.bound !== null) bound.set(tags.bound, [...(bound.get(tags.bound) ?? []), session]);
	}
	return (
		[...bound].every(([tag, members]) => tagHash(sessionId(members)) === tag) &&
		legs.every(({ tags }) => tags.helper === null || bound.has(tags.helper))
	);
}
