/** One random timeline from its first tick to its last: made, executed twice, and held to what must never happen. */
import { RLP } from "@ethereumjs/rlp";
import { keccak256 } from "ethers";
import type { SealedBlock } from "../../../src/execute/types.ts";
import { isMeridianError } from "../../../src/primitives/errors.ts";
import type { Deviation } from "../../reference/execution/types.ts";
import { createRandom } from "../random.ts";
import { Chain } from "./chain.ts";
import {
	blockLines,
	type ExecutedTick,
	type Executors,
	execute,
	firstDifference,
	linesOf,
	outcomeLine,
	verdictLine,
} from "./compare.ts";
import { TOKEN, TOKEN_SUPPLY } from "./contracts.ts";
import type { UnwindFault } from "./forgetfulStore.ts";
import { legKey, type Memory, type Planned, plan } from "./plan.ts";
import { reorg } from "./reorgs.ts";
import {
	ACCOUNTS,
	beginTick,
	createExecutors,
	createWorld,
	type Entry,
	FIRST_TICK,
	type Judged,
	judge,
	orderedTick,
	type World,
} from "./world.ts";

export interface Chunk {
	/** Of this timeline alone. */
	readonly seed: string;
	readonly bundles: number;
	/** Of the plain executor: a mistake to be found. */
	readonly deviation?: Deviation;
	/** Of going back: a mistake to be found. */
	readonly unwindFault?: UnwindFault;
	/** Whether L1 takes blocks back; by default it does in some of the timelines. */
	readonly reorgs?: boolean;
	/** How many times as often as usual comes what is rare. */
	readonly rare?: number;
}

export interface ChunkResult {
	readonly bundles: number;
	readonly held: number;
	readonly dropped: number;
	/** Bundles of which a part has stayed. */
	readonly partial: number;
	/** How often L1 took back blocks. */
	readonly reorgs: number;
	/** What the executors disagree on, and what must never happen, in one line each. */
	readonly findings: readonly string[];
	readonly coverage: ReadonlyMap<string, number>;
}

interface Run {
	readonly world: World;
	readonly memory: Memory;
	/** Everything, and the same without what was dropped (trap 18). */
	readonly executors: Executors;
	readonly bare: Executors | null;
	/** Null: L1 takes nothing back. */
	readonly chain: Chain | null;
	readonly findings: string[];
	readonly coverage: Map<string, number>;
	reorgs: number;
	bundles: number;
	held: number;
	partial: number;
}

/** Why a bundle that was meant to hold may not: what others did in its tick. */
const CROWDED = new Set(["waste-budget", "not-examined", "block-gas", "block-bytes"]);
const TICKS_APART = 3;
/** Timelines with reorgs; what else L1 may do does not need them. */
const REORGING = 0.2;

function meet({ coverage }: Run, what: string): void {
	coverage.set(what, (coverage.get(what) ?? 0) + 1);
}

/** Whether what became of a bundle is what it was made for. */
function hold(run: Run, { feature, expected }: Planned, { verdict }: Judged): void {
	if (expected === null) return;
	if (verdict.kind === "dropped") {
		const reason = verdict.leg?.reason ?? verdict.reason;
		if (expected === "holds" && !CROWDED.has(reason))
			run.findings.push(`"${feature}" should hold, but: ${verdictLine(verdict)}`);
	} else if (expected === "drops") run.findings.push(`"${feature}" should not hold, but does`);
}

/** Puts a tick's entries in order, the forced ones first. */
async function order(run: Run, bundles: number): Promise<Judged[]> {
	const { world, memory } = run;
	const judged: Judged[] = [];
	const forced = world.random.chance(0.4) ? world.random.between(1, 3) : 0;
	for (let i = 0, made = 0; made < bundles; i++) {
		const planned = await plan(world, memory, i < forced);
		for (const entry of planned.entries) {
			const one = await judge(world, entry);
			judged.push(one);
			if (entry.bundle) made++;
			if (entry === planned.entries.at(-1) && entry.bundle) hold(run, planned, one);
			note(run, planned.feature, one);
		}
	}
	return judged;
}

