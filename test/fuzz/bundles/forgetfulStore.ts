/** Mistakes in going back, to see whether a campaign would notice them. */
import type { Changes, Store } from "../../../src/store/types.ts";

/** Of the executor of `src`; `nothing-unwound` of both, so that they agree, and only a run without reorgs can tell. */
export type UnwindFault = "unreloaded" | "account-kept" | "slot-kept" | "message-kept" | "nothing-unwound";

/** Keys of which one keeps its value. */
export const KEPT: Readonly<Partial<Record<UnwindFault, RegExp>>> = {
	"account-kept": /^x\/s\/\d+\/a\//,
	"slot-kept": /^x\/s\/\d+\/s\//,
	"message-kept": /^x\/m\//,
};

/** Goes back, but one of the values that were written last stays. */
export class ForgetfulStore implements Store {
	readonly #store: Store;
	readonly #keys: RegExp;
	#written: readonly [key: string, value: Uint8Array] | null = null;
	#kept: readonly [key: string, value: Uint8Array] | null = null;

	constructor(store: Store, keys: RegExp) {
		this.#store = store;
		this.#keys = keys;
	}

	get last(): number | null {
		return this.#store.last;
	}

	get(key: string): Uint8Array | undefined {
		return this.#kept?.[0] === key ? this.#kept[1] : this.#store.get(key);
	}

	entries(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]> {
		return this.#store.entries(prefix);
	}

	async commit(sequence: number, changes: Changes): Promise<void> {
		for (const [key, value] of changes) {
			if (value !== null && this.#keys.test(key)) this.#written = [key, value];
			if (this.#kept?.[0] === key) this.#kept = null;
		}
		await this.#store.commit(sequence, changes);
	}

	async unwind(sequence: number): Promise<void> {
		await this.#store.unwind(sequence);
		this.#kept = this.#written;
	}

	prune(sequence: number): Promise<void> {
		return this.#store.prune(sequence);
	}

	close(): Promise<void> {
		return this.#store.close();
	}
}
