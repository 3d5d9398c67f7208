/** What senders.ts and its thread share. */
/** State of one request in the shared memory. */
export const PENDING = 0;
/** One of the threads works on it. */
export const TAKEN = 1;
export const DONE = 2;

export const ADDRESS_BYTES = 20;
export interface SenderJob {
	/** Raw transactions, joined. */
	readonly bytes: Uint8Array;
	readonly lengths: readonly number[];
	readonly chainIds: readonly number[];
	/** Shared, one per transaction; the states above. */
	readonly states: Int32Array;
	/** Shared, 20 bytes per transaction. */
	readonly addresses: Uint8Array;
}
