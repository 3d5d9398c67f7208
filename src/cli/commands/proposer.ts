import { type Command, InvalidArgumentError } from "commander";
import { addBeaconFlag, addL1OnlyFlags, validatorIndices } from "../reading/oracle-flags.ts";
import type { ProposerStatusFlags } from "../reading/proposer.ts";
import { addKeyFlag } from "../writing/flags.ts";
import type { ProposerBindFlags, ProposerDelegateFlags } from "../writing/proposer.ts";

const DESCRIPTION = `which address acts for which validator (docs/spec/rights.md, section 2)

A validator names a delegate, the delegate accepts, and from the second epoch after that on it has the rights of the validator's slots.`;

const HELP = `
Examples:
  MERIDIAN_KEY=0x... meridian proposer bind --l1 URL --beacon URL --registry 0x... --validator 7 --delegate 0x...
                     by the withdrawal address, whose key pays; with --bls-key-file by the validator's key, whoever pays
  meridian proposer bind ... --delegate none             ends the delegation
  MERIDIAN_KEY=0x... meridian proposer delegate --l1 URL --registry 0x... --validator 7 8      the delegate accepts
  meridian proposer status --l1 URL --registry 0x... --validator 7`;

function oneValidator(text: string): number {
	const [index] = validatorIndices(text);
	if (index !== undefined) return index;
	throw new InvalidArgumentError("give the validator's index on the beacon chain.");
}

function addRegistryFlags(command: Command): Command {
	return addL1OnlyFlags(command).requiredOption("--registry <address>", "the ProposerRegistry of this L1");
}

/** `meridian proposer bind|delegate|status`. */
export function register(program: Command): void {
	const proposer = program
		.command("proposer")
		.summary("name a delegate for a validator, accept, look")
		.description(DESCRIPTION)
		.addHelpText("after", HELP);
	const bind = proposer.command("bind").description("a validator names its delegate");
	addKeyFlag(addBeaconFlag(addRegistryFlags(bind)))
		.requiredOption("--validator <index>", "index of the validator on the beacon chain", oneValidator)
		.requiredOption("--delegate <address>", "who is to act for it; none: nobody")
		.option(
			"--bls-key-file <path>",
			"file with the validator's BLS secret key as hex; without it the withdrawal address calls",
		)
		.action(async (flags: ProposerBindFlags) => {
			const { bind: run } = await import("../writing/proposer.ts");
			await run(flags);
		});
	const delegate = proposer.command("delegate").description("the delegate accepts to act for validators, or ends it");
	addKeyFlag(addRegistryFlags(delegate))
		.requiredOption("--validator <index...>", "indices of the validators", validatorIndices)
		.option("--resign", "end it", false)
		.action(async (flags: ProposerDelegateFlags) => {
			const { delegate: run } = await import("../writing/proposer.ts");
			await run(flags);
		});
	const status = proposer.command("status").description("delegates of validators, now and for two epochs to come");
	addRegistryFlags(status)
		.requiredOption("--validator <index...>", "indices of the validators", validatorIndices)
		.action(async (flags: ProposerStatusFlags) => {
			const { status: run } = await import("../reading/proposer.ts");
			await run(flags);
		});
}
