/** What the tests of the oracle share. */
import {
	type ProvedState,
	SLOTS_PER_EPOCH,
	type SyntheticOptions,
	type SyntheticState,
	syntheticState,
} from "../../helpers/beacon/synthetic.ts";
import { createTestRights, type TestRights } from "./rights.ts";

export interface TestOracle extends TestRights {
	/** A state that L1 knows. */
	known(options: SyntheticOptions): Promise<{ state: SyntheticState; proved: ProvedState }>;
	/** Publishes the half of a state of that slot, which L1 knows then. */
	publish(slot: number, half: 0 | 1): Promise<SyntheticState>;
}

export const firstSlotOf = (epoch: number): number => epoch * SLOTS_PER_EPOCH;

export const halfOf = (state: SyntheticState, half: 0 | 1): bigint[] =>
	state.lookahead.slice(half * SLOTS_PER_EPOCH, (half + 1) * SLOTS_PER_EPOCH).map(BigInt);

export async function createTestOracle(): Promise<TestOracle> {
	const rights = await createTestRights();
	const known: TestOracle["known"] = async (options) => {
		const state = syntheticState(options);
		return { state, proved: await rights.know(state) };
	};
	return {
		...rights,
		known,
		async publish(slot, half) {
			const { proved, state } = await known({ slot });
			const { branch, chunks } = state.half(half);
			await (await rights.oracle.publish(proved, half, chunks, branch)).wait();
			return state;
		},
	};
}
