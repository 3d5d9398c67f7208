/** What the devnet shows of L1's proposers: slot by slot, from the beacon chain itself, the rights, the reader's publications and the promises. */
import { slotAt } from "../../derive/clock.ts";
import type { ReaderEvent } from "../../node/reader.ts";
import type { Address, Tick } from "../../primitives/types.ts";
import type { DevnetRollup } from "../setup.ts";
import { Ledger, type LedgerTotals, type SlotRow } from "./ledger.ts";
import { PromisedTraffic } from "./promised.ts";
import type { BeaconWorld } from "./world.ts";

export class Watch {
	readonly #world: BeaconWorld;
	readonly #ledger: Ledger;
	readonly #traffic: PromisedTraffic;
	readonly #say: (text: string) => void;
	/** Publications of the L1 block that is being read: its time comes behind them. */
	#pending: Extract<ReaderEvent, { kind: "publication" }>["record"][] = [];
	#lastSlot: number | null = null;
	#first = true;
	/** L1 block at which the keeper was asked last. */
	#kept = 0;

	constructor(world: BeaconWorld, rollups: readonly DevnetRollup[], say: (text: string) => void) {
		const { chain, proposers, setup } = world;
		const names = new Map(setup.delegates.map(({ account, name }) => [account.address, name]));
		this.#world = world;
		this.#say = say;
		this.#ledger = new Ledger((address: Address) => names.get(address) ?? address.slice(0, 8));
		this.#traffic = new PromisedTraffic({ proposers, rollups, rpc: chain.rpc, slasher: setup.slasher });
	}

	/** A user asks for a place in that tick or one soon after. */
	async ask(next: Tick): Promise<void> {
		const answer = await this.#traffic.ask(next);
		if (answer?.kind === "refused") this.#ledger.refused();
		if (answer?.kind !== "promised") return;
		const { index, tick } = answer.promised;
		if (this.#first)
			this.#say(`${answer.by} promises a user place ${index} of tick ${tick}; the receipt is good, and covered`);
		this.#first = false;
		this.#ledger.promised(answer.promised);
	}

	/** Lets the keeper do what is due, once per L1 block. */
	async keep(): Promise<void> {
		const { keeper, proposers } = this.#world;
		const { number } = proposers.safeState.l1;
		if (number === this.#kept) return;
		this.#kept = number;
		for (const event of (await keeper.step()).events) {
			if (event.kind === "mined" && event.success)
				this.#say(
					`keeper: epoch ${event.deed.epoch} ${event.deed.kind === "seal" ? "is sealed" : "has its proposers on L1"}`,
				);
			else if (event.kind === "failed" || event.kind === "given-up") this.#say(`keeper: ${event.error.message}`);
		}
	}

	read(event: ReaderEvent): void {
		if (event.kind === "publication") this.#pending.push(event.record);
		if (event.kind === "tick") this.#ledger.derived(event.record);
		if (event.kind === "reorg") this.#ledger.underived(event.lastTick);
		if (event.kind === "block") this.#block(event.l1.timestamp);
	}

	rows(): readonly SlotRow[] {
		return this.#ledger.rows();
	}

	totals(): LedgerTotals {
		return this.#ledger.totals();
	}

	#block(timestamp: number): void {
		const { chain, proposers, setup } = this.#world;
		const slot = slotAt(proposers.timeline.config, timestamp);
		const { book } = proposers.all[0].windows;
		for (const record of this.#pending) this.#ledger.published(record, slot);
		this.#pending = [];
		const window = book.windowAt(slot);
		// Before the first of them nobody had a right.
		if (window === null || timestamp < setup.start) return;
		for (let one = (this.#lastSlot ?? slot - 1) + 1; one <= slot; one++) {
			const proposer = chain.node.forks.at(one)?.header.proposerIndex ?? null;
			const delegate = proposer === null ? null : (setup.delegateOf.get(proposer) ?? null);
			this.#ledger.slot({ slot: one, proposer, delegate, window: book.windowAt(one) });
		}
		this.#lastSlot = slot;
		this.#ledger.past(window.minTick);
	}
}
