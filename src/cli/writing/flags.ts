/** The options that every command has that sends something to L1. */
import { type Command, InvalidArgumentError } from "commander";
import { addL1Flags, type L1Flags, rollupIds } from "../reading/flags.ts";

export interface PayFlags extends L1Flags {
	readonly key?: string;
	readonly json: boolean;
}

export interface WriteFlags extends PayFlags {
	readonly rollup: number;
}

export function rollupId(text: string): number {
	return rollupIds(text)[0] ?? 0;
}

/** Raw transactions, as hex; several options or several values make several. */
export function rawTransactions(text: string, before: readonly string[] = []): readonly string[] {
	if (/^0x([0-9a-fA-F]{2})+$/.test(text)) return [...before, text];
	throw new InvalidArgumentError("give a signed transaction as 0x and an even number of hex digits.");
}

/** Where ticks are published by hand. */
export interface PublishingFlags {
	readonly calldata: boolean;
	readonly open: boolean;
}

export function addPublishingFlags(command: Command): Command {
	return command
		.option("--calldata", "publish in calldata, not in blobs", false)
		.option("--open", "by the right that anyone has once nobody has published for long (rights.md, R-17)", false);
}

export function addKeyFlag(command: Command): Command {
	return command.option(
		"--key <hex>",
		"private key of the L1 account that pays; prefer MERIDIAN_KEY, others can see options",
	);
}

export function addWriteFlags(command: Command): Command {
	return addKeyFlag(addL1Flags(command)).option(
		"--json",
		"print the result as one JSON object on the last line of stdout",
		false,
	);
}
