import type { Command } from "commander";
import { addL1Flags, httpUrl, type ReceiptFlags, type VerifyFlags } from "../reading/flags.ts";

const DESCRIPTION = `derive everything again from L1 and compare it with a directory that derive --out has written; or check a receipt

Whoever wrote the directory need not be trusted: every order root, outcome, block and genesis in it is held to L1. Only what it says
is compared, so it may end before the L1 head, or hold some of the rollups.

With --receipt, says whether a promise of a sequencer is good: its signature, the transaction or bundle if that is given, and with
--rpc or --l1 that the sequencer owns the tick and has a bond. Whether it was kept, meridian slash finds out.`;

const HELP = `
Examples:
  meridian verify --l1 http://127.0.0.1:8545 --inbox 0x... --out timeline
  meridian verify --l1 URL --beacon URL --inbox 0x... --out downloaded --json
  meridian verify --receipt receipt.json
  meridian verify --receipt receipt.json --item request.json --rpc http://127.0.0.1:8545 --slasher 0x...

An item is what was sent: {"rollupId": 1, "rawTx": "0x..."}, or {"legs": [those]}.
Exit code 0: all of it agrees, or the receipt is good. 1: something differs, or it is not; one line says what.`;

type Flags = Partial<VerifyFlags> & Partial<ReceiptFlags> & { readonly giveUp: number; readonly json: boolean };

/** `meridian verify`. */
export function register(program: Command): void {
	const command = program
		.command("verify")
		.description(DESCRIPTION)
		.summary("compare written blocks and order with L1, or check a receipt");
	addL1Flags(command, false)
		.option("--out <dir>", "the directory; only its files are read, never the store in it")
		.option("--receipt <file>", "check this receipt instead; - reads it from stdin")
		.option("--item <file>", "with --receipt: the transaction or bundle that was sent")
		.option(
			"--rpc <url>",
			"with --receipt: JSON-RPC of an L1 node, to look up the right and the bond; --l1 does, too",
			httpUrl,
		)
		.option("--slasher <address>", "with --rpc: the timeline's PreconfSlasher, if you know it")
		.option("--json", "print the result as one JSON object on the last line of stdout", false)
		.addHelpText("after", HELP)
		.action(async (flags: Flags) => {
			const { receipt, ...rest } = flags;
			if (receipt !== undefined) {
				const { verifyReceiptFile } = await import("../reading/receipt.ts");
				const rpc = flags.rpc ?? flags.l1;
				await verifyReceiptFile({ ...rest, receipt, ...(rpc === undefined ? {} : { rpc }) });
				return;
			}
			const { inbox, l1, out } = flags;
			const missing = l1 === undefined ? "--l1 <url>" : inbox === undefined ? "--inbox <address>" : "--out <dir>";
			if (l1 === undefined || inbox === undefined || out === undefined)
				return command.error(`error: required option '${missing}' not specified`);
			const { verify } = await import("../reading/verify.ts");
			await verify({ ...rest, inbox, l1, out });
		});
}
