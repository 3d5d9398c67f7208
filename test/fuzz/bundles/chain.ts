/** A timeline that L1 can take back: all that was executed, by L1 block, and the way back to before each of them, for both executors. */
import type { DerivedTick } from "../../../src/derive/types.ts";
import type { ClusterId } from "../../../src/primitives/types.ts";
import { memoryStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/types.ts";
import { type Executors, execute, executeReferences, firstDifference, linesOf } from "./compare.ts";
import type { FuzzMessage } from "./contracts.ts";
import { ForgetfulStore, KEPT, type UnwindFault } from "./forgetfulStore.ts";
import { createExecutors, noteL1Message, type SentMessage, type World } from "./world.ts";

/** A tick, the messages from L1 that became known before it, and what both executors made of it, in lines. */
interface Executed {
	readonly tick: DerivedTick;
	readonly messages: readonly SentMessage[];
	readonly lines: readonly string[];
}

interface L1Step {
	readonly ticks: Executed[];
	/** To where the plain executors and the books were before it. */
	readonly goBack: () => Promise<void>;
}

/** What L1 has taken back. */
export interface Orphaned {
	readonly steps: readonly L1Step[];
	/** Sent in it. */
	readonly messages: readonly SentMessage[];
	/** Messages that nobody has sent any more. */
	readonly lost: readonly FuzzMessage[];
	/** The books as they were at its end. */
	readonly books: () => void;
}

const REPLAYED = ["reference now", "before"] as const;
/** Sequence of the commit that holds the geneses: nothing goes back beyond it. */
const GENESIS = 0;

export class Chain {
	readonly executors: Executors;
	readonly #world: World;
	readonly #stores: ReadonlyMap<ClusterId, Store>;
	readonly #fault: UnwindFault | null;
	readonly #steps: L1Step[] = [];
	#open: L1Step | null = null;

	private constructor(
		world: World,
		executors: Executors,
		stores: ReadonlyMap<ClusterId, Store>,
		fault: UnwindFault | null,
	) {
		this.#world = world;
		this.executors = executors;
		this.#stores = stores;
		this.#fault = fault;
	}

	/** @param fault a mistake in going back, to be found */
	static async create(world: World, fault: UnwindFault | null): Promise<Chain> {
		const stores = new Map<ClusterId, Store>();
		const kept = fault === null ? undefined : KEPT[fault];
		const open = async (cluster: ClusterId): Promise<Store> => {
			const memory = await memoryStore();
			const store = kept === undefined ? memory : new ForgetfulStore(memory, kept);
			stores.set(cluster, store);
			return store;
		};
		const chain = new Chain(world, await createExecutors(world, open), stores, fault);
		await chain.#commit(GENESIS);
		return chain;
	}

	/** L1 blocks that can be taken back. */
	get length(): number {
		return this.#steps.length;
	}

	/** Executed last, committed or not. */
	get lastTick(): number | null {
		const last = this.#open?.ticks.at(-1) ?? this.#steps.at(-1)?.ticks.at(-1);
		return last?.tick.tick ?? null;
	}

	/** Before anything of a tick is thought up. */
	async begin(): Promise<void> {
		this.#open ??= { ticks: [], goBack: await this.#mark() };
	}

	/** A tick was executed. */
	add(executed: Executed): void {
		this.#open?.ticks.push(executed);
	}

	/** The L1 block ends. */
	async commit(): Promise<void> {
		if (this.#open === null) return;
		this.#steps.push(this.#open);
		this.#open = null;
		await this.#commit(this.#steps.length);
	}

	/** L1 takes back its last blocks; nothing may be uncommitted. */
	async unwind(depth: number): Promise<Orphaned> {
		const { ledger, messages } = this.#world;
		const [books, sent, known] = [ledger.mark(), [...messages], [...ledger.sent]];
		const steps = this.#steps.splice(-depth);
		if (this.#fault === "nothing-unwound") return { steps, books, messages: [], lost: [] };
		for (const [cluster, executor] of this.executors) {
			await this.#stores.get(cluster)?.unwind(this.#steps.length);
			if (this.#fault !== "unreloaded") await executor.reload();
		}
		await steps[0]?.goBack();
		const lost = known.flatMap(([id, { message }]) => (ledger.sent.has(id) ? [] : [message]));
		return { steps, books, messages: sent.slice(messages.length), lost };
	}

	/** What was taken back comes again. The first difference from what it was before, or null. */
	async replay({ books, steps }: Orphaned): Promise<string | null> {
		for (const step of steps) {
			this.#open = { ticks: [], goBack: step.goBack };
			for (const one of step.ticks) {
				for (const message of one.messages) noteL1Message(this.#world, message);
				this.#world.told = this.#world.messages.length;
				this.#world.tick = one.tick;
				const difference =
					(await run(this.executors, one)) ??
					firstDifference(await executeReferences(this.#world.references.values(), one.tick), one.lines, REPLAYED);
				if (difference !== null) return `tick ${one.tick.tick}, again after a reorg, ${difference}`;
				this.add(one);
			}
			await this.commit();
		}
		books();
		return null;
	}

	/** All of it by executors that know of no reorg. The first difference, or null. */
	async runClean(): Promise<string | null> {
		const clean = await createExecutors(this.#world);
		for (const one of this.#steps.flatMap(({ ticks }) => ticks)) {
			const difference = await run(clean, one);
			if (difference !== null) return `tick ${one.tick.tick}, without the reorgs before it, ${difference}`;
		}
		return null;
	}

	async #commit(sequence: number): Promise<void> {
		for (const [cluster, executor] of this.executors) {
			const store = this.#stores.get(cluster);
			// Where nothing is unwound, the store is ahead.
			await store?.commit(Math.max(sequence, (store.last ?? GENESIS - 1) + 1), executor.takeChanges());
		}
	}

	async #mark(): Promise<() => Promise<void>> {
		const { ledger, messages, references, tick, told } = this.#world;
		const books = ledger.mark();
		const sent = messages.length;
		const back = await Promise.all([...references.values()].map((reference) => reference.mark()));
		return async () => {
			books();
			messages.length = sent;
			this.#world.told = told;
			this.#world.tick = tick;
			for (const one of back) await one();
		};
	}
}

/** The first difference from what it was before, or null. */
async function run(executors: Executors, { lines, messages, tick }: Executed): Promise<string | null> {
	for (const { l1Block, log } of messages) for (const one of executors.values()) one.noteMessages(l1Block, [log]);
	return firstDifference(linesOf(await execute(executors, tick)), lines, ["src now", "before"]);
}
