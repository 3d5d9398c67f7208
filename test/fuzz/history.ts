/** A history of L1: a chain of blocks, and forks that replace its end. */
import type { L1Block } from "../../src/derive/types.ts";
import type { Hash32, TimelineConfig } from "../../src/primitives/types.ts";
import { createReader } from "../reference/reader.ts";
import type { Deviation, ReadBlock } from "../reference/types.ts";

export interface Segment {
	/** How many blocks of the chain so far stay; the others are orphaned. */
	readonly keep: number;
	readonly blocks: readonly L1Block[];
}

export interface History {
	readonly seed: string;
	readonly config: TimelineConfig;
	readonly genesisHead: Hash32;
	/** The first keeps nothing and begins at `startBlock`. */
	readonly segments: readonly Segment[];
}

export interface Generated {
	readonly history: History;
	/** What the second reader says about it; equals `readHistory(history)`. */
	readonly expected: readonly (readonly ReadBlock[])[];
	/** Whether the contracts kept all their rules in it. */
	readonly lawful: boolean;
}

/** What the second reader says about the new blocks of each segment, each chain read from `startBlock` (D-11). */
export function readHistory(history: History, deviation?: Deviation): ReadBlock[][] {
	let chain: L1Block[] = [];
	return history.segments.map(({ keep, blocks }) => {
		const reader = createReader(history.config, history.genesisHead, deviation);
		for (const block of chain.slice(0, keep)) reader.pass(block);
		chain = [...chain.slice(0, keep), ...blocks];
		return blocks.map((block) => reader.read(block));
	});
}
