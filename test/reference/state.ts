/** Section 6, the state, and section 8, its bytes. Plain lists; whatever can be searched is searched. */
import type { L1Ref } from "../../src/derive/types.ts";
import type { Address, Hash32 } from "../../src/primitives/types.ts";
import { bytesOf, keccak, merkleRoot, subtreeRoots } from "./hashes.ts";
import { encodeCanonical, type Rlp, rlpInteger } from "./rlp.ts";
import type { Deviation } from "./types.ts";

export interface Config {
	readonly effectiveTick: number;
	readonly gasLimit: number;
	readonly feeRecipient: Address;
}

export interface Rollup {
	readonly rollupId: number;
	readonly chainId: number;
	readonly cluster: number;
	readonly activationTick: number;
	readonly configs: Config[];
}

export interface Entry {
	readonly sequence: number;
	readonly cluster: number;
	readonly index: number;
	readonly enqueuedAt: number;
	readonly bundle: boolean;
	readonly itemHash: Hash32;
	readonly legs: readonly { readonly rollupId: number; readonly gas: number }[];
}

export interface PendingDeposit {
	readonly rollupId: number;
	readonly index: number;
	readonly l1Block: number;
	readonly l1Timestamp: number;
	readonly recipient: Address;
	readonly gwei: bigint;
}

export interface State {
	l1: { number: number; hash: Hash32; timestamp: number };
	blocks: L1Ref[];
	head: Hash32;
	lastTick: number;
	lastOrigin: number;
	rollups: Rollup[];
	nextSequence: number;
	/** Entries of all clusters in the order of their sequence. */
	forced: Entry[];
	deposits: PendingDeposit[];
	orderRoots: Hash32[];
	/** Roots of perfect parts of `orderRoots`. */
	known: Map<string, Hash32>;
}

/** The genesis state. */
export const initialState = (startBlock: number, genesisHead: Hash32): State => ({
	l1: { number: startBlock - 1, hash: `0x${"00".repeat(32)}`, timestamp: 0 },
	blocks: [],
	head: genesisHead,
	lastTick: 0,
	lastOrigin: 0,
	rollups: [],
	nextSequence: 0,
	forced: [],
	deposits: [],
	orderRoots: [],
	known: new Map(),
});

export const isRegistered = (state: State, rollupId: number): boolean =>
	state.rollups.some((rollup) => rollup.rollupId === rollupId);

export const activeRollups = (state: State, tick: number, deviation?: Deviation): Rollup[] =>
	state.rollups
		.filter((rollup) =>
			deviation === "activation-exclusive" ? rollup.activationTick < tick : rollup.activationTick <= tick,
		)
		.filter((rollup) => deviation === "retirement-ignored" || configAt(rollup, tick).gasLimit > 0)
		.sort((a, b) => a.rollupId - b.rollupId);

export function configAt(rollup: Rollup, tick: number): Config {
	const config = rollup.configs.findLast((one) => one.effectiveTick <= tick) ?? rollup.configs[0];
	if (config === undefined) throw new RangeError(`rollup ${rollup.rollupId} has no config`);
	return config;
}

export function forcedCap(rollup: Rollup, tick: number, deviation?: Deviation): number {
	if (deviation === "cap-from-latest-config") return Math.floor(configAt(rollup, tick).gasLimit / 2);
	const limits = rollup.configs.filter((one) => one.effectiveTick <= tick).map((one) => one.gasLimit);
	return Math.floor(Math.min(...limits) / 2);
}

export const accumulatorRoot = (state: State): Hash32 => merkleRoot(state.orderRoots, state.known);

/** S-7. */
export function stateHash(state: State): Hash32 {
	const n = rlpInteger;
	const l1 = state.l1;
	const value: Rlp = [
		[n(l1.number), bytesOf(l1.hash), n(l1.timestamp)],
		state.blocks.map((one) => [n(one.number), bytesOf(one.hash), n(one.timestamp), bytesOf(one.prevRandao)]),
		bytesOf(state.head),
		n(state.lastTick),
		n(state.lastOrigin),
		state.rollups
			.toSorted((a, b) => a.rollupId - b.rollupId)
			.map((one) => [
				n(one.rollupId),
				n(one.chainId),
				n(one.cluster),
				n(one.activationTick),
				one.configs.map((config) => [n(config.effectiveTick), n(config.gasLimit), bytesOf(config.feeRecipient)]),
			]),
		[
			n(state.nextSequence),
			state.forced.map((one) => [
				n(one.sequence),
				n(one.cluster),
				n(one.index),
				n(one.enqueuedAt),
				n(one.bundle ? 1 : 0),
				bytesOf(one.itemHash),
				one.legs.map((leg) => [n(leg.rollupId), n(leg.gas)]),
			]),
		],
		state.deposits
			.toSorted((a, b) => a.rollupId - b.rollupId || a.index - b.index)
			.map((one) => [
				n(one.rollupId),
				n(one.index),
				n(one.l1Block),
				n(one.l1Timestamp),
				bytesOf(one.recipient),
				n(one.gwei),
			]),
		[n(state.orderRoots.length), subtreeRoots(state.orderRoots, state.known).map(bytesOf)],
	];
	return keccak(encodeCanonical(value));
}
