/** Logs of RollupRegistry, ForcedInclusion and Bridge, as those contracts could emit them. */
import type { ForcedLeg } from "../../src/derive/types.ts";
import { acceptedLegs, earliestChange } from "./lawful.ts";
import { type Draft, emit, type RegisteredRollup, type World } from "./world.ts";

const MIN_GAS_LIMIT = 5_000_000;
const MAX_GAS_LIMIT = 80_000_000;
const ADDRESS = 20;

const gasLimit = ({ random }: World): number =>
	random.pick([MIN_GAS_LIMIT, MIN_GAS_LIMIT + 1, MAX_GAS_LIMIT, random.between(MIN_GAS_LIMIT, MAX_GAS_LIMIT)]);

const ticksIn = (world: World, seconds: number): number => Math.ceil(seconds / world.config.tickSeconds);

export function register(world: World, draft: Draft): void {
	const { random, books, config, mood } = world;
	if (books.rollups.length >= 8) return;
	const clusters = new Set(books.rollups.map((rollup) => rollup.cluster)).size;
	const cluster = random.between(1, Math.min(3, clusters + 1));
	const ahead = random.pick([0, 0, random.below(4), random.below(2 * ticksIn(world, config.forcedDelay) + 3)]);
	emit(world, draft, {
		kind: "rollupRegistered",
		rollupId: books.rollups.length + 1,
		owner: random.hex(ADDRESS),
		config: {
			chainId: random.between(1, 2 ** 53 - 1),
			cluster,
			gasLimit: gasLimit(world),
			feeRecipient: random.hex(ADDRESS),
			activationTick: Math.max(0, draft.now + (mood.lawful ? 1 : 0)) + ahead,
			settlement: random.hex(ADDRESS),
			template: 1,
			genesisHash: random.hex(32),
		},
		allocation: random.bytes(random.below(4)),
	});
}

/** Those that the contracts still accept something for. */
const serving = ({ books }: World): RegisteredRollup[] => books.rollups.filter((rollup) => !rollup.retired);

export function schedule(world: World, draft: Draft): void {
	const { random, config, mood } = world;
	const rollup = random.some(serving(world));
	if (rollup === undefined) return;
	const ahead = random.pick([0, 0, 1, random.below(12)]);
	const limit = random.chance(0.12) ? 0 : gasLimit(world);
	const soonest = mood.lawful
		? earliestChange(world, draft, rollup, limit)
		: Math.max(rollup.effectiveTick, Math.max(0, draft.now) + ticksIn(world, config.forcedDelay));
	emit(world, draft, {
		kind: "configScheduled",
		rollupId: rollup.rollupId,
		effectiveTick: soonest + ahead,
		gasLimit: limit,
		feeRecipient: random.hex(ADDRESS),
	});
}

/** Declared gas around the caps that the rollup's gas limits give. */
function declaredGas({ random }: World, rollup: RegisteredRollup): number {
	const limit = random.some(rollup.gasLimits) ?? MIN_GAS_LIMIT;
	const cap = Math.max(1, Math.floor(limit / 2));
	return random.pick([
		21_000,
		21_000,
		cap,
		cap + 1,
		cap - 1,
		Math.floor(cap / 2),
		Math.ceil(cap / 2),
		random.below(cap),
	]);
}

function forcedLeg(world: World, rollup: RegisteredRollup): ForcedLeg {
	const rawTx = world.random.bytes(world.random.below(30));
	return { rollupId: rollup.rollupId, gas: declaredGas(world, rollup), rawTx };
}

function enqueueOne(world: World, draft: Draft): void {
	const { random, books } = world;
	const rollup = random.some(serving(world));
	if (rollup === undefined) return;
	const peers = serving(world).filter((one) => one.cluster === rollup.cluster);
	const bundle = random.chance(0.3);
	const count = bundle ? random.pick([1, 2, 2, 3, random.chance(0.05) ? 64 : 4]) : 1;
	const wanted = Array.from({ length: count }, () => forcedLeg(world, random.some(peers) ?? rollup));
	const legs = world.mood.lawful ? acceptedLegs(world, draft, wanted) : wanted;
	if (legs.length === 0) return;
	const small = random.chance(0.5) && !world.mood.lawful;
	emit(world, draft, {
		kind: "enqueued",
		cluster: rollup.cluster,
		index: books.forcedCount.get(rollup.cluster) ?? 0,
		sender: random.hex(ADDRESS),
		bundle,
		legs: small ? legs.map((leg) => ({ ...leg, gas: 21_000 })) : legs,
	});
}

