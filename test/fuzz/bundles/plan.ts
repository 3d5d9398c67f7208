/** What comes next in the order: a bundle that was thought up, spoilt in one way or not at all, and what a hostile sequencer makes of it. */
import { keccak256 } from "ethers";
import type { RollupId } from "../../../src/primitives/types.ts";
import { calls } from "./calls.ts";
import { failureAddress } from "./contracts.ts";
import { type DraftLeg, type SignedLeg, sign } from "./draft.ts";
import { lyingCalls, readTwice } from "./lies.ts";
import { l1Message, laterDelivery, messages, orphanedDelivery, ring } from "./messages.ts";
import {
	failingLegs,
	idleHelper,
	type Plan,
	plainBundle,
	plainLeg,
	sender,
	sessions,
	shuffled,
	someRollup,
} from "./traffic.ts";
import { type Entry, PAUPER, UNKNOWN_ROLLUP, usable, type World } from "./world.ts";

/** What stands in the order next, and why. */
export interface Planned {
	readonly feature: string;
	readonly entries: readonly Entry[];
	/** Of the last entry, if nothing of the tick stands against it; null: nobody knows. */
	readonly expected: "holds" | "drops" | null;
}

export interface Memory {
	/** Bundles of before, to be replayed. */
	readonly past: (readonly SignedLeg[])[];
	/** The legs bound to each session, as `rollupId hash`, in order, by the session's tag. Several ways, if what was signed first did not hold. */
	readonly sessions: Map<string, (readonly string[])[]>;
}

const MAX_LEGS = 64;
/** Uses all gas at once. */
const INVALID = failureAddress(1);

export const legKey = (rollupId: RollupId, rawTx: Uint8Array): string => `${rollupId} ${keccak256(rawTx)}`;

async function thinkUp(world: World): Promise<Plan | null> {
	const { random } = world;
	if (world.orphans.length > 0 && random.chance(0.15)) {
		const plan = orphanedDelivery(world);
		if (plan !== null) return plan;
	}
	if (world.rare > 1 && random.chance(0.02 * world.rare)) return l1Message(world);
	const kind = random.below(100);
	if (kind < 14) return plainBundle(world);
	if (kind < 28) return sessions(world);
	if (kind < 31) return idleHelper(world);
	if (kind < 43) return messages(world);
	if (kind < 51) return laterDelivery(world);
	if (kind < 56) return ring(world, random.pick([1, 2, 3, 4, 4]), random.chance(0.5));
	if (kind < 60) return l1Message(world);
	if (kind < 80) return calls(world);
	if (kind < 83) return readTwice(world);
	return lyingCalls(world);
}

/** Ways to fail by tags alone: there are few among the many. */
const TAGGED = new Set(["too many deliveries", "bound to two sessions"]);

/** One leg more, or another one, that takes everything with it. */
function spoil(world: World, { legs }: Plan): Plan {
	const { random } = world;
	const tagged = random.chance(0.1);
	const ways = failingLegs(world).filter(([name]) => !tagged || TAGGED.has(name));
	const [name, leg] = random.some(ways) ?? ["nothing", plainLeg(world)];
	const at = random.below(legs.length + 1);
	const feature = `${name}, ${legs.length === 0 ? "only" : at === 0 ? "first" : at === legs.length ? "last" : "between"}`;
	return { feature, legs: legs.toSpliced(at, 0, leg), expected: "drops" };
}

/** A leg that is where it cannot be. */
function misplace(world: World, { legs }: Plan): Plan {
	const { random, registrations, tick } = world;
	const foreign = [...tick.rollups.values()].find(({ cluster }) => cluster === 2)?.rollupId;
	const inactive = registrations.filter(({ rollupId }) => !tick.rollups.has(rollupId)).map(({ rollupId }) => rollupId);
	const refused = registrations.find(({ config }) => config.template !== 1)?.rollupId;
	const [feature, rollupId] = random.pick<readonly [string, RollupId | undefined]>([
		["an unknown rollup", UNKNOWN_ROLLUP],
		["a rollup that is not active", random.some(inactive)],
		["two clusters", foreign],
		["a refused rollup", refused],
	]);
	const leg = { ...plainLeg(world), rollupId: rollupId ?? UNKNOWN_ROLLUP, to: PAUPER.address, data: "0x" as const };
	return { feature, legs: legs.toSpliced(random.below(legs.length + 1), 0, leg), expected: "drops" };
}

/** Sixty-four legs that hold, or that nobody examines any more. */
async function long(world: World): Promise<Plan> {
	const rollups = usable(world);
	const legs = Array.from(
		{ length: MAX_LEGS },
		(_, i): DraftLeg => ({
			rollupId: rollups[i % rollups.length] ?? 1,
			from: sender(world),
			to: PAUPER.address,
			data: "0x",
			gas: 21_000,
			...(i === 0 ? { bound: "one" } : {}),
		}),
	);
	return { feature: "64 legs", legs, expected: "holds" };
}

