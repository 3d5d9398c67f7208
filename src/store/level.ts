/** A `Store` over any LevelDB-like database: layout, commits, undo, prune. Opening one is src/store/open.ts. */
import type { AbstractBatchOperation, AbstractLevel } from "abstract-level";
import { equalBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { GenerationCache } from "./cache.ts";
import type { Changes, Store } from "./types.ts";
import { decodeUndo, encodeUndo } from "./undo.ts";

export type Database = AbstractLevel<string | Buffer | Uint8Array, string, Uint8Array>;
type Operation = AbstractBatchOperation<Database, string, Uint8Array>;

/**
 * Keys in the database: `d` and the caller's key; `u` and 16 hex digits of the sequence, an undo record; `m` and a name.
 * `m` sorts between the two, so that no prefix of data ever meets an undo record.
 */
const DATA = "d";
const FORMAT_KEY = "mformat";
const LAST_KEY = "mlast";
/** The highest pruned sequence: nothing below it can be reached by undoing. */
const FLOOR_KEY = "mfloor";
const FORMAT = "meridian store 1";

const undoKey = (sequence: number): string => `u${sequence.toString(16).padStart(16, "0")}`;
const number = (value: number): Uint8Array => Buffer.from(value.toString());
/** Map entry, string header and typed array, roughly, beside the bytes themselves. */
const ENTRY_OVERHEAD = 160;

/** Turns what the database throws into an error that says what to do. */
export function corrupt(cause: unknown, what: string): MeridianError {
	if (cause instanceof MeridianError) return cause;
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new MeridianError(
		"halt",
		"store-corrupt",
		`${what} (${reason}); delete the store's directory and derive again: everything in it comes from L1`,
		{ reason },
		{ cause },
	);
}

export class LevelStore implements Store {
	readonly #db: Database;
	/** Null: known to be absent. */
	readonly #cache: GenerationCache<Uint8Array | null>;
	#last: number | null = null;
	#floor: number | null = null;
	/** The end of the queue of commits, unwinds and prunes. */
	#tail: Promise<void> = Promise.resolve();

	private constructor(db: Database, cacheBytes: number) {
		this.#db = db;
		this.#cache = new GenerationCache(
			cacheBytes,
			(key, value) => key.length + (value === null ? 0 : value.length) + ENTRY_OVERHEAD,
		);
	}

	/** @param db open; @param cacheBytes bound of the read cache */
	static async over(db: Database, cacheBytes: number): Promise<LevelStore> {
		const store = new LevelStore(db, cacheBytes);
		await store.#readMeta();
		return store;
	}

	get last(): number | null {
		return this.#last;
	}

	get(key: string): Uint8Array | undefined {
		const cached = this.#cache.get(key);
		if (cached !== undefined) return cached ?? undefined;
		const value = this.#read(DATA + key);
		this.#cache.set(key, value ?? null);
		return value;
	}

	async *entries(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]> {
		// ASCII keys: "\x7f" is above every character of one.
		const range = { gte: DATA + prefix, lt: `${DATA}${prefix}\x7f` };
		try {
			for await (const [key, value] of this.#db.iterator(range)) yield [key.slice(DATA.length), value] as const;
		} catch (cause) {
			throw corrupt(cause, `reading the keys under ${JSON.stringify(prefix)} failed`);
		}
	}

	commit(sequence: number, changes: Changes): Promise<void> {
		return this.#queue(async () => {
			if (this.#last !== null && sequence <= this.#last) {
				throw new MeridianError(
					"halt",
					"store-sequence",
					`commit ${sequence} is not above the last one, ${this.#last}; unwind first`,
					{ sequence, last: this.#last },
				);
			}
			const operations: Operation[] = [];
			const old: Changes = new Map();
			for (const [key, value] of changes) {
				const before = this.get(key) ?? null;
				if (before === value || (before !== null && value !== null && equalBytes(before, value))) continue;
				old.set(key, before);
				operations.push(operation(DATA + key, value));
			}
			operations.push(
				{ type: "put", key: undoKey(sequence), value: encodeUndo({ previous: this.#last, old }) },
				{ type: "put", key: LAST_KEY, value: number(sequence) },
			);
			await this.#write(operations);
			for (const key of old.keys()) this.#cache.set(key, changes.get(key) ?? null);
			this.#last = sequence;
		});
	}

	unwind(sequence: number): Promise<void> {
		return this.#queue(async () => {
			if (this.#last === null || this.#last <= sequence) return;
			if (this.#floor !== null && sequence < this.#floor) {
				throw new MeridianError(
					"halt",
					"undo-missing",
					`cannot go back to ${sequence}: commits up to ${this.#floor} are final here; delete the store's directory and derive again`,
					{ sequence, floor: this.#floor },
				);
			}
			// One batch per commit: each leaves the store at a whole commit, and a deep unwind does not need memory.
			while (this.#last !== null && this.#last > sequence) await this.#undoLast(this.#last);
		});
	}

	prune(sequence: number): Promise<void> {
		return this.#queue(async () => {
			const range = { gte: undoKey(0), lte: undoKey(sequence) };
			const [highest] = await this.#db.keys({ ...range, reverse: true, limit: 1 }).all();
			if (highest === undefined) return;
			const floor = Number.parseInt(highest.slice(1), 16);
			await this.#write([{ type: "put", key: FLOOR_KEY, value: number(floor) }]);
			this.#floor = floor;
			await this.#db.clear(range);
		});
	}

	async close(): Promise<void> {
		await this.#queue(async () => this.#db.close());
	}

	async #undoLast(last: number): Promise<void> {
		const record = this.#read(undoKey(last));
		if (record === undefined) throw corrupt(new Error("it is missing"), `undo record ${last} cannot be read`);
		const { previous, old } = decodeUndo(record);
		const operations: Operation[] = [...old].map(([key, value]) => operation(DATA + key, value));
		operations.push(
			{ type: "del", key: undoKey(last) },
			operation(LAST_KEY, previous === null ? null : number(previous)),
		);
		await this.#write(operations);
		for (const [key, value] of old) this.#cache.set(key, value);
		this.#last = previous;
	}

	#read(key: string): Uint8Array | undefined {
		try {
			return this.#db.getSync(key);
		} catch (cause) {
			throw corrupt(cause, `reading ${JSON.stringify(key)} failed`);
		}
	}

	async #write(operations: Operation[]): Promise<void> {
		try {
			// `sync` is an option of classic-level only: the batch is on the disk before the promise is fulfilled.
			await this.#db.batch(operations, { sync: true } as object);
		} catch (cause) {
			throw corrupt(cause, "writing failed");
		}
	}

	#queue(work: () => Promise<void>): Promise<void> {
		const run = this.#tail.then(work);
		this.#tail = run.catch(() => undefined);
		return run;
	}

	async #readMeta(): Promise<void> {
		const format = this.#read(FORMAT_KEY);
		if (format === undefined) {
			const [any] = await this.#db.keys({ limit: 1 }).all();
			if (any !== undefined) throw corrupt(new Error("no format record"), "the directory holds another database");
			await this.#write([{ type: "put", key: FORMAT_KEY, value: Buffer.from(FORMAT) }]);
		} else if (Buffer.from(format).toString() !== FORMAT) {
			throw corrupt(
				new Error(
					`found ${JSON.stringify(Buffer.from(format).toString())}, this version writes ${JSON.stringify(FORMAT)}`,
				),
				"the store has another format",
			);
		}
		this.#last = this.#readNumber(LAST_KEY);
		this.#floor = this.#readNumber(FLOOR_KEY);
	}

	#readNumber(key: string): number | null {
		const value = this.#read(key);
		if (value === undefined) return null;
		const text = Buffer.from(value).toString();
		if (!/^\d{1,16}$/.test(text))
			throw corrupt(new Error(`value ${JSON.stringify(text)}`), `record ${key} is not a number`);
		return Number(text);
	}
}

function operation(key: string, value: Uint8Array | null): Operation {
	return value === null ? { type: "del", key } : { type: "put", key, value };
}
