/** Following the head of L1: new blocks as they come, reorgs as they happen, trouble in one line a person understands. */
import type { L1Heads, L1Id, L1Source } from "../derive/ports.ts";
import type { L1Block } from "../derive/types.ts";
import { ZERO_HASH } from "../primitives/bytes.ts";
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Hash32 } from "../primitives/types.ts";
import { createPrefetch } from "./prefetch.ts";
import { createStatus, type Status } from "./status.ts";
import { pause, unlessAborted } from "./waiting.ts";

export type L1Event =
	/** The child of the last block. */
	| { readonly kind: "block"; readonly block: L1Block }
	/** Go back to the state after `ancestor`, the last block that is still canonical; `start - 1` means before the first. */
	| { readonly kind: "reorg"; readonly ancestor: L1Id };

/** What the reader has processed. Asked again after each event, so handle an event before asking for the next. */
export interface ProcessedChain {
	/** The last block processed, or null before the first. */
	last(): L1Id | null;
	/** Hash of the processed block of that number, or null if it is not remembered. */
	hashAt(number: number): Hash32 | null | Promise<Hash32 | null>;
}

export interface FollowOptions {
	readonly source: L1Source;
	readonly chain: ProcessedChain;
	/** First block of the timeline: `config.startBlock`. */
	readonly start: number;
	/** Stop after this block; without it, never. */
	readonly until?: number;
	/** Milliseconds between looks at the head when there is nothing new. */
	readonly pollMs?: number;
	/** First pause after a failure, milliseconds; it doubles up to 16 times this. */
	readonly retryMs?: number;
	/** Blocks fetched ahead while catching up. */
	readonly ahead?: number;
	/** Ends the generator, without an error. */
	readonly signal?: AbortSignal;
	/** One line for a person; not repeated more than a few times a minute. */
	readonly onStatus?: (message: string) => void;
	/** Each time the heads have been asked for. */
	readonly onHeads?: (heads: L1Heads) => void;
}

const DEFAULTS = { pollMs: 1_000, retryMs: 1_000, ahead: 16 };

/** How often a reorg below finality must be seen, one after the other, before it is believed: a node may be confused for a moment. */
const DEEP_CONFIRMATIONS = 3;

/** How often a node may answer with a block that does not follow its own last one before it is said. */
const CONTRADICTIONS = 3;

/**
 * Blocks from the one after `chain.last()` on, and reorgs. Failures of sources (`retry`) are waited for without end. Throws what else the
 * source throws (`halt`, `usage`), and `halt` with code `reorg-below-finality` if a block that was final is canonical no more.
 */
export async function* followHead(options: FollowOptions): AsyncGenerator<L1Event, void, void> {
	const { start, until = Number.POSITIVE_INFINITY, pollMs = DEFAULTS.pollMs, signal } = options;
	const follower = new Follower(options);
	while (!signal?.aborted && (options.chain.last()?.number ?? start - 1) < until) {
		const event = await follower.next();
		if (event !== null) yield event;
		else if (!follower.failing) await pause(pollMs, signal);
	}
}

class Follower {
	readonly #options: FollowOptions;
	readonly #status: Status;
	readonly #prefetch;
	#heads: L1Heads | null = null;
	#announced: L1Id | null = null;
	#finalized = -1;
	#deepReorgs = 0;
	#contradictions = 0;
	#failures = 0;

	constructor(options: FollowOptions) {
		this.#options = options;
		this.#status = createStatus(options.onStatus ?? (() => undefined));
		this.#prefetch = createPrefetch(options.source, options.ahead ?? DEFAULTS.ahead);
	}

	get failing(): boolean {
		return this.#failures > 0;
	}

