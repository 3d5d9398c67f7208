/** A small devnet in virtual time, as tests and benchmarks drive it themselves. */
import type { DevnetOptions } from "../../../src/devnet/options.ts";

export const QUICK: DevnetOptions = {
	rollups: 2,
	slots: 1,
	l1: "anvil",
	tickSeconds: 2,
	slotSeconds: 4,
	fast: true,
	calldata: true,
	beacon: null,
	key: null,
	keep: false,
	seed: 1,
};
