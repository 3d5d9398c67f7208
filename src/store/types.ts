/**
 * The store: one ordered key-value space, changed only by atomic commits that can be undone back to finality.
 * Undoing is generic (each commit keeps the old value of every key it changed), so whoever writes through it (executor,
 * cursor, timeline index) unwinds for free and cannot disagree with the others after a crash.
 */

/** Null deletes. Keys are ASCII, with a prefix per owner: see src/store/keys.ts. Values are kept, not copied: never change one. */
export type Changes = Map<string, Uint8Array | null>;

export interface Store {
	/** The committed value. Synchronous: the EVM reads state in the middle of an opcode. */
	get(key: string): Uint8Array | undefined;
	/** Committed keys with the prefix, ascending, as of the call. */
	entries(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]>;
	/** Sequence of the last commit (an L1 block number for a reader, a tick for a sequencer), or null when empty. */
	readonly last: number | null;
	/**
	 * Applies all changes or none, durably, with their undo record. `sequence` must be above `last`. Commits, unwinds and prunes
	 * run one after the other in the order of their calls; `get` sees a commit once its promise is fulfilled.
	 */
	commit(sequence: number, changes: Changes): Promise<void>;
	/** Undoes every commit above `sequence`. Fails with `undo-missing` (halt) below what `prune` has left. */
	unwind(sequence: number): Promise<void>;
	/** Forgets how to undo commits up to and including `sequence` (they are final). */
	prune(sequence: number): Promise<void>;
	close(): Promise<void>;
}
