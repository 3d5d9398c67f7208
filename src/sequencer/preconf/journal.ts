/**
 * What has been promised, on disk before anybody hears of it (P-13). A tick's places are given in order, from 0, until the tick is
 * closed; so no place is given twice, whatever happens to this process, and none in a tick that was built.
 */
import { resolve } from "node:path";
import { MeridianError } from "../../primitives/errors.ts";
import type { Tick } from "../../primitives/types.ts";
import { openStore } from "../../store/open.ts";
import type { Changes, Store } from "../../store/types.ts";
import { decodePromised, encodePromised } from "./record.ts";
import type { Promised, PromiseIdentity } from "./types.ts";

const IDENTITY_KEY = "who";
const CLOSED_KEY = "closed";
/** How many items were ever promised, and how many of them are forgotten. */
const COUNT_KEY = "count";
const FORGOTTEN_KEY = "forgotten";
const ITEM_PREFIX = "i";
const CACHE_BYTES = 64 * 1024;
/** Commits between two that forget how to be undone. */
const PRUNE_EVERY = 512;

/** Ascending as places are. */
const itemKey = (tick: Tick, index: number): string =>
	ITEM_PREFIX + tick.toString(16).padStart(10, "0") + index.toString(16).padStart(8, "0");
const number = (value: number): Uint8Array => Buffer.from(value.toString());
const textOf = (bytes: Uint8Array | undefined): string => (bytes === undefined ? "" : Buffer.from(bytes).toString());

interface Waiting {
	readonly done: () => void;
	readonly failed: (error: unknown) => void;
}

export class Journal {
	readonly #store: Store;
	/** By tick; an item's place in its list is its index. */
	readonly #ticks: Map<Tick, Promised[]>;
	#count: number;
	#forgotten: number;
	#closed: Tick;
	/** What the next write takes. */
	#changes: Changes = new Map();
	#waiting: Waiting[] = [];
	#writing: Promise<void> | null = null;
	#failure: MeridianError | null = null;
	readonly #onShut: () => void;

	private constructor(store: Store, ticks: Map<Tick, Promised[]>, onShut: () => void) {
		this.#store = store;
		this.#onShut = onShut;
		this.#ticks = ticks;
		this.#count = Number(textOf(store.get(COUNT_KEY)));
		this.#forgotten = Number(textOf(store.get(FORGOTTEN_KEY)));
		this.#closed = Number(textOf(store.get(CLOSED_KEY)));
	}

	/**
	 * Opens or begins a journal. Throws `usage` with `journal-other` (of another timeline, chain, slasher or key), `halt` with
	 * `journal-corrupt` if anything that was promised is missing or changed.
	 */
	static async over(store: Store, identity: PromiseIdentity, onShut: () => void = () => undefined): Promise<Journal> {
		const expected = JSON.stringify([identity.chainId, identity.timeline, identity.slasher, identity.sequencer]);
		const found = textOf(store.get(IDENTITY_KEY));
		if (found === "" && store.last === null) await store.commit(0, new Map([[IDENTITY_KEY, Buffer.from(expected)]]));
		else if (found !== expected)
			throw new MeridianError(
				"usage",
				"journal-other",
				`the journal is of ${found}, not of ${expected} (chain, timeline, slasher, sequencer); give the right directory`,
				{ found, expected },
			);
		const ticks = await readTicks(store);
		const journal = new Journal(store, ticks, onShut);
		const kept = [...ticks.values()].reduce((sum, list) => sum + list.length, 0);
		const expectedItems = journal.#count - journal.#forgotten;
		if (kept !== expectedItems) throw corrupt(`it has ${kept} items of ${expectedItems}`);
		return journal;
	}

	/** No item can be promised in this tick or one before it any more. */
	get closed(): Tick {
		return this.#closed;
	}

