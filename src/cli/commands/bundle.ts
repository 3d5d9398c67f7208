import type { Command } from "commander";
import type { BundleFlags } from "../writing/bundle.ts";
import { addPublishingFlags, addWriteFlags } from "../writing/flags.ts";

const DESCRIPTION = `publish a bundle: signed transactions of several rollups, all or nothing

Its legs are tried first; what would be dropped is not sent, and the reason is told leg by leg. With --force the bundle is queued on
L1 instead, where no sequencer can refuse it or take it apart.`;

const HELP = `
The file is a JSON list of the legs in order: [{"rollupId": 1, "rawTx": "0x02f8..."}, ...]; with --force, legs may have "gas" to
declare more than the transaction's own limit.

Examples:
  export MERIDIAN_KEY=0x...      key of an L1 account that pays; without --force one that may publish
  meridian bundle --l1 http://127.0.0.1:8545 --inbox 0x... --file bundle.json
  meridian bundle --l1 URL --inbox 0x... --file bundle.json --force --json`;

/** `meridian bundle`. */
export function register(program: Command): void {
	const command = program.command("bundle").summary("publish or force a bundle").description(DESCRIPTION);
	addPublishingFlags(addWriteFlags(command))
		.requiredOption("--file <path>", "the bundle, as JSON")
		.option("--force", "queue it on L1", false)
		.option("--anyway", "send it even if it would be dropped", false)
		.addHelpText("after", HELP)
		.action(async (flags: BundleFlags) => {
			const { bundle } = await import("../writing/bundle.ts");
			await bundle(flags);
		});
}
