/** Signed legs as whoever puts bundles together sees them, read by derivation's own code. */
import { rollupCommon } from "../../execute/common.ts";
import { decodeTx } from "../../execute/decodeTx.ts";
import { type SessionLeg, sessionId, sessionsHold } from "../../execute/sessions.ts";
import { readTags, type Tags } from "../../execute/tags.ts";
import type { DropReason } from "../../execute/types.ts";
import { bytesToHex, hexToBytes } from "../../primitives/bytes.ts";
import { MAX_TX_BYTES } from "../../primitives/limits.ts";
import type { Address, Hash32, Leg, RollupId } from "../../primitives/types.ts";

export interface ReadLeg extends Leg {
	readonly chainId: number;
	readonly sender: Address;
	readonly nonce: bigint;
	readonly gasLimit: bigint;
	readonly tags: Tags;
	/** The whole id of the session that binds it; null if it is not bound. */
	readonly session: Hash32 | null;
}

export type ReadLegs =
	| { readonly ok: true; readonly legs: readonly ReadLeg[] }
	/** @property place of the leg that is wrong; null: all of them together */
	| { readonly ok: false; readonly place: number | null; readonly reason: DropReason };

type Unbound = Omit<ReadLeg, "session">;

const named = ({ chainId, nonce, sender }: Unbound): SessionLeg => ({
	chainId,
	nonce,
	sender: hexToBytes(sender),
});

/** The legs, or the first thing that derivation would object to whatever the state (E-14 to E-17, X-4, X-8). */
export function readLegs(legs: readonly Leg[], chainIdOf: (rollupId: RollupId) => number | undefined): ReadLegs {
	const read: Unbound[] = [];
	for (const [place, leg] of legs.entries()) {
		const one = readLeg(leg, chainIdOf(leg.rollupId));
		if (typeof one === "string") return { ok: false, place, reason: one };
		read.push(one);
	}
	if (!sessionsHold(read.map((leg) => ({ session: named(leg), tags: leg.tags }))))
		return { ok: false, place: null, reason: "session" };
	const sessions = new Map<string, Hash32>();
	for (const { tags } of read) {
		if (tags.bound === null || sessions.has(tags.bound)) continue;
		sessions.set(tags.bound, sessionId(read.filter((leg) => leg.tags.bound === tags.bound).map(named)));
	}
	return { ok: true, legs: read.map((leg) => ({ ...leg, session: sessions.get(leg.tags.bound ?? "") ?? null })) };
}

function readLeg({ rawTx, rollupId }: Leg, chainId: number | undefined): Unbound | DropReason {
	if (chainId === undefined) return "unknown-rollup";
	if (rawTx.length > MAX_TX_BYTES) return "undecodable";
	const decoded = decodeTx(rawTx, rollupCommon(chainId));
	if ("drop" in decoded) return decoded.drop;
	const tags = readTags(decoded.tx);
	if (tags === null) return "tags";
	const { gasLimit, nonce } = decoded.tx;
	return { rollupId, rawTx, chainId, sender: bytesToHex(decoded.sender.bytes), nonce, gasLimit, tags };
}
