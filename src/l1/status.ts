import type { MeridianError } from "../primitives/errors.ts";

/** Trouble with L1 as lines for a person: the first at once, the same one again only now and then, and its end. */
export interface Status {
	trouble(error: MeridianError, retryInMs: number): void;
	fine(): void;
}

const REPEAT_MS = 15_000;

export function createStatus(print: (line: string) => void, now: () => number = Date.now): Status {
	let lastCode: string | null = null;
	let printedAt = 0;
	return {
		trouble(error, retryInMs) {
			if (error.code === lastCode && now() - printedAt < REPEAT_MS) return;
			lastCode = error.code;
			printedAt = now();
			print(`${error.message}, trying again in ${Math.max(1, Math.round(retryInMs / 1000))} s`);
		},
		fine() {
			if (lastCode !== null) print("L1 can be read again");
			lastCode = null;
		},
	};
}
