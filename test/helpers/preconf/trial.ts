/** A `Matrix` for the tests of one file, and what they ask of it. */
import { expect } from "chai";
import { after, before } from "mocha";
import type { Receipt } from "../../../src/codec/receipt.ts";
import type { Random } from "../execute/random.ts";
import { Matrix } from "./matrix.ts";
import { EPOCH } from "./rightsWorld.ts";

/** Below are deployment and delegation, which nobody asks about here. */
const FIRST_SLOT = 3 * EPOCH + 1;
/** The beacon node keeps the states of eight epochs. */
const KEPT_SLOTS = 7 * EPOCH;

export interface Trial {
	readonly matrix: Matrix;
	/** No evidence passes; gives the reasons. */
	expectBlameless(what: string, receipts?: readonly Receipt[]): Promise<ReadonlyMap<string, number>>;
	/** How many blocks can be taken back. */
	blocks(): number;
	/** Goes on until so many can. */
	grow(count: number): Promise<void>;
	/** Goes on to before the last slot of a window of the sequencer's, and gives that slot. */
	toWindowsEnd(): Promise<number>;
	/** As `toWindowsEnd`; and so many are promised in its last ticks. */
	promiseAtEnd(count: number): Promise<number>;
}

/** To be called where tests are described. */
export function useTrial(random: Random): () => Trial {
	let trial: Trial | null = null;
	before(async () => {
		trial = trialOf(await Matrix.open(random));
	});
	after(async () => await trial?.matrix.world.close());
	return () => trial ?? expect.fail("not open");
}

function trialOf(matrix: Matrix): Trial {
	const { random, sequencer, world } = matrix;
	const blocks = (): number => {
		const { forks } = world.chain.node;
		const floor = Math.max(FIRST_SLOT, world.head - KEPT_SLOTS);
		let depth = 0;
		while (forks.ancestor(depth).header.slot > floor) depth++;
		return depth;
	};
	const toWindowsEnd = async (): Promise<number> => {
		for (; ; await matrix.step()) {
			const next = world.head + 1;
			if ((await matrix.isOwn(next)) && (await matrix.endsAt(next))) return next;
		}
	};
	return {
		matrix,
		blocks,
		toWindowsEnd,
		async expectBlameless(what, receipts) {
			const { passed, refused } = await matrix.challenge(receipts);
			const faults = passed.map(
				({ commitment, fault, slot }) => `fault ${fault} of tick ${commitment.tick}, slot ${slot}`,
			);
			expect(faults, `${what}, MERIDIAN_SEED=${random.seed}`).to.deep.equal([]);
			return refused;
		},
		async grow(count) {
			while (blocks() < count) await matrix.step();
		},
		async promiseAtEnd(count) {
			const last = await toWindowsEnd();
			// Its last but one tick is the next.
			sequencer.time = world.startOf(last) * 1_000 - 9_000;
			expect(await sequencer.ask(count), "promised").to.equal(count);
			return last;
		},
	};
}
