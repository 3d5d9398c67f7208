/**
 * The order layer along the canonical L1 chain, block by block down to finality: what a sequencer stands on. The same `step` as a
 * reader's, over the same source.
 */
import type { L1Source, Timeline } from "../derive/ports.ts";
import { genesisState } from "../derive/state.ts";
import { step } from "../derive/step.ts";
import type { L1Block, OrderState, StepResult } from "../derive/types.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Hash32 } from "../primitives/types.ts";
import { breathe } from "./breath.ts";

/** Answers that fit no chain, before giving up. */
const PATIENCE = 3;

export interface Advance {
	readonly added: readonly StepResult[];
	/** L1 blocks taken back. */
	readonly removed: number;
}

export class L1Track {
	readonly timeline: Timeline;
	readonly #source: L1Source;
	/** State below the first of `#blocks`. */
	#floor: OrderState;
	#blocks: StepResult[] = [];

	private constructor(source: L1Source, timeline: Timeline) {
		this.#source = source;
		this.timeline = timeline;
		this.#floor = genesisState(timeline.config, timeline.genesisHead);
	}

	static async open(source: L1Source): Promise<L1Track> {
		return new L1Track(source, await source.timeline());
	}

	/** The state after the last L1 block taken in. */
	get state(): OrderState {
		return this.#blocks.at(-1)?.state ?? this.#floor;
	}

	/** Results of the blocks not forgotten yet, oldest first. */
	get blocks(): readonly StepResult[] {
		return this.#blocks;
	}

	/**
	 * Follows L1 to its head, back to a common ancestor first if it has changed. Throws what the source throws, having kept
	 * what it took in before; `halt` with code `l1-reorg-too-deep` if finalized blocks are gone.
	 */
	async advance(): Promise<Advance> {
		let removed = await this.#rewind();
		let added: StepResult[] = [];
		for (let misfits = 0; ; ) {
			const block = await this.#source.block(this.state.l1.number + 1);
			if (block === null) return { added, removed };
			if (this.state.l1.number >= this.timeline.config.startBlock && block.parentHash !== this.state.l1.hash) {
				// Either L1 has changed in between, or the node contradicts itself and will do so again.
				const back = await this.#rewind();
				if (back === 0 && ++misfits === PATIENCE) throw misfit(block, this.state.l1.hash);
				removed += Math.max(0, back - added.length);
				added = added.slice(0, Math.max(0, added.length - back));
				continue;
			}
			// Reading a block takes long if it has a large publication; so does deriving it.
			await breathe();
			const result = step(this.timeline.config, this.state, block);
			this.#blocks.push(result);
			added.push(result);
		}
	}

	/** Forgets the blocks up to that number, which are final; returns what was forgotten. */
	forget(finalized: number): readonly StepResult[] {
		const index = this.#blocks.findIndex((block) => block.state.l1.number > finalized);
		const final = this.#blocks.splice(0, index < 0 ? this.#blocks.length : index);
		this.#floor = final.at(-1)?.state ?? this.#floor;
		return final;
	}

	async #rewind(): Promise<number> {
		let removed = 0;
		for (;;) {
			const { hash, number } = this.state.l1;
			if (number < this.timeline.config.startBlock || (await this.#source.hashOf(number)) === hash) return removed;
			if (this.#blocks.pop() === undefined)
				throw new MeridianError(
					"halt",
					"l1-reorg-too-deep",
					`L1 no longer has block ${number} (${hash}), which it called final; check the L1 node and start the sequencer anew`,
					{ number, hash },
				);
			removed++;
		}
	}
}

function misfit({ number, parentHash }: L1Block, before: Hash32): MeridianError {
	return new MeridianError(
		"retry",
		"l1-misfit",
		`The L1 node says that block ${number} follows ${parentHash}, and that block ${number - 1} is ${before}`,
		{ number, parentHash, before, hint: "a node that mines blocks in bulk may invent them; mine them one by one" },
	);
}
