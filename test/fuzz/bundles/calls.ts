/** Bundles with synchronous calls: a tree of calls is thought up, its answers are known beforehand, and fills, reads and serves follow. */
import type { Address, Hash32, Hex, RollupId } from "../../../src/primitives/types.ts";
import {
	encode,
	type FuzzRequest,
	failureAddress,
	MAILBOX,
	mailboxAbi,
	PUPPET,
	puppetAbi,
	requestHash,
	requestTuple,
	runData,
	type Step,
	TOKEN,
	tokenAbi,
} from "./contracts.ts";
import { type DraftLeg, helping } from "./draft.ts";
import { type Plan, plainLeg, sender, shuffled } from "./traffic.ts";
import { ACCOUNTS, chainIdOf, PAUPER, rollupOf, usable, type World } from "./world.ts";

interface Answer {
	readonly ok: boolean;
	readonly returnData: Hex;
}

export interface TapeEntry extends Answer {
	readonly requestHash: Hash32;
}

export interface Served {
	readonly rollupId: RollupId;
	readonly request: FuzzRequest;
}

/** Grows as calls are thought up, in the order in which they will be made. */
interface Script {
	readonly world: World;
	/** Entries per rollup, in the order of reading. */
	readonly tapes: Map<RollupId, TapeEntry[]>;
	/** All of the current bound leg, depth first. */
	serves: Served[];
	/** What the puppets' counters will stand at. */
	readonly counters: Map<RollupId, bigint>;
}

/** Who calls, and from where. */
interface Caller {
	readonly rollupId: RollupId;
	readonly address: Address;
	/** Chain ids, the caller's own last. */
	readonly path: readonly number[];
}

const call = (name: string, args: readonly unknown[]): Hex => puppetAbi.encodeFunctionData(name, args) as Hex;
const MAX_DEPTH = 3;

async function counted(script: Script, rollupId: RollupId, more: number): Promise<Hex> {
	const zero = `0x${"0".repeat(64)}`;
	const now = script.counters.get(rollupId) ?? (await rollupOf(script.world, rollupId)?.slot(PUPPET, zero)) ?? 0n;
	script.counters.set(rollupId, now + BigInt(more));
	return encode(["uint256"], [now + BigInt(more)]);
}

/** What is asked there, and what it will answer. */
async function target(
	script: Script,
	there: RollupId,
): Promise<{ target: Address; data: Hex; gas: number; answer: Answer }> {
	const { random } = script.world;
	switch (random.below(6)) {
		case 0: {
			const bytes = random.hex(random.below(70));
			return {
				target: PUPPET,
				data: call("echo", [bytes]),
				gas: 40_000,
				answer: { ok: true, returnData: encode(["bytes"], [bytes]) },
			};
		}
		case 1: {
			const data = call("refuse", [3]);
			return {
				target: PUPPET,
				data,
				gas: 30_000,
				answer: { ok: false, returnData: puppetAbi.encodeErrorResult("Refused", [3]) as Hex },
			};
		}
		case 2:
			return {
				target: failureAddress(random.below(4)),
				data: "0x",
				gas: 20_000,
				answer: { ok: false, returnData: "0x" },
			};
		case 3:
			return { target: PAUPER.address, data: "0x1234", gas: 5_000, answer: { ok: true, returnData: "0x" } };
		default: {
			const more = 1 + random.below(5);
			return {
				target: PUPPET,
				data: call("count", [more]),
				gas: 60_000,
				answer: { ok: true, returnData: await counted(script, there, more) },
			};
		}
	}
}

