import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Repository } from "../../devnet/devnet.ts";
import type { DevnetOptions } from "../../devnet/options.ts";
import type { Deployment } from "../../devnet/setup.ts";
import type { DevnetResult } from "../../devnet/summary.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hex } from "../../primitives/types.ts";
import { EXIT } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";
import { importFromRepository, repositoryPath } from "../repository.ts";
import { onShutdown } from "../shutdown.ts";

interface Flags {
	readonly rollups: number;
	readonly slots: number;
	readonly l1: string;
	readonly tick: number;
	readonly slotSeconds: number;
	readonly fast: boolean;
	readonly calldata: boolean;
	readonly beacon?: string;
	readonly key?: string;
	readonly keep: boolean;
	readonly seed: number;
	readonly json: boolean;
}

interface Compiler {
	compileContracts(): Promise<void>;
}

const DESCRIPTION = `a whole timeline on a local L1: rollups, traffic, publications, and a reader that derives it all again

Starts L1, deploys the contracts by the Ignition modules, registers rollups (from three on the last has a cluster of its own), sends
transfers, token transfers, swaps, reverting and invalid transactions, deposits, a flash loan over two rollups that works and one
that fails as a whole (all blocks are compared with a run without it), and a forced transaction and a forced bundle of a user whom the sequencer refuses. A separate reader derives the timeline from L1 and nothing else, and every block hash is compared.`;

const HELP = `
Examples:
  meridian devnet                          three rollups on anvil, about a minute
  meridian devnet --rollups 5 --slots 30   more of it
  meridian devnet --keep                   leave it running, to point other commands at
  meridian devnet --fast --json            as fast as it goes; the last line is a JSON object
  meridian devnet --l1 hardhat             on hardhat node; data in calldata, since it cannot give blobs back
  meridian devnet --l1 beacon              on a beacon chain of its own with a real execution client: the delegates of
                                           L1's proposers publish in turn, and promise places; a line per slot
  MERIDIAN_KEY=0x... meridian devnet --l1 http://127.0.0.1:8545

Scaled for people to watch: slots of 4 s, ticks of 2 s, maxLag 8 slots, forced delay 4, maxOriginAge 2.
In the picture time runs to the right and each position of the shared order has its own column; the rollups are the lanes.`;

const integer =
	(minimum: number, maximum: number) =>
	(text: string): number => {
		const value = Number(text);
		if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
		throw new InvalidArgumentError(`give a whole number from ${minimum} to ${maximum}.`);
	};

/** `meridian devnet`. */
export function register(program: Command): void {
	program
		.command("devnet")
		.summary("a local L1, three rollups, and their timeline derived live")
		.description(DESCRIPTION)
		.option("--rollups <n>", "how many rollups, 1 to 8", integer(1, 8), 3)
		.option("--slots <n>", "slots with traffic; a few more follow until all is derived", integer(1, 100_000), 9)
		.option("--l1 <anvil|hardhat|beacon|URL>", "what to use as L1", "anvil")
		.option("--tick <seconds>", "length of a tick; divides the slot", integer(1, 60), 2)
		.option("--slot-seconds <seconds>", "length of a slot", integer(1, 60), 4)
		.option("--fast", "do not wait for the clock (only with an L1 started here)", false)
		.option("--calldata", "publish in calldata, not in blobs", false)
		.option("--beacon <URL>", "with --l1 URL: where blobs can be read; without it data goes into calldata")
		.option("--key <hex>", "with --l1 URL: key of a funded account; prefer MERIDIAN_KEY, others can see flags")
		.option("--keep", "leave everything running at the end, until Ctrl-C", false)
		.option("--seed <n>", "of the traffic", integer(0, 2 ** 31), 1)
		.option("--json", "the last line of stdout is the result as JSON", false)
		.addHelpText("after", HELP)
		.action(async (flags: Flags) => {
			const output = createOutput(flags);
			if (flags.key !== undefined)
				output.note("note: other users of this machine can see --key; MERIDIAN_KEY they cannot");
			process.exitCode = await run(optionsOf(flags), output);
		});
}

