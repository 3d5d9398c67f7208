/**
 * Messages from L1 among the steps: each L1 block's right before the first tick that can have seen them. So their place follows from the
 * ticks alone, and a block that brings messages undoes no tick that was made before it came.
 */
import type { L1MessageLog, StepResult } from "../derive/types.ts";
import type { Step } from "./steps.ts";

interface Sent {
	readonly l1Block: number;
	readonly messages: readonly L1MessageLog[];
}

const sentBy = (blocks: readonly StepResult[]): readonly Sent[] =>
	blocks.flatMap(({ messages, state }) => (messages.length === 0 ? [] : [{ l1Block: state.l1.number, messages }]));

/** @param seen number of the l1Origin of the tick before the first step; @param sent by ascending block */
function place(sent: readonly Sent[], seen: number, steps: readonly Step[]): Step[] {
	const waiting = sent.filter(({ l1Block }) => l1Block > seen);
	const placed: Step[] = [];
	for (const step of steps) {
		while (step.kind === "tick" && (waiting[0]?.l1Block ?? Number.POSITIVE_INFINITY) <= step.tick.l1Origin.number) {
			const next = waiting.shift();
			if (next !== undefined) placed.push({ kind: "messages", ...next });
		}
		placed.push(step);
	}
	return placed;
}

export class MessagePlaces {
	/** Of final L1 blocks; those that a final tick has seen may be missing. */
	#final: readonly Sent[] = [];
	/** The l1Origin of the last final tick. */
	#seen = 0;

	/**
	 * The steps with the messages they see.
	 * @param blocks that are not final; @param seen number of the l1Origin of the tick before the steps, if that is not the last final one
	 */
	place(blocks: readonly StepResult[], steps: readonly Step[], seen: number = this.#seen): Step[] {
		return place([...this.#final, ...sentBy(blocks)], seen, steps);
	}

	/** These blocks are final now, and so are their steps. Returns how many these are with messages. */
	forget(blocks: readonly StepResult[], steps: readonly Step[]): number {
		const count = this.place(blocks, steps).length;
		this.#seen = blocks.at(-1)?.state.lastOrigin ?? this.#seen;
		this.#final = [...this.#final, ...sentBy(blocks)].filter(({ l1Block }) => l1Block > this.#seen);
		return count;
	}
}
