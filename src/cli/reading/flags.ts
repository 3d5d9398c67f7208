/** The options that every command has that reads L1, and what they mean. */
import { type Command, InvalidArgumentError } from "commander";

export interface L1Flags {
	readonly l1: string;
	readonly inbox: string;
	readonly beacon?: string;
	readonly archive?: string;
	readonly giveUp: number;
}

export interface DeriveFlags extends L1Flags {
	readonly from?: number;
	readonly until: number | "latest" | "follow";
	readonly rollup?: readonly number[];
	readonly out?: string;
	readonly json: boolean;
}

export interface VerifyFlags extends L1Flags {
	readonly out: string;
	readonly json: boolean;
}

export interface ReceiptFlags {
	/** A file; `-` for stdin. */
	readonly receipt: string;
	readonly item?: string;
	readonly rpc?: string;
	readonly slasher?: string;
	readonly giveUp: number;
	readonly json: boolean;
}

export type Subject = "publication" | "tick" | "tx";

export interface InspectFlags extends Partial<L1Flags> {
	readonly giveUp: number;
	readonly out?: string;
	readonly json: boolean;
}

export function wholeNumber(text: string): number {
	if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
	throw new InvalidArgumentError("give a whole number, 0 or more.");
}

export function httpUrl(text: string): string {
	if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
	throw new InvalidArgumentError("give an http or https URL like http://127.0.0.1:8545.");
}

export function until(text: string): number | "latest" | "follow" {
	if (text === "latest" || text === "follow") return text;
	if (/^\d+$/.test(text)) return wholeNumber(text);
	throw new InvalidArgumentError("give an L1 block number, latest or follow.");
}

/** `--rollup 1 2` or `--rollup 1 --rollup 2`. */
export function rollupIds(text: string, before: readonly number[] = []): readonly number[] {
	const id = wholeNumber(text);
	if (id >= 1 && id < 2 ** 32) return [...before, id];
	throw new InvalidArgumentError("rollups count from 1.");
}

/** @param required false where the command can do without L1 */
export function addL1Flags(command: Command, required = true): Command {
	const add = (flags: string, description: string, parse: (text: string) => string): Command =>
		required ? command.requiredOption(flags, description, parse) : command.option(flags, description, parse);
	add("--l1 <url>", "JSON-RPC of an L1 node; it is trusted for nothing but which chain is the canonical one", httpUrl);
	add("--inbox <address>", "the timeline's Inbox; everything else is read from it", (text) => text);
	return command
		.option("--beacon <url>", "beacon API to read blobs from (anvil is its own)", httpUrl)
		.option("--archive <dir>", "folder of blobs: asked first, and filled with what is fetched")
		.option(
			"--give-up <seconds>",
			"how long to wait for the first answer; after it, failures are waited for",
			wholeNumber,
			60,
		);
}