function optionsOf(flags: Flags): DevnetOptions {
	const { beacon, slotSeconds, tick, ...rest } = flags;
	const usage = (message: string): MeridianError => new MeridianError("usage", "bad-option", message);
	if (slotSeconds % tick !== 0)
		throw usage(`Ticks of ${tick} s do not divide slots of ${slotSeconds} s; choose --tick and --slot-seconds that do`);
	const started = ["anvil", "hardhat", "beacon"].includes(flags.l1);
	if (!started && !URL.canParse(flags.l1)) throw usage(`--l1 takes anvil, hardhat, beacon or a URL, not ${flags.l1}`);
	if (flags.fast && !started) throw usage("--fast works only with an L1 that the devnet starts itself");
	const key = flags.key ?? process.env.MERIDIAN_KEY ?? null;
	return { ...rest, tickSeconds: tick, slotSeconds, beacon: beacon ?? null, key };
}

async function run(options: DevnetOptions, output: Output): Promise<number> {
	const abort = new AbortController();
	const [{ runDevnet }, { keptLines }, screens, { summaryLines }] = await Promise.all([
		import("../../devnet/devnet.ts"),
		import("../../devnet/kept.ts"),
		import("../../devnet/screen.ts"),
		import("../../devnet/summary.ts"),
	]);
	const people = output.json ? process.stderr : process.stdout;
	const live = people.isTTY === true && process.env.TERM !== "dumb";
	const screen = live ? screens.liveScreen(people, output.colors) : screens.plainScreen(people);
	let agrees = false;
	const done = runDevnet(options, () => loadRepository(output), {
		screen,
		signal: abort.signal,
		onResult(result, kept) {
			screen.close();
			agrees = isSound(result);
			for (const line of summaryLines(result, output.colors)) output.line(line);
			if (kept !== null) {
				output.line();
				for (const line of keptLines(kept)) output.line(line);
			}
			output.result(result);
		},
	});
	// Ctrl-C: end what was started, and tell what was seen.
	onShutdown(async () => {
		abort.abort();
		await done.catch(() => undefined);
	});
	await done;
	return agrees ? EXIT.ok : EXIT.failed;
}

/** The reader has what the sequencers have, dropped bundles left nothing, and nobody published or broke what he should not. */
function isSound({ proposers, readerAgrees, traces }: DevnetResult): boolean {
	return (
		readerAgrees &&
		(traces?.differences ?? 0) === 0 &&
		(proposers?.byOthers ?? 0) + (proposers?.receipts.broken ?? 0) === 0
	);
}

const CONTRACTS = {
	token: "mocks/l2/Token",
	pool: "mocks/l2/Pool",
	bundleToken: "examples/CrossRollupToken",
	pair: "examples/PairPool",
	lender: "examples/FlashLender",
	loan: "examples/CrossRollupFlashLoan",
} as const;

async function loadRepository(output: Output): Promise<Repository> {
	const artifact = (name: string): string => repositoryPath(`artifacts/contracts/${name}.sol/${basename(name)}.json`);
	if (["l1/Inbox", ...Object.values(CONTRACTS)].some((name) => !existsSync(artifact(name)))) {
		output.note("compiling contracts (once; about half a minute)");
		await (await importFromRepository<Compiler>("scripts/compile.ts")).compileContracts();
	}
	const code = async ([role, name]: [string, string]): Promise<[string, Hex]> => {
		const text = await readFile(artifact(name), "utf8");
		return [role, (JSON.parse(text) as { bytecode: Hex }).bytecode];
	};
	const [deployment, ...codes] = await Promise.all([
		importFromRepository<Deployment>("deploy/index.ts"),
		...Object.entries(CONTRACTS).map(code),
	]);
	return { deployment, contracts: Object.fromEntries(codes) as Record<keyof typeof CONTRACTS, Hex> };
}
