/** The calls that need a proof. One state serves an epoch: of hundreds of megabytes, these few hundred bytes are all that is kept. */
import type { BeaconApi } from "../../l1/beacon/api.ts";
import { LOOKAHEAD_ORACLE, type OracleClock } from "../../l1/beacon/oracle.ts";
import { openProver, type StateProver } from "../../l1/beacon/prover.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import { unlessAborted } from "../../l1/waiting.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address, Hex } from "../../primitives/types.ts";
import { seedEpochOf } from "./plan.ts";

export interface ProvingOptions {
	readonly rpc: RpcTransport;
	readonly beacon: BeaconApi;
	readonly oracle: Address;
	readonly clock: OracleClock;
}

/** Data of the calls that record an epoch's proposers, and the mix that it is drawn by. */
export interface ProvedCalls {
	readonly epoch: number;
	readonly publish: Hex;
	/** Null for the first two epochs, which cannot be drawn. */
	readonly mix: Hex | null;
}

/**
 * From the state before the L1 block of that timestamp, which must be of the epoch before. Null if aborted. Throws `retry` (`l1-moved`) if
 * it is of another, and what `openProver` throws.
 */
export async function proveCalls(
	options: ProvingOptions,
	timestamp: number,
	epoch: number,
	signal?: AbortSignal,
): Promise<ProvedCalls | null> {
	const prover = await unlessAborted(openProver({ ...options, timestamp }), signal);
	if (prover === null) return null;
	const { branch, chunks, half, state, ...proved } = prover.lookahead(1);
	if (proved.epoch !== epoch)
		throw new MeridianError(
			"retry",
			"l1-moved",
			`L1 has reorganized: its block at ${timestamp} proves epoch ${proved.epoch}, no longer ${epoch}`,
		);
	const publish = LOOKAHEAD_ORACLE.encodeFunctionData("publish", [state, half, chunks, branch]) as Hex;
	return { epoch, publish, mix: mixCall(prover, seedEpochOf(epoch)) };
}

function mixCall(prover: StateProver, epoch: number | null): Hex | null {
	if (epoch === null) return null;
	const { branch, mix, state } = prover.mix(epoch);
	return LOOKAHEAD_ORACLE.encodeFunctionData("recordMix", [state, epoch, mix, branch]) as Hex;
}
