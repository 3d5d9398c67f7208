/** Blocks asked for ahead of their use, so that reading a long range is bound by verification and not by round trips. */
import type { L1Source } from "../derive/ports.ts";
import type { L1Block } from "../derive/types.ts";

export interface Prefetch {
	/** The block, fetched before if possible; blocks after it, up to `newest`, are asked for meanwhile. Errors as `L1Source.block`. */
	block(number: number, newest: number): Promise<L1Block | null>;
	/** Forgets what was fetched ahead: the chain has changed, or a fetch has failed. */
	clear(): void;
}

/** @param ahead blocks under way beyond the one in use; each may hold blobs, so this bounds memory */
export function createPrefetch(source: Pick<L1Source, "block">, ahead: number): Prefetch {
	const underWay = new Map<number, Promise<L1Block | null>>();
	const start = (number: number): Promise<L1Block | null> => {
		const existing = underWay.get(number);
		if (existing !== undefined) return existing;
		const started = source.block(number);
		// Whoever uses the block sees the error; until then nobody does, and that is no accident.
		started.catch(() => undefined);
		underWay.set(number, started);
		return started;
	};
	return {
		async block(number, newest) {
			const wanted = start(number);
			for (let next = number + 1; next <= Math.min(newest, number + ahead); next++) start(next);
			try {
				return await wanted;
			} finally {
				underWay.delete(number);
			}
		},
		clear: () => underWay.clear(),
	};
}
