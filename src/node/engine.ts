/**
 * Everything a reader keeps, moved by one L1 block at a time: order, execution, records and files change together in one commit,
 * so that whatever stops the process, the next one finds them agreeing.
 */
import type { Timeline } from "../derive/ports.ts";
import { genesisState } from "../derive/state.ts";
import { step } from "../derive/step.ts";
import type { DerivedTick, L1Block, OrderState, RollupRegisteredLog, StepResult } from "../derive/types.ts";
import { gethGenesis } from "../execute/genesis.ts";
import type { ClusterExecutor, RollupHead, SealedBlock, TickResult } from "../execute/types.ts";
import type { ClusterId, Hash32, RollupId, Tick } from "../primitives/types.ts";
import type { Changes, Store } from "../store/types.ts";
import {
	type Cursor,
	checkIdentity,
	type L1Record,
	loadCursor,
	loadL1Records,
	loadState,
	putCursor,
	putIdentity,
	putL1Record,
	putState,
	type StoreIdentity,
	type Totals,
} from "./cursor.ts";
import { l1Key } from "./keys.ts";
import {
	blocksFile,
	genesisBytes,
	genesisFile,
	jsonLine,
	ORDER_FILE,
	type Outputs,
	PUBLICATIONS_FILE,
} from "./outputs.ts";
import { type PublicationRecord, publicationRecord, type TickRecord, tickRecord } from "./records.ts";
import {
	createTimelineIndex,
	putBlock,
	putPublication,
	putRollup,
	putTick,
	type RollupRecord,
} from "./timelineIndex.ts";

export interface ExecutedTick {
	readonly record: TickRecord;
	readonly blocks: readonly SealedBlock[];
}

export interface AppliedBlock {
	readonly ticks: readonly ExecutedTick[];
	readonly publications: readonly PublicationRecord[];
	readonly rollups: readonly RollupRecord[];
}

export interface EngineParts {
	readonly timeline: Timeline;
	readonly store: Store;
	/** Null: no files. */
	readonly outputs: Outputs | null;
	/** Clusters to execute; null: all. */
	readonly clusters: ReadonlySet<ClusterId> | null;
	/** Whether to keep the timeline's records. */
	readonly index: boolean;
	readonly createExecutor: (cluster: ClusterId) => Promise<ClusterExecutor>;
}

export class Engine {
	readonly #parts: EngineParts;
	readonly #identity: StoreIdentity;
	#executors = new Map<ClusterId, ClusterExecutor>();
	#state: OrderState;
	#cursor: Cursor;
	#recent = new Map<number, L1Record>();
	#finalized = -1;

	private constructor(parts: EngineParts) {
		const { clusters, index, store, timeline } = parts;
		this.#parts = parts;
		this.#identity = {
			version: 1,
			l1ChainId: timeline.l1ChainId,
			inbox: timeline.inbox,
			genesisHead: timeline.genesisHead,
			clusters: clusters === null ? null : [...clusters].sort((a, b) => a - b),
			index,
		};
		checkIdentity(store, this.#identity);
		this.#state = genesisState(timeline.config, timeline.genesisHead);
		this.#cursor = loadCursor(store);
	}

	/** Goes on from what is in the store. Errors as `checkIdentity` and `loadState`. */
	static async open(parts: EngineParts): Promise<Engine> {
		const engine = new Engine(parts);
		await engine.#restore();
		return engine;
	}

	get state(): OrderState {
		return this.#state;
	}

	get totals(): Totals {
		return this.#cursor.totals;
	}

