/** Who promises and publishes on a `RightsWorld`: receipts come from the sequencer's own `Promises`, publications are as P-13 to P-15 have them. */
import type { HDNodeWallet } from "ethers";
import type { Receipt } from "../../../src/codec/receipt.ts";
import { tickAt } from "../../../src/derive/clock.ts";
import { applyTicks, checkPlanned, type PlannedTick } from "../../../src/derive/plan.ts";
import type { OrderState } from "../../../src/derive/types.ts";
import { USERS } from "../../../src/devnet/users.ts";
import { connectL1 } from "../../../src/node/connect.ts";
import { hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Address, Tick } from "../../../src/primitives/types.ts";
import { decodeItem } from "../../../src/sequencer/decode.ts";
import { chooseOrigin } from "../../../src/sequencer/origin.ts";
import { L1Gate } from "../../../src/sequencer/preconf/gate.ts";
import { Journal } from "../../../src/sequencer/preconf/journal.ts";
import type { PromiseView } from "../../../src/sequencer/preconf/open.ts";
import { Promises } from "../../../src/sequencer/preconf/promises.ts";
import { createPromiseSigner } from "../../../src/sequencer/preconf/signer.ts";
import { L1Track } from "../../../src/sequencer/track.ts";
import { WindowBook } from "../../../src/sequencer/windows/book.ts";
import { memoryStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/types.ts";
import type { Publications } from "./publications.ts";
import { addressOf, type RightsWorld, ROLLUP } from "./rightsWorld.ts";

const PROMISING_KINDS: readonly number[] = [2, 3];
/** Promised in one tick at most. */
const TICK_ITEMS = 4;

/** What a dishonest one does to its ticks before they are published. */
export type Change = (ticks: readonly PlannedTick[]) => readonly PlannedTick[];

export class Promiser {
	readonly wallet: HDNodeWallet;
	/** Every one that has left. */
	readonly receipts: Receipt[] = [];
	/** Of its machine, milliseconds after L1's. */
	skewMs = 0;
	readonly #world: RightsWorld;
	readonly #publications: Publications;
	readonly #store: Store;
	#track: L1Track;
	#promises: Promises;
	#gate: L1Gate;
	#journal: Journal;
	/** L1's time. */
	#nowMs = 0;
	#user = 0;

	private constructor(
		{ wallet, world, publications }: { wallet: HDNodeWallet; world: RightsWorld; publications: Publications },
		store: Store,
		parts: Parts,
	) {
		this.#world = world;
		this.wallet = wallet;
		this.#publications = publications;
		this.#store = store;
		[this.#track, this.#journal, this.#gate, this.#promises] = this.#attach(parts);
	}

	static async open(world: RightsWorld, wallet: HDNodeWallet, publications: Publications): Promise<Promiser> {
		const store = await memoryStore();
		const promiser = new Promiser({ wallet, world, publications }, store, await partsOf(world, wallet, store));
		await promiser.sync();
		return promiser;
	}

	/** As a process that is started again: the journal is what is left. */
	async restart(): Promise<void> {
		const parts = await partsOf(this.#world, this.wallet, this.#store);
		[this.#track, this.#journal, this.#gate, this.#promises] = this.#attach(parts);
		await this.sync();
	}

	get state(): OrderState {
		return this.#track.state;
	}

	get journal(): Journal {
		return this.#journal;
	}

	/** Takes in L1's head, seen a second after its slot has begun. @param anew rights may have changed */
	async sync(anew = false): Promise<void> {
		await this.#track.advance();
		this.#nowMs = Math.max(this.#nowMs, this.#world.startOf(this.#world.head) * 1_000 + 1_000);
		this.#gate.sawBlock(this.#world.startOf(this.#world.head));
		await this.#gate.refresh(anew);
	}

	/** L1's time, in milliseconds. It does not go back, whatever L1 does. */
	set time(ms: number) {
		this.#nowMs = Math.max(this.#nowMs, ms);
	}

	/** Users ask for places; how many got one. */
	async ask(count: number): Promise<number> {
		let promised = 0;
		for (let i = 0; i < count; i++)
			if (await this.askFor(await this.transfer(this.#user++ % (USERS.length - 1)))) promised++;
		return promised;
	}

	/** Whether the transaction got a place. */
	async askFor(rawTx: Uint8Array): Promise<boolean> {
		const answer = await this.#promises.transaction(ROLLUP.rollupId, rawTx);
		if (answer.ok) this.receipts.push(answer.receipt);
		return answer.ok;
	}

	/** The user's next, after what is promised. The last user never asks unasked. */
	async transfer(user: number): Promise<Uint8Array> {
		const { address, wallet } = USERS[user] as (typeof USERS)[number];
		const nonce = this.#count(address, () => true);
		const raw = await wallet.signTransaction({
			type: 2,
			chainId: ROLLUP.chainId,
			nonce,
			to: address,
			value: 1n,
			gasLimit: 21_000n,
			maxFeePerGas: 10n ** 10n,
			maxPriorityFeePerGas: 1n,
		});
		return hexToBytes(raw);
	}

	/** What it would publish in the slot's block, on the head there is: of what it owns and nobody has, ticks with promises, and every third. */
	async plan(slot: number): Promise<readonly PlannedTick[]> {
		const { config } = this.#world;
		const right = await this.#world.rightOf(slot);
		if (right === null || right.sequencer !== addressOf(this.wallet) || !PROMISING_KINDS.includes(right.kind))
			return [];
		const last = Math.min(right.maxTick, tickAt(config, this.#world.startOf(slot)));
		await this.#promises.close(last);
		return this.planTicks(Math.max(right.minTick, this.state.lastTick + 1), last);
	}

	planTicks(first: Tick, last: Tick): readonly PlannedTick[] {
		const { config } = this.#world;
		let planned: readonly PlannedTick[] = [];
		for (let tick = first; tick <= last; tick++) {
			const items = this.#promises.itemsOf(tick);
			if (items.length === 0 && tick % 3 !== 0) continue;
			const after = { ...this.state, lastOrigin: planned.at(-1)?.l1Origin ?? this.state.lastOrigin };
			const origin = chooseOrigin(config, this.state, after, tick);
			const with_ = [...planned, { tick, l1Origin: origin?.number ?? 0, items }];
			if (origin !== null && checkPlanned(config, this.state, with_) === null) planned = with_;
			// P-15: nothing over it.
			else if (items.length > 0) break;
		}
		return planned;
	}

	/** Sends what it owes, to be in the slot's block; whether there was anything. */
	async publish(slot: number, change: Change = (ticks) => ticks): Promise<boolean> {
		const ticks = change(await this.plan(slot));
		if (ticks.length === 0) return false;
		await this.#publications.send(this.wallet, this.state, ticks);
		return true;
	}

	/** Transactions of the sender that are promised in such ticks. */
	#count(sender: Address, wanted: (tick: Tick) => boolean): number {
		const { rollups } = this.state;
		return this.#journal.ticks
			.filter(wanted)
			.flatMap((tick) => this.#journal.itemsOf(tick))
			.flatMap(({ item }) => decodeItem(item, rollups))
			.filter((tx) => tx.sender === sender).length;
	}

	#attach({ journal, track }: Parts): [L1Track, Journal, L1Gate, Promises] {
		const { at, chain, config, l1ChainId } = this.#world;
		const now = (): number => this.#nowMs + this.skewMs;
		const sequencer = addressOf(this.wallet);
		const book = new WindowBook({ rpc: chain.rpc, rights: at.rights, slotsAhead: 12 });
		const gate = new L1Gate({ book, config, sequencer, now });
		const signer = createPromiseSigner(this.wallet.privateKey as `0x${string}`);
		const identity = { chainId: l1ChainId, timeline: at.inbox, slasher: at.slasher, sequencer };
		const promises = new Promises({ config, identity, journal, signer, gate });
		promises.attach(this.#view(track));
		return [track, journal, gate, promises];
	}

	/** As a sequencer's that executes nothing: what is promised is included. */
	#view(track: L1Track): PromiseView {
		const { config } = this.#world;
		const coinbase = addressOf(this.wallet);
		return {
			orderState: () => track.state,
			emptyTick(tick) {
				const origin = chooseOrigin(config, track.state, track.state, tick);
				if (tick <= track.state.lastTick || origin === null) return null;
				const applied = applyTicks(config, track.state, coinbase, [{ tick, l1Origin: origin.number, items: [] }]);
				return applied.ok ? (applied.ticks.at(-1) ?? null) : null;
			},
			budget() {
				let room = TICK_ITEMS;
				return {
					takes(...txs) {
						room -= txs.length;
						return room >= 0;
					},
				};
			},
			account: (_rollupId, sender) => ({
				nonce: BigInt(this.#count(sender, (tick) => tick <= track.state.lastTick)),
				balance: 10n ** 20n,
			}),
			latestBlock: () => null,
			waits: () => false,
			// Its users do not ask for the same twice.
			isGone: () => false,
			refuse: new Set(),
		};
	}
}

interface Parts {
	readonly track: L1Track;
	readonly journal: Journal;
}

async function partsOf(world: RightsWorld, wallet: HDNodeWallet, store: Store): Promise<Parts> {
	const { at, chain, l1ChainId } = world;
	const identity = { chainId: l1ChainId, timeline: at.inbox, slasher: at.slasher, sequencer: addressOf(wallet) };
	return {
		track: await L1Track.open(connectL1({ rpc: chain.url, inbox: at.inbox })),
		journal: await Journal.over(store, identity),
	};
}