	/** The next event; null if there is nothing new, or if a source failed (it has then been waited for). */
	async next(): Promise<L1Event | null> {
		const { signal, retryMs = DEFAULTS.retryMs } = this.#options;
		try {
			const event = await unlessAborted(this.#look(), signal);
			this.#failures = 0;
			if (event !== null) this.#deepReorgs = this.#contradictions = 0;
			this.#status.fine();
			return event;
		} catch (error) {
			if (signal?.aborted) return null;
			if (!isMeridianError(error) || error.recovery !== "retry") throw error;
			this.#prefetch.clear();
			this.#heads = null;
			const wait = Math.round(retryMs * Math.min(2 ** this.#failures++, 16) * (0.75 + Math.random() / 2));
			this.#status.trouble(error, wait);
			await pause(wait, signal);
			return null;
		}
	}

	async #look(): Promise<L1Event | null> {
		const { source, chain, start, until = Number.POSITIVE_INFINITY } = this.#options;
		const last = chain.last();
		const wanted = last === null ? start : last.number + 1;
		const heads = await this.#headsFor(wanted);
		if (last !== null && heads.latest.number < wanted) return await this.#withoutNews(last, heads.latest);
		const block = await this.#prefetch.block(wanted, Math.min(heads.latest.number, until));
		if (block === null) {
			this.#heads = null;
			return null;
		}
		if (last === null || block.parentHash === last.hash) return { kind: "block", block };
		this.#prefetch.clear();
		this.#heads = null;
		// The node may have changed its mind between two answers; only if it disowns our block there is a reorg.
		if ((await source.hashOf(last.number)) === last.hash) return this.#contradiction(block);
		return await this.#reorg(last);
	}

	/** Once is chance; a node that goes on like that (Hardhat's does after hardhat_mine) is something to tell a person. */
	#contradiction({ number, parentHash }: L1Block): null {
		if (++this.#contradictions < CONTRADICTIONS) return null;
		const what = `L1 block ${number} names ${parentHash} as its parent, which is not the hash of the same node's block ${number - 1}`;
		throw new MeridianError("retry", "l1-contradiction", what, { number });
	}

	/** The heads known if they are ahead of what is wanted, fresh ones otherwise. */
	async #headsFor(wanted: number): Promise<L1Heads> {
		if (this.#heads !== null && this.#heads.latest.number >= wanted) return this.#heads;
		const heads = await this.#options.source.heads();
		this.#heads = heads;
		await this.#noteFinality();
		this.#announced = heads.finalized;
		this.#options.onHeads?.(heads);
		return heads;
	}

	/** A block that was announced as final is so for us once we have processed it, and not another in its place. */
	async #noteFinality(): Promise<void> {
		if (this.#announced === null || this.#announced.number <= this.#finalized) return;
		const { number, hash } = this.#announced;
		if ((await this.#options.chain.hashAt(number)) === hash) this.#finalized = number;
	}

	/** The head is not ahead of us: nothing new, a node that lags behind, or a reorg to a chain that is not longer (yet). */
	async #withoutNews(last: L1Id, latest: L1Id): Promise<L1Event | null> {
		const ours = await this.#options.chain.hashAt(latest.number);
		if (ours === null || ours === latest.hash) return null;
		this.#prefetch.clear();
		return await this.#reorg(last);
	}

	async #reorg(last: L1Id): Promise<L1Event | null> {
		const { source, chain, start } = this.#options;
		await this.#noteFinality();
		for (let number = last.number; number >= this.#finalized && number >= start - 1; number--) {
			const theirs = await source.hashOf(number);
			if (number < start) return { kind: "reorg", ancestor: { number, hash: theirs ?? ZERO_HASH } };
			const ours = await chain.hashAt(number);
			if (ours === null) break;
			if (ours === theirs) return number === last.number ? null : { kind: "reorg", ancestor: { number, hash: ours } };
		}
		const what = `L1 has changed further back than block ${Math.max(this.#finalized, start - 1)}, which was final`;
		const details = { finalized: this.#finalized, last };
		if (++this.#deepReorgs >= DEEP_CONFIRMATIONS) {
			const advice =
				"the node is on another chain, or L1 has broken its promise; start again with an empty store and a node you trust";
			throw new MeridianError("halt", "reorg-below-finality", `${what}: ${advice}`, details);
		}
		throw new MeridianError("retry", "l1-moved", `${what}; looking again before believing it`, details);
	}
}