/** Bundles that use much and are undone, until the budget of waste is spent, and one that would have held. */
async function wasteful(world: World): Promise<Planned> {
	const { random, tick } = world;
	const entries: Entry[] = [];
	for (let i = random.between(1, 8); i > 0; i--) {
		const rollupId = someRollup(world);
		const gas = Math.floor(((tick.rollups.get(rollupId)?.gasLimit ?? 0) * 2) / 3);
		const burns: DraftLeg = { rollupId, from: sender(world), to: INVALID, data: "0x", gas: Math.min(gas, 16_000_000) };
		entries.push({ bundle: true, legs: await sign(world, [plainLeg(world), burns]) });
	}
	entries.push({ bundle: true, legs: await sign(world, [plainLeg(world)]) });
	return { feature: "waste", entries, expected: null };
}

/** Bytes that nobody can read, as many as a bundle may hold, until a rollup is examined no more. */
function flood(world: World): Planned {
	const rollupId = someRollup(world);
	const examined = Math.floor((world.tick.rollups.get(rollupId)?.gasLimit ?? 0) / 21_000);
	const legs = Array.from({ length: MAX_LEGS }, () => ({ rollupId, rawTx: world.random.bytes(3) }));
	const length = Math.min(Math.ceil(examined / MAX_LEGS) + 1, 10);
	return { feature: "a flood", entries: Array.from({ length }, () => ({ bundle: true, legs })), expected: "drops" };
}

/** What a hostile sequencer does with a good bundle before it puts it in order: parts of it, other orders, legs alone. */
function unbundle(world: World, legs: readonly SignedLeg[]): Entry[] {
	const { random } = world;
	return Array.from({ length: random.between(1, 3) }, (): Entry => {
		if (random.chance(0.3))
			return { bundle: random.chance(0.3), legs: [random.some(legs) ?? legs[0]].flatMap((leg) => leg ?? []) };
		const order = random.chance(0.5) ? shuffled(world, legs) : [...legs];
		const part = order.filter(() => random.chance(0.7));
		return { bundle: true, legs: part.length > 0 ? part : order };
	});
}

function force(world: World, legs: readonly SignedLeg[], bundle: boolean): Entry {
	const { random } = world;
	const declared = legs.map(({ gas }) => (random.chance(0.95) ? gas + random.below(2) * 1_000 : gas - 1));
	return { bundle, legs, forced: declared, overCap: random.chance(0.08) };
}

async function choose(world: World): Promise<Plan> {
	const { random } = world;
	const luck = random.below(100);
	if (random.chance(0.004)) return long(world);
	const plan = (await thinkUp(world)) ?? plainBundle(world);
	if (luck < 18) return spoil(world, plan);
	if (luck < 22) return misplace(world, plan);
	if (luck < 24) return spoil(world, { ...plan, legs: [] });
	return plan;
}

function remember({ past, sessions: known }: Memory, legs: readonly SignedLeg[]): void {
	past.push(legs);
	if (past.length > 30) past.shift();
	const named = new Set(legs.flatMap(({ bound }) => bound ?? []));
	for (const session of named) {
		const parties = legs.filter(({ bound }) => bound === session).map(({ rollupId, rawTx }) => legKey(rollupId, rawTx));
		const tag = session.slice(2, 50);
		const ways = known.get(tag) ?? [];
		if (!ways.some((way) => way.join() === parties.join())) ways.push(parties);
		known.set(tag, ways);
	}
}

/** The next of the order; forced entries must come first. */
export async function plan(world: World, memory: Memory, forced: boolean): Promise<Planned> {
	const { random } = world;
	if (!forced && random.chance(0.008 * world.rare)) return flood(world);
	if (!forced && random.chance(0.008 * world.rare)) return wasteful(world);
	const again = random.some(memory.past);
	if (!forced && again !== undefined && random.chance(0.04)) {
		return {
			feature: "a replay",
			entries: [{ bundle: again.length > 1 || random.chance(0.5), legs: again }],
			expected: null,
		};
	}
	const { feature, legs: drafts, expected } = await choose(world);
	const legs = await sign(world, drafts.slice(0, MAX_LEGS));
	remember(memory, legs);
	const alone = legs.length === 1 && random.chance(0.3);
	if (forced) return { feature: `forced: ${feature}`, entries: [force(world, legs, !alone)], expected: null };
	const whole: Entry = { bundle: !alone, legs };
	if (random.chance(0.15)) {
		return { feature: "unbundled", entries: [...unbundle(world, legs), whole], expected: null };
	}
	return { feature, entries: [whole], expected: alone ? null : expected };
}