/** Puts the entry where it will be read, and says which request it is for. */
function ask(
	script: Script,
	caller: Caller,
	{ destination, ...rest }: { destination: RollupId; target: Address; gas: number; data: Hex },
) {
	const tape = script.tapes.get(caller.rollupId) ?? [];
	script.tapes.set(caller.rollupId, tape);
	const request: FuzzRequest = {
		...rest,
		path: caller.path,
		destination: chainIdOf(script.world, destination),
		caller: caller.address,
		sequence: tape.length,
	};
	const place = tape.length;
	const entry = { requestHash: requestHash(request), ok: true, returnData: "0x" as Hex };
	tape.push(entry);
	script.serves.push({ rollupId: destination, request });
	return { request, answer: (given: Answer) => tape.splice(place, 1, { ...entry, ...given }) };
}

/** One call of the mailbox's, as a step; with what the step returns. */
async function step(
	script: Script,
	caller: Caller,
	depth: number,
): Promise<{ step: Step; returns: Hex; gas: number } | null> {
	const { world } = script;
	const { random } = world;
	const open = usable(world).filter((rollupId) => !caller.path.includes(chainIdOf(world, rollupId)));
	const destination = random.some(open);
	if (destination === undefined) return null;
	const nested = depth < MAX_DEPTH && open.length > 1 && random.chance(0.4);
	const { request, given } = nested
		? await nestedCall(script, caller, destination, depth)
		: await leafCall(script, caller, destination);
	const { target: to, gas, data } = request;
	const method = given.ok && random.chance(0.6) ? "call" : "tryCall";
	const returns =
		method === "call" ? encode(["bytes"], [given.returnData]) : encode(["bool", "bytes"], [given.ok, given.returnData]);
	return {
		step: { target: MAILBOX, data: mailboxAbi.encodeFunctionData(method, [request.destination, to, gas, data]) as Hex },
		returns,
		gas: 90_000,
	};
}

async function leafCall(script: Script, caller: Caller, destination: RollupId) {
	const { answer: given, ...what } = await target(script, destination);
	const { request, answer } = ask(script, caller, { destination, ...what });
	answer(given);
	return { request, given };
}

/** A call whose target calls on. Its data names the calls within, so those are thought up first but stand after it. */
async function nestedCall(script: Script, caller: Caller, destination: RollupId, depth: number) {
	const { world } = script;
	const inner: Caller = {
		rollupId: destination,
		address: PUPPET,
		path: [...caller.path, chainIdOf(world, destination)],
	};
	const [outerServes, inside] = [script.serves, [] as Step[]];
	script.serves = [];
	let [gas, returnData] = [40_000, "0x" as Hex];
	for (let i = world.random.between(1, 2); i > 0; i--) {
		const one = await step(script, inner, depth + 1);
		if (one === null) continue;
		inside.push(one.step);
		gas += one.gas;
		returnData = one.returns;
	}
	const innerServes = script.serves;
	script.serves = outerServes;
	const { request, answer } = ask(script, caller, { destination, target: PUPPET, gas, data: runData(inside) });
	const given = { ok: true, returnData };
	answer(given);
	script.serves.push(...innerServes);
	return { request, given };
}

/** A bound leg that calls, and what it asks. */
async function boundLeg(script: Script, rollupId: RollupId, bound: string): Promise<DraftLeg> {
	const { world } = script;
	const path = [chainIdOf(world, rollupId)];
	const from = sender(world);
	if (world.random.chance(0.25)) return departure(script, { rollupId, address: TOKEN, path }, bound);
	const steps: Step[] = [];
	let gas = 60_000;
	for (let i = world.random.between(1, 3); i > 0; i--) {
		const one = await step(script, { rollupId, address: PUPPET, path }, 1);
		if (one === null) continue;
		steps.push(one.step);
		gas += one.gas;
	}
	return { rollupId, from, to: PUPPET, data: runData(steps), gas, bound };
}

