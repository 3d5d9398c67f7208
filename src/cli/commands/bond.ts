import type { Command } from "commander";
import type { BondShowFlags } from "../reading/bond.ts";
import { addL1OnlyFlags } from "../reading/oracle-flags.ts";
import type { BondAddFlags, BondPayFlags, BondTakeFlags } from "../writing/bond.ts";
import { addKeyFlag } from "../writing/flags.ts";

const DESCRIPTION = `what stands behind a sequencer's promises (docs/spec/preconfirmations.md, section 2)

A promise is covered while the bond is at least the penalty and stays long enough. A bond that leaves is slashed until it is taken.`;

const HELP = `
Examples:
  MERIDIAN_KEY=0x... meridian bond add --l1 URL --slasher 0x... --amount 2       for the key's own address
  MERIDIAN_KEY=0x... meridian bond add ... --sequencer 0x... --amount 2          anyone may, for anyone
  meridian bond show --l1 URL --slasher 0x... --sequencer 0x...
  MERIDIAN_KEY=0x... meridian bond leave --l1 URL --slasher 0x...                then, when the time is over:
  MERIDIAN_KEY=0x... meridian bond take --l1 URL --slasher 0x... --to 0x...`;

function addSlasherFlags(command: Command): Command {
	return addL1OnlyFlags(command).requiredOption("--slasher <address>", "the timeline's PreconfSlasher");
}

/** `meridian bond show|add|leave|stay|take`. */
export function register(program: Command): void {
	const bond = program
		.command("bond")
		.summary("give, show and take back what covers a sequencer's promises")
		.description(DESCRIPTION)
		.addHelpText("after", HELP);
	addSlasherFlags(bond.command("show").description("a sequencer's bond, and what faults cost"))
		.requiredOption("--sequencer <address>", "whose")
		.action(async (flags: BondShowFlags) => (await import("../reading/bond.ts")).show(flags));
	const paid = (name: string, description: string): Command =>
		addKeyFlag(addSlasherFlags(bond.command(name).description(description)));
	paid("add", "add to a bond")
		.requiredOption("--amount <ETH>", "how much, like 0.5; whole gwei")
		.option("--sequencer <address>", "whose; the key's own by default")
		.action(async (flags: BondAddFlags) => (await import("../writing/bond.ts")).add(flags));
	paid("leave", "announce that the key's bond leaves").action(async (flags: BondPayFlags) =>
		(await import("../writing/bond.ts")).leave(flags),
	);
	paid("stay", "take the announcement back").action(async (flags: BondPayFlags) =>
		(await import("../writing/bond.ts")).stay(flags),
	);
	paid("take", "take the key's bond, when the time is over")
		.option("--to <address>", "to whom; the key's own address by default")
		.action(async (flags: BondTakeFlags) => (await import("../writing/bond.ts")).take(flags));
}
