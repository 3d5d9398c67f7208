/** The state as bytes: its hash (S-7), and a form to store it in. */
import { type Input, type NestedUint8Array, RLP } from "@ethereumjs/rlp";
import { bytesToHex, bytesToUint, hexToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { keccakHex } from "../primitives/hash.ts";
import type { Hash32 } from "../primitives/types.ts";
import type { Deposit, ForcedEntry, ForcedLeg, L1Ref, OrderState, RollupState } from "./types.ts";

/** S-7. */
export function stateHash(state: OrderState): Hash32 {
	return keccakHex(RLP.encode(stateInput(state)));
}

/** A state without the bytes of forced transactions, which are stored once, by their hash. */
export interface EncodedState {
	readonly bytes: Uint8Array;
	/** Raw transactions by Keccak-256. */
	readonly payloads: ReadonlyMap<Hash32, Uint8Array>;
}

/** `RLP([state as in S-7, for each forced entry: [hash of rawTx for each leg]])`. */
export function encodeState(state: OrderState): EncodedState {
	const payloads = new Map<Hash32, Uint8Array>();
	const hashes = entriesInOrder(state).map((entry) =>
		entry.legs.map(({ rawTx }) => {
			const hash = payloadHash(rawTx);
			payloads.set(hash, rawTx);
			return hexToBytes(hash);
		}),
	);
	return { bytes: RLP.encode([stateInput(state), hashes]), payloads };
}

/** Hashes by the bytes object they are of: an entry waits for many blocks, and each block's state is stored. */
const payloadHashes = new WeakMap<Uint8Array, Hash32>();

function payloadHash(rawTx: Uint8Array): Hash32 {
	const known = payloadHashes.get(rawTx);
	if (known !== undefined) return known;
	const hash = keccakHex(rawTx);
	payloadHashes.set(rawTx, hash);
	return hash;
}

const entriesInOrder = (state: OrderState): ForcedEntry[] =>
	[...state.forced.values()].flat().sort((a, b) => a.sequence - b.sequence);

function stateInput(state: OrderState): Input {
	const { accumulator, l1 } = state;
	return [
		[l1.number, hexToBytes(l1.hash), l1.timestamp],
		state.blocks.map((block) => [block.number, hexToBytes(block.hash), block.timestamp, hexToBytes(block.prevRandao)]),
		hexToBytes(state.head),
		state.lastTick,
		state.lastOrigin,
		[...state.rollups.values()].sort((a, b) => a.rollupId - b.rollupId).map(rollupInput),
		[state.nextSequence, entriesInOrder(state).map(entryInput)],
		[...state.deposits.values()]
			.flat()
			.sort((a, b) => a.rollupId - b.rollupId || a.index - b.index)
			.map(({ gwei, index, l1Block, l1Timestamp, recipient, rollupId }) => [
				rollupId,
				index,
				l1Block,
				l1Timestamp,
				hexToBytes(recipient),
				gwei,
			]),
		[accumulator.count, accumulator.roots.map(hexToBytes)],
	];
}

const rollupInput = ({ activationTick, chainId, cluster, configs, rollupId }: RollupState): Input => [
	rollupId,
	chainId,
	cluster,
	activationTick,
	configs.map((config) => [config.effectiveTick, config.gasLimit, hexToBytes(config.feeRecipient)]),
];

const entryInput = (entry: ForcedEntry): Input => [
	entry.sequence,
	entry.cluster,
	entry.index,
	entry.enqueuedAt,
	entry.bundle ? 1 : 0,
	hexToBytes(entry.itemHash),
	entry.legs.map((leg) => [leg.rollupId, leg.gas]),
];

/**
 * The state that `encodeState` encoded. `payload` gives a raw transaction by its hash. Throws `halt` (`state-corrupt`) if the bytes or a
 * payload are not what was stored.
 */
export function decodeState(bytes: Uint8Array, payload: (hash: Hash32) => Uint8Array | undefined): OrderState {
	let state: OrderState;
	try {
		state = readState(RLP.decode(bytes), payload);
	} catch (error) {
		throw corrupt(error instanceof Error ? error.message : String(error));
	}
	const { bytes: again } = encodeState(state);
	if (Buffer.compare(again, bytes) !== 0) throw corrupt("it is not what encoding it again gives");
	return state;
}

const corrupt = (why: string): MeridianError =>
	new MeridianError("halt", "state-corrupt", `the stored order state cannot be read: ${why}; derive again from L1`);

type Nested = Uint8Array | NestedUint8Array;

const listOf = (value: Nested | undefined): Nested[] => {
	if (!Array.isArray(value)) throw corrupt("a list is missing");
	return value;
};

const stringOf = (value: Nested | undefined): Uint8Array => {
	if (!(value instanceof Uint8Array)) throw corrupt("a value is missing");
	return value;
};

const bigOf = (value: Nested | undefined): bigint => bytesToUint(stringOf(value));
const numberOf = (value: Nested | undefined): number => Number(bigOf(value));
const hexOf = (value: Nested | undefined): Hash32 => bytesToHex(stringOf(value));

function readState(root: Nested, payload: (hash: Hash32) => Uint8Array | undefined): OrderState {
	const [fields, hashes] = listOf(root);
	const [l1, blocks, head, lastTick, lastOrigin, rollups, forced, deposits, accumulator] = listOf(fields);
	const [number, hash, timestamp] = listOf(l1);
	const [nextSequence, entries] = listOf(forced);
	const [count, roots] = listOf(accumulator);
	const entryHashes = listOf(hashes);
	return {
		l1: { number: numberOf(number), hash: hexOf(hash), timestamp: numberOf(timestamp) },
		blocks: listOf(blocks).map(readBlock),
		head: hexOf(head),
		lastTick: numberOf(lastTick),
		lastOrigin: numberOf(lastOrigin),
		rollups: new Map(
			listOf(rollups)
				.map(readRollup)
				.map((rollup) => [rollup.rollupId, rollup]),
		),
		nextSequence: numberOf(nextSequence),
		forced: Map.groupBy(
			listOf(entries).map((entry, index) => readEntry(entry, listOf(entryHashes[index]).map(hexOf), payload)),
			(entry) => entry.cluster,
		),
		deposits: Map.groupBy(listOf(deposits).map(readDeposit), (deposit) => deposit.rollupId),
		accumulator: { count: numberOf(count), roots: listOf(roots).map(hexOf) },
	};
}

function readBlock(value: Nested): L1Ref {
	const [number, hash, timestamp, prevRandao] = listOf(value);
	return { number: numberOf(number), hash: hexOf(hash), timestamp: numberOf(timestamp), prevRandao: hexOf(prevRandao) };
}

function readRollup(value: Nested): RollupState {
	const [rollupId, chainId, cluster, activationTick, configs] = listOf(value);
	return {
		rollupId: numberOf(rollupId),
		chainId: numberOf(chainId),
		cluster: numberOf(cluster),
		activationTick: numberOf(activationTick),
		configs: listOf(configs).map((config) => {
			const [effectiveTick, gasLimit, feeRecipient] = listOf(config);
			return {
				effectiveTick: numberOf(effectiveTick),
				gasLimit: numberOf(gasLimit),
				feeRecipient: hexOf(feeRecipient),
			};
		}),
	};
}

function readEntry(
	value: Nested,
	hashes: readonly Hash32[],
	payload: (hash: Hash32) => Uint8Array | undefined,
): ForcedEntry {
	const [sequence, cluster, index, enqueuedAt, bundle, itemHash, legs] = listOf(value);
	return {
		sequence: numberOf(sequence),
		cluster: numberOf(cluster),
		index: numberOf(index),
		enqueuedAt: numberOf(enqueuedAt),
		bundle: numberOf(bundle) === 1,
		legs: listOf(legs).map((leg, place): ForcedLeg => {
			const [rollupId, gas] = listOf(leg);
			const hash = hashes[place];
			const rawTx = hash === undefined ? undefined : payload(hash);
			if (rawTx === undefined) throw corrupt(`the forced transaction ${hash} is not stored`);
			return { rollupId: numberOf(rollupId), gas: numberOf(gas), rawTx };
		}),
		itemHash: hexOf(itemHash),
	};
}

function readDeposit(value: Nested): Deposit {
	const [rollupId, index, l1Block, l1Timestamp, recipient, gwei] = listOf(value);
	return {
		rollupId: numberOf(rollupId),
		index: numberOf(index),
		l1Block: numberOf(l1Block),
		l1Timestamp: numberOf(l1Timestamp),
		recipient: hexOf(recipient),
		gwei: bigOf(gwei),
	};
}
