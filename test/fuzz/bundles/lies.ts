/** Bundles with synchronous calls of which one thing is wrong: the tape lies, or the calls are not made as they were read. */

import { assemble, type Parts, parts, plainCountless, type Served, type TapeEntry } from "./calls.ts";
import { PUPPET, puppetAbi, runData, type Step } from "./contracts.ts";
import type { DraftLeg } from "./draft.ts";
import type { Plan } from "./traffic.ts";
import { PAUPER, usable, type World } from "./world.ts";

const call = (name: string, args: readonly unknown[]): `0x${string}` =>
	puppetAbi.encodeFunctionData(name, args) as `0x${string}`;

type Lie = (world: World, parts: Parts) => Parts | DraftLeg[] | null;

const swapFirst = <T>([a, b, ...rest]: readonly T[]): T[] =>
	a === undefined || b === undefined ? [] : [b, a, ...rest];

/** Changes one tape that has at least `least` entries. */
function onTape(
	{ random }: World,
	{ tapes, turns }: Parts,
	least: number,
	change: (entries: TapeEntry[]) => TapeEntry[],
): Parts | null {
	const chosen = random.some([...tapes].filter(([, entries]) => entries.length >= least));
	if (chosen === undefined) return null;
	return { turns, tapes: new Map([...tapes, [chosen[0], change([...chosen[1]])]]) };
}

/** Changes the serves of one turn that has at least `least`. */
function onServes(
	{ random }: World,
	{ tapes, turns }: Parts,
	least: number,
	change: (serves: Served[]) => Served[],
): Parts | null {
	const chosen = random.some(turns.filter(({ serves }) => serves.length >= least));
	if (chosen === undefined) return null;
	return {
		tapes,
		turns: turns.map((turn) => (turn === chosen ? { ...turn, serves: change([...turn.serves]) } : turn)),
	};
}

const without = (list: readonly DraftLeg[], tag: "bound" | "helper", index: number): DraftLeg[] =>
	list.map((leg, i) => {
		if (i !== index) return leg;
		const { [tag]: _, ...rest } = leg;
		return rest;
	});

export const LIES: Readonly<Record<string, Lie>> = {
	"an answer missing": (world, made) =>
		onTape(world, made, 1, (entries) => entries.toSpliced(world.random.below(entries.length), 1)),
	"an answer too many": (world, made) =>
		onTape(world, made, 1, (entries) => [
			...entries,
			{ requestHash: world.random.hex(32), ok: true, returnData: "0x" },
		]),
	"answers in another order": (world, made) =>
		onTape(world, made, 2, (entries) =>
			entries[0]?.requestHash === entries[1]?.requestHash ? [] : swapFirst(entries),
		),
	"a wrong answer": (world, made) =>
		onTape(world, made, 1, (entries) => {
			const at = world.random.below(entries.length);
			return entries.map((entry, i) => (i === at ? { ...entry, returnData: `${entry.returnData}01` as const } : entry));
		}),
	"a failure told as success": (world, made) =>
		onTape(world, made, 1, (entries) => {
			const at = world.random.below(entries.length);
			return entries.map((entry, i) => (i === at ? { ...entry, ok: !entry.ok } : entry));
		}),
	"a call not served": (world, made) =>
		onServes(world, made, 1, (serves) => serves.toSpliced(world.random.below(serves.length), 1)),
	"a call served twice": (world, made) =>
		onServes(world, made, 1, ([first, ...rest]) => (first === undefined ? [] : [first, first, ...rest])),
	"calls served in another order": (world, made) => onServes(world, made, 2, swapFirst),
	"another call served": (world, made) =>
		onServes(world, made, 1, (serves) => {
			const at = world.random.below(serves.length);
			return serves.map((one, i) =>
				i === at ? { ...one, request: { ...one.request, gas: one.request.gas + 1 } } : one,
			);
		}),
	"a call served for another": (world, made) =>
		onServes(world, made, 1, (serves) =>
			serves.map((one, i) => (i === 0 ? { ...one, request: { ...one.request, caller: PAUPER.address } } : one)),
		),
	"a free leg before the serves": (world, made) => {
		const legs = assemble(world, made);
		const at = legs.findIndex(({ bound }) => bound !== undefined);
		return legs.toSpliced(at + 1, 0, plainCountless(world));
	},
	"a reader that is not bound": (world, made) => {
		const legs = assemble(world, made);
		// Another leg makes the session, so that helpers have one.
		return [
			...without(
				legs,
				"bound",
				legs.findIndex(({ bound }) => bound !== undefined),
			),
			{ ...plainCountless(world), bound: "calls" },
		];
	},
	"a helper without its tag": (world, made) => {
		const legs = assemble(world, made);
		const helpers = legs.flatMap(({ helper }, i) => (helper === undefined ? [] : [i]));
		return without(legs, "helper", world.random.some(helpers) ?? 0);
	},
	"no fill": (world, made) =>
		assemble(world, made).filter(
			({ helper }, i, legs) => helper === undefined || i > legs.findIndex(({ bound }) => bound !== undefined),
		),
	"an answer read in a frame that reverts": (world, made) => leak(world, made, false),
};

/** The reading leg reads in a frame that reverts; with `again`, once more outside of it, which is honest. */
function leak(_world: World, { tapes, turns }: Parts, again: boolean): Parts | null {
	const [turn] = turns;
	if (turn === undefined || turns.length > 1 || turn.leg.to !== PUPPET || typeof turn.leg.data !== "string")
		return null;
	const inside: Step[] = [
		{ target: PUPPET, data: turn.leg.data },
		{ target: PUPPET, data: call("refuse", [9]) },
	];
	const steps: Step[] = [
		{ target: PUPPET, mayFail: true, data: runData(inside) },
		...(again ? [{ target: PUPPET, data: turn.leg.data }] : []),
	];
	const leg = { ...turn.leg, data: runData(steps), gas: turn.leg.gas * 3 + 100_000 };
	return { tapes, turns: [{ leg, serves: again ? turn.serves : [] }] };
}

/** Calls with one thing wrong; null if these calls have nothing to lie about in that way. */
export async function lyingCalls(world: World): Promise<Plan | null> {
	if (usable(world).length < 2) return null;
	const name = world.random.some(Object.keys(LIES)) ?? "";
	const told = LIES[name]?.(world, await parts(world)) ?? null;
	if (told === null) return null;
	return { feature: name, legs: Array.isArray(told) ? told : assemble(world, told), expected: "drops" };
}

/** Read, undone with its frame, and read again: nothing is wrong with that. */
export async function readTwice(world: World): Promise<Plan | null> {
	if (usable(world).length < 2) return null;
	const told = leak(world, await parts(world), true);
	return told === null
		? null
		: { feature: "read again after a frame that reverted", legs: assemble(world, told), expected: "holds" };
}
