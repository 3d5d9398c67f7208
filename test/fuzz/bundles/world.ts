/** A random timeline: clusters of rollups with the same contracts and accounts, read by two executors at once. */
import type {
	ActiveRollup,
	DerivedTick,
	L1MessageLog,
	RollupRegisteredLog,
	SelectedForced,
} from "../../../src/derive/types.ts";
import { createClusterExecutor } from "../../../src/execute/executor.ts";
import { MAILBOX_CODE } from "../../../src/execute/predeploys.ts";
import type { ClusterExecutor } from "../../../src/execute/types.ts";
import type { ClusterId, Item, Leg, RollupId } from "../../../src/primitives/types.ts";
import { memoryStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/types.ts";
import { type TestAccount, testAccount } from "../../helpers/execute/accounts.ts";
import {
	active,
	deposit,
	encodeAllocation,
	registration,
	rich,
	TIMELINE,
	tickOf,
} from "../../helpers/execute/ticks.ts";
import { ReferenceExecutor } from "../../reference/execution/executor.ts";
import type { ReferenceRollup } from "../../reference/execution/rollup.ts";
import type { Deviation, Verdict } from "../../reference/execution/types.ts";
import type { Random } from "../random.ts";
import { type FuzzMessage, fuzzAllocation, messageId, PUPPET } from "./contracts.ts";
import { Ledger } from "./ledger.ts";

/** What is put in order: an item, or a forced entry. */
export interface Entry {
	readonly bundle: boolean;
	readonly legs: readonly Leg[];
	/** Gas declared per leg. */
	readonly forced?: readonly number[];
	readonly overCap?: boolean;
}

export interface Judged {
	readonly entry: Entry;
	/** By the plain executor. */
	readonly verdict: Verdict;
}

/** A message from L1, recorded in the block of that number. */
export interface SentMessage {
	readonly rollupId: RollupId;
	readonly message: FuzzMessage;
	readonly l1Block: number;
	readonly log: L1MessageLog;
}

export interface World {
	readonly random: Random;
	readonly registrations: readonly RollupRegisteredLog[];
	readonly references: ReadonlyMap<ClusterId, ReferenceExecutor>;
	readonly ledger: Ledger;
	/** How many times as often as usual comes what is rare. */
	readonly rare: number;
	/** Of the tick that is being made. */
	tick: DerivedTick;
	/** When rollups end, by id. */
	readonly retirements: ReadonlyMap<RollupId, number>;
	readonly messages: SentMessage[];
	/** How many of them the executors of `src` know. */
	told: number;
	/** Of blocks that L1 took back. */
	orphans: readonly FuzzMessage[];
	/** How many L1 has ever sent, those in blocks that it took back too. */
	sentByL1: number;
}

export const ACCOUNTS: readonly TestAccount[] = Array.from({ length: 6 }, (_, i) => testAccount(`bundles ${i}`));
/** Has nothing on any rollup. */
export const PAUPER = testAccount("bundles, who has nothing");
/** Has code. */
export const CODED = testAccount("bundles, who is a contract");
/** Registered by nobody. */
export const UNKNOWN_ROLLUP: RollupId = 99;
export const FIRST_TICK = 6;
export const L1_CHAIN_ID = 31_337;

const HOLDERS = [PUPPET, ...ACCOUNTS.map(({ address }) => address)];
const ALLOCATION = encodeAllocation([
	...rich(ACCOUNTS.map(({ address }) => address)),
	{ address: CODED.address, balance: 10n ** 21n, code: "0x00" },
	...fuzzAllocation(HOLDERS),
]);

function registrationsOf(random: Random): RollupRegisteredLog[] {
	const clusters = [
		...Array<ClusterId>(random.between(2, 4)).fill(1),
		...Array<ClusterId>(random.between(1, 2)).fill(2),
	];
	// In any order, so that ids of a cluster are not neighbours.
	for (let i = clusters.length - 1; i > 0; i--) {
		const j = random.below(i + 1);
		[clusters[i], clusters[j]] = [clusters[j] as ClusterId, clusters[i] as ClusterId];
	}
	const gasLimit = random.pick([5_000_000, 8_000_000, 12_000_000, 30_000_000]);
	const usual = clusters.map((cluster, i) =>
		registration({
			rollupId: i + 1,
			chainId: 1_000 + random.below(1_000) * 10 + i,
			cluster,
			gasLimit,
			activationTick: 1,
			allocation: ALLOCATION,
		}),
	);
	const next = usual.length + 1;
	const odd = [
		registration({ rollupId: next, chainId: 501, cluster: 1, gasLimit: 5_000_000, template: 2 }),
		registration({
			rollupId: next + 1,
			chainId: 502,
			cluster: 1,
			gasLimit,
			activationTick: FIRST_TICK + random.between(1, 6),
			allocation: ALLOCATION,
		}),
	];
	return [...usual, ...odd];
}

export async function createWorld(random: Random, deviation?: Deviation, rare = 1): Promise<World> {
	const registrations = registrationsOf(random);
	const references = new Map<ClusterId, ReferenceExecutor>();
	for (const cluster of [1, 2]) {
		const { genesisTime, tickSeconds } = TIMELINE;
		const reference = new ReferenceExecutor({
			cluster,
			genesisTime,
			tickSeconds,
			mailboxCode: MAILBOX_CODE,
			deviation,
		});
		for (const one of registrations) await reference.register(one);
		references.set(cluster, reference);
	}
	const [leaves] = registrations.filter(({ config }) => config.cluster === 1);
	const retirements = new Map(
		random.chance(0.3) && leaves !== undefined ? [[leaves.rollupId, FIRST_TICK + random.between(2, 6)]] : [],
	);
	const tick = tickOf(FIRST_TICK, { rollups: [] });
	const books = { ledger: new Ledger(), messages: [], told: 0, orphans: [], sentByL1: 0 };
	return { random, registrations, references, rare, tick, retirements, ...books };
}

/** The executors of `src` for the same timeline. */
export async function createExecutors(
	{ registrations }: World,
	open: (cluster: ClusterId) => Promise<Store> = () => memoryStore(),
): Promise<ReadonlyMap<ClusterId, ClusterExecutor>> {
	const executors = new Map<ClusterId, ClusterExecutor>();
	for (const cluster of [1, 2]) {
		const executor = await createClusterExecutor({ store: await open(cluster), config: TIMELINE, cluster });
		for (const one of registrations) await executor.register(one);
		executors.set(cluster, executor);
	}
	return executors;
}

/** The rollups that are active at a tick. */
function activeAt({ registrations, retirements }: World, tick: number): ActiveRollup[] {
	return registrations
		.filter(
			({ rollupId, config }) =>
				config.activationTick <= tick && tick < (retirements.get(rollupId) ?? Number.POSITIVE_INFINITY),
		)
		.map((one) => active(one));
}

/** Begins the next tick: everything of it but what is put in order. */
export function beginTick(world: World, number: number): void {
	const { random } = world;
	const rollups = activeAt(world, number);
	const lucky = random.some(rollups.filter(({ chainId }) => chainId !== 501));
	const deposits =
		lucky !== undefined && random.chance(0.3)
			? [deposit(lucky.rollupId, number, PAUPER.address, 0n), deposit(lucky.rollupId, number, HOLDERS[1] ?? PUPPET, 5n)]
			: [];
	world.tick = tickOf(number, { rollups, deposits, ...(random.chance(0.2) ? { coinbase: null } : {}) });
	for (const reference of world.references.values()) reference.begin(world.tick);
	showMessages(world);
}

/** What the tick's l1Origin shows may be delivered. */
function showMessages({ messages, tick, ledger }: World): void {
	for (const { l1Block, message } of messages) if (l1Block <= tick.l1Origin.number) ledger.fromL1(message);
}

/** L1 sends a message in the block of that number. */
export function noteL1Message(world: World, sent: Omit<SentMessage, "log">): void {
	const { rollupId, message, l1Block } = sent;
	const { source, destination, nonce, minGas, data } = message;
	const log: L1MessageLog = {
		kind: "l1Message",
		rollupId,
		id: messageId(message),
		message: {
			...message,
			source: BigInt(source),
			destination: BigInt(destination),
			nonce: BigInt(nonce),
			minGas: BigInt(minGas),
			data: Buffer.from(data.slice(2), "hex"),
		},
	};
	world.messages.push({ rollupId, l1Block, log, message });
	for (const reference of world.references.values()) reference.message(log, l1Block);
	showMessages(world);
}

/** Puts an entry next in the order, as the plain executors see it. */
export async function judge(world: World, entry: Entry): Promise<Judged> {
	const { bundle, overCap = false, forced } = entry;
	const legs = forced === undefined ? entry.legs : entry.legs.map((leg, i) => ({ ...leg, gas: forced[i] ?? 0 }));
	const verdicts: Verdict[] = [];
	for (const reference of world.references.values()) {
		const verdict = await reference.candidate({ bundle, overCap, legs });
		if (verdict !== null) verdicts.push(verdict);
	}
	const [verdict] = verdicts;
	if (verdict === undefined || verdicts.length > 1)
		throw new RangeError(`${verdicts.length} clusters tell what became of one item`);
	if (verdict.kind === "included") world.ledger.record(world.registrations, verdict.legs);
	return { entry, verdict };
}

/** The tick with everything that was put in order. */
export function orderedTick({ tick }: World, entries: readonly Entry[]): DerivedTick {
	const forced = entries.flatMap(({ forced, legs, bundle, overCap = false }, index): SelectedForced[] =>
		forced === undefined
			? []
			: [forcedOf({ index, legs: legs.map((leg, i) => ({ ...leg, gas: forced[i] ?? 0 })), bundle, overCap })],
	);
	const items = entries.flatMap(({ forced, bundle, legs: [...legs] }): Item[] => {
		const [leg] = legs;
		if (forced !== undefined || leg === undefined) return [];
		return [bundle ? { kind: "bundle", legs } : { kind: "tx", leg }];
	});
	return { ...tick, forced, items };
}

function forcedOf({
	index,
	legs,
	bundle,
	overCap,
}: {
	index: number;
	legs: SelectedForced["entry"]["legs"];
	bundle: boolean;
	overCap: boolean;
}): SelectedForced {
	const itemHash = `0x${"00".repeat(32)}` as const;
	return {
		entry: { sequence: index, cluster: 1, index, enqueuedAt: TIMELINE.genesisTime, bundle, legs, itemHash },
		overCap,
	};
}

export function rollupOf({ references, registrations }: World, rollupId: RollupId): ReferenceRollup | null {
	const cluster = registrations.find((one) => one.rollupId === rollupId)?.config.cluster;
	return cluster === undefined ? null : (references.get(cluster)?.rollup(rollupId) ?? null);
}

/** Rollups of the first cluster that take part now. */
export function usable(world: World): RollupId[] {
	return [...world.tick.rollups.values()]
		.filter(({ cluster, rollupId }) => cluster === 1 && rollupOf(world, rollupId) !== null)
		.map(({ rollupId }) => rollupId);
}

export function chainIdOf({ registrations }: World, rollupId: RollupId): number {
	return registrations.find((one) => one.rollupId === rollupId)?.config.chainId ?? 77_777;
}
