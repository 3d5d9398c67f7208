/** Numbers that look random and are a function of the seed (xorshift32). Not for secrets. */
export interface Random {
	/** 0 to `below` - 1. */
	below(below: number): number;
	pick<T>(list: readonly [T, ...T[]] | readonly T[]): T;
}

export function createRandom(seed: number): Random {
	let state = (seed >>> 0) + 0x9e3779b9;
	const below = (limit: number): number => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return Math.floor(((state >>> 0) / 2 ** 32) * limit);
	};
	return {
		below,
		pick: (list) => list[below(list.length)] as (typeof list)[number],
	};
}
