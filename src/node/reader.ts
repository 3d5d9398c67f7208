/** A reader: follows L1, derives the timeline, executes it, keeps it. The library's main entry. */
import { accumulatorRoot } from "../codec/accumulator.ts";
import type { L1Heads, L1Id, L1Source, Timeline } from "../derive/ports.ts";
import { stateHash } from "../derive/stateCodec.ts";
import type { L1Block, OrderState } from "../derive/types.ts";
import { createClusterExecutor } from "../execute/executor.ts";
import type { RollupHead } from "../execute/types.ts";
import { followHead } from "../l1/follow.ts";
import { createStatus } from "../l1/status.ts";
import { pause, unlessAborted } from "../l1/waiting.ts";
import { ZERO_HASH } from "../primitives/bytes.ts";
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Address, ClusterId, Hash32, RollupId, Tick } from "../primitives/types.ts";
import { memoryStore } from "../store/open.ts";
import type { Store } from "../store/types.ts";
import type { Totals } from "./cursor.ts";
import { Engine, type ExecutedTick } from "./engine.ts";
import { openOutputs } from "./outputs.ts";
import type { PublicationRecord } from "./records.ts";
import { createTimelineIndex, type RollupRecord, type TimelineIndex } from "./timelineIndex.ts";

export interface ReaderOptions {
	/** L1; see `connectL1`. */
	readonly source: L1Source;
	/** Where the reader keeps what it knows, so that it can go on later. In memory by default. The caller closes it. */
	readonly store?: Store;
	/** Directory for the files of docs/outputs.md. */
	readonly out?: string;
	/** Execute only these clusters; the order is always derived whole. All by default. */
	readonly clusters?: ReadonlySet<ClusterId>;
	/** Whether the store keeps the timeline's records for look-ups (`index`). True by default, and always with `out`. */
	readonly index?: boolean;
}

export interface RunOptions {
	/** Stop after this L1 block, at the one that is the latest now, or never. */
	readonly until: number | "latest" | "follow";
	/** Stops between two L1 blocks, without an error. */
	readonly signal?: AbortSignal;
	/** One line for a person when L1 cannot be read, and when it can again. */
	readonly onStatus?: (line: string) => void;
	/** Milliseconds between looks at the head of L1. */
	readonly pollMs?: number;
	/** Milliseconds before a source that failed is asked again; grows with every failure. */
	readonly retryMs?: number;
}

/** Told after the commit that holds it: what was told once is never forgotten, only undone by a `reorg`. */
export type ReaderEvent =
	| { readonly kind: "publication"; readonly record: PublicationRecord }
	| ({ readonly kind: "tick" } & ExecutedTick)
	| { readonly kind: "rollup"; readonly record: RollupRecord }
	/** An L1 block is done. Comes after all that followed from it. */
	| {
			readonly kind: "block";
			readonly l1: L1Id & { readonly timestamp: number };
			readonly ticks: number;
			readonly publications: number;
	  }
	/** L1 has replaced its blocks above `ancestor`; everything that followed from them is undone. */
	| { readonly kind: "reorg"; readonly ancestor: L1Id; readonly depth: number; readonly lastTick: Tick }
	/** Safe: derived from the L1 head. Finalized: derived from finalized L1. */
	| { readonly kind: "heads"; readonly l1: L1Heads; readonly safe: TimelineHead; readonly finalized: TimelineHead };

export interface TimelineHead {
	readonly tick: Tick;
	readonly rollups: readonly { readonly rollupId: RollupId; readonly number: number; readonly hash: Hash32 }[];
}

