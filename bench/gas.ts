/** Gas of whole L1 transactions on anvil under Osaka rules, as a sequencer or user pays it. */
import { startBenchAnvil } from "./anvil.ts";
import { type GasRow, measureGas } from "./gas-rows.ts";

/**
 * Takes about half a minute, most of it for the cell proofs of blobs.
 * Throws `halt` with code `bench-reverted`, and as `startAnvil`.
 */
export async function runGasBench(): Promise<{ rows: GasRow[] }> {
	const anvil = await startBenchAnvil();
	try {
		return { rows: await measureGas({ ...anvil, wrapperVersion: 1 }) };
	} finally {
		await anvil.stop();
	}
}
