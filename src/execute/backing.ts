/**
 * What the executor reads from and writes to: the store, with the changes not yet committed in front of it. Shared by the
 * rollups of a cluster, so that their changes make one batch.
 */
import type { Changes, Store } from "../store/types.ts";

export class Backing {
	readonly #store: Pick<Store, "get" | "entries">;
	#changes: Changes = new Map();
	/** Handed over and perhaps not committed yet: the owner commits what it took before it takes again. */
	#taken: Changes = new Map();

	constructor(store: Pick<Store, "get" | "entries">) {
		this.#store = store;
	}

	get(key: string): Uint8Array | undefined {
		let value = this.#changes.get(key);
		if (value === undefined) value = this.#taken.get(key);
		if (value === undefined) return this.#store.get(key);
		return value ?? undefined;
	}

	/** Null removes. The array is kept: never change it afterwards. */
	set(key: string, value: Uint8Array | null): void {
		this.#changes.set(key, value);
	}

	/** Keys with the prefix that have a value now. */
	async keys(prefix: string): Promise<string[]> {
		const keys = new Set<string>();
		for await (const [key] of this.#store.entries(prefix)) keys.add(key);
		for (const changes of [this.#taken, this.#changes]) {
			for (const [key, value] of changes) {
				if (!key.startsWith(prefix)) continue;
				if (value === null) keys.delete(key);
				else keys.add(key);
			}
		}
		return [...keys].sort();
	}

	take(): Changes {
		this.#taken = this.#changes;
		this.#changes = new Map();
		return this.#taken;
	}

	/** Forgets what is not in the store. */
	reset(): void {
		this.#changes = new Map();
		this.#taken = new Map();
	}
}
