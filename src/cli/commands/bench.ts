import type { Command } from "commander";
import { createOutput, type Output } from "../output.ts";
import { importFromRepository } from "../repository.ts";
import { tableLines } from "../table.ts";

interface Bench {
	readonly name: string;
	readonly what: string;
	/** Module of the repository and the function in it that measures. */
	readonly module: string;
	readonly run: string;
}

const BENCHES: readonly Bench[] = [
	{ name: "gas", what: "gas of whole L1 transactions", module: "bench/gas.ts", run: "runGasBench" },
	{
		name: "derive",
		what: "the order layer: seconds per slot of 21 full blobs, and the cost of an irrelevant L1 block",
		module: "bench/derive.ts",
		run: "runDeriveBench",
	},
	{
		name: "execute",
		what: "transactions per second beside EDR, block roots included",
		module: "bench/execute.ts",
		run: "runExecuteBench",
	},
	{
		name: "codec",
		what: "bytes per transaction and transactions per blob, by layout and compressor",
		module: "bench/codec.ts",
		run: "runCodecBench",
	},
	{
		name: "bundles",
		what: "bundles per second, what an aborted one costs, gas of messages, calls and order proofs, and L1 per bundle",
		module: "bench/bundles.ts",
		run: "runBundlesBench",
	},
	{
		name: "preconf",
		what: "milliseconds to a receipt on loopback, the disk included, and receipts per second",
		module: "bench/preconf.ts",
		run: "runPreconfBench",
	},
	{
		name: "lookahead",
		what: "seconds and memory to prove an epoch's proposers from a beacon state of a million validators",
		module: "bench/lookahead.ts",
		run: "runLookaheadBench",
	},
];

const EXAMPLES = `
Examples:
  meridian bench gas                  a table: each operation, first use and recycled slot, each rights module
  meridian bench execute --json       {"mixes": [{"name", "meridian", "edr", "ratio"}]} on the last line

Machines are noisy: trust ratios within one run. The numbers that were measured, and where, are in bench/README.md.`;

/** Lists of objects become tables, everything else a line each. */
function tell(output: Output, result: object): void {
	for (const [name, value] of Object.entries(result)) {
		if (!Array.isArray(value)) {
			output.line(`${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
			continue;
		}
		for (const line of tableLines(value as Record<string, unknown>[])) output.line(line);
	}
}

/** `meridian bench <name>`: the measurements behind every number that the project states. */
export function register(program: Command): void {
	const bench = program
		.command("bench")
		.description("measure: gas, derivation, execution, the codec, bundles, promises")
		.addHelpText("after", EXAMPLES);
	for (const { name, what, module, run } of BENCHES) {
		bench
			.command(name)
			.description(what)
			.option("--json", "the result as JSON on the last line of stdout", false)
			.action(async ({ json }: { json: boolean }) => {
				const output = createOutput({ json });
				output.note(`measuring ${what}; this takes a while`);
				const benches = await importFromRepository<Record<string, () => Promise<object>>>(module);
				const result = (await benches[run]?.()) ?? {};
				tell(output, result);
				output.result(result);
			});
	}
}
