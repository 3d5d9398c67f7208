import { randomBytes } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { EXIT } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";
import { importFromRepository } from "../repository.ts";

interface FuzzResult {
	readonly histories: number;
	readonly differences: number;
	readonly throws: number;
	readonly seed: string;
	readonly historiesPerSecond: number;
	readonly findings: readonly {
		readonly kind: string;
		readonly seed: string;
		readonly what: string;
		history?: string;
	}[];
}

interface Fuzzer {
	runFuzz(options: {
		readonly histories: number;
		readonly seed: string;
		readonly onProgress: (done: number, failed: number) => void;
	}): Promise<FuzzResult>;
}

interface BundleFuzzResult {
	readonly bundles: number;
	readonly held: number;
	readonly dropped: number;
	readonly partial: number;
	readonly reorgs: number;
	readonly differences: number;
	readonly seed: string;
	readonly bundlesPerSecond: number;
	readonly findings: readonly string[];
}

interface BundleFuzzer {
	runBundleFuzz(options: {
		readonly bundles: number;
		readonly seed: string;
		readonly onProgress: (done: number, failed: number) => void;
	}): Promise<BundleFuzzResult>;
}

interface FuzzOptions {
	readonly histories: number;
	readonly bundles?: number;
	readonly seed?: string;
	readonly json: boolean;
}

const MAX_COUNT = 1_000_000_000;

function parseCount(text: string): number {
	const count = /^[1-9][0-9]*$/.test(text) ? Number(text) : 0;
	if (count >= 1 && count <= MAX_COUNT) return count;
	throw new InvalidArgumentError(`give a whole number from 1 to ${MAX_COUNT}.`);
}

function tell(output: Output, result: FuzzResult): void {
	for (const { kind, seed, what, history } of result.findings) {
		output.line(output.colors.red(`${kind} in history ${seed}: ${what}`));
		if (history !== undefined) output.line(`${history}\n`);
	}
	const { histories, differences, throws, seed, historiesPerSecond } = result;
	output.line(`${histories} histories, ${differences} differences, ${throws} throws (${historiesPerSecond}/s)`);
	output.line(`seed ${seed}: the same seed gives the same histories again`);
}

/** Whether every bundle was all or nothing, for both executors alike. */
async function fuzzBundles(output: Output, bundles: number, seed: string): Promise<boolean> {
	const fuzzer = await importFromRepository<BundleFuzzer>("test/fuzz/bundles/run.ts");
	const progress = output.progress("fuzz", bundles);
	const onProgress = (done: number, failed: number): void => progress.update(done, `${failed} failed`);
	const result = await fuzzer.runBundleFuzz({ bundles, seed, onProgress }).finally(() => progress.stop());
	for (const finding of result.findings) output.line(output.colors.red(finding));
	const { held, dropped, partial, reorgs, differences, bundlesPerSecond } = result;
	output.line(
		`${result.bundles} bundles: ${held} held, ${dropped} dropped, ${partial} partial, ${reorgs} reorgs, ${differences} differences (${bundlesPerSecond}/s)`,
	);
	output.line(`seed ${seed}: the same seed and number give the same bundles again`);
	output.result(result);
	return partial + differences === 0;
}

const EXAMPLES = `
Examples:
  meridian fuzz                                   a thousand histories of a seed that it prints
  meridian fuzz --histories 100000 --seed 7       a campaign that anyone can repeat
  meridian fuzz --bundles 10000 --seed 7          bundles over several rollups: all legs or nothing
  meridian fuzz --json | tail -1                  {"histories", "differences", "throws", "seed", ...}

Each history is a random chain of L1 blocks with publications, right and wrong in every layer, forced entries, deposits,
registrations and reorgs. Exit code 1 if the reader of src and the plain one written from the specification disagree.
With --bundles the executor of src and a plain one execute random bundles, honest and hostile, and L1 takes back up to 64 blocks
of them; exit code 1 if they disagree, if a run without the reorgs does, or if any part of a bundle stays without the rest.`;

/** `meridian fuzz`: two independent readers, random L1 histories, no difference. */
export function register(program: Command): void {
	program
		.command("fuzz")
		.description("compare the reader with a second one, written from the specification, over random L1 histories")
		.option("--histories <number>", "how many", parseCount, 1_000)
		.option("--bundles <number>", "random bundles over random clusters instead, how many", parseCount)
		.option("--seed <text>", "what the histories are made from (default: a random one, printed)")
		.option("--json", "the result as JSON on the last line of stdout", false)
		.addHelpText("after", EXAMPLES)
		.action(async ({ histories, bundles, seed = randomBytes(6).toString("hex"), json }: FuzzOptions) => {
			const output = createOutput({ json });
			if (bundles !== undefined) {
				const clean = await fuzzBundles(output, bundles, seed);
				process.exitCode = clean ? EXIT.ok : EXIT.failed;
				return;
			}
			const fuzzer = await importFromRepository<Fuzzer>("test/fuzz/run.ts");
			const progress = output.progress("fuzz", histories);
			const onProgress = (done: number, failed: number): void => progress.update(done, `${failed} failed`);
			const result = await fuzzer.runFuzz({ histories, seed, onProgress }).finally(() => progress.stop());
			tell(output, result);
			output.result(result);
			process.exitCode = result.differences + result.throws === 0 ? EXIT.ok : EXIT.failed;
		});
}
