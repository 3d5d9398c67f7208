/** What a keeper sees of L1. */
import { latestBlock, parentOf } from "../../l1/beacon/epochs.ts";
import { epochOf, isMixRecorded, type OracleClock, readProposers, slotAt } from "../../l1/beacon/oracle.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import { isSealed, isStakeActive, readDrawn } from "../../l1/seals.ts";
import type { Address } from "../../primitives/types.ts";
import { type Deed, dueDeeds, type L1Slots, type Recorded, type StakeRecorded, seedEpochOf, targetOf } from "./plan.ts";
import type { Kept } from "./types.ts";

export interface View {
	readonly l1: L1Slots & {
		readonly number: number;
		/** Of the newest block, seconds: the name of the state before it. */
		readonly timestamp: number;
	};
	readonly target: number;
	readonly due: readonly Deed[];
}

export interface Sight {
	readonly rpc: RpcTransport;
	readonly clock: OracleClock;
	readonly kept: Kept;
}

export async function look(sight: Sight): Promise<View> {
	const { clock, rpc } = sight;
	const newest = await latestBlock(rpc);
	const parent = await parentOf(rpc, newest);
	const { number, timestamp } = newest;
	const parentSlot = parent === null ? null : slotAt(clock, parent.timestamp);
	const l1 = { number, timestamp, slot: slotAt(clock, timestamp), parentSlot };
	const target = targetOf(clock, l1);
	return { l1, target, due: dueDeeds(clock, l1, await readRecorded(sight, target, l1)) };
}

export async function readRecorded({ clock, kept, rpc }: Sight, epoch: number, { slot }: L1Slots): Promise<Recorded> {
	const { oracle, rights, stakedSet } = kept;
	const [proposers, sealed, stake] = await Promise.all([
		readProposers(rpc, oracle, epoch),
		rights === undefined ? null : isSealed(rpc, rights, epoch),
		stakedSet === undefined ? null : readStake(rpc, oracle, stakedSet, [epoch, Math.max(epoch, epochOf(clock, slot))]),
	]);
	return { lookahead: proposers !== null, isSealed: sealed, stake };
}

/** What weighed in epochs that are over the set does not say; what weighs now is near enough to say whether a draw is missed. */
async function readStake(
	rpc: RpcTransport,
	oracle: Address,
	stakedSet: Address,
	[epoch, weighedIn]: readonly [number, number],
): Promise<StakeRecorded> {
	const seed = seedEpochOf(epoch);
	const [mix, drawn, counts] = await Promise.all([
		seed !== null && isMixRecorded(rpc, oracle, seed),
		readDrawn(rpc, stakedSet, epoch),
		isStakeActive(rpc, stakedSet, weighedIn),
	]);
	return { mix, drawn: drawn !== null, counts };
}
