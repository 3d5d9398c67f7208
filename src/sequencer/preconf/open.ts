/** Ticks that are promised but not made: what still fits into them, and what their senders will have left. */
import type { DerivedTick, OrderState } from "../../derive/types.ts";
import type { Address, RollupId, Tick } from "../../primitives/types.ts";
import { type Budget, nextBaseFee } from "../budget.ts";
import { decodeItem } from "../decode.ts";
import type { AccountView, PoolTx } from "../mempool.ts";
import type { Promised, PromiseLimits } from "./types.ts";

/** What the sequencer knows of the state that the next promised items come upon. */
export interface PromiseView {
	/** After the unsafe ticks. */
	orderState(): OrderState;
	/** The tick as L1 alone would fill it, if it came next; null if it cannot be made, as far as L1 is known. */
	emptyTick(tick: Tick): DerivedTick | null;
	budget(tick: DerivedTick): Budget;
	account(rollupId: RollupId, sender: Address): AccountView | null;
	/** The rollup's last block, if it has one. */
	latestBlock(
		rollupId: RollupId,
	): { readonly baseFee: bigint; readonly gasUsed: number; readonly gasLimit: number } | null;
	/** Whether a transaction of the sender with this nonce or a lower one waits in the mempool. */
	waits(rollupId: RollupId, sender: Address, nonce: bigint): boolean;
	/** Its tick can be published no more, or L1 has another item there: no promise any longer, and none is broken by giving a new one. */
	isGone(promised: Promised): boolean;
	readonly refuse: ReadonlySet<Address>;
}

interface Room {
	readonly budget: Budget;
	bytes: number;
	items: number;
}

/** What promised items that are not executed will take from an account. */
interface Claim {
	nonces: bigint;
	/** Wei. */
	cost: bigint;
	/** No later item of the sender may come before this tick. */
	tick: Tick;
}

const keyOf = ({ rollupId, sender }: PoolTx): string => `${rollupId}:${sender}`;

export class OpenTicks {
	readonly #view: PromiseView;
	readonly #limits: PromiseLimits;
	readonly #promised: () => Iterable<Promised>;
	/** What the rest was made for; another state, and it is made anew. */
	#state: OrderState | null = null;
	#rooms = new Map<Tick, Room | null>();
	#claims = new Map<string, Claim>();
	/** Accounts as they will be after the tick that is being executed. */
	#making: { readonly tick: Tick; readonly accounts: ReadonlyMap<string, AccountView> } | null = null;

	/** @param promised everything in the journal, in the order of places */
	constructor(view: PromiseView, limits: PromiseLimits, promised: () => Iterable<Promised>) {
		this.#view = view;
		this.#limits = limits;
		this.#promised = promised;
	}

	/** The last tick that is made or being made. */
	get made(): Tick {
		return Math.max(this.#view.orderState().lastTick, this.#making?.tick ?? 0);
	}

	/** From here to `done` that tick is executed: state read in between is of no moment, and of these senders it is not read. */
	begin(tick: Tick, txs: readonly PoolTx[]): void {
		const accounts = new Map<string, AccountView>();
		for (const tx of txs) {
			const before = accounts.get(keyOf(tx)) ?? this.#view.account(tx.rollupId, tx.sender);
			if (before === null || tx.nonce !== before.nonce) continue;
			accounts.set(keyOf(tx), { nonce: before.nonce + 1n, balance: before.balance - tx.cost });
		}
		this.#making = { tick, accounts };
		this.#state = null;
	}

	done(): void {
		this.#making = null;
		this.#state = null;
	}

	/** The sender's account after everything promised; and the first tick that comes after all of it. */
	after(tx: PoolTx): AccountView & { readonly from: Tick } {
		this.#refresh();
		const now = this.#making?.accounts.get(keyOf(tx)) ??
			this.#view.account(tx.rollupId, tx.sender) ?? { nonce: 0n, balance: 0n };
		const claim = this.#claims.get(keyOf(tx));
		if (claim === undefined) return { ...now, from: 0 };
		return { nonce: now.nonce + claim.nonces, balance: now.balance - claim.cost, from: claim.tick };
	}

	/** Whether the tick has room for all of them, which they then take. Null: no such tick can be made as far as L1 is known. */
	takes(tick: Tick, txs: readonly PoolTx[]): boolean | null {
		this.#refresh();
		const room = this.#room(tick);
		if (room === null) return null;
		const bytes = bytesOf(txs);
		if (room.items === 0 || bytes > room.bytes || !this.#paysFor(tick, txs) || !room.budget.takes(...txs)) return false;
		this.#occupy(room, bytes);
		this.#claim(tick, txs);
		return true;
	}

	#refresh(): void {
		const state = this.#view.orderState();
		if (this.#state === state) return;
		this.#state = state;
		this.#rooms = new Map();
		this.#claims = new Map();
		for (const promised of this.#promised()) {
			if (promised.tick <= this.made || this.#view.isGone(promised)) continue;
			const txs = decodeItem(promised.item, state.rollups);
			const room = this.#room(promised.tick);
			room?.budget.takes(...txs);
			if (room !== null) this.#occupy(room, bytesOf(txs));
			this.#claim(promised.tick, txs);
		}
	}

	#room(tick: Tick): Room | null {
		const known = this.#rooms.get(tick);
		if (known !== undefined) return known;
		const empty = this.#view.emptyTick(tick);
		const { tickBytes, tickItems } = this.#limits;
		const room = empty && { budget: this.#view.budget(empty), bytes: tickBytes, items: tickItems };
		this.#rooms.set(tick, room);
		return room;
	}

	/** Each full block before it may raise the base fee by an eighth. */
	#paysFor(tick: Tick, txs: readonly PoolTx[]): boolean {
		const before = [...this.#rooms].filter(([other, room]) => other < tick && room !== null).length;
		const blocks = BigInt(before + (this.#making === null ? 0 : 1));
		return txs.every(({ maxFeePerGas, rollupId }) => {
			const latest = this.#view.latestBlock(rollupId);
			return latest === null || maxFeePerGas * 8n ** blocks >= nextBaseFee(latest) * 9n ** blocks;
		});
	}

	#occupy(room: Room, bytes: number): void {
		room.bytes -= bytes;
		room.items -= 1;
	}

	#claim(tick: Tick, txs: readonly PoolTx[]): void {
		for (const tx of txs) {
			const claim = this.#claims.get(keyOf(tx)) ?? { nonces: 0n, cost: 0n, tick };
			claim.nonces += 1n;
			claim.cost += tx.cost;
			claim.tick = Math.max(claim.tick, tick);
			this.#claims.set(keyOf(tx), claim);
		}
	}
}

const bytesOf = (txs: readonly PoolTx[]): number => txs.reduce((sum, { rawTx }) => sum + rawTx.length, 0);
