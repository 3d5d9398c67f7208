/**
 * A second reader of the order layer, written from docs/spec/derivation.md alone: plain, slow, and sharing no code with
 * `src` (types aside). It always starts at `startBlock`; it knows neither saved states nor reorgs.
 */
import type { L1Block } from "../../src/derive/types.ts";
import type { Hash32, TimelineConfig } from "../../src/primitives/types.ts";
import { readBlock } from "./block.ts";
import { initialState, type State } from "./state.ts";
import type { Deviation, ReadBlock } from "./types.ts";

export interface Reader {
	readonly state: Readonly<State>;
	/** The next block of the chain. */
	read(block: L1Block): ReadBlock;
}

export function createReader(config: TimelineConfig, genesisHead: Hash32, deviation?: Deviation): Reader {
	const state = initialState(config.startBlock, genesisHead);
	return { state, read: (block) => readBlock({ config, deviation }, state, block) };
}

/** What the spec says about each block of a chain that begins at `startBlock`. */
export function readChain(
	config: TimelineConfig,
	genesisHead: Hash32,
	chain: readonly L1Block[],
	deviation?: Deviation,
): ReadBlock[] {
	const reader = createReader(config, genesisHead, deviation);
	return chain.map((block) => reader.read(block));
}
