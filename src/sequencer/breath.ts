/** Long work lets in between whoever waits for a receipt. */
import { setImmediate as nextTurn } from "node:timers/promises";

/** Working longer than this without a pause would be felt. */
const BREATH_MS = 2;

/** Lets everything else that this process has to do go first. */
export async function breathe(): Promise<void> {
	// What is called by input or output gets its next turn before any more of that is looked at, and only then another.
	await nextTurn();
	await nextTurn();
}

/** What to await now and then: null as long as there was a pause lately. */
export function breathing(): () => Promise<void> | null {
	let last = 0;
	return () => {
		const now = performance.now();
		if (now - last < BREATH_MS) return null;
		return breathe().then(() => {
			last = performance.now();
		});
	};
}
