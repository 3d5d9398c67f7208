/** A timeline on a made-up L1, block by block: what the tests of the order layer are written with. */
import { buildPublication, type PlannedTick } from "../../../src/derive/plan.ts";
import { genesisState } from "../../../src/derive/state.ts";
import { step } from "../../../src/derive/step.ts";
import type {
	ConfigScheduledLog,
	DepositedLog,
	EnqueuedLog,
	ForcedLeg,
	L1Block,
	L1MessageLog,
	OrderState,
	PublishedLog,
	RollupRegisteredLog,
	StepResult,
	TimelineLog,
} from "../../../src/derive/types.ts";
import { bytesToHex, concatBytes, uintToBytes, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type {
	Address,
	Hash32,
	Item,
	Leg,
	PublicationHeader,
	RollupConfig,
	Tick,
	TimelineConfig,
} from "../../../src/primitives/types.ts";

/** Short times, so that few blocks show everything: a tick may be 10 slots old, its l1Origin 3, and forced entries are due after 5. */
export const CONFIG: TimelineConfig = {
	startBlock: 100,
	genesisTime: 10_000,
	beaconGenesisTime: 9_988,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 120,
	forcedDelay: 60,
	maxOriginAge: 36,
	ringSize: 8_192,
	clusterGasPerSlot: 180_000_000n,
};

export const GENESIS_HEAD: Hash32 = `0x${"00".repeat(9)}${"ab".repeat(23)}`;
export const COINBASE: Address = `0x${"c0".repeat(20)}`;
const FEE_RECIPIENT: Address = `0x${"fe".repeat(20)}`;
const PUBLISHER: Address = `0x${"bb".repeat(20)}`;
const USER: Address = `0x${"aa".repeat(20)}`;

/** L1 timestamp of a block: one a slot. Tick `6 * (number - 100)` has the same time. */
export const timestampOf = (number: number): number =>
	CONFIG.genesisTime + (number - CONFIG.startBlock) * CONFIG.slotSeconds;

/** The tick whose time is an L1 block's. */
export const tickOf = (number: number): Tick =>
	((number - CONFIG.startBlock) * CONFIG.slotSeconds) / CONFIG.tickSeconds;

/** Hash of the block of a number on a branch of L1. */
export const hashOf = (number: number, branch = 0): Hash32 =>
	keccakHex(concatBytes(uintToBytes(number, 8), uintToBytes(branch, 8)));

export function l1Block(number: number, logs: readonly TimelineLog[] = [], branch = 0): L1Block {
	const hash = hashOf(number, branch);
	return {
		number,
		hash,
		parentHash: hashOf(number - 1, branch),
		timestamp: timestampOf(number),
		prevRandao: keccakHex(uintToBytes(number, 32)),
		logs,
	};
}

export const tx = (rollupId: number, ...bytes: number[]): Item => ({ kind: "tx", leg: leg(rollupId, ...bytes) });
export const leg = (rollupId: number, ...bytes: number[]): Leg => ({ rollupId, rawTx: Uint8Array.from(bytes) });
export const bundle = (...legs: Leg[]): Item => ({ kind: "bundle", legs });

export const planned = (tick: Tick, l1Origin: number, ...items: Item[]): PlannedTick => ({ tick, l1Origin, items });

export function registered(rollupId: number, config: Partial<RollupConfig> = {}): RollupRegisteredLog {
	return {
		kind: "rollupRegistered",
		rollupId,
		owner: USER,
		allocation: new Uint8Array(),
		config: {
			chainId: 7_000 + rollupId,
			cluster: 1,
			gasLimit: 30_000_000,
			feeRecipient: FEE_RECIPIENT,
			activationTick: 1,
			settlement: USER,
			template: 1,
			genesisHash: ZERO_HASH,
			...config,
		},
	};
}

export function scheduled(rollupId: number, effectiveTick: Tick, gasLimit: number): ConfigScheduledLog {
	return { kind: "configScheduled", rollupId, effectiveTick, gasLimit, feeRecipient: FEE_RECIPIENT };
}

export function forcedLeg(rollupId: number, gas: number, ...bytes: number[]): ForcedLeg {
	return { ...leg(rollupId, ...bytes), gas };
}

export function enqueued(index: number, rollupId: number, gas: number, cluster = 1): EnqueuedLog {
	return {
		kind: "enqueued",
		cluster,
		index,
		sender: USER,
		bundle: false,
		legs: [forcedLeg(rollupId, gas, 0xf0, index)],
	};
}

export function bundleEnqueued(index: number, legs: readonly ForcedLeg[], cluster = 1): EnqueuedLog {
	return { kind: "enqueued", cluster, index, sender: USER, bundle: true, legs };
}

export function deposited(rollupId: number, index: number, gwei = 1_000n): DepositedLog {
	return { kind: "deposited", rollupId, index, sender: USER, recipient: USER, gwei };
}

export function messageSent(rollupId: number, tag: number): L1MessageLog {
	const message = {
		source: 1n,
		destination: BigInt(7_000 + rollupId),
		nonce: BigInt(tag),
		sender: USER,
		target: USER,
		minGas: 2n ** 64n - 1n,
		data: Uint8Array.of(tag),
	};
	return { kind: "l1Message", rollupId, id: `0x${tag.toString(16).padStart(48, "0")}${"00".repeat(8)}`, message };
}

export interface Changes {
	readonly header?: Partial<PublicationHeader>;
	/** Instead of what the ticks give. */
	readonly data?: Uint8Array;
	readonly blobs?: readonly Uint8Array[];
	readonly target?: "blobs" | "calldata";
}

/** The log of a publication of those ticks on the head, changed as told. */
export function published(head: Hash32, ticks: readonly PlannedTick[], changes: Changes = {}): PublishedLog {
	const target = changes.blobs === undefined ? (changes.target ?? "calldata") : "blobs";
	const l1OriginHash = hashOf(ticks.at(-1)?.l1Origin ?? 0);
	const built = buildPublication({ parent: head, coinbase: COINBASE, l1OriginHash, target, ticks });
	if (!built.ok) throw new MeridianError("halt", "test-too-large", `a test's publication is too large: ${built.bytes}`);
	const blobs = changes.blobs ?? built.blobs;
	const versionedHashes = blobs.map((_, index) => bytesToHex(concatBytes(Uint8Array.of(1), uintToBytes(index, 31))));
	return {
		kind: "published",
		header: { ...built.header, blobs: blobs.length, ...changes.header },
		publisher: PUBLISHER,
		data:
			target === "blobs"
				? { kind: "blobs", versionedHashes, blobs }
				: { kind: "calldata", data: changes.data ?? built.data },
	};
}

/** L1 and what is derived from it so far. */
export class Timeline {
	readonly config: TimelineConfig;
	readonly blocks: L1Block[] = [];
	readonly results: StepResult[] = [];
	state: OrderState;

	constructor(config: TimelineConfig = CONFIG) {
		this.config = config;
		this.state = genesisState(config, GENESIS_HEAD);
	}

	/** Number of the next L1 block. */
	get number(): number {
		return this.state.l1.number + 1;
	}

	/** The next L1 block, with those logs. */
	next(...logs: readonly TimelineLog[]): StepResult {
		return this.take(l1Block(this.number, logs));
	}

	take(block: L1Block): StepResult {
		const result = step(this.config, this.state, block);
		this.blocks.push(block);
		this.results.push(result);
		this.state = result.state;
		return result;
	}

	/** The next L1 block, with one publication of those ticks. */
	publish(ticks: readonly PlannedTick[], changes: Changes = {}): StepResult {
		return this.next(published(this.state.head, ticks, changes));
	}

	/** Empty L1 blocks up to and including that number; the ticks they made. */
	idleTo(number: number): StepResult["ticks"] {
		const from = this.results.length;
		while (this.state.l1.number < number) this.next();
		return this.results.slice(from).flatMap((result) => result.ticks);
	}
}

/** A timeline with rollups 1 and 2 in cluster 1 and rollup 3 in cluster 2, registered in its first block. */
export function started(): Timeline {
	const timeline = new Timeline();
	timeline.next(registered(1), registered(2), registered(3, { cluster: 2 }));
	return timeline;
}