/** Where a reader is. Equal for two readers of the same L1 chain. */
export interface ReaderSummary extends Totals {
	readonly timeline: { readonly inbox: Address; readonly l1ChainId: number; readonly genesisHead: Hash32 };
	readonly l1: { readonly from: number; readonly to: number; readonly hash: Hash32 };
	readonly lastTick: Tick;
	readonly rollups: readonly {
		readonly rollupId: RollupId;
		readonly chainId: number;
		readonly blockNumber: number;
		readonly blockHash: Hash32;
		readonly stateRoot: Hash32;
		readonly refused: boolean;
	}[];
	/** S-6. */
	readonly accumulatorRoot: Hash32;
	/** S-7. */
	readonly stateHash: Hash32;
}

export interface Reader {
	readonly timeline: Timeline;
	readonly state: OrderState;
	/** Look-ups in what is derived so far; empty with `index: false`. */
	readonly index: TimelineIndex;
	readonly totals: Totals;
	/** Heads of the executed rollups, by rollupId. */
	heads(): readonly RollupHead[];
	summary(): ReaderSummary;
	/**
	 * Reads L1 on from where the reader is. One run at a time. Failures of L1 sources are waited for. Throws `halt` if going on would be wrong
	 * (`reorg-below-finality`, `undo-missing`, a lying source, a damaged store).
	 */
	run(options: RunOptions): AsyncGenerator<ReaderEvent, void, void>;
}

/**
 * Opens a reader on what its store holds, or on nothing. Throws `retry` if L1 cannot be read, `usage` (`store-of-another`) if the
 * store is not of this timeline and these options, `halt` if the store is damaged.
 */
export async function openReader(options: ReaderOptions): Promise<Reader> {
	const { clusters = null, out, source } = options;
	const timeline = await source.timeline();
	const store = options.store ?? (await memoryStore());
	const engine = await Engine.open({
		timeline,
		store,
		outputs: out === undefined ? null : await openOutputs(out),
		clusters,
		index: out !== undefined || (options.index ?? true),
		createExecutor: (cluster) => createClusterExecutor({ cluster, config: timeline.config, store }),
	});
	return {
		timeline,
		index: createTimelineIndex(store),
		get state() {
			return engine.state;
		},
		get totals() {
			return engine.totals;
		},
		heads: () => engine.heads(),
		summary: () => summarize(timeline, engine),
		run: (run) => runReader(source, timeline, engine, run),
	};
}

async function* runReader(
	source: L1Source,
	timeline: Timeline,
	engine: Engine,
	run: RunOptions,
): AsyncGenerator<ReaderEvent, void, void> {
	const start = timeline.config.startBlock;
	const last = (): L1Id | null => (engine.state.l1.number < start ? null : engine.state.l1);
	const first = await persistently(() => source.heads(), run);
	if (first === null) return;
	let heads = first;
	const moved = await persistently(() => findAncestor(source, engine, start, first.latest.number), run);
	if (moved !== null) yield await goBack(engine, moved);
	const { onStatus, pollMs, retryMs, signal, until } = run;
	const events = followHead({
		source,
		chain: { last, hashAt: (number) => engine.hashOf(number) ?? null },
		start,
		...(until === "follow" ? {} : { until: until === "latest" ? first.latest.number : until }),
		...(signal === undefined ? {} : { signal }),
		...(onStatus === undefined ? {} : { onStatus }),
		...(pollMs === undefined ? {} : { pollMs }),
		...(retryMs === undefined ? {} : { retryMs }),
		onHeads: (fresh) => {
			heads = fresh;
		},
	});
	let told: L1Heads | null = null;
	for await (const event of events) {
		if (event.kind === "reorg") yield await goBack(engine, event.ancestor);
		else yield* advance(engine, event.block);
		await forgetUndo(engine, heads);
		if (heads === told && engine.state.l1.number < heads.latest.number) continue;
		told = heads;
		yield headsEvent(engine, heads);
	}
}

const RETRY_MS = 1_000;

