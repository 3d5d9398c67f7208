/** What a keeper has to do next, from what L1 has recorded and L1's time alone (docs/spec/rights.md, section 8). */
import { epochOf, type OracleClock } from "../../l1/beacon/oracle.ts";

/** `publish`, `seal` and `draw` are for that epoch; `mix` is that epoch's. */
export interface Deed {
	readonly kind: "publish" | "seal" | "mix" | "draw";
	readonly epoch: number;
}

export interface L1Slots {
	/** Of L1's newest block. */
	readonly slot: number;
	/** Of the block before it, whose state is what the newest one lets prove; null if there is none. */
	readonly parentSlot: number | null;
}

/** What L1 has of an epoch. */
export interface Recorded {
	readonly lookahead: boolean;
	/** Null if nobody's rights are kept. */
	readonly isSealed: boolean | null;
	/** Null if no set is kept. */
	readonly stake: StakeRecorded | null;
}

export interface StakeRecorded {
	/** Whether the mix that the epoch is drawn by is recorded. */
	readonly mix: boolean;
	readonly drawn: boolean;
	/** Whether anybody's stake counts in the epoch. If not, a draw has no winner, as no draw has none (K-4, K-5). */
	readonly counts: boolean;
}

/** The mix of how many epochs before draws an epoch (K-3). */
const SEED_AGE = 2;

/** The epoch that is to be recorded, sealed and drawn: the next one, for a call that is mined in the next slot. */
export function targetOf(clock: OracleClock, { slot }: L1Slots): number {
	return epochOf(clock, slot + 1) + 1;
}

/** The mix that draws an epoch; null for the first two epochs, which cannot be drawn. */
export function seedEpochOf(epoch: number): number | null {
	return epoch < SEED_AGE ? null : epoch - SEED_AGE;
}

/** What can be done for the target now, rights first. */
export function dueDeeds(clock: OracleClock, l1: L1Slots, { isSealed, lookahead, stake }: Recorded): readonly Deed[] {
	const epoch = targetOf(clock, l1);
	// A state of the epoch before the target: it has the target's proposers in its second half, and the mix of the epoch before it is final.
	const provable = l1.parentSlot !== null && epochOf(clock, l1.parentSlot) === epoch - 1;
	const due: Deed[] = [];
	if (!lookahead && provable) due.push({ kind: "publish", epoch });
	if (lookahead && isSealed === false) due.push({ kind: "seal", epoch });
	const seed = seedEpochOf(epoch);
	if (stake === null || seed === null || stake.drawn || !stake.counts) return due;
	if (stake.mix) due.push({ kind: "draw", epoch });
	else if (provable) due.push({ kind: "mix", epoch: seed });
	return due;
}

/** What has been left undone for an epoch, and can no longer be done when it has begun, or will have by the next slot. */
export function leftUndone(epoch: number, { isSealed, lookahead, stake }: Recorded): readonly Deed[] {
	const left: Deed[] = [];
	if (!lookahead) left.push({ kind: "publish", epoch });
	if (isSealed === false) left.push({ kind: "seal", epoch });
	if (stake?.counts && !stake.drawn && seedEpochOf(epoch) !== null) left.push({ kind: "draw", epoch });
	return left;
}
