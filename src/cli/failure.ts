/** How a failed command ends: one line that says what was wrong, one that says what to do, and an exit code. */
import { CommanderError } from "commander";
import { isMeridianError, type Recovery } from "../primitives/errors.ts";

/** Exit codes; README and `meridian --help` tell them to people. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

export interface Failure {
	readonly exitCode: number;
	/** Lines for stderr; none if the error was told already. */
	readonly lines: readonly string[];
}

const HINTS: Readonly<Record<Recovery, string>> = {
	retry: "nothing is known to be wrong with the data; check the source and run the same command again",
	reset: "the L1 chain changed underneath; run the same command again",
	halt: "going on would give wrong results; check the source named above, and if it is right, report this",
	usage: "see meridian --help, or --help of the command",
};

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, " ");

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
	error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

/**
 * @param debug shows the stack (MERIDIAN_DEBUG=1); nobody else ever sees one
 */
export function describeFailure(error: unknown, debug: boolean): Failure {
	// Commander has already written its own message, or the help that was asked for.
	if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage, lines: [] };
	const lines: string[] = [];
	let exitCode: number = EXIT.failed;
	if (isMeridianError(error)) {
		const hint = error.details.hint;
		lines.push(`error: ${oneLine(error.message)}`, `hint: ${typeof hint === "string" ? hint : HINTS[error.recovery]}`);
		if (error.recovery === "usage") exitCode = EXIT.usage;
	} else if (isSystemError(error)) {
		lines.push(
			`error: ${oneLine(error.message)}`,
			"hint: the operating system refused; check the path, address or rights it names",
		);
	} else {
		const message = error instanceof Error ? error.message : String(error);
		lines.push(
			`error: unexpected: ${oneLine(message)}`,
			"hint: this is a bug in Meridian; MERIDIAN_DEBUG=1 shows where",
		);
	}
	if (debug && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
	return { exitCode, lines };
}
