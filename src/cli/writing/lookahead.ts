/** What `meridian lookahead publish` does. */
import { LOOKAHEAD_ORACLE, readProposers } from "../../l1/beacon/oracle.ts";
import { lookaheadOf } from "../reading/lookahead.ts";
import { proverFor, withOracle } from "../reading/oracle.ts";
import type { ProveFlags } from "../reading/oracle-flags.ts";
import { openPayer } from "./payer.ts";

export interface LookaheadPublishFlags extends ProveFlags {
	readonly key?: string;
}

/** Records an epoch's proposers, the next epoch's unless one is named; and on request a mix, from the same state. */
export async function publish(flags: LookaheadPublishFlags): Promise<void> {
	await withOracle(flags, async (reader) => {
		const { oracle, output, rpc, signal } = reader;
		const payer = await openPayer(flags.key, rpc, output, signal);
		const epoch = flags.epoch ?? reader.currentEpoch + 1;
		const known = (await readProposers(rpc, oracle, epoch)) !== null;
		if (known) output.line(`the proposers of epoch ${epoch} are recorded already`);
		if (known && flags.mix === undefined) return output.result({ epoch, published: false });
		const prover = await proverFor(reader, flags.beacon, epoch);
		const result: Record<string, unknown> = { epoch, published: !known };
		if (!known) {
			const { branch, chunks, half, proposers, state } = lookaheadOf(prover, epoch);
			const { blockNumber, gasUsed, hash } = await payer.call(oracle, LOOKAHEAD_ORACLE, "publish", [
				state,
				half,
				chunks,
				branch,
			]);
			output.line(
				`epoch ${epoch}: ${proposers.length} proposers recorded in L1 block ${blockNumber}, ${gasUsed} gas, transaction ${hash}`,
			);
			Object.assign(result, { hash, l1Block: blockNumber, gasUsed: Number(gasUsed), proposers });
		}
		if (flags.mix !== undefined) {
			const { branch, mix, state } = prover.mix(flags.mix);
			const { blockNumber, gasUsed, hash } = await payer.call(oracle, LOOKAHEAD_ORACLE, "recordMix", [
				state,
				flags.mix,
				mix,
				branch,
			]);
			output.line(`mix of epoch ${flags.mix} recorded in L1 block ${blockNumber}, ${gasUsed} gas, transaction ${hash}`);
			Object.assign(result, { mix: { epoch: flags.mix, mix, hash, l1Block: blockNumber, gasUsed: Number(gasUsed) } });
		}
		output.result(result);
	});
}
