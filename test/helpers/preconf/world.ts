/** A promising sequencer without a chain: a state that a test sets, a clock that it turns, a journal in memory or on disk. */
import { Wallet } from "ethers";
import { genesisState } from "../../../src/derive/state.ts";
import type { DerivedTick, OrderState } from "../../../src/derive/types.ts";
import { hexToBytes, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import type { Hex, Leg, RollupId, Tick, TimelineConfig } from "../../../src/primitives/types.ts";
import type { Budget } from "../../../src/sequencer/budget.ts";
import type { AccountView } from "../../../src/sequencer/mempool.ts";
import { Journal } from "../../../src/sequencer/preconf/journal.ts";
import type { PromiseView } from "../../../src/sequencer/preconf/open.ts";
import { Promises } from "../../../src/sequencer/preconf/promises.ts";
import { createPromiseSigner } from "../../../src/sequencer/preconf/signer.ts";
import type { Ownership, Promised, PromiseIdentity, PromiseLimits } from "../../../src/sequencer/preconf/types.ts";
import { memoryStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/types.ts";

export const CONFIG: TimelineConfig = {
	startBlock: 1,
	genesisTime: 1_000_000,
	beaconGenesisTime: 1_000_000,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 768,
	forcedDelay: 384,
	maxOriginAge: 192,
	ringSize: 8_192,
	clusterGasPerSlot: 180_000_000n,
};

const KEY: Hex = `0x${"42".repeat(32)}`;
const signer = createPromiseSigner(KEY);
export const IDENTITY: PromiseIdentity = {
	chainId: 31_337,
	timeline: `0x${"aa".repeat(20)}`,
	slasher: `0x${"bb".repeat(20)}`,
	sequencer: signer.address,
};
/** Of the two rollups there are. */
const CHAIN_IDS: Readonly<Record<RollupId, number>> = { 1: 7_001, 2: 7_002 };
export const users = ["1", "2", "3", "4"].map((digit) => new Wallet(`0x${digit.repeat(64)}`));
const GAS = 21_000n;

export interface Sent {
	readonly rollupId?: RollupId;
	readonly user?: number;
	readonly nonce?: number;
	readonly value?: bigint;
	readonly maxFeePerGas?: bigint;
}

/** A signed transfer. */
export async function transfer({
	maxFeePerGas = 10n ** 9n,
	nonce = 0,
	rollupId = 1,
	user = 0,
	value = 1n,
}: Sent = {}): Promise<Leg> {
	const wallet = users[user] as Wallet;
	const raw = await wallet.signTransaction({
		type: 2,
		chainId: CHAIN_IDS[rollupId] ?? 0,
		nonce,
		to: wallet.address,
		value,
		gasLimit: GAS,
		maxFeePerGas,
		maxPriorityFeePerGas: 0n,
	});
	return { rollupId, rawTx: hexToBytes(raw) };
}

function stateAt(lastTick: Tick): OrderState {
	const rollups = Object.entries(CHAIN_IDS).map(([id, chainId]) => {
		const configs = [{ effectiveTick: 1, gasLimit: 30_000_000, feeRecipient: IDENTITY.timeline }];
		return [Number(id), { rollupId: Number(id), chainId, cluster: 1, activationTick: 1, configs }] as const;
	});
	return { ...genesisState(CONFIG, ZERO_HASH), lastTick, rollups: new Map(rollups) };
}

export class PromiseWorld implements PromiseView {
	readonly refuse = new Set<Hex>();
	/** L1's time and this machine's, in milliseconds. */
	nowMs = (CONFIG.genesisTime + 100) * 1_000;
	errorMs: number | null = 0;
	owned: (tick: Tick) => Ownership = () => ({ firstTick: 0, lastTick: 10 ** 9, lastBlockTime: 10 ** 9 });
	readonly accounts = new Map<string, AccountView>();
	/** Transactions that a tick has room for. */
	roomPerTick = 1_000;
	l1Known = true;
	waiting = false;
	/** Ticks up to this one can be published no more. */
	gone = 0;
	#state = stateAt(0);
	readonly store: Store;
	readonly journal: Journal;
	readonly promises: Promises;

	private constructor(store: Store, journal: Journal, limits: Partial<PromiseLimits>) {
		this.store = store;
		this.journal = journal;
		const gate = {
			clock: () => ({ nowMs: this.nowMs, errorMs: this.errorMs }),
			ownershipOf: (tick: Tick) => this.owned(tick),
		};
		this.promises = new Promises({ config: CONFIG, identity: IDENTITY, journal, signer, gate, limits });
		this.promises.attach(this);
	}

	static async open(store?: Store, limits: Partial<PromiseLimits> = {}): Promise<PromiseWorld> {
		const kept = store ?? (await memoryStore());
		return new PromiseWorld(kept, await Journal.over(kept, IDENTITY), limits);
	}

	isGone({ tick }: Promised): boolean {
		return tick <= this.gone;
	}

	/** The first tick that may be promised now. */
	get next(): Tick {
		return Math.floor((this.nowMs / 1_000 - CONFIG.genesisTime) / CONFIG.tickSeconds) + 1;
	}

	/** The sequencer has made the ticks up to this one; the accounts are what the test has set. */
	made(lastTick: Tick): void {
		this.#state = stateAt(lastTick);
	}

	async send(leg: Leg) {
		return await this.promises.transaction(leg.rollupId, leg.rawTx);
	}

	orderState(): OrderState {
		return this.#state;
	}

	emptyTick(tick: Tick): DerivedTick | null {
		return this.l1Known ? ({ tick } as DerivedTick) : null;
	}

	budget(): Budget {
		let room = this.roomPerTick;
		return {
			takes(...txs) {
				if (txs.length > room) return false;
				room -= txs.length;
				return true;
			},
		};
	}

	account(rollupId: RollupId, sender: Hex): AccountView {
		return this.accounts.get(`${rollupId}:${sender}`) ?? { nonce: 0n, balance: 10n ** 18n };
	}

	latestBlock(): { baseFee: bigint; gasUsed: number; gasLimit: number } {
		return { baseFee: 10n ** 8n, gasUsed: 15_000_000, gasLimit: 30_000_000 };
	}

	waits(): boolean {
		return this.waiting;
	}
}
