/**
 * Keeps the rollups executed up to a moving list of steps. Whatever changes that list (a new tick, a reorg of L1, somebody else's
 * publication), it goes back to the last step that both lists share and on from there.
 */
import type { DerivedTick, RollupRegisteredLog } from "../derive/types.ts";
import { createClusterExecutor } from "../execute/executor.ts";
import type { ClusterExecutor, Outcome, RollupHead, SealedBlock, Simulation, TickResult } from "../execute/types.ts";
import type { Address, ClusterId, Leg, RollupId, TimelineConfig } from "../primitives/types.ts";
import type { Changes, Store } from "../store/types.ts";
import { breathing } from "./breath.ts";
import type { Simulator } from "./bundles/types.ts";
import { knownSender } from "./decode.ts";
import { type Step, stepKey } from "./steps.ts";

/** A step with what came of it. */
export interface Executed {
	readonly key: string;
	readonly step: Step;
	/** Of a tick; all clusters together. */
	readonly result: TickResult | null;
}

/** What the steps so far leave to look up. */
interface View {
	readonly clusterOf: ReadonlyMap<RollupId, ClusterId>;
	readonly latest: ReadonlyMap<RollupId, SealedBlock>;
}

function extendView(view: View, { result, step }: Executed): View {
	if (step.kind === "register") {
		const { config, rollupId } = step.registration;
		return { ...view, clusterOf: new Map(view.clusterOf).set(rollupId, config.cluster) };
	}
	if (step.kind === "messages") return view;
	const blocks = result?.blocks ?? [];
	if (blocks.length === 0) return view;
	return { ...view, latest: new Map([...view.latest, ...blocks.map((block) => [block.rollupId, block] as const)]) };
}

export class Execution {
	readonly #config: TimelineConfig;
	readonly #store: Store;
	readonly #pause: () => Promise<void> | null;
	readonly #executors = new Map<ClusterId, ClusterExecutor>();
	/** Steps executed and not forgotten; the first has sequence `#first`. */
	#steps: Executed[] = [];
	#first = 1;
	/** After the forgotten steps, and after all. */
	#floor: View = { clusterOf: new Map(), latest: new Map() };
	#view: View = this.#floor;

	/** @param options.breathe lets other work of this process in between the items of a tick */
	constructor(config: TimelineConfig, store: Store, options: { readonly breathe?: boolean } = {}) {
		this.#config = config;
		this.#store = store;
		this.#pause = options.breathe ? breathing() : () => null;
	}

	get steps(): readonly Executed[] {
		return this.#steps;
	}

	/** Executes what `target` has and undoes what it has not. Returns what was executed anew. */
	async sync(target: readonly Step[]): Promise<readonly Executed[]> {
		const keys = target.map(stepKey);
		let common = 0;
		while (common < keys.length && this.#steps[common]?.key === keys[common]) common++;
		if (common < this.#steps.length) await this.#undo(common);
		const fresh: Executed[] = [];
		for (const [i, step] of target.entries()) {
			if (i >= common) fresh.push(await this.#execute(step, keys[i] ?? ""));
		}
		return fresh;
	}

	/** Executes one more step. */
	async append(step: Step): Promise<Executed> {
		return await this.#execute(step, stepKey(step));
	}

	/** Tries a bundle after everything that is in the tick, which comes after all steps. Null: no executed cluster has its first rollup. */
	async simulate(tick: DerivedTick, legs: readonly Leg[]): Promise<Simulation | null> {
		return (await this.simulator(legs[0]?.rollupId ?? 0)?.simulate(tick, legs)) ?? null;
	}

	/** What tries legs of the rollup's cluster after all steps. Null for a rollup that is not registered. */
	simulator(rollupId: RollupId): Simulator | null {
		const cluster = this.#view.clusterOf.get(rollupId);
		return (cluster === undefined ? undefined : this.#executors.get(cluster)) ?? null;
	}

	/** Forgets how to undo the first `count` steps. */
	async forget(count: number): Promise<void> {
		if (count === 0) return;
		this.#floor = this.#steps.splice(0, count).reduce(extendView, this.#floor);
		this.#first += count;
		await this.#store.prune(this.#first - 1);
	}

	/** Heads of all rollups, by id. */
	heads(): readonly RollupHead[] {
		const heads = [...this.#executors.values()].flatMap((executor) => executor.heads());
		return heads.sort((a, b) => a.rollupId - b.rollupId);
	}

	/** A rollup's last block, or null if it has none but its genesis. */
	latestBlock(rollupId: RollupId): SealedBlock | null {
		return this.#view.latest.get(rollupId) ?? null;
	}

	/** Null for a rollup that is not registered. */
	account(rollupId: RollupId, address: Address): { readonly nonce: bigint; readonly balance: bigint } | null {
		const cluster = this.#view.clusterOf.get(rollupId);
		const executor = cluster === undefined ? undefined : this.#executors.get(cluster);
		if (executor === undefined) return null;
		return { nonce: executor.getNonce(rollupId, address), balance: executor.getBalance(rollupId, address) };
	}

	async #execute(step: Step, key: string): Promise<Executed> {
		const result = await this.#do(step);
		const changes: Changes = new Map();
		for (const executor of this.#executors.values())
			for (const [name, value] of executor.takeChanges()) changes.set(name, value);
		await this.#store.commit(this.#first + this.#steps.length, changes);
		const executed: Executed = { key, step, result };
		this.#steps.push(executed);
		this.#view = extendView(this.#view, executed);
		return executed;
	}

	async #do(step: Step): Promise<TickResult | null> {
		if (step.kind === "tick") return await this.#executeTick(step.tick);
		if (step.kind === "register") return await this.#register(step.registration);
		for (const executor of this.#executors.values()) executor.noteMessages(step.l1Block, step.messages);
		return null;
	}

	async #register(registration: RollupRegisteredLog): Promise<null> {
		const { cluster } = registration.config;
		let executor = this.#executors.get(cluster);
		if (executor === undefined) {
			executor = await createClusterExecutor({
				cluster,
				config: this.#config,
				store: this.#store,
				pause: this.#pause,
				knownSender,
			});
			this.#executors.set(cluster, executor);
		}
		await executor.register(registration);
		return null;
	}

	async #executeTick(tick: DerivedTick): Promise<TickResult> {
		const blocks: SealedBlock[] = [];
		const outcomes: Outcome[] = [];
		for (const executor of this.#executors.values()) {
			const result = await executor.execute(tick);
			blocks.push(...result.blocks);
			outcomes.push(...result.outcomes);
		}
		return { tick: tick.tick, blocks, outcomes };
	}

	async #undo(keep: number): Promise<void> {
		await this.#store.unwind(this.#first + keep - 1);
		this.#steps.length = keep;
		for (const executor of this.#executors.values()) await executor.reload();
		this.#view = this.#steps.reduce(extendView, this.#floor);
	}
}
