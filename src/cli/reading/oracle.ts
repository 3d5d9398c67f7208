/** From the flags of the commands about L1's proposers to what they talk to. */
import { beaconApi } from "../../l1/beacon/api.ts";
import { latestTime, timeToProve } from "../../l1/beacon/epochs.ts";
import { epochOf, type OracleClock, readOracleClock, slotAt } from "../../l1/beacon/oracle.ts";
import { openProver, type StateProver } from "../../l1/beacon/prover.ts";
import { httpTransport, type RpcTransport } from "../../l1/rpc.ts";
import { parseAddress } from "../../node/connect.ts";
import type { Address } from "../../primitives/types.ts";
import { createOutput, type Output } from "../output.ts";
import { firstContact, interruptible } from "./open.ts";
import type { OracleFlags } from "./oracle-flags.ts";

export interface OracleReader {
	readonly rpc: RpcTransport;
	readonly oracle: Address;
	readonly clock: OracleClock;
	/** By L1's latest block. */
	readonly currentEpoch: number;
	readonly output: Output;
	readonly signal: AbortSignal;
}

/** Throws `usage` (`bad-address`, `no-oracle`), `retry` (`l1-silent`). */
export async function withOracle(flags: OracleFlags, work: (reader: OracleReader) => Promise<void>): Promise<void> {
	const output = createOutput({ json: flags.json });
	const oracle = parseAddress(flags.oracle, "oracle");
	await interruptible(async (signal) => {
		const rpc = httpTransport(flags.l1);
		const time = await firstContact(() => latestTime(rpc), flags.giveUp, output, signal);
		const clock = await readOracleClock(rpc, oracle);
		await work({ rpc, oracle, clock, currentEpoch: epochOf(clock, slotAt(clock, time)), output, signal });
	});
}

/** Fetches and checks the state that the epoch is proved from; the latest one if none is named. */
export async function proverFor(
	reader: OracleReader,
	beaconUrl: string,
	epoch: number | null,
	validators: readonly number[] = [],
): Promise<StateProver> {
	const { clock, oracle, output, rpc } = reader;
	const timestamp = epoch === null ? await latestTime(rpc) : await timeToProve(rpc, clock, epoch);
	output.note("fetching a beacon state; on mainnet that is hundreds of megabytes and takes minutes");
	return await openProver({ rpc, beacon: beaconApi(beaconUrl), oracle, clock, timestamp, validators });
}
