/** What a devnet can be told, and the limits it runs with: the protocol's, scaled so that a person sees everything happen. */
import type { TimelineConfig } from "../primitives/types.ts";

export interface DevnetOptions {
	/** 1 to 8. */
	readonly rollups: number;
	/** Slots with traffic; a few more follow until everything is on L1 and derived. */
	readonly slots: number;
	/** `anvil`, `hardhat`, `beacon`, or a URL. */
	readonly l1: string;
	/** Seconds. */
	readonly tickSeconds: number;
	/** Seconds; a multiple of `tickSeconds`. */
	readonly slotSeconds: number;
	/** Go on without waiting for the wall clock; only with an L1 the devnet starts. */
	readonly fast: boolean;
	/** Publish in calldata although blobs would work. */
	readonly calldata: boolean;
	/** Where blobs of a chain given by URL can be read; without it the devnet publishes in calldata there. */
	readonly beacon: string | null;
	/** Key of a funded account on a chain given by URL. */
	readonly key: string | null;
	/** After the end, let L1 and sequencer go on until the signal. */
	readonly keep: boolean;
	readonly seed: number;
}

/** In slots. The forced delay lets a person see a forced inclusion in under a minute. */
const MAX_LAG = 8;
const FORCED_DELAY = 4;
const MAX_ORIGIN_AGE = 2;

export const GAS_LIMIT = 20_000_000;

type Limits = Pick<
	TimelineConfig,
	"slotSeconds" | "tickSeconds" | "maxLag" | "forcedDelay" | "maxOriginAge" | "clusterGasPerSlot"
>;

export function limitsOf({ slotSeconds, tickSeconds }: DevnetOptions): Limits {
	return {
		slotSeconds,
		tickSeconds,
		maxLag: MAX_LAG * slotSeconds,
		forcedDelay: FORCED_DELAY * slotSeconds,
		maxOriginAge: MAX_ORIGIN_AGE * slotSeconds,
		clusterGasPerSlot: BigInt(GAS_LIMIT) * BigInt(Math.ceil(slotSeconds / tickSeconds)) * 8n,
	};
}

export const FORCED_DELAY_SLOTS = FORCED_DELAY;

/** All but the last rollup share a cluster; from three rollups on the last has one of its own. */
export function clusterOf(rollup: number, rollups: number): number {
	return rollups >= 3 && rollup === rollups ? 2 : 1;
}
