import type { Command } from "commander";
import { wholeNumber } from "../reading/flags.ts";
import type { LookaheadProveFlags, LookaheadShowFlags } from "../reading/lookahead.ts";
import { addBeaconFlag, addL1OnlyFlags, addOracleFlag, validatorIndices } from "../reading/oracle-flags.ts";
import { addKeyFlag } from "../writing/flags.ts";
import type { LookaheadKeepFlags } from "../writing/keep.ts";
import type { LookaheadPublishFlags } from "../writing/lookahead.ts";

const DESCRIPTION = `what the beacon chain says about L1's proposers, proved to L1 (docs/spec/rights.md)

An epoch's proposers are proved once for everybody, from the beacon root that EIP-4788 has; anyone may. Proofs are checked here before they are
sent. The state comes from a beacon node with debug routes, and is believed only by its hash.`;

const HELP = `
Examples:
  meridian lookahead prove --l1 URL --beacon URL --oracle 0x... --epoch 420000
  MERIDIAN_KEY=0x... meridian lookahead publish --l1 URL --beacon URL --oracle 0x...       the next epoch
  meridian lookahead show --l1 URL --oracle 0x... --registry 0x...                         slot, validator, delegate
  MERIDIAN_KEY=0x... meridian lookahead keep --l1 URL --beacon URL --oracle 0x... --rights 0x... --staked-set 0x...`;

const EPOCH = "epoch of the beacon chain";

/** `meridian lookahead prove|publish|keep|show`. */
export function register(program: Command): void {
	const lookahead = program
		.command("lookahead")
		.summary("prove the proposers of L1's next slots to L1")
		.description(DESCRIPTION)
		.addHelpText("after", HELP);
	const prove = lookahead.command("prove").description("print proofs as JSON; send nothing");
	addBeaconFlag(addOracleFlag(addL1OnlyFlags(prove)))
		.option("--epoch <n>", `${EPOCH}; the next one by default`, wholeNumber)
		.option("--mix <epoch>", "also the RANDAO mix of an epoch that is over", wholeNumber)
		.option("--validator <index...>", "also (or only) these validators' fields", validatorIndices)
		.action(async (flags: LookaheadProveFlags) => {
			const { prove: run } = await import("../reading/lookahead.ts");
			await run(flags);
		});
	const publish = lookahead.command("publish").description("record an epoch's proposers in the oracle");
	addKeyFlag(addBeaconFlag(addOracleFlag(addL1OnlyFlags(publish))))
		.option("--epoch <n>", `${EPOCH}; the next one by default`, wholeNumber)
		.option("--mix <epoch>", "also record the RANDAO mix of an epoch that is over", wholeNumber)
		.action(async (flags: LookaheadPublishFlags) => {
			const { publish: run } = await import("../writing/lookahead.ts");
			await run(flags);
		});
	const keep = lookahead
		.command("keep")
		.description("record, seal and draw every next epoch, until Ctrl-C; with an account that publishes no blobs");
	addKeyFlag(addBeaconFlag(addOracleFlag(addL1OnlyFlags(keep))))
		.option("--rights <address>", "a timeline's ProposerRights, to seal its epochs")
		.option("--staked-set <address>", "its StakedSequencerSet, to draw its epochs")
		.option("--max-fee <gwei>", "per gas at most; above it the keeper waits", wholeNumber, 500)
		.action(async (flags: LookaheadKeepFlags) => {
			const { keep: run } = await import("../writing/keep.ts");
			await run(flags);
		});
	const show = lookahead.command("show").description("slots, proposers and their delegates, as recorded");
	addOracleFlag(addL1OnlyFlags(show))
		.option("--epoch <n>", `${EPOCH}; the current one by default`, wholeNumber)
		.option("--registry <address>", "the ProposerRegistry, to show delegates")
		.action(async (flags: LookaheadShowFlags) => {
			const { show: run } = await import("../reading/lookahead.ts");
			await run(flags);
		});
}
