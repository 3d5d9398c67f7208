/** Registrations and ticks made by hand, for tests of the execution layer. */
import { RLP } from "@ethereumjs/rlp";
import { bigIntToUnpaddedBytes } from "@ethereumjs/util";
import type {
	ActiveRollup,
	Deposit,
	DerivedTick,
	ForcedLeg,
	RollupRegisteredLog,
	SelectedForced,
} from "../../../src/derive/types.ts";
import { hexToBytes, ZERO_ADDRESS, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Hash32, Hex, Item, RollupId, TimelineConfig } from "../../../src/primitives/types.ts";
import { ETHER } from "./accounts.ts";

export const TIMELINE: TimelineConfig = {
	startBlock: 1,
	genesisTime: 1_700_000_000,
	beaconGenesisTime: 1_700_000_000,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 768,
	forcedDelay: 384,
	maxOriginAge: 192,
	ringSize: 8192,
	clusterGasPerSlot: 720_000_000n,
};

export const FEE_RECIPIENT: Address = "0xfee0000000000000000000000000000000000001";
export const COINBASE: Address = "0xc0ffee0000000000000000000000000000000002";

export interface AllocatedAccount {
	readonly address: Address;
	readonly balance?: bigint;
	readonly nonce?: bigint;
	readonly code?: Hex;
	readonly storage?: readonly (readonly [Hash32, bigint])[];
}

const integer = (value: bigint): Uint8Array => bigIntToUnpaddedBytes(value);

/** E-4's bytes, sorted. */
export function encodeAllocation(accounts: readonly AllocatedAccount[]): Uint8Array {
	const sorted = [...accounts].sort((a, b) => (a.address < b.address ? -1 : 1));
	return RLP.encode(
		sorted.map(({ address, balance = 0n, nonce = 0n, code = "0x", storage = [] }) => [
			hexToBytes(address),
			integer(balance),
			integer(nonce),
			hexToBytes(code),
			storage.map(([key, value]) => [hexToBytes(key), integer(value)]),
		]),
	);
}

export const rich = (addresses: readonly Address[]): AllocatedAccount[] =>
	addresses.map((address) => ({ address, balance: 1_000n * ETHER }));

export interface RegistrationOptions {
	readonly rollupId?: RollupId;
	readonly chainId?: number;
	readonly cluster?: number;
	readonly gasLimit?: number;
	readonly feeRecipient?: Address;
	readonly activationTick?: number;
	readonly template?: number;
	readonly genesisHash?: Hash32;
	readonly allocation?: Uint8Array;
}

export function registration(options: RegistrationOptions = {}): RollupRegisteredLog {
	const { rollupId = 1, chainId = 7_000 + rollupId, allocation = new Uint8Array(0) } = options;
	return {
		kind: "rollupRegistered",
		rollupId,
		owner: ZERO_ADDRESS,
		config: {
			chainId,
			cluster: options.cluster ?? 1,
			gasLimit: options.gasLimit ?? 30_000_000,
			feeRecipient: options.feeRecipient ?? FEE_RECIPIENT,
			activationTick: options.activationTick ?? 1,
			settlement: ZERO_ADDRESS,
			template: options.template ?? 1,
			genesisHash: options.genesisHash ?? ZERO_HASH,
		},
		allocation,
	};
}

export const active = (
	{ rollupId, config }: RollupRegisteredLog,
	changes: Partial<ActiveRollup> = {},
): ActiveRollup => ({
	rollupId,
	chainId: config.chainId,
	cluster: config.cluster,
	gasLimit: config.gasLimit,
	feeRecipient: config.feeRecipient,
	...changes,
});

export const txItem = (rollupId: RollupId, rawTx: Uint8Array): Item => ({ kind: "tx", leg: { rollupId, rawTx } });

export const deposit = (rollupId: RollupId, index: number, recipient: Address, gwei: bigint): Deposit => ({
	rollupId,
	index,
	l1Block: 1,
	l1Timestamp: TIMELINE.genesisTime,
	recipient,
	gwei,
});

export function forced(index: number, legs: readonly ForcedLeg[], overCap = false): SelectedForced {
	const [first] = legs;
	return {
		entry: {
			sequence: index,
			cluster: 1,
			index,
			enqueuedAt: TIMELINE.genesisTime,
			bundle: legs.length !== 1,
			legs,
			itemHash: keccakHex(first?.rawTx ?? new Uint8Array(0)),
		},
		overCap,
	};
}

export interface TickOptions {
	readonly rollups: readonly ActiveRollup[];
	readonly items?: readonly Item[];
	readonly forced?: readonly SelectedForced[];
	readonly deposits?: readonly Deposit[];
	readonly coinbase?: Address | null;
}

export function tickOf(tick: number, options: TickOptions): DerivedTick {
	const deposits = new Map<RollupId, Deposit[]>();
	for (const one of options.deposits ?? []) deposits.set(one.rollupId, [...(deposits.get(one.rollupId) ?? []), one]);
	return {
		tick,
		time: TIMELINE.genesisTime + tick * TIMELINE.tickSeconds,
		kind: options.coinbase === null ? "filled" : "published",
		publicationId: options.coinbase === null ? null : 1,
		l1Origin: {
			number: 100 + Math.floor(tick / 6),
			hash: keccakHex(new TextEncoder().encode(`l1 block ${Math.floor(tick / 6)}`)),
			timestamp: TIMELINE.genesisTime + Math.floor(tick / 6) * TIMELINE.slotSeconds,
			prevRandao: keccakHex(new TextEncoder().encode(`randao ${Math.floor(tick / 6)}`)),
		},
		coinbase: options.coinbase === undefined ? COINBASE : options.coinbase,
		forced: options.forced ?? [],
		items: options.items ?? [],
		deposits,
		rollups: new Map(options.rollups.map((rollup) => [rollup.rollupId, rollup])),
		itemsRoot: ZERO_HASH,
		forcedRoot: ZERO_HASH,
		orderRoot: ZERO_HASH,
	};
}
