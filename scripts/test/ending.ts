/** What a run of tests must not leave behind: errors that nobody caught, and things that keep its process alive. */

/** After the last test everything is closed, or will be in a moment; milliseconds. */
const GRACE_MS = 15_000;

/** Counts and prints the rejected promises that nobody handled: Hardhat hears of them and says nothing. */
export function watchRejections(): { readonly count: number } {
	const seen = { count: 0 };
	process.on("unhandledRejection", (reason: unknown) => {
		seen.count++;
		const words = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
		process.stderr.write(`A promise was rejected and nobody handled it:\n${words}\n`);
	});
	return seen;
}

/** Ends the process with 1 if it is still there a while after its tests, and says what it waits for. The timer keeps nothing alive itself. */
export function endSoon(graceMs: number = GRACE_MS): void {
	const end = (): void => {
		const open = process.getActiveResourcesInfo().filter((name) => !STANDARD.has(name));
		process.stderr.write(`The tests are over, but something that they opened is not closed: ${open.join(", ")}\n`);
		process.exit(1);
	};
	setTimeout(end, graceMs).unref();
}

/** Of every process: its own output. */
const STANDARD = new Set(["PipeWrap", "TTYWrap"]);