/** Tokens that leave here and are there within the bundle. */
function departure(script: Script, caller: Caller, bound: string): DraftLeg {
	const { world } = script;
	const { rollupId, path } = caller;
	const destination = world.random.some(usable(world).filter((one) => one !== rollupId)) ?? rollupId;
	const holder = world.random.some(ACCOUNTS)?.address ?? PUPPET;
	const amount = 1 + world.random.below(40);
	const data = tokenAbi.encodeFunctionData("arriveNow", [path[0], holder, amount]) as Hex;
	const { answer } = ask(script, caller, { destination, target: TOKEN, gas: 100_000, data });
	answer({ ok: true, returnData: encode(["uint256"], [amount]) });
	const there = chainIdOf(world, destination);
	return {
		rollupId,
		from: sender(world),
		to: TOKEN,
		data: tokenAbi.encodeFunctionData("departNow", [there, holder, amount]) as Hex,
		gas: 220_000,
		bound,
	};
}

/** Consecutive calls on one rollup, in one leg or in several. */
function serveLegs(world: World, serves: readonly Served[], helper: string): DraftLeg[] {
	const groups: Served[][] = [];
	for (const one of serves) {
		const last = groups.at(-1);
		if (last?.[0]?.rollupId === one.rollupId && world.random.chance(0.6)) last.push(one);
		else groups.push([one]);
	}
	return groups.map((group) => {
		const gas = group.reduce((sum, { request }) => sum + Math.ceil((request.gas * 66) / 63) + 190_000, 70_000);
		const list = group.map(({ request }) => requestTuple(request));
		return {
			rollupId: group[0]?.rollupId ?? 0,
			from: sender(world),
			to: MAILBOX,
			data: helping(helper, "serve", list),
			gas,
			helper,
		};
	});
}

function fillLegs(world: World, tapes: ReadonlyMap<RollupId, readonly TapeEntry[]>, helper: string): DraftLeg[] {
	const legs = [...tapes].map(([rollupId, entries]): DraftLeg => {
		const words = entries.reduce((sum, { returnData }) => sum + 1 + Math.ceil((returnData.length - 2) / 64), 0);
		const list = entries.map(({ requestHash: hash, ok, returnData }) => [hash, ok, returnData]);
		return {
			rollupId,
			from: sender(world),
			to: MAILBOX,
			data: helping(helper, "fill", list),
			gas: 90_000 + 28_000 * words + 6_000 * entries.length,
			helper,
		};
	});
	return shuffled(world, legs);
}

export interface Parts {
	readonly tapes: Map<RollupId, TapeEntry[]>;
	/** Of each bound leg. */
	readonly turns: readonly { readonly leg: DraftLeg; readonly serves: readonly Served[] }[];
}

export async function parts(world: World): Promise<Parts> {
	const script: Script = { world, tapes: new Map(), serves: [], counters: new Map() };
	const rollups = usable(world);
	const turns: { leg: DraftLeg; serves: readonly Served[] }[] = [];
	for (let i = world.random.chance(0.25) ? 2 : 1; i > 0; i--) {
		script.serves = [];
		const leg = await boundLeg(script, world.random.some(rollups) ?? 1, "calls");
		turns.push({ leg, serves: script.serves });
	}
	return { tapes: script.tapes, turns };
}

export const assemble = (world: World, { tapes, turns }: Parts): DraftLeg[] => [
	...fillLegs(world, tapes, "calls"),
	...turns.flatMap(({ leg, serves }) => [leg, ...serveLegs(world, serves, "calls")]),
];

export async function calls(world: World): Promise<Plan | null> {
	if (usable(world).length < 2) return null;
	const made = await parts(world);
	const depth = Math.max(...made.turns.flatMap(({ serves }) => serves.map(({ request }) => request.path.length)), 0);
	const between = world.random.chance(0.2) ? [plainCountless(world)] : [];
	const feature = made.turns.length > 1 ? "calls by two legs" : `calls of depth ${depth}`;
	return { feature, legs: [...between, ...assemble(world, made)], expected: "holds" };
}

/** A plain leg that leaves the counters alone: what calls will answer was worked out before. */
export function plainCountless(world: World): DraftLeg {
	return { ...plainLeg(world), to: PAUPER.address, data: "0x", gas: 22_000 };
}
