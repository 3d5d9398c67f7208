import type { Command } from "commander";
import { addWriteFlags } from "../writing/flags.ts";
import type { SlashFlags } from "../writing/slash.ts";

const DESCRIPTION = `hold a sequencer to its promise: find out whether it was kept, and show L1 that it was not

The publication that covers the promised tick is looked for on L1 and held to the receipt; with two receipts for one place, they are held
to each other. PreconfSlasher is asked whether it takes what was found (docs/spec/preconfirmations.md, section 3). Nothing is sent
without --send: then a tenth of the penalty is yours; an omission earns nothing.`;

const HELP = `
Examples:
  meridian slash --l1 http://127.0.0.1:8545 --inbox 0x... --receipt receipt.json
  meridian slash --l1 URL --inbox 0x... --receipt one.json --other two.json
  MERIDIAN_KEY=0x... meridian slash --l1 URL --beacon URL --inbox 0x... --receipt receipt.json --send

Exit code 0: the promise is broken, and L1 takes the evidence. 1: it is kept, can still be kept, or nothing can be shown; one line says why.`;

/** `meridian slash`. */
export function register(program: Command): void {
	const command = program
		.command("slash")
		.summary("hold a sequencer to its promise, and show L1 if it is broken")
		.description(DESCRIPTION);
	addWriteFlags(command)
		.requiredOption("--receipt <file>", "the promise; - reads it from stdin")
		.option("--other <file...>", "other receipts of the same sequencer's, to hold against it")
		.option("--slasher <address>", "the timeline's PreconfSlasher, if you know it: the receipt must name it")
		.option("--send", "show what was found", false)
		.addHelpText("after", HELP)
		.action(async (flags: SlashFlags) => {
			const { slash } = await import("../writing/slash.ts");
			await slash(flags);
		});
}
