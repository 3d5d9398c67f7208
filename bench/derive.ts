/** What the order layer costs: a slot of L1 with every blob taken by one timeline, and a slot with nothing for it. */
import type { ManifestTick } from "../src/codec/manifest.ts";
import { buildPublication } from "../src/derive/plan.ts";
import { genesisState } from "../src/derive/state.ts";
import { step } from "../src/derive/step.ts";
import type { L1Block, OrderState, PublishedLog, TimelineLog } from "../src/derive/types.ts";
import { bytesToHex, uintToBytes, ZERO_ADDRESS, ZERO_HASH } from "../src/primitives/bytes.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import { BLOB_USABLE_BYTES } from "../src/primitives/limits.ts";
import type { Hash32, Item, TimelineConfig } from "../src/primitives/types.ts";
import { medianSeconds, rounded } from "./measure.ts";
import { createTraffic } from "./traffic.ts";

export interface DeriveRow {
	readonly rollups: number;
	readonly blobs: number;
	/** In a slot; bytes are those of raw transactions. */
	readonly transactions: number;
	readonly rawBytes: number;
	readonly secondsPerSlot: number;
	/** `slotSeconds / secondsPerSlot`. */
	readonly realTimeFactor: number;
}

export interface DeriveBenchOptions {
	readonly rollups?: readonly number[];
	readonly runs?: number;
	readonly seed?: number;
}

const CONFIG: TimelineConfig = {
	startBlock: 1,
	genesisTime: 1_700_000_000,
	beaconGenesisTime: 1_700_000_000,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 768,
	forcedDelay: 384,
	maxOriginAge: 192,
	ringSize: 8_192,
	clusterGasPerSlot: 180_000_000n,
};

/** Blobs and ticks of the publications in a slot: 21 blobs, six ticks. */
const PUBLICATIONS = [
	{ blobs: 6, ticks: 2 },
	{ blobs: 6, ticks: 2 },
	{ blobs: 6, ticks: 1 },
	{ blobs: 3, ticks: 1 },
] as const;

/** More blocks than the order layer remembers. */
const WARM_UP_BLOCKS = 90;

export async function runDeriveBench(
	options: DeriveBenchOptions = {},
): Promise<{ readonly rows: readonly DeriveRow[]; readonly idleBlockMicroseconds: number }> {
	const { rollups = [1, 4, 16], runs = 5, seed = 42 } = options;
	const rows = rollups.map((count) => {
		const state = warmState(count);
		const { block, rawBytes, transactions } = fullSlot(state, count, seed);
		assertAllValid(state, block);
		const seconds = medianSeconds(runs, () => step(CONFIG, state, block));
		return {
			rollups: count,
			blobs: PUBLICATIONS.reduce((sum, publication) => sum + publication.blobs, 0),
			transactions,
			rawBytes,
			secondsPerSlot: rounded(seconds, 4),
			realTimeFactor: rounded(CONFIG.slotSeconds / seconds, 1),
		};
	});
	return { rows, idleBlockMicroseconds: rounded(idleBlock(warmState(Math.max(...rollups)), runs), 2) };
}

function l1Block(number: number, logs: readonly TimelineLog[]): L1Block {
	const hashOf = (n: number): Hash32 => bytesToHex(uintToBytes(n, 32));
	const timestamp = CONFIG.genesisTime + number * CONFIG.slotSeconds;
	return { number, hash: hashOf(number), parentHash: hashOf(number - 1), timestamp, prevRandao: hashOf(number), logs };
}

function registration(rollupId: number): TimelineLog {
	return {
		kind: "rollupRegistered",
		rollupId,
		owner: ZERO_ADDRESS,
		allocation: new Uint8Array(),
		config: {
			chainId: 7_000 + rollupId,
			cluster: 1,
			gasLimit: 30_000_000,
			feeRecipient: ZERO_ADDRESS,
			activationTick: 1,
			settlement: ZERO_ADDRESS,
			template: 1,
			genesisHash: ZERO_HASH,
		},
	};
}

