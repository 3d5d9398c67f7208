/** The middle one of several results: steadier than a mean on a machine that does other things too. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Median seconds of some runs, after one that does not count. */
export function medianSeconds(runs: number, run: () => unknown): number {
	run();
	return median(
		Array.from({ length: runs }, () => {
			const start = performance.now();
			run();
			return (performance.now() - start) / 1_000;
		}),
	);
}

/** Rounded to so many decimals, for people who read the JSON. */
export const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));
