/** A bundle: all its legs or nothing. */

import type { DecodedTx } from "./decodeTx.ts";
import type { RollupTick } from "./rollupTick.ts";
import { sessionsHold } from "./sessions.ts";
import { readTags, type Tags } from "./tags.ts";
import { Tapes } from "./tape.ts";
import type { Dropped, FailedLeg, IncludedTx, ItemResult, LegTrace } from "./types.ts";

/** A leg of a rollup that takes part in the tick. */
export interface UnreadLeg {
	readonly part: RollupTick;
	readonly rawTx: Uint8Array;
	/** Gas declared on L1; null if the bundle is not forced. */
	readonly gasAllowance: bigint | null;
	/** Who signed it, if that is known already. Asked once. */
	readonly sender: () => Uint8Array | null;
}

export interface BundleLeg {
	readonly part: RollupTick;
	readonly decoded: DecodedTx;
	readonly tags: Tags;
}

export interface BundleEnd {
	readonly result: ItemResult;
	/** Gas of legs that ran for nothing. */
	readonly wasted: number;
}

const dropped = (reason: Exclude<Dropped["reason"], "leg">): Dropped => ({ kind: "dropped", reason });
const failed = (leg: FailedLeg): Dropped => ({ kind: "dropped", reason: "leg", leg });

/** The part of X-14 that looks at the legs' bytes. */
export function readBundle(unread: readonly UnreadLeg[]): readonly BundleLeg[] | Dropped {
	const decoded: { readonly part: RollupTick; readonly decoded: DecodedTx }[] = [];
	for (const [place, { part, rawTx, gasAllowance, sender }] of unread.entries()) {
		const leg = part.decode(rawTx, gasAllowance, sender);
		if (typeof leg === "string") return failed({ place, reason: leg });
		decoded.push({ part, decoded: leg });
	}
	const legs: BundleLeg[] = [];
	for (const leg of decoded) {
		const tags = readTags(leg.decoded.tx);
		if (tags === null) return dropped("tags");
		legs.push({ ...leg, tags });
	}
	const tagged = legs.map(({ part, decoded, tags }) => ({ session: part.sessionLeg(decoded), tags }));
	return sessionsHold(tagged) ? legs : dropped("session");
}

/**
 * Runs the legs; unless all of them succeed and the tapes match, everything is as it was before.
 * @param trace told of every leg that ran
 */
export async function runBundle(legs: readonly BundleLeg[], trace: (leg: LegTrace) => void): Promise<BundleEnd> {
	const parts = [...new Set(legs.map(({ part }) => part))];
	for (const part of parts) await part.checkpoint();
	const { failure, included, wasted } = await runLegs(legs, trace);
	for (const part of parts) await (failure === null ? part.commit() : part.revert());
	return failure === null ? { result: { kind: "held", legs: included }, wasted: 0 } : { result: failure, wasted };
}

async function runLegs(
	legs: readonly BundleLeg[],
	trace: (leg: LegTrace) => void,
): Promise<{ failure: Dropped | null; included: readonly IncludedTx[]; wasted: number }> {
	const included: IncludedTx[] = [];
	const tapes = new Tapes();
	let wasted = 0;
	for (const [place, { part, decoded, tags }] of legs.entries()) {
		if (!tapes.mayBegin(tags.helper !== null)) return { failure: dropped("tape"), included, wasted };
		const ran = await part.run(decoded, tags.deliveries);
		if (typeof ran === "string") return { failure: failed({ place, reason: ran }), included, wasted };
		const { rollupId, status, gasUsed } = ran;
		const { returnData, logs } = part.trace();
		trace({ rollupId, status, gasUsed, returnData, logs });
		wasted += gasUsed;
		if (status === 0) return { failure: failed({ place, reason: "reverted" }), included, wasted };
		included.push(ran);
		if (!tapes.take(part.chainId, logs)) return { failure: dropped("tape"), included, wasted };
	}
	return { failure: tapes.mayEnd() ? null : dropped("tape"), included, wasted };
}
