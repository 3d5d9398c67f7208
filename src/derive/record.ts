/** Recording what an L1 block says besides publications; rule D-10. */
import { itemHash } from "../codec/itemHash.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import type { ClusterId, Hash32, Leg, RollupId } from "../primitives/types.ts";
import type {
	ConfigScheduledLog,
	Deposit,
	DepositedLog,
	EnqueuedLog,
	ForcedEntry,
	L1Block,
	L1MessageLog,
	OrderState,
	RollupRegisteredLog,
	RollupState,
} from "./types.ts";

/** What one block adds. Queues are extended once, at the end: a block may bring hundreds of entries to a queue of thousands. */
interface Additions {
	rollups: ReadonlyMap<RollupId, RollupState>;
	sequence: number;
	readonly entries: Map<ClusterId, ForcedEntry[]>;
	readonly deposits: Map<RollupId, Deposit[]>;
	readonly registrations: RollupRegisteredLog[];
	readonly messages: L1MessageLog[];
}

/** What a block's logs mean besides publications. */
export interface Recorded {
	readonly state: OrderState;
	readonly registrations: readonly RollupRegisteredLog[];
	readonly messages: readonly L1MessageLog[];
}

/** The state with the block's logs recorded, and what of them the execution layer must know. */
export function recordLogs(state: OrderState, block: L1Block): Recorded {
	const added: Additions = {
		rollups: state.rollups,
		sequence: state.nextSequence,
		entries: new Map(),
		deposits: new Map(),
		registrations: [],
		messages: [],
	};
	for (const log of block.logs) {
		if (log.kind === "rollupRegistered") recordRollup(added, log);
		else if (log.kind === "configScheduled") recordConfig(added, log);
		else if (log.kind === "enqueued") recordEntry(added, log, block);
		else if (log.kind === "deposited") recordDeposit(added, log, block);
		else if (log.kind === "l1Message" && added.rollups.has(log.rollupId)) added.messages.push(log);
	}
	return {
		state: {
			...state,
			rollups: added.rollups,
			nextSequence: added.sequence,
			forced: extend(state.forced, added.entries),
			deposits: extend(state.deposits, added.deposits),
		},
		registrations: added.registrations,
		messages: added.messages,
	};
}

function recordRollup(added: Additions, log: RollupRegisteredLog): void {
	const { rollupId } = log;
	if (added.rollups.has(rollupId)) return;
	const { activationTick, chainId, cluster, feeRecipient, gasLimit } = log.config;
	const configs = [{ effectiveTick: activationTick, gasLimit, feeRecipient }];
	added.rollups = new Map(added.rollups).set(rollupId, { rollupId, chainId, cluster, activationTick, configs });
	added.registrations.push(log);
}

function recordConfig(added: Additions, { effectiveTick, feeRecipient, gasLimit, rollupId }: ConfigScheduledLog): void {
	const rollup = added.rollups.get(rollupId);
	if (rollup === undefined) return;
	const configs = [...rollup.configs, { effectiveTick, gasLimit, feeRecipient }];
	added.rollups = new Map(added.rollups).set(rollupId, { ...rollup, configs });
}

function recordEntry(added: Additions, { bundle, cluster, index, legs }: EnqueuedLog, block: L1Block): void {
	if (!legs.every((leg) => added.rollups.has(leg.rollupId))) return;
	const hash = entryHash(legs, bundle);
	const sequence = added.sequence++;
	push(added.entries, cluster, { sequence, cluster, index, enqueuedAt: block.timestamp, bundle, legs, itemHash: hash });
}

/** S-1 for a forced entry. An entry that is not a bundle has one leg; what no contract emits still has a hash. */
function entryHash(legs: readonly Leg[], bundle: boolean): Hash32 {
	const [leg] = legs;
	const item = bundle || leg === undefined ? ({ kind: "bundle", legs } as const) : ({ kind: "tx", leg } as const);
	return bytesToHex(itemHash(item));
}

function recordDeposit(added: Additions, { gwei, index, recipient, rollupId }: DepositedLog, block: L1Block): void {
	if (!added.rollups.has(rollupId)) return;
	const { number: l1Block, timestamp: l1Timestamp } = block;
	push(added.deposits, rollupId, { rollupId, index, l1Block, l1Timestamp, recipient, gwei });
}

function push<K, Q>(queues: Map<K, Q[]>, key: K, value: Q): void {
	const queue = queues.get(key);
	if (queue === undefined) queues.set(key, [value]);
	else queue.push(value);
}

function extend<K, Q>(queues: ReadonlyMap<K, readonly Q[]>, added: ReadonlyMap<K, Q[]>): ReadonlyMap<K, readonly Q[]> {
	if (added.size === 0) return queues;
	const extended = new Map(queues);
	for (const [key, queue] of added) extended.set(key, [...(queues.get(key) ?? []), ...queue]);
	return extended;
}