	/** Ticks with promises that are not forgotten, ascending. */
	get ticks(): readonly Tick[] {
		return [...this.#ticks.keys()].sort((a, b) => a - b);
	}

	/** Everything promised in the tick, in the order of places. */
	itemsOf(tick: Tick): readonly Promised[] {
		return this.#ticks.get(tick) ?? [];
	}

	get failure(): MeridianError | null {
		return this.#failure;
	}

	/** Items that are not on disk yet. */
	get pending(): number {
		return this.#waiting.length;
	}

	/** Keeps the item at its place, on disk when it returns. Many calls share one write. Throws `halt` with `journal-failed` or `journal-order`. */
	append(promised: Promised): Promise<void> {
		const { index, tick } = promised;
		const list = this.#ticks.get(tick) ?? [];
		if (this.#failure !== null) return Promise.reject(this.#failure);
		if (tick <= this.#closed || index !== list.length)
			return Promise.reject(
				new MeridianError("halt", "journal-order", `place (${tick}, ${index}) is not free; this is a bug`, {
					tick,
					index,
				}),
			);
		list.push(promised);
		this.#ticks.set(tick, list);
		this.#changes.set(itemKey(tick, index), encodePromised(promised));
		this.#changes.set(COUNT_KEY, number(++this.#count));
		return this.#written();
	}

	/** Promises nothing more in ticks up to this one; what was promised there is on disk when it returns. Errors as `append`. */
	async close(tick: Tick): Promise<void> {
		if (tick > this.#closed) {
			this.#closed = tick;
			this.#changes.set(CLOSED_KEY, number(tick));
		} else if (this.#changes.size === 0 && this.#writing === null) return;
		await this.#written();
	}

	/** Forgets the items of ticks up to this one, which are final. */
	async forget(tick: Tick): Promise<void> {
		for (const old of this.ticks.filter((known) => known <= tick)) {
			for (const { index } of this.itemsOf(old)) this.#changes.set(itemKey(old, index), null);
			this.#forgotten += this.itemsOf(old).length;
			this.#changes.set(FORGOTTEN_KEY, number(this.#forgotten));
			this.#ticks.delete(old);
		}
		// Their places must not be given again.
		await this.close(tick);
	}

	/** Lets go of the directory, after what is under way. */
	async shut(): Promise<void> {
		await this.#writing;
		await this.#store.close();
		this.#onShut();
	}

	#written(): Promise<void> {
		if (this.#failure !== null) return Promise.reject(this.#failure);
		const promise = new Promise<void>((done, failed) => {
			this.#waiting.push({ done, failed });
		});
		// Everything that comes while a write is under way goes into the next.
		this.#writing ??= this.#write();
		return promise;
	}

	async #write(): Promise<void> {
		// What arrived in the same turn of the event loop joins the first write, too.
		await Promise.resolve();
		while (this.#waiting.length > 0) {
			const waiting = this.#waiting;
			const changes = this.#changes;
			this.#waiting = [];
			this.#changes = new Map();
			try {
				const sequence = (this.#store.last ?? 0) + 1;
				await this.#store.commit(sequence, changes);
				for (const { done } of waiting) done();
				if (sequence % PRUNE_EVERY === 0) await this.#store.prune(sequence);
			} catch (cause) {
				this.#fail(cause, waiting);
			}
		}
		this.#writing = null;
	}

	/** Nobody knows what is on disk now: nothing more is promised by this process. */
	#fail(cause: unknown, waiting: readonly Waiting[]): void {
		const reason = cause instanceof Error ? cause.message : String(cause);
		this.#failure ??= new MeridianError(
			"halt",
			"journal-failed",
			`the journal of promises cannot be written (${reason}); nothing is promised until the sequencer is started again`,
			{ reason },
			{ cause },
		);
		for (const { failed } of [...waiting, ...this.#waiting]) failed(this.#failure);
		this.#waiting = [];
		this.#changes = new Map();
	}
}

/**
 * Open in this process. LevelDB would notice as well, but in noticing it lets go of the file lock that keeps other processes out: such a
 * lock ends when its process closes the file, whichever of its handles that is.
 */
const open = new Set<string>();

/**
 * Opens the journal in a directory, which nobody else can have at the same time. Throws what `Journal.over` throws; `usage` with
 * `journal-locked` if somebody has it.
 */
export async function openJournal(directory: string, identity: PromiseIdentity): Promise<Journal> {
	const path = resolve(directory);
	if (open.has(path)) throw locked(directory);
	open.add(path);
	let store: Store | null = null;
	try {
		store = await openStore(directory, { cacheBytes: CACHE_BYTES });
		return await Journal.over(store, identity, () => void open.delete(path));
	} catch (error) {
		await store?.close();
		open.delete(path);
		throw explain(error, directory);
	}
}

const locked = (directory: string, cause?: unknown): MeridianError =>
	new MeridianError(
		"usage",
		"journal-locked",
		`the journal ${directory} is in use already; one key must never promise from two places`,
		{ directory },
		{ cause },
	);

function explain(error: unknown, directory: string): unknown {
	if (!(error instanceof MeridianError) || error.code.startsWith("journal-")) return error;
	if (error.code === "store-locked") return locked(directory, error);
	// The store's advice is to delete it, which would lose promises.
	return error.code === "store-corrupt" ? corrupt(String(error.details.reason), error) : error;
}

const corrupt = (reason: string, cause?: unknown): MeridianError =>
	new MeridianError(
		"halt",
		"journal-corrupt",
		`the journal of promises is damaged (${reason}); restore it, or promise with another key until its challenge window is over`,
		{ reason },
		{ cause },
	);

async function readTicks(store: Store): Promise<Map<Tick, Promised[]>> {
	const ticks = new Map<Tick, Promised[]>();
	for await (const [key, value] of store.entries(ITEM_PREFIX)) {
		const promised = decodePromised(value);
		if (promised === null) throw corrupt(`item ${key} cannot be read`);
		const { index, tick } = promised;
		const list = ticks.get(tick) ?? [];
		if (key !== itemKey(tick, index) || index !== list.length)
			throw corrupt(`item ${index} of tick ${tick} does not follow the one before`);
		list.push(promised);
		ticks.set(tick, list);
	}
	return ticks;
}
