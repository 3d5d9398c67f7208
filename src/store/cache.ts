/**
 * A bounded cache in two generations: when the young one reaches half the budget it becomes the old one, and the old one is
 * forgotten. Whatever is read again in time moves back to the young generation, so what is used stays, at the price of one
 * map look-up per hit (a strict LRU list moves its entry on every hit).
 */
export class GenerationCache<V> {
	readonly #half: number;
	readonly #sizeOf: (key: string, value: V) => number;
	#young = new Map<string, V>();
	#old = new Map<string, V>();
	#youngSize = 0;
	#oldSize = 0;

	/**
	 * @param budget upper bound for the sum of sizes (plus one entry)
	 * @param sizeOf size of an entry in the budget's unit
	 */
	constructor(budget: number, sizeOf: (key: string, value: V) => number) {
		this.#half = budget / 2;
		this.#sizeOf = sizeOf;
	}

	get(key: string): V | undefined {
		const young = this.#young.get(key);
		if (young !== undefined) return young;
		const old = this.#old.get(key);
		if (old !== undefined) this.set(key, old);
		return old;
	}

	set(key: string, value: V): void {
		const before = this.#young.get(key);
		if (before !== undefined) this.#youngSize -= this.#sizeOf(key, before);
		this.#young.set(key, value);
		this.#youngSize += this.#sizeOf(key, value);
		if (this.#youngSize < this.#half) return;
		this.#old = this.#young;
		this.#oldSize = this.#youngSize;
		this.#young = new Map();
		this.#youngSize = 0;
	}

	delete(key: string): void {
		const young = this.#young.get(key);
		if (young !== undefined) {
			this.#youngSize -= this.#sizeOf(key, young);
			this.#young.delete(key);
		}
		const old = this.#old.get(key);
		if (old !== undefined) {
			this.#oldSize -= this.#sizeOf(key, old);
			this.#old.delete(key);
		}
	}

	clear(): void {
		this.#young = new Map();
		this.#old = new Map();
		this.#youngSize = 0;
		this.#oldSize = 0;
	}

	/** Sum of the sizes of everything held. */
	get size(): number {
		return this.#youngSize + this.#oldSize;
	}
}
