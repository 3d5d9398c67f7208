/** every answer that was read was given, by a call that was really made, before anything else happened. Pure. */
import { type Log, tapeLog } from "./mailbox.ts";

/** A leg that has run. */
export interface TapeLeg {
	readonly chainId: number;
	readonly helper: boolean;
	/** All its logs, in order. */
	readonly logs: readonly Log[];
}

interface Read {
	readonly destination: bigint;
	readonly entry: string;
}

/** Whether the tapes of a bundle match. */
export function tapesMatch(legs: readonly TapeLeg[]): boolean {
	/** The next one is last. */
	const pending: Read[] = [];
	const filled = new Map<number, string[]>();
	const read = new Map<number, string[]>();
	for (const { chainId, helper, logs } of legs) {
		if (!helper && pending.length > 0) return false;
		let fresh: Read[] = [];
		for (const log of logs) {
			const found = tapeLog(log);
			if (found === null) continue;
			if (found.kind === "filled") append(filled, chainId, found.entry);
			if (found.kind === "read") {
				append(read, chainId, found.entry);
				fresh.push(found);
			}
			if (found.kind !== "served") continue;
			const next = pending.pop();
			if (next?.destination !== BigInt(chainId) || next.entry !== found.entry) return false;
			pending.push(...fresh.reverse());
			fresh = [];
		}
		pending.push(...fresh.reverse());
	}
	return pending.length === 0 && sameEntries(filled, read);
}

function append(entries: Map<number, string[]>, chainId: number, entry: string): void {
	const known = entries.get(chainId);
	if (known === undefined) entries.set(chainId, [entry]);
	else known.push(entry);
}

function sameEntries(filled: ReadonlyMap<number, string[]>, read: ReadonlyMap<number, string[]>): boolean {
	const chains = new Set([...filled.keys(), ...read.keys()]);
	return [...chains].every((chainId) => filled.get(chainId)?.join() === read.get(chainId)?.join());
}