function note(run: Run, feature: string, { entry, verdict }: Judged): void {
	const what = entry.bundle ? "bundle" : "alone";
	meet(run, `${entry.bundle ? "" : "alone: "}${feature}`);
	if (verdict.kind === "dropped")
		meet(run, `${what} ${verdict.leg === undefined ? verdict.reason : `leg ${verdict.leg.reason}`}`);
	else meet(run, `${what} held`);
	if (!entry.bundle) return;
	run.bundles++;
	if (verdict.kind === "included") run.held++;
}

/** `rollupId hash` of every transaction in the blocks. */
function keysIn(blocks: readonly SealedBlock[]): Set<string> {
	const keys = new Set<string>();
	for (const { rollupId, rlp } of blocks) {
		const [, transactions] = RLP.decode(rlp) as unknown as [unknown, (Uint8Array | Uint8Array[])[]];
		for (const one of transactions)
			keys.add(`${rollupId} ${keccak256(one instanceof Uint8Array ? one : RLP.encode(one))}`);
	}
	return keys;
}

/** Bundles of which some legs stand in the blocks and some do not, if no other item brought them there. */
function checkWhole(run: Run, entries: readonly Entry[], { outcomes, blocks }: ExecutedTick): void {
	const inBlocks = keysIn(blocks);
	const owed = new Set<string>();
	const keysOf = ({ legs }: Entry): string[] => legs.map(({ rollupId, rawTx }) => legKey(rollupId, rawTx));
	for (const [i, entry] of entries.entries()) {
		if (outcomes[i]?.result.kind === "dropped") continue;
		for (const key of keysOf(entry)) owed.add(key);
		if (entry.bundle && !keysOf(entry).every((key) => inBlocks.has(key))) run.partial++;
	}
	for (const entry of entries) {
		if (entry.bundle && keysOf(entry).some((key) => inBlocks.has(key) && !owed.has(key))) run.partial++;
	}
	for (const [session, ways] of run.memory.sessions) {
		const there = new Set(ways.flat().filter((key) => inBlocks.has(key))).size;
		const whole = ways.some((parties) => parties.every((key) => inBlocks.has(key)));
		if (there !== 0 && !whole) run.findings.push(`session ${session}: ${there} legs, and not all`);
	}
}

/** No token comes from nowhere, none is lost. */
function checkTokens({ world, executors, findings }: Run): void {
	let [sum, expected] = [world.ledger.onTheWay(), 0n];
	const part = (TOKEN_SUPPLY / BigInt(ACCOUNTS.length + 1)) * BigInt(ACCOUNTS.length + 1);
	for (const { rollupId, config } of world.registrations) {
		if (config.template !== 1) continue;
		expected += part;
		const slot = `0x${"0".repeat(64)}` as const;
		sum += BigInt(executors.get(config.cluster)?.getStorage(rollupId, TOKEN, slot) ?? 0);
	}
	if (sum !== expected) findings.push(`${sum} tokens on all rollups and on the way, ${expected} at first`);
}

