/** Seeded randomness for tests; `MERIDIAN_SEED` repeats a run. */
export interface Random {
	readonly seed: number;
	/** An integer in `[0, n)`. */
	below(n: number): number;
	pick<T>(values: readonly T[]): T;
	bytes(length: number): Uint8Array;
}

export function seededRandom(fallback?: number): Random {
	const given = process.env.MERIDIAN_SEED;
	const seed = given !== undefined ? Number(given) : (fallback ?? Math.floor(Math.random() * 2 ** 31));
	let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
	const next = (): number => {
		state ^= state << 13;
		state >>>= 0;
		state ^= state >>> 17;
		state ^= state << 5;
		state >>>= 0;
		return state;
	};
	for (let i = 0; i < 8; i++) next();
	const below = (n: number): number => next() % n;
	return {
		seed,
		below,
		pick: (values) => {
			const value = values[below(values.length)];
			if (value === undefined) throw new Error("picked from nothing");
			return value;
		},
		bytes: (length) => Uint8Array.from({ length }, () => below(256)),
	};
}
