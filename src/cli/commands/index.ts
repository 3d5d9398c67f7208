import type { Command } from "commander";
import { register as bench } from "./bench.ts";
import { register as bond } from "./bond.ts";
import { register as bundle } from "./bundle.ts";
import { register as check } from "./check.ts";
import { register as deposit } from "./deposit.ts";
import { register as derive } from "./derive.ts";
import { register as devnet } from "./devnet.ts";
import { register as force } from "./force.ts";
import { register as fuzz } from "./fuzz.ts";
import { register as inspect } from "./inspect.ts";
import { register as lookahead } from "./lookahead.ts";
import { register as proposer } from "./proposer.ts";
import { register as publish } from "./publish.ts";
import { register as sequence } from "./sequence.ts";
import { register as slash } from "./slash.ts";
import { register as test } from "./test.ts";
import { register as verify } from "./verify.ts";

/** In the order of `--help`. A command's file stays light: what is heavy is imported by its action. */
const COMMANDS: readonly ((program: Command) => void)[] = [
	devnet,
	derive,
	verify,
	inspect,
	publish,
	bundle,
	force,
	deposit,
	lookahead,
	proposer,
	bond,
	sequence,
	slash,
	test,
	fuzz,
	bench,
	check,
];

export function registerCommands(program: Command): void {
	for (const register of COMMANDS) register(program);
}
