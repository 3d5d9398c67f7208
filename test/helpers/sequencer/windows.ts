/** Sequencers of L1's proposers on a devnet's beacon chain in virtual time, that can be ended at any moment and started again. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as deployment from "../../../deploy/index.ts";
import type { Receipt } from "../../../src/codec/receipt.ts";
import { slotAt, tickAt, tickTime } from "../../../src/derive/clock.ts";
import { type BeaconChain, openBeaconAnvil } from "../../../src/devnet/beacon/chain.ts";
import { type ProposerSetup, withdrawalAddress } from "../../../src/devnet/beacon/setup.ts";
import { type Setup, setUp } from "../../../src/devnet/setup.ts";
import { PROMISED, USERS } from "../../../src/devnet/users.ts";
import { connectL1 } from "../../../src/node/connect.ts";
import { hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Leg, Tick, TimelineConfig } from "../../../src/primitives/types.ts";
import { createPromiseSigner } from "../../../src/sequencer/preconf/signer.ts";
import { WindowSequencer } from "../../../src/sequencer/windows/sequencer.ts";
import { temporaryDirectory } from "../node/snapshot.ts";
import { QUICK } from "./options.ts";
import { type Found, readTimeline } from "./witness.ts";

/** Fixed, so that the same validators propose in every run. */
const GENESIS = 1_800_000_000;
const OPTIONS = { ...QUICK, l1: "beacon" };

export class WindowWorld {
	readonly chain: BeaconChain;
	readonly setup: Setup;
	readonly proposers: ProposerSetup;
	readonly #folder: string;
	/** L1 seconds. */
	time: number;
	/** Those that run, by name. */
	readonly running = new Map<string, WindowSequencer>();
	#config: TimelineConfig | null = null;

	private constructor(chain: BeaconChain, setup: Setup, proposers: ProposerSetup, folder: string) {
		this.chain = chain;
		this.setup = setup;
		this.proposers = proposers;
		this.#folder = folder;
		this.time = setup.start;
	}

	static async open(): Promise<WindowWorld> {
		const chain = await openBeaconAnvil({ genesisTime: GENESIS, slotSeconds: OPTIONS.slotSeconds, withdrawalAddress });
		const setup = await setUp(chain, deployment, OPTIONS);
		if (setup.proposers === null) throw new Error("no proposers");
		await chain.startSlots();
		const world = new WindowWorld(chain, setup, setup.proposers, await temporaryDirectory());
		world.#config = (await world.source().timeline()).config;
		for (const name of world.names) await world.start(name);
		return world;
	}

	get names(): readonly string[] {
		return this.proposers.delegates.map(({ name }) => name);
	}

	get config(): TimelineConfig {
		if (this.#config === null) throw new Error("not open");
		return this.#config;
	}

	get slot(): number {
		return slotAt(this.config, this.time);
	}

	source() {
		return connectL1({ rpc: this.chain.url, inbox: this.setup.inbox, beacon: this.chain.beaconUrl });
	}

	/** A new process, which knows nothing but L1 and its journal. */
	async start(name: string): Promise<WindowSequencer> {
		const delegate = this.proposers.delegates.find((one) => one.name === name);
		if (delegate === undefined) throw new Error(`no delegate ${name}`);
		const one = await WindowSequencer.open({
			source: this.source(),
			rpc: this.chain.rpc,
			account: delegate.account,
			signer: createPromiseSigner(delegate.key),
			slasher: this.proposers.slasher,
			journal: join(this.#folder, name),
			carrier: "calldata",
			now: () => this.time * 1_000,
		});
		this.running.set(name, one);
		await one.sync();
		return one;
	}

	/** As a process that ends now: nothing more is sent, and its journal is free. What it has sent stays sent. */
	async kill(name: string): Promise<void> {
		const one = this.running.get(name);
		this.running.delete(name);
		await one?.close();
	}

	/** Name of whose window the tick is in, by whoever runs. */
	ownerOf(tick: Tick): string | null {
		const [one] = this.running.values();
		const sequencer = one?.book.windowOf(tick)?.sequencer;
		return this.proposers.delegates.find(({ account }) => account.address === sequencer)?.name ?? null;
	}

	/** A transfer with the user's next nonce, as that sequencer sees it. */
	async transfer(one: WindowSequencer, user: number): Promise<Leg> {
		const account = [...USERS, ...PROMISED][user % (USERS.length + PROMISED.length)];
		const rollup = this.setup.rollups[user % this.setup.rollups.length];
		if (account === undefined || rollup === undefined) throw new Error("no user");
		const raw = await account.wallet.signTransaction({
			type: 2,
			chainId: rollup.chainId,
			nonce: Number(one.sequencer.nonceOf(rollup.rollupId, account.address)),
			to: account.address,
			value: 1n,
			maxFeePerGas: 10n ** 10n,
			maxPriorityFeePerGas: 10n ** 9n,
			gasLimit: 21_000n,
		});
		return { rollupId: rollup.rollupId, rawTx: hexToBytes(raw) };
	}

	/** The owner of the next tick promises a user a place in it or one soon after; null if it does not. */
	async promise(user: number): Promise<Receipt | null> {
		const owner = this.ownerOf(tickAt(this.config, this.time) + 1);
		const one = owner === null ? undefined : this.running.get(owner);
		if (one === undefined) return null;
		const { rollupId, rawTx } = await this.transfer(one, user);
		const answer = await one.promises.transaction(rollupId, rawTx);
		return answer.ok ? answer.receipt : null;
	}

	/** Everybody sees L1. */
	async sync(): Promise<void> {
		for (const one of this.running.values()) await one.sync();
	}

	/** Ticks of the slot that has begun, one by one: `at` its time, everybody has seen L1, its owner makes it, and `after` happens. */
	async ticks(after: (tick: Tick) => Promise<void> = async () => undefined): Promise<void> {
		const begin = this.time;
		for (let tick = tickAt(this.config, begin); tickTime(this.config, tick) < begin + OPTIONS.slotSeconds; tick++) {
			this.time = tickTime(this.config, tick);
			await this.sync();
			for (const one of this.running.values()) await one.makeTick(tick);
			await after(tick);
		}
		this.time = begin;
	}

	/** The time for the next slot's publication: whoever owns it sends it. */
	async publish(): Promise<void> {
		for (const one of this.running.values()) await one.publishFor(this.slot + 1);
	}

	/** The next slot begins, with its block or without. */
	async next(missed = false): Promise<void> {
		this.time += OPTIONS.slotSeconds;
		if (!missed) await this.chain.slot(this.time);
	}

	read(): Promise<Found> {
		return readTimeline(this.source());
	}

	async close(): Promise<void> {
		for (const name of this.running.keys()) await this.kill(name);
		await this.chain.stop();
		await rm(this.#folder, { recursive: true });
	}
}
