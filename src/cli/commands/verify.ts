import type { Command } from "commander";
import { addL1Flags, type VerifyFlags } from "../reading/flags.ts";

const DESCRIPTION = `derive everything again from L1 and compare it with a directory that derive --out has written

Whoever wrote the directory need not be trusted: every order root, outcome, block and genesis in it is held to L1. Only what it says
is compared, so it may end before the L1 head, or hold some of the rollups.`;

const HELP = `
Examples:
  meridian verify --l1 http://127.0.0.1:8545 --inbox 0x... --out timeline
  meridian verify --l1 URL --beacon URL --inbox 0x... --out downloaded --json

Exit code 0: all of it agrees. 1: something differs; the first difference is printed.`;

/** `meridian verify`. */
export function register(program: Command): void {
	const command = program
		.command("verify")
		.description(DESCRIPTION)
		.summary("compare written blocks and order with L1");
	addL1Flags(command)
		.requiredOption("--out <dir>", "the directory; only its files are read, never the store in it")
		.option("--json", "print the result as one JSON object on the last line of stdout", false)
		.addHelpText("after", HELP)
		.action(async (flags: VerifyFlags) => {
			const { verify } = await import("../reading/verify.ts");
			await verify(flags);
		});
}
