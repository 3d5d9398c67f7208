/** Random histories of L1 that its rules and the contracts allow, with small configurations so that edges are met often. */
import type { L1Block } from "../../src/derive/types.ts";
import type { TimelineConfig } from "../../src/primitives/types.ts";
import { genesisWord } from "../reference/hashes.ts";
import type { ReadBlock } from "../reference/types.ts";
import type { Generated, Segment } from "./history.ts";
import { lawfulMood } from "./lawful.ts";
import { publish, republish } from "./publications.ts";
import { createRandom, type Random } from "./random.ts";
import { deposit, enqueue, message, register, rogueLog, schedule } from "./registry.ts";
import { append, createWorld, type Draft, emit, type Mood, rewind, type World } from "./world.ts";

const INBOX = `0x${"1b".repeat(20)}` as const;

function chooseConfig(random: Random): TimelineConfig {
	const slotSeconds = random.pick([12, 12, 12, 4, 6]);
	const tickSeconds = random.pick([2, slotSeconds, slotSeconds, slotSeconds / 2, 1]);
	const byDefault = random.chance(0.08);
	const maxLag = slotSeconds * (byDefault ? 64 : random.between(2, 6));
	const forcedDelay = slotSeconds * (byDefault ? 32 : random.between(1, 4));
	const maxOriginAge = byDefault ? 16 * slotSeconds : Math.min(forcedDelay - 1, slotSeconds * random.between(1, 3));
	const odd = random.chance(0.1) ? random.below(slotSeconds) : 0;
	const beaconGenesisTime = random.pick([0, 1_606_824_023]);
	const slot = random.between(100, 100_000);
	return {
		startBlock: random.pick([1, 7, 23_900_000, 2 ** 32 - 300]),
		genesisTime: beaconGenesisTime + slot * slotSeconds,
		beaconGenesisTime,
		slotSeconds,
		tickSeconds,
		maxLag: maxLag + odd,
		forcedDelay: forcedDelay + odd,
		maxOriginAge: random.chance(0.1) ? random.below(maxOriginAge + 1) : maxOriginAge,
		ringSize: 8_192,
		clusterGasPerSlot: 180_000_000n,
	};
}

function chooseMood(random: Random): Mood {
	return {
		publish: random.pick([0, 0.3, 0.6, 0.9]),
		force: random.pick([0, 0.3, 0.7]),
		deposit: random.pick([0, 0.2, 0.6]),
		govern: random.pick([0, 0.1, 0.3]),
		flawed: random.pick([0, 0.2, 0.5, 0.8]),
		blobs: random.pick([0, 0, 0, 0.1, 0.4]),
		gaps: random.pick([0.05, 0.2, 0.5]),
		freeClock: random.chance(0.08),
		rogue: random.pick([0, 0, 0, 0.2]),
		lawful: false,
	};
}

/** Slots from one block to the next: mostly one; missed slots; now and then a pause longer than any window. */
function chooseGap({ random, config, mood }: World): number {
	if (!random.chance(mood.gaps)) return 1;
	const window = Math.ceil(config.maxLag / config.slotSeconds);
	// What the contracts promise, they promise as long as L1 does not stand still for longer than maxLag.
	if (mood.lawful) return random.between(1, Math.max(1, Math.floor(config.maxLag / config.slotSeconds)));
	return random.pick([2, 2, 3, random.between(1, window + 1), random.chance(0.2) ? random.between(1, 4 * window) : 2]);
}

function draftBlock(world: World): Draft {
	const { random, config, chain, reader } = world;
	const last = chain.at(-1);
	const start = config.genesisTime + config.slotSeconds * random.between(-4, 6);
	const pause = config.slotSeconds * chooseGap(world);
	const step = world.mood.freeClock ? random.pick([1, random.between(1, 6), random.between(1, 2 * pause)]) : pause;
	const timestamp = last === undefined ? start : last.timestamp + step;
	const { genesisTime, tickSeconds, maxLag } = config;
	const horizon = Math.floor((timestamp - maxLag - genesisTime) / tickSeconds);
	const horizonTime = genesisTime + horizon * tickSeconds;
	// If the block makes a tick at the horizon, that tick names this block.
	const atHorizon = chain.findLast((block) => block.timestamp <= horizonTime)?.number ?? 0;
	return {
		number: last === undefined ? config.startBlock : last.number + 1,
		timestamp,
		logs: [],
		horizon,
		now: Math.floor((timestamp - genesisTime) / tickSeconds),
		lastOrigin: Math.max(reader.state.lastOrigin, horizon > reader.state.lastTick ? atHorizon : 0),
	};
}

