import type { Command } from "commander";
import type { DepositFlags } from "../writing/deposit.ts";
import { addWriteFlags, rollupId } from "../writing/flags.ts";

const DESCRIPTION = `deposit ETH from L1 for an account of a rollup

Derivation itself credits it, in the first tick that has seen the L1 block. There is no way back yet: withdrawals come with settlement.`;

const HELP = `
Examples:
  export MERIDIAN_KEY=0x...      key of a funded L1 account
  meridian deposit --l1 http://127.0.0.1:8545 --inbox 0x... --rollup 1 --to 0x... --amount 0.5`;

/** `meridian deposit`. */
export function register(program: Command): void {
	const command = program.command("deposit").summary("deposit ETH for an account of a rollup").description(DESCRIPTION);
	addWriteFlags(command)
		.requiredOption("--rollup <id>", "on which rollup", rollupId)
		.requiredOption("--to <address>", "who gets it there")
		.requiredOption("--amount <ETH>", "how much, like 0.5; whole gwei")
		.addHelpText("after", HELP)
		.action(async (flags: DepositFlags) => {
			const { deposit } = await import("../writing/deposit.ts");
			await deposit(flags);
		});
}
