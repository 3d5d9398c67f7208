/** What the generator knows while it makes a chain: the contracts' own books, and the second reader as its guide. */
import type { L1Block, TimelineLog } from "../../src/derive/types.ts";
import type { Hash32, TimelineConfig } from "../../src/primitives/types.ts";
import { headOf } from "../reference/hashes.ts";
import { createReader, type Reader } from "../reference/reader.ts";
import type { ReadBlock } from "../reference/types.ts";
import type { Random } from "./random.ts";

export interface RegisteredRollup {
	readonly rollupId: number;
	readonly cluster: number;
	readonly activationTick: number;
	/** Of the last scheduled config. */
	effectiveTick: number;
	/** All ever set. */
	readonly gasLimits: number[];
	/** nothing more is accepted for it. */
	retired: boolean;
}

/** How often things happen in one history; each history has its own mood. */
export interface Mood {
	readonly publish: number;
	readonly force: number;
	readonly deposit: number;
	readonly govern: number;
	readonly flawed: number;
	readonly blobs: number;
	readonly gaps: number;
	/** An L1 whose timestamps keep to no slots, as development chains' do. */
	readonly freeClock: boolean;
	/** Logs that the contracts would never emit. */
	readonly rogue: number;
	/** Whether the contracts keep all their rules; or all but the notice of lowered limits. */
	readonly lawful: boolean | "short-notice";
}

/** The books that the contracts keep. */
interface Books {
	created: boolean;
	head: Hash32;
	/** Of the ring word. */
	headTick: number;
	readonly rollups: RegisteredRollup[];
	readonly forcedCount: Map<number, number>;
	readonly depositCount: Map<number, number>;
}

export interface World {
	readonly random: Random;
	readonly config: TimelineConfig;
	readonly genesisHead: Hash32;
	readonly mood: Mood;
	readonly chain: L1Block[];
	/** Logs of orphaned blocks, which may come back. */
	readonly orphaned: TimelineLog[];
	books: Books;
	reader: Reader;
}

/** A block in the making. */
export interface Draft {
	readonly number: number;
	readonly timestamp: number;
	readonly logs: TimelineLog[];
	/** Ticks up to this one are out of reach: D-9's h. */
	readonly horizon: number;
	/** The newest tick whose time has come. */
	readonly now: number;
	/** The reader's, once the block's publications so far are processed (if they are valid). */
	lastOrigin: number;
}

const emptyBooks = (head: Hash32): Books => ({
	created: false,
	head,
	headTick: 0,
	rollups: [],
	forcedCount: new Map(),
	depositCount: new Map(),
});

export function createWorld(random: Random, config: TimelineConfig, genesisHead: Hash32, mood: Mood): World {
	return {
		random,
		config,
		genesisHead,
		mood,
		chain: [],
		orphaned: [],
		books: emptyBooks(genesisHead),
		reader: createReader(config, genesisHead),
	};
}

/** The contracts' books after a log that stands in the block. */
function enter(books: Books, log: TimelineLog, block: { number: number; timestamp: number }): void {
	if (log.kind === "timelineCreated") books.created = true;
	if (log.kind === "published") {
		books.head = headOf(log, block);
		books.headTick = log.header.lastTick;
	} else if (log.kind === "rollupRegistered") {
		const { rollupId, config } = log;
		if (books.rollups.some((rollup) => rollup.rollupId === rollupId)) return;
		const { cluster, activationTick, gasLimit } = config;
		books.rollups.push({
			rollupId,
			cluster,
			activationTick,
			effectiveTick: activationTick,
			gasLimits: [gasLimit],
			retired: false,
		});
	} else if (log.kind === "configScheduled") {
		const rollup = books.rollups.find((one) => one.rollupId === log.rollupId);
		if (rollup === undefined) return;
		rollup.effectiveTick = log.effectiveTick;
		if (log.gasLimit > 0) rollup.gasLimits.push(log.gasLimit);
		else rollup.retired = true;
	} else if (log.kind === "enqueued") {
		books.forcedCount.set(log.cluster, log.index + 1);
	} else if (log.kind === "deposited") {
		books.depositCount.set(log.rollupId, log.index + 1);
	}
}

export function emit(world: World, draft: Draft, log: TimelineLog): void {
	draft.logs.push(log);
	enter(world.books, log, draft);
}

export function append(world: World, block: L1Block): ReadBlock {
	world.chain.push(block);
	return world.reader.read(block);
}

/** Forgets all but the first `keep` blocks. */
export function rewind(world: World, keep: number): void {
	const orphans = world.chain.splice(keep);
	world.orphaned.push(...orphans.flatMap((block) => block.logs));
	world.books = emptyBooks(world.genesisHead);
	world.reader = createReader(world.config, world.genesisHead);
	for (const block of world.chain) {
		for (const log of block.logs) enter(world.books, log, block);
		world.reader.pass(block);
	}
}
