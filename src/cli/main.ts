#!/usr/bin/env node
import { describeFailure, EXIT } from "./failure.ts";
import { createProgram } from "./program.ts";
import { runShutdownHooks } from "./shutdown.ts";

let ending = false;

/** Whatever ends the command first decides the exit code. */
async function end(exitCode: number): Promise<void> {
	if (ending) return;
	ending = true;
	await runShutdownHooks();
	process.exit(exitCode);
}

function interrupt(exitCode: number): void {
	// A second signal does not wait for what hangs.
	if (ending) process.exit(exitCode);
	void end(exitCode);
}

process.on("SIGINT", () => interrupt(EXIT.interrupted));
process.on("SIGTERM", () => interrupt(EXIT.terminated));
process.on("SIGHUP", () => interrupt(EXIT.terminated));

// `meridian ... | head`: nobody listens any more, which is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code === "EPIPE") void end(EXIT.ok);
	else throw error;
});

async function fail(error: unknown): Promise<void> {
	// What breaks because the command is being ended is no news.
	if (ending) return;
	const failure = describeFailure(error, process.env.MERIDIAN_DEBUG === "1");
	for (const line of failure.lines) process.stderr.write(`${line}\n`);
	await end(failure.exitCode);
}

process.on("uncaughtException", (error) => void fail(error));
process.on("unhandledRejection", (error) => void fail(error));

try {
	await createProgram().parseAsync();
	await end(Number(process.exitCode ?? EXIT.ok));
} catch (error) {
	await fail(error);
}
