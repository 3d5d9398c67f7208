import { readFileSync } from "node:fs";
import { Command } from "commander";
import { registerCommands } from "./commands/index.ts";

const EPILOGUE = `
Examples:
  meridian devnet                     three rollups on a local L1, derived live
  meridian test                       every test, contracts and TypeScript
  meridian derive --help              how to point the reader at any L1

Results go to stdout, progress and errors to stderr; --json makes the last line of stdout one JSON object.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. MERIDIAN_DEBUG=1 shows where an error came from.`;

function readVersion(): string {
	const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
	return (JSON.parse(text) as { version: string }).version;
}

/** The whole command line. Errors are thrown (CommanderError after commander has said what is wrong), never exited on. */
export function createProgram(): Command {
	const program = new Command("meridian")
		.description("Many rollups ordered by one L1 inbox; one reader derives one synchronized timeline from L1 blocks.")
		.version(readVersion())
		.showSuggestionAfterError()
		.showHelpAfterError("hint: --help shows the commands and options")
		.addHelpText("after", EPILOGUE)
		.exitOverride();
	registerCommands(program);
	return program;
}
