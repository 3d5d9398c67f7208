import { type Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "../reading/flags.ts";
import { addWriteFlags, rawTransactions, rollupId } from "../writing/flags.ts";
import type { ForceFlags } from "../writing/force.ts";

const DESCRIPTION = `queue a transaction on L1, where no sequencer can refuse it

Derivation executes it once the timeline's forced delay has passed, with or without sequencers. Its fee is paid on L1, in
addition to what the transaction itself pays on the rollup.`;

const HELP = `
Examples:
  export MERIDIAN_KEY=0x...      key of any funded L1 account; need not be the transaction's sender
  meridian force --l1 http://127.0.0.1:8545 --inbox 0x... --rollup 1 --tx 0x02f8...`;

function oneTransaction(text: string): string {
	const [tx] = rawTransactions(text);
	if (tx !== undefined) return tx;
	throw new InvalidArgumentError("give a signed transaction as hex.");
}

/** `meridian force`. */
export function register(program: Command): void {
	const command = program
		.command("force")
		.summary("queue a transaction that no sequencer can refuse")
		.description(DESCRIPTION);
	addWriteFlags(command)
		.requiredOption("--rollup <id>", "whose transaction it is", rollupId)
		.requiredOption("--tx <hex>", "the signed transaction", oneTransaction)
		.option("--gas <n>", "gas to declare and pay for; the transaction's gas limit by default", wholeNumber)
		.option("--anyway", "queue it even if it would be dropped", false)
		.addHelpText("after", HELP)
		.action(async (flags: ForceFlags) => {
			const { force } = await import("../writing/force.ts");
			await force(flags);
		});
}