function createTimeline(world: World, draft: Draft): void {
	const { random, config, genesisHead } = world;
	const address = () => random.hex(20);
	emit(world, draft, {
		kind: "timelineCreated",
		registry: address(),
		forcedInclusion: address(),
		bridge: address(),
		rights: address(),
		config,
		genesisHead,
	});
}

function fill(world: World, draft: Draft): void {
	const { random, mood, books, orphaned, chain } = world;
	if (!books.created && (chain.length > 1 || random.chance(0.7))) createTimeline(world, draft);
	if (books.rollups.length < 2 && random.chance(0.8)) register(world, draft);
	const acts = [
		{ chance: mood.publish, act: publish },
		{ chance: mood.force, act: enqueue },
		{ chance: mood.deposit, act: deposit },
		{ chance: mood.deposit / 2, act: message },
		{ chance: mood.govern / 2, act: register },
		{ chance: mood.govern, act: schedule },
		{ chance: mood.rogue / 2, act: rogueLog },
		{ chance: orphaned.length > 0 ? 0.5 : 0, act: republish },
	];
	// Any order: publications come first in derivation, whatever stands before them in the block (D-1).
	for (let round = random.between(1, 2); round > 0; round--) {
		const start = random.below(acts.length);
		for (const { chance, act } of [...acts.slice(start), ...acts.slice(0, start)]) {
			if (random.chance(chance)) act(world, draft);
		}
	}
}

function makeBlock(world: World): L1Block {
	const { random, chain } = world;
	const draft = draftBlock(world);
	if (!random.chance(0.1)) fill(world, draft);
	return {
		number: draft.number,
		hash: random.hex(32),
		parentHash: chain.at(-1)?.hash ?? random.hex(32),
		timestamp: draft.timestamp,
		prevRandao: random.hex(32),
		logs: draft.logs,
	};
}

/** Blocks; the notice of a lowered limit takes some time to pass. */
const USUAL = [5, 22] as const;
const LONG = [15, 40] as const;

/** One history in seven is lawful. */
const LAWFUL = 1 / 7;

/** @param law what the contracts of a lawful history keep to; a mistake of theirs is to be found */
export function generate(seed: string, law: Mood["lawful"] = true): Generated {
	const random = createRandom(seed);
	const config = chooseConfig(random);
	const genesisHead = genesisWord(1, INBOX, config);
	const mood = chooseMood(random);
	const lawful = createRandom(`${seed}, lawful`).chance(LAWFUL);
	const chosen = lawful ? { ...lawfulMood(mood, random), lawful: law } : mood;
	const world = createWorld(random, config, genesisHead, chosen);
	const [fewest, most] = lawful ? LONG : USUAL;
	const segments: Segment[] = [];
	const expected: ReadBlock[][] = [];
	const forks = random.chance(0.35) ? random.between(1, 3) : 0;
	for (let fork = 0; fork <= forks; fork++) {
		const depth = random.chance(0.2) ? world.chain.length : random.between(1, 6);
		const keep = fork === 0 ? 0 : Math.max(0, world.chain.length - depth);
		if (fork > 0) rewind(world, keep);
		const blocks: L1Block[] = [];
		const read: ReadBlock[] = [];
		for (let left = fork === 0 ? random.between(fewest, most) : random.between(1, 8); left > 0; left--) {
			const block = makeBlock(world);
			blocks.push(block);
			read.push(append(world, block));
		}
		segments.push({ keep, blocks });
		expected.push(read);
	}
	return { history: { seed, config, genesisHead, segments }, expected, lawful };
}
