/** whether the answers that were used were given. */
import { id } from "ethers";
import { MAILBOX } from "./chain.ts";
import type { Deviation, Log } from "./types.ts";

const FILLED = id("Filled(bytes32,bytes32)");
const READ = id("Read(uint64,bytes32,bytes32)");
const SERVED = id("Served(bytes32,bytes32)");

interface Answer {
	readonly destination: bigint;
	/** Request hash and answer hash, joined. */
	readonly exchange: string;
}

export class TapeCheck {
	readonly #deviation: Deviation | null;
	#pending: Answer[] = [];
	readonly #filled = new Map<number, string[]>();
	readonly #read = new Map<number, string[]>();

	constructor(deviation: Deviation | null) {
		this.#deviation = deviation;
	}

	/** Whether a leg without helper tag may begin. */
	isSettled(): boolean {
		return this.#pending.length === 0;
	}

	/** Goes through a leg's logs; false at the first that does not match. */
	leg(chainId: number, logs: readonly Log[]): boolean {
		let fresh: Answer[] = [];
		for (const { address, topics, data } of logs) {
			if (address !== MAILBOX) continue;
			const words = data.slice(2);
			if (topics[0] === FILLED) this.#add(this.#filled, chainId, words);
			if (topics[0] === READ) {
				const exchange = words.slice(64);
				fresh.push({ destination: BigInt(`0x${words.slice(0, 64)}`), exchange });
				this.#add(this.#read, chainId, exchange);
			}
			if (topics[0] === SERVED) {
				const next = this.#pending.shift();
				const wrong = next === undefined || next.destination !== BigInt(chainId) || next.exchange !== words;
				if (wrong && this.#deviation !== "serve-unchecked") return false;
				this.#pending = [...fresh, ...this.#pending];
				fresh = [];
			}
		}
		this.#pending = [...fresh, ...this.#pending];
		return true;
	}

	/** At the end of the bundle. */
	holds(): boolean {
		if (this.#deviation === "fill-unchecked") return this.isSettled();
		const rollups = [...new Set([...this.#filled.keys(), ...this.#read.keys()])];
		return (
			this.isSettled() &&
			rollups.every((id) => (this.#filled.get(id) ?? []).join() === (this.#read.get(id) ?? []).join())
		);
	}

	#add(lists: Map<number, string[]>, chainId: number, exchange: string): void {
		lists.set(chainId, [...(lists.get(chainId) ?? []), exchange]);
	}
}