/** One entry, or so many that they outlast several ticks. */
export function enqueue(world: World, draft: Draft): void {
	const { random } = world;
	const count = random.chance(0.15) ? random.between(3, 12) : 1;
	for (let i = 0; i < count; i++) enqueueOne(world, draft);
}

/** One deposit, or now and then more than a tick may credit. */
export function deposit(world: World, draft: Draft): void {
	const { random, books } = world;
	const rollup = random.some(serving(world));
	if (rollup === undefined) return;
	const count = random.chance(0.003) ? random.between(1_000, 2_100) : 1;
	const recipient = random.hex(ADDRESS);
	for (let i = 0; i < count; i++) {
		emit(world, draft, {
			kind: "deposited",
			rollupId: rollup.rollupId,
			index: books.depositCount.get(rollup.rollupId) ?? 0,
			sender: recipient,
			recipient,
			gwei: BigInt(random.between(1, 2 ** 40)),
		});
	}
}

/** A message from L1, with numbers beyond what JavaScript counts to; the rollup may not be there. */
export function message(world: World, draft: Draft): void {
	const { random, books } = world;
	const rollup = random.some(serving(world));
	const large = random.pick([0n, 2n ** 64n - 1n]);
	emit(world, draft, {
		kind: "l1Message",
		rollupId: random.chance(0.05) || rollup === undefined ? books.rollups.length + 1 : rollup.rollupId,
		id: random.hex(32),
		message: {
			source: 1n,
			destination: large,
			nonce: large,
			sender: random.hex(ADDRESS),
			target: random.hex(ADDRESS),
			minGas: large,
			data: random.bytes(3),
		},
	});
}

/** Logs that the contracts never emit: some a reader ignores (D-10), the others mean what the rules say. */
export function rogueLog(world: World, draft: Draft): void {
	const { random, books } = world;
	const known = random.some(books.rollups);
	const rollupId = random.pick([0, books.rollups.length + 1, 2 ** 32 - 1]);
	const kinds: readonly [() => void, ...(() => void)[]] = [
		() => {
			const unknown = { rollupId, gas: 21_000, rawTx: random.bytes(3) };
			const legs = known === undefined ? [unknown] : [{ ...unknown, rollupId: known.rollupId }, unknown];
			const cluster = known?.cluster ?? 1;
			draft.logs.push({ kind: "enqueued", cluster, index: 0, sender: random.hex(ADDRESS), bundle: true, legs });
		},
		() => {
			const [sender, recipient] = [random.hex(ADDRESS), random.hex(ADDRESS)];
			draft.logs.push({ kind: "deposited", rollupId, index: 0, sender, recipient, gwei: 5n });
		},
		() => {
			const effectiveTick = Math.max(0, draft.now);
			const feeRecipient = random.hex(ADDRESS);
			draft.logs.push({ kind: "configScheduled", rollupId, effectiveTick, gasLimit: MIN_GAS_LIMIT, feeRecipient });
		},
		() => {
			if (known === undefined) return;
			const legs = Array.from({ length: random.below(3) }, () => forcedLeg(world, known));
			const cluster = random.between(1, 4);
			const index = books.forcedCount.get(cluster) ?? 0;
			emit(world, draft, { kind: "enqueued", cluster, index, sender: random.hex(ADDRESS), bundle: true, legs });
		},
		() => {
			const effectiveTick = Math.max(0, draft.now - random.below(9));
			const [gasLimit, feeRecipient] = [random.pick([0, 1, MIN_GAS_LIMIT]), random.hex(ADDRESS)];
			const log = { kind: "configScheduled", effectiveTick, gasLimit, feeRecipient } as const;
			if (known !== undefined) draft.logs.push({ ...log, rollupId: known.rollupId });
		},
		() => {
			const again = world.chain.flatMap((block) => block.logs).find((log) => log.kind === "rollupRegistered");
			if (again !== undefined) draft.logs.push({ ...again, config: { ...again.config, gasLimit: MAX_GAS_LIMIT } });
		},
	];
	random.pick(kinds)();
}