/** A timeline with its rollups, long enough under way to remember as many blocks as it ever will. */
function warmState(rollups: number): OrderState {
	let state = genesisState(CONFIG, ZERO_HASH);
	for (let number = 1; number <= WARM_UP_BLOCKS; number++) {
		const logs = number === 1 ? Array.from({ length: rollups }, (_, index) => registration(index + 1)) : [];
		state = step(CONFIG, state, l1Block(number, logs)).state;
	}
	return state;
}

function fullSlot(state: OrderState, rollups: number, seed: number) {
	const number = state.l1.number + 1;
	const source = createTraffic(seed);
	let drawn = 0;
	const next = (): Item => {
		const rollupId = 1 + (drawn++ % rollups);
		return { kind: "tx", leg: { rollupId, rawTx: source(7_000 + rollupId).raw } };
	};
	let tick = (state.l1.timestamp - CONFIG.genesisTime) / CONFIG.tickSeconds;
	const sent: Item[] = [];
	const logs = PUBLICATIONS.map(({ blobs, ticks }): PublishedLog => {
		const filled = fillBlobs(state, { blobs, firstTick: tick + 1, ticks }, next);
		sent.push(...filled.items);
		tick += ticks;
		return filled.log;
	});
	const rawBytes = sent.reduce((sum, item) => sum + (item.kind === "tx" ? item.leg.rawTx.length : 0), 0);
	return { block: l1Block(number, logs), transactions: sent.length, rawBytes };
}

interface Filling {
	readonly blobs: number;
	readonly firstTick: number;
	readonly ticks: number;
}

/** A publication that fills its blobs to more than 98 %. */
function fillBlobs(
	state: OrderState,
	filling: Filling,
	next: () => Item,
): { log: PublishedLog; items: readonly Item[] } {
	const limit = filling.blobs * BLOB_USABLE_BYTES;
	const items: Item[] = [];
	let wanted = Math.floor(limit / 115);
	for (;;) {
		while (items.length < wanted) items.push(next());
		const built = buildPublication({
			// That a publication builds on the head is the contract's to check.
			parent: state.head,
			coinbase: ZERO_ADDRESS,
			l1OriginHash: state.l1.hash,
			target: "blobs",
			ticks: spread(items, state.l1.number, filling),
		});
		const size = built.ok ? built.data.length : Number.POSITIVE_INFINITY;
		if (!built.ok || size > limit) {
			throw new MeridianError(
				"halt",
				"bench-overfull",
				`${items.length} transactions overflow ${filling.blobs} blobs; lower the start`,
			);
		}
		if (size > limit * 0.98) {
			const versionedHashes = built.blobs.map(() => ZERO_HASH);
			return {
				log: {
					kind: "published",
					header: built.header,
					publisher: ZERO_ADDRESS,
					data: { kind: "blobs", versionedHashes, blobs: built.blobs },
				},
				items,
			};
		}
		wanted = Math.floor((items.length * limit * 0.99) / size);
	}
}

function spread(items: readonly Item[], l1Origin: number, { firstTick, ticks }: Filling): ManifestTick[] {
	const perTick = Math.ceil(items.length / ticks);
	return Array.from({ length: ticks }, (_, index) => ({
		tick: firstTick + index,
		l1Origin,
		items: items.slice(index * perTick, (index + 1) * perTick),
	}));
}

/** A void publication would be cheap and prove nothing. */
function assertAllValid(state: OrderState, block: L1Block): void {
	for (const { verdict } of step(CONFIG, state, block).publications) {
		if (verdict.kind === "void") {
			throw new MeridianError("halt", "bench-void", `a publication of the bench is void: ${verdict.reason}`);
		}
	}
}

/** Median microseconds of an L1 block without a log of the timeline. */
function idleBlock(state: OrderState, runs: number): number {
	const blocks = Array.from({ length: 5_000 }, (_, index) => l1Block(state.l1.number + 1 + index, []));
	const seconds = medianSeconds(runs, () =>
		blocks.reduce((current, block) => step(CONFIG, current, block).state, state),
	);
	return (seconds * 1e6) / blocks.length;
}
