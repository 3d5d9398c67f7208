import type { Command } from "commander";
import { addL1Flags, type DeriveFlags, rollupIds, until, wholeNumber } from "../reading/flags.ts";

const DESCRIPTION = `read L1, derive the timeline, execute it

Derivation always starts at the timeline's first L1 block, which the Inbox names, or goes on where --out has stopped. Nothing but L1
decides the result: the same L1 blocks give the same files, however often this command was stopped, killed or hit by a reorg.`;

const HELP = `
Examples:
  meridian derive --l1 http://127.0.0.1:8545 --inbox 0x...                    all of it, up to now; nothing is kept
  meridian derive --l1 URL --beacon URL --inbox 0x... --out timeline          blocks and order as files (docs/outputs.md)
  meridian derive --l1 URL --beacon URL --inbox 0x... --out timeline --until follow
  meridian derive --l1 URL --archive blobs --inbox 0x... --rollup 2 --json    execute only the cluster of rollup 2

Afterwards, with an unmodified geth:
  geth init --datadir D timeline/rollup-1/genesis.json && geth import --datadir D timeline/rollup-1/blocks.rlp

Ctrl-C stops between two L1 blocks; with --out the same command goes on from there.`;

/** `meridian derive`: the main job. */
export function register(program: Command): void {
	const command = program
		.command("derive")
		.description(DESCRIPTION)
		.summary("derive and execute a timeline from any L1");
	addL1Flags(command)
		.option(
			"--from <block>",
			"print the ticks that follow from this L1 block on; what is derived stays the same",
			wholeNumber,
		)
		.option(
			"--until <block|latest|follow>",
			"stop after this L1 block, at the present head, or never",
			until,
			"latest" as const,
		)
		.option("--rollup <id...>", "execute only the clusters of these rollups; the order is derived whole", rollupIds)
		.option("--out <dir>", "keep everything here, and write genesis, blocks and order as files")
		.option("--json", "print the result as one JSON object on the last line of stdout", false)
		.addHelpText("after", HELP)
		.action(async (flags: DeriveFlags) => {
			const { derive } = await import("../reading/derive.ts");
			await derive(flags);
		});
}
