import type { L1Block } from "../../../src/derive/types.ts";
import { type FollowOptions, followHead, type L1Event } from "../../../src/l1/follow.ts";

/** A reader that only remembers: what it holds at the end must be the canonical chain, whatever happened on the way. */
export class Consumer {
	readonly blocks: L1Block[] = [];
	readonly reorgs: number[] = [];
	readonly statuses: string[] = [];
	readonly #start: number;

	constructor(start: number) {
		this.#start = start;
	}

	last(): L1Block | null {
		return this.blocks.at(-1) ?? null;
	}

	hashAt(number: number): L1Block["hash"] | null {
		return this.blocks[number - this.#start]?.hash ?? null;
	}

	/** Applies an event as derivation would. Throws if a block does not stand on the one before. */
	apply(event: L1Event): void {
		if (event.kind === "reorg") {
			const keep = event.ancestor.number - this.#start + 1;
			this.reorgs.push(this.blocks.length - keep);
			if (keep < 0 || keep >= this.blocks.length) throw new Error(`nothing to undo: ${event.ancestor.number}`);
			if (keep > 0 && this.blocks[keep - 1]?.hash !== event.ancestor.hash) throw new Error("not a common ancestor");
			this.blocks.length = keep;
			return;
		}
		const last = this.last();
		if (last !== null && event.block.parentHash !== last.hash) throw new Error("not a child of the last block");
		if (event.block.number !== this.#start + this.blocks.length) throw new Error("not the next block");
		this.blocks.push(event.block);
	}

	/** Follows until `until` or the signal; `between` runs after each event. */
	async follow(
		options: Pick<FollowOptions, "source"> & Partial<FollowOptions>,
		between: (event: L1Event) => void | Promise<void> = () => undefined,
	): Promise<void> {
		const onStatus = (line: string): void => void this.statuses.push(line);
		const all = { pollMs: 1, retryMs: 1, start: this.#start, chain: this, onStatus, ...options };
		for await (const event of followHead(all)) {
			this.apply(event);
			await between(event);
		}
	}
}