async function runTick(run: Run, number: number, bundles: number): Promise<void> {
	const { world, executors, bare, chain, findings } = run;
	await chain?.begin();
	beginTick(world, number);
	const judged = await order(run, bundles);
	const positioned = [
		...judged.filter(({ entry }) => entry.forced !== undefined),
		...judged.filter(({ entry }) => entry.forced === undefined),
	];
	const entries = positioned.map(({ entry }) => entry);
	const messages = world.messages.slice(world.told);
	for (const { l1Block, log } of messages) {
		for (const all of [executors, bare]) for (const one of all?.values() ?? []) one.noteMessages(l1Block, [log]);
	}
	world.told = world.messages.length;
	const tick = orderedTick(world, entries);
	const executed = await execute(executors, tick);
	chain?.add({ tick, messages, lines: linesOf(executed) });
	const ended = [];
	for (const reference of world.references.values()) ended.push(...(await reference.end()));
	const outcomes = firstDifference(
		executed.outcomes.map(outcomeLine),
		positioned.map(({ verdict }) => verdictLine(verdict)),
	);
	if (outcomes !== null) findings.push(`tick ${number}, outcome ${outcomes}`);
	const blocks = firstDifference(blockLines(executed.blocks), blockLines(ended));
	if (blocks !== null) findings.push(`tick ${number}, block ${blocks}`);
	checkWhole(run, entries, executed);
	checkTokens(run);
	findings.push(...world.ledger.violations.splice(0));
	if (bare === null) return;
	const kept = positioned.filter(({ verdict }) => verdict.kind === "included").map(({ entry }) => entry);
	const alone = await execute(bare, orderedTick(world, kept));
	const traces = firstDifference(blockLines(executed.blocks), blockLines(alone.blocks));
	if (traces !== null) findings.push(`tick ${number}, trace of what was dropped ${traces}`);
}

const nextTick = ({ world }: Run, last: number | null): number =>
	last === null ? FIRST_TICK : last + world.random.between(1, TICKS_APART);

async function createRun({ seed, deviation, unwindFault, reorgs, rare }: Chunk): Promise<Run> {
	const random = createRandom(seed);
	const world = await createWorld(random, deviation, rare);
	const chain = (reorgs ?? random.chance(REORGING)) ? await Chain.create(world, unwindFault ?? null) : null;
	const bare = chain === null && random.chance(0.2) ? await createExecutors(world) : null;
	return {
		world,
		memory: { past: [], sessions: new Map() },
		executors: chain === null ? await createExecutors(world) : chain.executors,
		bare,
		chain,
		findings: [],
		coverage: new Map(),
		reorgs: 0,
		bundles: 0,
		held: 0,
		partial: 0,
	};
}

/** Random ticks, and random reorgs of them, until enough bundles have been tried. */
async function live(run: Run, bundles: number): Promise<void> {
	const { chain, findings, world } = run;
	const { random } = world;
	// Deep reorgs need long histories, and those need short ticks.
	const perTick = chain === null ? 20 : random.pick([1, 1, 5]);
	let last: number | null = null;
	const tick = async (most: number): Promise<void> => {
		last = nextTick(run, chain === null ? last : chain.lastTick);
		await runTick(run, last, random.between(1, most));
	};
	while (run.bundles < bundles && findings.length === 0) {
		await tick(Math.min(perTick, bundles - run.bundles));
		if (chain === null || findings.length > 0) continue;
		if (random.chance(0.7)) await chain.commit();
		if (!random.chance(perTick === 1 ? 0.05 : 0.15)) continue;
		const meeting = (what: string): void => meet(run, what);
		run.reorgs += await reorg({ world, chain, findings, meet: meeting, tick: () => tick(3) });
	}
	if (chain === null || run.reorgs === 0 || findings.length > 0) return;
	await chain.commit();
	const difference = await chain.runClean();
	if (difference !== null) findings.push(difference);
}

/** Stops at the first tick that has a finding: what follows would only repeat it. */
export async function runChunk(chunk: Chunk): Promise<ChunkResult> {
	const run = await createRun(chunk);
	const { coverage, findings } = run;
	try {
		await live(run, chunk.bundles);
	} catch (error) {
		// Whatever was ordered, the executor of `src` has a result; a store that went back wrongly shows here.
		if (!isMeridianError(error)) throw error;
		findings.push(`${error.code}: ${error.message}`);
	}
	const { bundles, held, partial, reorgs } = run;
	return {
		bundles,
		held,
		dropped: bundles - held,
		partial,
		reorgs,
		findings: findings.map((one) => `${chunk.seed}: ${one}`),
		coverage,
	};
}