	/** By rollupId. */
	heads(): readonly RollupHead[] {
		return [...this.#executors.values()]
			.flatMap((executor) => executor.heads())
			.sort((a, b) => a.rollupId - b.rollupId);
	}

	/** Hash of an L1 block that was processed and is not final, or is the newest final one. */
	hashOf(number: number): Hash32 | undefined {
		return this.#recent.get(number)?.hash;
	}

	/** Processes the child of `state.l1`. If it throws, nothing has changed. */
	async apply(block: L1Block): Promise<AppliedBlock> {
		try {
			return await this.#apply(block);
		} catch (error) {
			await this.#restore();
			throw error;
		}
	}

	/** Goes back to the state after an L1 block; one before the first goes back to the beginning. */
	async unwind(number: number): Promise<void> {
		await this.#parts.store.unwind(number);
		await this.#restore();
	}

	/** L1 up to this block is final: nothing before it will be asked for again. */
	async finalize(number: number): Promise<void> {
		const last = this.#parts.store.last;
		if (last === null || Math.min(number, last) <= this.#finalized) return;
		this.#finalized = Math.min(number, last);
		await this.#parts.store.prune(this.#finalized);
	}

	/** The last tick, and the head of a rollup, after an L1 block that is not older than the newest final one. */
	at(number: number): { readonly tick: Tick; readonly heads: ReadonlyMap<RollupId, { number: number; hash: Hash32 }> } {
		const heads = new Map(this.heads().map((head) => [head.rollupId, { number: head.number, hash: head.hash }]));
		let tick = this.#state.lastTick;
		for (const record of [...this.#recent.values()].sort((a, b) => b.number - a.number)) {
			tick = record.lastTick;
			if (record.number <= number) break;
			for (const { rollupId, number: before, hash } of record.before) heads.set(rollupId, { number: before, hash });
		}
		return { tick, heads };
	}

	async #apply(block: L1Block): Promise<AppliedBlock> {
		const { index, outputs, store, timeline } = this.#parts;
		const before = this.#state;
		const result = step(timeline.config, before, block);
		const changes: Changes = new Map();
		if (store.last === null) putIdentity(changes, this.#identity);
		const headsBefore = new Map(this.heads().map((head) => [head.rollupId, head]));
		// Ticks come before registrations: a tick of this block cannot know a rollup that this block registers (D-1).
		const ticks: ExecutedTick[] = [];
		for (const tick of result.ticks) ticks.push(await this.#execute(tick, block.number));
		const rollups: RollupRecord[] = [];
		for (const registration of result.registrations) rollups.push(await this.#register(registration, block.number));
		for (const executor of this.#executors.values()) executor.noteMessages(block.number, result.messages);
		const publications = result.publications.map((publication) => publicationRecord(publication, block.number));
		const applied: AppliedBlock = { ticks, publications, rollups };
		if (index) putRecords(changes, applied);
		if (outputs !== null) appendRecords(outputs, applied);
		for (const executor of this.#executors.values()) {
			for (const [key, value] of executor.takeChanges()) changes.set(key, value);
		}
		putState(changes, before, result.state);
		const record = this.#l1Record(block, result, applied, headsBefore);
		putL1Record(changes, record);
		for (const number of this.#recent.keys()) if (number < this.#finalized) changes.set(l1Key(number), null);
		const cursor = {
			totals: addTotals(this.#cursor.totals, applied),
			files: outputs === null ? {} : await outputs.flush(),
		};
		putCursor(changes, cursor);
		await store.commit(block.number, changes);
		this.#state = result.state;
		this.#cursor = cursor;
		for (const number of this.#recent.keys()) if (number < this.#finalized) this.#recent.delete(number);
		this.#recent.set(block.number, record);
		return applied;
	}

	#l1Record(
		block: L1Block,
		result: StepResult,
		applied: AppliedBlock,
		headsBefore: ReadonlyMap<RollupId, RollupHead>,
	): L1Record {
		const touched = new Set(applied.ticks.flatMap((tick) => tick.blocks.map((sealed) => sealed.rollupId)));
		const before = [...touched].flatMap((rollupId) => {
			const head = headsBefore.get(rollupId);
			return head === undefined ? [] : [{ rollupId, number: head.number, hash: head.hash }];
		});
		return { number: block.number, hash: block.hash, lastTick: result.state.lastTick, before };
	}

	async #execute(tick: DerivedTick, l1Block: number): Promise<ExecutedTick> {
		const results: TickResult[] = [];
		for (const executor of this.#executors.values()) results.push(await executor.execute(tick));
		const blocks = results.flatMap((result) => result.blocks).sort((a, b) => a.rollupId - b.rollupId);
		return { record: tickRecord(tick, l1Block, results), blocks };
	}

	async #register(registration: RollupRegisteredLog, l1Block: number): Promise<RollupRecord> {
		const { config, rollupId } = registration;
		const executor = await this.#executorOf(config.cluster);
		await executor?.register(registration);
		const refused = executor?.heads().find((head) => head.rollupId === rollupId)?.refused ?? false;
		const genesis = executor === null || refused ? null : gethGenesis(registration, this.#parts.timeline.config);
		return { rollupId, l1Block, config, genesis: genesis && `${JSON.stringify(genesis, null, "\t")}\n`, refused };
	}

	/** The cluster's executor, or null if the cluster is not executed here. */
	async #executorOf(cluster: ClusterId): Promise<ClusterExecutor | null> {
		const known = this.#executors.get(cluster);
		if (known !== undefined) return known;
		if (this.#parts.clusters?.has(cluster) === false) return null;
		const executor = await this.#parts.createExecutor(cluster);
		this.#executors.set(cluster, executor);
		return executor;
	}

	/** Makes memory and files what the store says. */
	async #restore(): Promise<void> {
		const { outputs, store, timeline } = this.#parts;
		this.#state = loadState(store) ?? genesisState(timeline.config, timeline.genesisHead);
		this.#cursor = loadCursor(store);
		this.#recent = await loadL1Records(store);
		const executors = this.#executors;
		this.#executors = new Map();
		for (const cluster of new Set([...this.#state.rollups.values()].map((rollup) => rollup.cluster))) {
			const known = executors.get(cluster);
			await known?.reload();
			if (known !== undefined) this.#executors.set(cluster, known);
			else await this.#executorOf(cluster);
		}
		await outputs?.restore(this.#cursor.files, createTimelineIndex(store));
	}
}

function putRecords(changes: Changes, { publications, rollups, ticks }: AppliedBlock): void {
	for (const { blocks, record } of ticks) {
		putTick(changes, record);
		for (const block of blocks) putBlock(changes, block.rollupId, block.number, block.rlp);
	}
	for (const publication of publications) putPublication(changes, publication);
	for (const rollup of rollups) putRollup(changes, rollup);
}

function appendRecords(outputs: Outputs, { publications, rollups, ticks }: AppliedBlock): void {
	for (const { blocks, record } of ticks) {
		outputs.append(ORDER_FILE, jsonLine(record));
		for (const block of blocks) outputs.append(blocksFile(block.rollupId), block.rlp);
	}
	for (const publication of publications) outputs.append(PUBLICATIONS_FILE, jsonLine(publication));
	for (const { genesis, rollupId } of rollups) {
		if (genesis === null) continue;
		outputs.append(genesisFile(rollupId), genesisBytes(genesis));
		outputs.append(blocksFile(rollupId), new Uint8Array(0));
	}
}

function addTotals(totals: Totals, { publications, ticks }: AppliedBlock): Totals {
	const positions = ticks.flatMap(({ record }) => record.positions);
	return {
		ticks: totals.ticks + ticks.length,
		publications: totals.publications + publications.length,
		void: totals.void + publications.filter((publication) => !publication.valid).length,
		items: totals.items + positions.length,
		forced: totals.forced + positions.filter((position) => position.class === 0).length,
		dropped: totals.dropped + positions.filter((position) => position.outcome?.kind === "dropped").length,
		deposits: totals.deposits + ticks.reduce((sum, { record }) => sum + record.deposits.length, 0),
		blocks: totals.blocks + ticks.reduce((sum, { blocks }) => sum + blocks.length, 0),
	};
}
