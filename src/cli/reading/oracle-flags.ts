/** The options of the commands about L1's proposers. */
import { type Command, InvalidArgumentError } from "commander";
import { httpUrl, wholeNumber } from "./flags.ts";

export interface L1OnlyFlags {
	readonly l1: string;
	readonly giveUp: number;
	readonly json: boolean;
}

export interface OracleFlags extends L1OnlyFlags {
	readonly oracle: string;
}

export interface ProveFlags extends OracleFlags {
	readonly beacon: string;
	readonly epoch?: number;
	readonly mix?: number;
}

/** For commands that need L1 and nothing of a timeline. */
export function addL1OnlyFlags(command: Command): Command {
	return command
		.requiredOption("--l1 <url>", "JSON-RPC of an L1 node", httpUrl)
		.option("--give-up <seconds>", "how long to wait for the first answer", wholeNumber, 60)
		.option("--json", "print the result as one JSON object on the last line of stdout", false);
}

export function addOracleFlag(command: Command): Command {
	return command.requiredOption("--oracle <address>", "the LookaheadOracle of this L1");
}

export function addBeaconFlag(command: Command): Command {
	return command.requiredOption(
		"--beacon <url>",
		"the L1 node's own beacon API, with debug routes; held to what EIP-4788 says",
		httpUrl,
	);
}

/** `--validator 1 2` or `--validator 1 --validator 2`. */
export function validatorIndices(text: string, before: readonly number[] = []): readonly number[] {
	const index = wholeNumber(text);
	if (index < 2 ** 40) return [...before, index];
	throw new InvalidArgumentError("give the validator's index on the beacon chain.");
}
