import { Argument, type Command } from "commander";
import { addL1Flags, type InspectFlags, type Subject } from "../reading/flags.ts";

const DESCRIPTION = `show one publication, one tick, or one transaction

A transaction is found by its hash, or by its position TICK/CLASS/INDEX (class 0: forced entries, class 1: items of the publication).
The answer comes from a directory that derive --out has written, or is derived from L1 for the occasion.`;

const HELP = `
Examples:
  meridian inspect publication 7 --out timeline
  meridian inspect tick 1234 --out timeline --json
  meridian inspect tx 0x5c50... --out timeline
  meridian inspect tx 1234/1/0 --l1 http://127.0.0.1:8545 --inbox 0x...`;

/** `meridian inspect`. */
export function register(program: Command): void {
	const command = program
		.command("inspect")
		.description(DESCRIPTION)
		.summary("show a publication, a tick or a transaction")
		.addArgument(new Argument("<what>", "what to show").choices(["publication", "tick", "tx"]))
		.argument("<id>", "publication id, tick number, transaction hash or position")
		.option("--out <dir>", "directory of derive --out to look in");
	addL1Flags(command, false)
		.option("--json", "print the result as one JSON object on the last line of stdout", false)
		.addHelpText("after", HELP)
		.action(async (what: Subject, id: string, flags: InspectFlags) => {
			const { inspect } = await import("../reading/inspect.ts");
			await inspect(what, id, flags);
		});
}
