import { type Command, InvalidArgumentError } from "commander";
import { addL1Flags, wholeNumber } from "../reading/flags.ts";
import { addBlobProofsFlag, addKeyFlag } from "../writing/flags.ts";
import type { SequenceFlags } from "../writing/sequence.ts";

const DESCRIPTION = `a sequencer for an L1 proposer's delegate, or one of the staked set

Follows L1 and its windows (docs/spec/rights.md), promises places in them over HTTP (POST /v1/transactions, /v1/bundles), orders, executes and
publishes what it has promised in time, and leaves all other windows to their owners. What it promises is on disk before it is sent: started
again with the same journal after any crash, it keeps it. One key, one journal, one process.`;

const HELP = `
Examples:
  export MERIDIAN_KEY=0x...      key of the delegate: it publishes, pays and signs promises, and does nothing else
  meridian sequence --l1 URL --beacon URL --inbox 0x... --slasher 0x... --journal ./journal
  meridian sequence --l1 URL --inbox 0x... --slasher 0x... --journal ./journal --port 8650 --calldata`;

const port = (text: string): number => {
	const value = wholeNumber(text);
	if (value < 65_536) return value;
	throw new InvalidArgumentError("give a port from 0 (any) to 65535.");
};

/** `meridian sequence`. */
export function register(program: Command): void {
	const command = program.command("sequence").summary("run a sequencer in its windows").description(DESCRIPTION);
	addBlobProofsFlag(addKeyFlag(addL1Flags(command)))
		.requiredOption("--slasher <address>", "the timeline's PreconfSlasher, where the bond is")
		.requiredOption("--journal <dir>", "folder of what has been promised; keep it")
		.option("--port <n>", "where transactions are taken; 0: any free one", port, 0)
		.option(
			"--host <address>",
			"address to listen on; put something in front of it before the world sees it",
			"127.0.0.1",
		)
		.option(
			"--lead <seconds>",
			"how long before a slot its publication is sent; the rights' handover lead by default",
			wholeNumber,
		)
		.option("--calldata", "publish in calldata, not in whatever costs less", false)
		.addHelpText("after", HELP)
		.action(async (flags: SequenceFlags) => {
			const { sequence } = await import("../writing/sequence.ts");
			await sequence(flags);
		});
}
