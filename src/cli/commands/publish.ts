import type { Command } from "commander";
import { addPublishingFlags, addWriteFlags, rawTransactions, rollupId } from "../writing/flags.ts";
import type { PublishFlags } from "../writing/publish.ts";

const DESCRIPTION = `publish raw transactions of one rollup as one tick

Derives the timeline first, so that what is published is never void, and says what each transaction does. They are ordered as given and unseen:
what cannot be executed is dropped at its position. Who may publish is up to the timeline's rights module.`;

const HELP = `
Examples:
  export MERIDIAN_KEY=0x...      key of an L1 account that may publish
  meridian publish --l1 http://127.0.0.1:8545 --inbox 0x... --rollup 1 --tx 0x02f8...
  meridian publish --l1 URL --inbox 0x... --rollup 2 --file transactions.txt --calldata --json`;

/** `meridian publish`. */
export function register(program: Command): void {
	const command = program.command("publish").summary("publish raw transactions to L1").description(DESCRIPTION);
	addPublishingFlags(addWriteFlags(command))
		.requiredOption("--rollup <id>", "whose transactions they are", rollupId)
		.option("--tx <hex...>", "signed transactions, in the order wanted", rawTransactions)
		.option("--file <path>", "signed transactions as hex, separated by white space; after those of --tx")
		.addHelpText("after", HELP)
		.action(async (flags: PublishFlags) => {
			const { publish } = await import("../writing/publish.ts");
			await publish(flags);
		});
}
