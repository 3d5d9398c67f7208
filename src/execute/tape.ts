/** every answer that was read was given, by a call that was really made, before anything else happened. */
import { type Log, tapeLog } from "./mailbox.ts";

interface Read {
	readonly destination: bigint;
	readonly entry: string;
}

/** The tapes of one bundle, asked leg by leg. The first no is the bundle's end. */
export class Tapes {
	/** The next one is last. */
	readonly #pending: Read[] = [];
	readonly #filled = new Map<number, string[]>();
	readonly #read = new Map<number, string[]>();

	/** Whether a leg may begin: only a helper may while calls that were answered have not been made. */
	mayBegin(helper: boolean): boolean {
		return helper || this.#pending.length === 0;
	}

	/** Whether a leg that has run fits. @param logs all of it, in order */
	take(chainId: number, logs: readonly Log[]): boolean {
		let fresh: Read[] = [];
		for (const log of logs) {
			const found = tapeLog(log);
			if (found?.kind === "filled") append(this.#filled, chainId, found.entry);
			if (found?.kind === "read") {
				append(this.#read, chainId, found.entry);
				fresh.push(found);
			}
			if (found?.kind !== "served") continue;
			const next = this.#pending.pop();
			if (next?.destination !== BigInt(chainId) || next.entry !== found.entry) return false;
			this.#pending.push(...fresh.reverse());
			fresh = [];
		}
		this.#pending.push(...fresh.reverse());
		return true;
	}

	/** Whether the bundle may end: all calls have been made, and what was filled is what was read. */
	mayEnd(): boolean {
		const chains = new Set([...this.#filled.keys(), ...this.#read.keys()]);
		const same = (chainId: number): boolean => this.#filled.get(chainId)?.join() === this.#read.get(chainId)?.join();
		return this.#pending.length === 0 && [...chains].every(same);
	}
}

function append(entries: Map<number, string[]>, chainId: number, entry: string): void {
	const known = entries.get(chainId);
	if (known === undefined) entries.set(chainId, [entry]);
	else known.push(entry);
}
