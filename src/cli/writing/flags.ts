/** The options that every command has that sends something to L1. */
import { type Command, InvalidArgumentError, Option } from "commander";
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

export interface BlobProofFlags {
	readonly blobProofs: "cell" | "blob";
}

/** What the L1 node takes with blobs (EIP-7594). */
export function addBlobProofsFlag(command: Command): Command {
	const text = "what the L1 node takes with blobs: since Osaka cell proofs, before it blob proofs";
	return command.addOption(new Option("--blob-proofs <kind>", text).choices(["cell", "blob"]).default("cell"));
}

export const wrapperVersionOf = ({ blobProofs }: BlobProofFlags): 0 | 1 => (blobProofs === "cell" ? 1 : 0);

/** Where ticks are published by hand. */
export interface PublishingFlags extends BlobProofFlags {
	readonly calldata: boolean;
	readonly open: boolean;
}

export function addPublishingFlags(command: Command): Command {
	return addBlobProofsFlag(command)
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
