/**
 * What a command has started and must end: hooks run once, newest first, when the command is over, interrupted or
 * cut off. A hook that hangs cannot keep the process: it gets a few seconds.
 */
type Hook = () => unknown;

const GRACE_MILLISECONDS = 10_000;
const hooks = new Set<Hook>();

/** Registers a clean-up; the function returned takes it back. */
export function onShutdown(hook: Hook): () => void {
	hooks.add(hook);
	return () => void hooks.delete(hook);
}

/** Runs and forgets all hooks. Never throws: there is nothing left to do about a clean-up that fails. */
export async function runShutdownHooks(): Promise<void> {
	const pending = [...hooks].reverse();
	hooks.clear();
	let timer: NodeJS.Timeout | undefined;
	const patience = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, GRACE_MILLISECONDS);
	});
	const all = (async () => {
		for (const hook of pending) {
			try {
				await hook();
			} catch {
				// The others still have to run.
			}
		}
	})();
	await Promise.race([all, patience]);
	clearTimeout(timer);
}