/** The answer, once a source gives one; null if the run is stopped first. */
async function persistently<T>(
	ask: () => Promise<T>,
	{ onStatus, retryMs = RETRY_MS, signal }: RunOptions,
): Promise<T | null> {
	const status = createStatus(onStatus ?? (() => undefined));
	while (!signal?.aborted) {
		try {
			const answer = await unlessAborted(ask(), signal);
			status.fine();
			return answer;
		} catch (error) {
			if (!isMeridianError(error) || error.recovery !== "retry") throw error;
			status.trouble(error, retryMs);
			await pause(retryMs, signal);
		}
	}
	return null;
}

/**
 * After a restart: the last processed L1 block that is still canonical, or null if that is the last one. A node that is merely behind
 * has no say about what it does not know.
 */
async function findAncestor(source: L1Source, engine: Engine, start: number, latest: number): Promise<L1Id | null> {
	const last = engine.state.l1.number;
	const from = Math.min(last, latest);
	for (let number = from; number >= start; number--) {
		const ours = engine.hashOf(number);
		if (ours === undefined) return belowFinality(number, last);
		if ((await source.hashOf(number)) === ours) return number === from ? null : { number, hash: ours };
	}
	return last < start || from < start ? null : { number: start - 1, hash: ZERO_HASH };
}

function belowFinality(number: number, last: number): null {
	// Nothing is remembered there: the node is behind finality, or on another chain. Following on tells which.
	if (number === last) return null;
	const message = `L1 has changed at or before block ${number}, which was final; the node is on another chain, or start again with an empty directory`;
	throw new MeridianError("halt", "reorg-below-finality", message, { number, last });
}

async function goBack(engine: Engine, ancestor: L1Id): Promise<ReaderEvent> {
	const depth = engine.state.l1.number - ancestor.number;
	await engine.unwind(ancestor.number);
	return { kind: "reorg", ancestor, depth, lastTick: engine.state.lastTick };
}

async function* advance(engine: Engine, block: L1Block): AsyncGenerator<ReaderEvent, void, void> {
	const { publications, rollups, ticks } = await engine.apply(block);
	for (const record of publications) yield { kind: "publication", record };
	for (const tick of ticks) yield { kind: "tick", ...tick };
	for (const record of rollups) yield { kind: "rollup", record };
	const { hash, number, timestamp } = block;
	yield { kind: "block", l1: { number, hash, timestamp }, ticks: ticks.length, publications: publications.length };
}

/** Blocks between two cleanings while catching up. */
const FORGET_EVERY = 64;

async function forgetUndo(engine: Engine, { finalized }: L1Heads): Promise<void> {
	const { number } = engine.state.l1;
	if (finalized.number >= number) {
		if (number % FORGET_EVERY === 0) await engine.finalize(number);
		return;
	}
	if (engine.hashOf(finalized.number) === finalized.hash) await engine.finalize(finalized.number);
}

function headsEvent(engine: Engine, heads: L1Heads): ReaderEvent {
	const at = (number: number): TimelineHead => {
		const { heads: rollups, tick } = engine.at(number);
		return { tick, rollups: [...rollups].map(([rollupId, head]) => ({ rollupId, ...head })) };
	};
	return { kind: "heads", l1: heads, safe: at(engine.state.l1.number), finalized: at(heads.finalized.number) };
}

function summarize(timeline: Timeline, engine: Engine): ReaderSummary {
	const { inbox, l1ChainId, genesisHead, config } = timeline;
	const { accumulator, l1, lastTick } = engine.state;
	return {
		timeline: { inbox, l1ChainId, genesisHead },
		l1: { from: config.startBlock, to: l1.number, hash: l1.hash },
		lastTick,
		...engine.totals,
		rollups: engine.heads().map((head) => ({
			rollupId: head.rollupId,
			chainId: head.chainId,
			blockNumber: head.number,
			blockHash: head.hash,
			stateRoot: head.stateRoot,
			refused: head.refused,
		})),
		accumulatorRoot: accumulatorRoot(accumulator),
		stateHash: stateHash(engine.state),
	};
}
