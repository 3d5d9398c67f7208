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

interface FuzzOptions {
	readonly histories: number;
	readonly seed?: string;
	readonly json: boolean;
}

const MAX_HISTORIES = 1_000_000_000;

function parseHistories(text: string): number {
	const histories = /^[1-9][0-9]*$/.test(text) ? Number(text) : 0;
	if (histories >= 1 && histories <= MAX_HISTORIES) return histories;
	throw new InvalidArgumentError(`give a whole number from 1 to ${MAX_HISTORIES}.`);
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

const EXAMPLES = `
Examples:
  meridian fuzz                                   a thousand histories of a seed that it prints
  meridian fuzz --histories 100000 --seed 7       a campaign that anyone can repeat
  meridian fuzz --json | tail -1                  {"histories", "differences", "throws", "seed", ...}

Each history is a random chain of L1 blocks with publications, right and wrong in every layer, forced entries, deposits,
registrations and reorgs. Exit code 1 if the reader of src and the plain one written from the specification disagree.`;

/** `meridian fuzz`: two independent readers, random L1 histories, no difference. */
export function register(program: Command): void {
	program
		.command("fuzz")
		.description("compare the reader with a second one, written from the specification, over random L1 histories")
		.option("--histories <number>", "how many", parseHistories, 1_000)
		.option("--seed <text>", "what the histories are made from (default: a random one, printed)")
		.option("--json", "the result as JSON on the last line of stdout", false)
		.addHelpText("after", EXAMPLES)
		.action(async ({ histories, seed = randomBytes(6).toString("hex"), json }: FuzzOptions) => {
			const output = createOutput({ json });
			const fuzzer = await importFromRepository<Fuzzer>("test/fuzz/run.ts");
			const progress = output.progress("fuzz", histories);
			const onProgress = (done: number, failed: number): void => progress.update(done, `${failed} failed`);
			const result = await fuzzer.runFuzz({ histories, seed, onProgress }).finally(() => progress.stop());
			tell(output, result);
			output.result(result);
			process.exitCode = result.differences + result.throws === 0 ? EXIT.ok : EXIT.failed;
		});
}
