/**
 * A second reader of the order layer, written from docs/spec/derivation.md alone: plain, slow, and sharing no code with
 * `src` (types aside). It always starts at `startBlock`; it knows neither saved states nor reorgs.
 */
import type { L1Block } from "../../src/derive/types.ts";
import type { Hash32, TimelineConfig } from "../../src/primitives/types.ts";
import { readBlock, summarize } from "./block.ts";
import { initialState, type State } from "./state.ts";
import type { Deviation, ReadBlock } from "./types.ts";

export interface Reader {
	readonly state: Readonly<State>;
	/** The next block of the chain. */
	read(block: L1Block): ReadBlock;
	/** The same, without an account of it. */
	pass(block: L1Block): void;
}

export function createReader(config: TimelineConfig, genesisHead: Hash32, deviation?: Deviation): Reader {
	const state = initialState(config.startBlock, genesisHead);
	const rules = { config, deviation };
	return {
		state,
		read: (block) => summarize(state, readBlock(rules, state, block)),
		pass: (block) => void readBlock(rules, state, block),
	};
}
