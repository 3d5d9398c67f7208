/** One random timeline from its first tick to its last: made, executed twice, and held to what must never happen. */
import { RLP } from "@ethereumjs/rlp";
import { keccak256 } from "ethers";
import type { DerivedTick } from "../../../src/derive/types.ts";
import type { ClusterExecutor, Outcome, SealedBlock } from "../../../src/execute/types.ts";
import type { ClusterId } from "../../../src/primitives/types.ts";
import type { Deviation } from "../../reference/execution/types.ts";
import { createRandom } from "../random.ts";
import { blockLines, firstDifference, outcomeLine, verdictLine } from "./compare.ts";
import { TOKEN, TOKEN_SUPPLY } from "./contracts.ts";
import { legKey, type Memory, type Planned, plan } from "./plan.ts";
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
}

export interface ChunkResult {
	readonly bundles: number;
	readonly held: number;
	readonly dropped: number;
	/** Bundles of which a part has stayed. */
	readonly partial: number;
	/** What the executors disagree on, and what must never happen, in one line each. */
	readonly findings: readonly string[];
	readonly coverage: ReadonlyMap<string, number>;
}

type Executors = ReadonlyMap<ClusterId, ClusterExecutor>;

interface Run {
	readonly world: World;
	readonly memory: Memory;
	/** Everything, and the same without what was dropped (trap 18). */
	readonly executors: Executors;
	readonly bare: Executors | null;
	readonly findings: string[];
	readonly coverage: Map<string, number>;
	/** How many messages from L1 the executors of `src` know. */
	told: number;
	bundles: number;
	held: number;
	partial: number;
}

/** Why a bundle that was meant to hold may not: what others did in its tick. */
const CROWDED = new Set(["waste-budget", "not-examined", "block-gas", "block-bytes"]);
const TICKS_APART = 3;

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

interface Executed {
	readonly outcomes: readonly Outcome[];
	readonly blocks: readonly SealedBlock[];
}

async function execute(executors: Executors, tick: DerivedTick): Promise<Executed> {
	const outcomes: Outcome[] = [];
	const blocks: SealedBlock[] = [];
	for (const executor of executors.values()) {
		const result = await executor.execute(tick);
		outcomes.push(...result.outcomes);
		blocks.push(...result.blocks);
	}
	outcomes.sort(({ position: a }, { position: b }) => a.class - b.class || a.index - b.index);
	return { outcomes, blocks };
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
function checkWhole(run: Run, entries: readonly Entry[], { outcomes, blocks }: Executed): void {
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
	for (const [session, parties] of run.memory.sessions) {
		const there = parties.filter((key) => inBlocks.has(key)).length;
		if (there !== 0 && there !== parties.length)
			run.findings.push(`session ${session}: ${there} of ${parties.length} legs`);
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
	const { world, executors, bare, findings } = run;
	beginTick(world, number);
	const judged = await order(run, bundles);
	const positioned = [
		...judged.filter(({ entry }) => entry.forced !== undefined),
		...judged.filter(({ entry }) => entry.forced === undefined),
	];
	const entries = positioned.map(({ entry }) => entry);
	for (const { l1Block, log } of world.messages.slice(run.told)) {
		for (const all of [executors, bare]) for (const one of all?.values() ?? []) one.noteMessages(l1Block, [log]);
	}
	run.told = world.messages.length;
	const executed = await execute(executors, orderedTick(world, entries));
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

/** Stops at the first tick that has a finding: what follows would only repeat it. */
export async function runChunk({ seed, bundles, deviation }: Chunk): Promise<ChunkResult> {
	const random = createRandom(seed);
	const world = await createWorld(random, deviation);
	const executors = await createExecutors(world);
	const bare = random.chance(0.2) ? await createExecutors(world) : null;
	const run: Run = {
		world,
		memory: { past: [], sessions: new Map() },
		executors,
		bare,
		findings: [],
		coverage: new Map(),
		told: 0,
		bundles: 0,
		held: 0,
		partial: 0,
	};
	for (
		let number = FIRST_TICK;
		run.bundles < bundles && run.findings.length === 0;
		number += random.between(1, TICKS_APART)
	) {
		await runTick(run, number, random.between(1, Math.min(20, bundles - run.bundles)));
	}
	const { held, partial, findings, coverage } = run;
	return {
		bundles: run.bundles,
		held,
		dropped: run.bundles - held,
		partial,
		findings: findings.map((one) => `${seed}: ${one}`),
		coverage,
	};
}
