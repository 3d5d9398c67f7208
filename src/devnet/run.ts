/** A devnet from its first slot to its summary. */
import { setTimeout as sleep } from "node:timers/promises";
import { tickAt, tickTime } from "../derive/clock.ts";
import type { ReaderEvent } from "../node/reader.ts";
import { tickRecord } from "../node/records.ts";
import { isMeridianError } from "../primitives/errors.ts";
import { keccakHex } from "../primitives/hash.ts";
import { BLOB_USABLE_BYTES } from "../primitives/limits.ts";
import type { Hash32, RollupId, Tick } from "../primitives/types.ts";
import { describeRow } from "./beacon/ledger.ts";
import { Watch } from "./beacon/watch.ts";
import { BundleTraffic } from "./bundles.ts";
import type { Clock } from "./clock.ts";
import { GasShares } from "./gas.ts";
import { History } from "./history.ts";
import { L1Users } from "./l1-users.ts";
import { type DevnetOptions, FORCED_DELAY_SLOTS } from "./options.ts";
import { type Traces, tracesOf } from "./rerun.ts";
import type { Certainty } from "./score.ts";
import type { HeadView, Screen, View } from "./screen.ts";
import { type DevnetResult, type ForcedTiming, plural, resultOf } from "./summary.ts";
import { type L2Contracts, sign, Traffic } from "./traffic.ts";
import { CENSORED, USERS } from "./users.ts";
import type { World } from "./world.ts";

/** Slots after the last traffic in which everything must have come through: the forced delay and some more. */
const TAIL_SLOTS = FORCED_DELAY_SLOTS + 6;
const CENSORED_SLOT = 1;
const GARBAGE_SLOT = 2;
const DEPOSIT_EVERY = 3;
const POLL_SECONDS = 0.25;
const DEPOSIT_GWEI = 1_000_000n;

export class Devnet {
	readonly #world: World;
	readonly #options: DevnetOptions;
	readonly #screen: Screen;
	readonly #signal: AbortSignal;
	readonly #clock: Clock;
	readonly #history: History;
	readonly #traffic: Traffic;
	readonly #users: L1Users;
	readonly #bundles: BundleTraffic;
	readonly #gas: GasShares;
	/** Of L1's proposers, if the rights are theirs. */
	readonly #watch: Watch | null;
	readonly #heads: Record<Certainty, ReadonlyMap<RollupId, HeadView>> = {
		unsafe: new Map(),
		safe: new Map(),
		finalized: new Map(),
	};
	readonly #l1Times = new Map<number, number>();
	#secondsToFirstTick: number | null = null;
	#undone = 0;
	/** The refused user's forced transaction: its hash on the rollup, and the L1 transaction that queued it. */
	#forced: { readonly hash: Hash32; readonly l1Hash: Hash32 } | null = null;
	#forcedTiming: ForcedTiming | null = null;

	constructor(world: World, options: DevnetOptions, contracts: L2Contracts, screen: Screen, signal: AbortSignal) {
		const { beacon, sequencer, setup } = world;
		this.#world = world;
		this.#options = options;
		this.#screen = screen;
		this.#signal = signal;
		this.#clock = world.clock;
		const ids = setup.rollups.map((rollup) => rollup.rollupId);
		this.#history = new History(sequencer.timeline.config, ids);
		this.#gas = new GasShares(ids);
		this.#traffic = new Traffic(setup.rollups, sequencer, contracts, options.seed);
		this.#users = new L1Users(world.chain, sequencer.timeline, setup.user);
		const say = (text: string): void => this.#say(text);
		this.#bundles = new BundleTraffic(setup.rollups, sequencer, contracts, say);
		this.#watch = beacon && new Watch(beacon, setup.rollups, say);
	}

	/** Runs to the end, or until the signal; either way the result tells what was seen. */
	async run(): Promise<DevnetResult> {
		let slot = 0;
		try {
			await this.#world.chain.startSlots();
			for (; slot < this.#options.slots; slot++) await this.#slot(slot, true);
			for (; slot < this.#options.slots + TAIL_SLOTS && !this.#isSettled(); slot++) await this.#slot(slot, false);
		} catch (error) {
			if (!this.#signal.aborted) throw error;
		}
		return this.#result(await this.#traces());
	}

	/** Lets L1 and sequencer go on, without traffic of ours, until the signal. */
	async keep(): Promise<void> {
		const first = Math.ceil((this.#clock.now() - this.#world.setup.start) / this.#slotSeconds);
		try {
			for (let slot = first; ; slot++) {
				// A clock that jumps would race through the slots.
				if (this.#options.fast) await sleep(this.#slotSeconds * 1_000, undefined, { signal: this.#signal });
				await this.#slot(slot, false);
			}
		} catch (error) {
			if (!this.#signal.aborted) throw error;
		}
	}

	get #slotSeconds(): number {
		return this.#world.sequencer.timeline.config.slotSeconds;
	}

	async #slot(slot: number, busy: boolean): Promise<void> {
		const { chain, sequencer, setup } = this.#world;
		const { config } = sequencer.timeline;
		const begin = setup.start + slot * config.slotSeconds;
		await this.#until(begin);
		await chain.slot(begin);
		await this.#sync();
		if (slot === 0) {
			await this.#traffic.deployContracts();
			await this.#bundles.deploy();
		}
		if (busy) await this.#onL1(slot);
		const first = tickAt(config, begin);
		for (let tick = first; tickTime(config, tick) < begin + config.slotSeconds; tick++) {
			await this.#until(tickTime(config, tick));
			if (!chain.driven) await this.#sync();
			if (busy) await this.#traffic.tick();
			await this.#bundles.tick(tick);
			await this.#tick(tick);
			if (busy) await this.#watch?.ask(tick + 1);
			// Otherwise once per slot: what is published earlier cannot be derived earlier.
			if (sequencer.unpublishedBytes >= BLOB_USABLE_BYTES) await this.#publish(tick);
		}
		await this.#publish(tickAt(config, begin + config.slotSeconds));
	}

	/** Whoever promises, or has to know what comes before his own ticks, sees each L1 block when it comes. */
	async #until(time: number): Promise<void> {
		if (this.#watch !== null && !this.#world.chain.driven)
			for (; this.#clock.now() + POLL_SECONDS < time; await this.#sync())
				await this.#clock.until(this.#clock.now() + POLL_SECONDS, this.#signal);
		await this.#clock.until(time, this.#signal);
	}

	async #publish(latest: Tick): Promise<void> {
		try {
			await this.#world.sequencer.publish(latest);
		} catch (error) {
			// The next slot is the next chance.
			if (!isMeridianError(error) || error.recovery !== "retry") throw error;
			this.#say(error.message);
		}
	}

	async #tick(tick: Tick): Promise<void> {
		const made = await this.#world.sequencer.makeTick(tick);
		if (made === null) return;
		for (const { derived, result } of made.ticks) {
			this.#history.expect(tickRecord(derived, 0, [result]));
			this.#gas.made(derived);
		}
		this.#draw();
	}

	/** Sequencer and reader take in L1, each for itself. */
	async #sync(): Promise<void> {
		const { reader, sequencer } = this.#world;
		const report = await sequencer.sync();
		this.#history.withdraw(report.undoneTicks);
		this.#undone += report.undoneTicks.length;
		for (const { result, step } of sequencer.executed())
			if (step.kind === "tick" && result !== null) this.#history.expect(tickRecord(step.tick, 0, [result]));
		if (report.mined !== null) {
			const { firstTick, lastTick, receipt } = report.mined;
			if (receipt.success) this.#gas.paid(firstTick, lastTick, Number(receipt.gasUsed));
			else this.#say(`the publication of ticks ${firstTick} to ${lastTick} reverted on L1`);
		}
		await this.#watch?.keep();
		for await (const event of reader.run({ until: "latest", signal: this.#signal })) await this.#read(event);
		this.#draw();
	}

	async #read(event: ReaderEvent): Promise<void> {
		this.#watch?.read(event);
		if (event.kind === "block") this.#l1Times.set(event.l1.number, event.l1.timestamp);
		if (event.kind === "reorg") {
			this.#history.underive(event.lastTick);
			this.#say(`L1 took back ${event.depth} blocks; the reader went back to tick ${event.lastTick}`);
		}
		if (event.kind === "heads") {
			const byRollup = (heads: typeof event.safe) => new Map(heads.rollups.map((head) => [head.rollupId, head]));
			this.#heads.safe = byRollup(event.safe);
			this.#heads.finalized = byRollup(event.finalized);
			this.#history.finalize(event.finalized.tick);
		}
		if (event.kind !== "tick") return;
		const { record } = event;
		this.#history.derive(record);
		if (this.#secondsToFirstTick === null) {
			this.#secondsToFirstTick = performance.now() / 1_000;
			this.#say(`the reader derived its first tick, ${record.tick}, from L1 block ${record.l1Block}`);
		}
		const forced = record.positions.find((position) => position.legs[0]?.txHash === this.#forced?.hash);
		if (forced !== undefined && forced.class === 0) await this.#forcedDerived(record.tick, record.l1Block);
	}

	/** Traffic on L1: deposits, the refused user's forced transaction and bundle, and forced bytes that nobody could execute. */
	async #onL1(slot: number): Promise<void> {
		const { rollups } = this.#world.setup;
		const turn = rollups[Math.floor(slot / DEPOSIT_EVERY) % rollups.length];
		const last = rollups.at(-1);
		if (turn !== undefined && slot % DEPOSIT_EVERY === 0)
			await this.#users.deposit(turn.rollupId, USERS[slot % USERS.length]?.address ?? CENSORED.address, DEPOSIT_GWEI);
		if (last !== undefined && slot === CENSORED_SLOT) {
			await this.#goAround(last.rollupId, last.chainId);
			await this.#bundles.goAround(this.#users, (rollupId) => (rollupId === last.rollupId ? 1 : 0));
		}
		if (turn !== undefined && slot === GARBAGE_SLOT)
			await this.#users.force(turn.rollupId, 100_000, new TextEncoder().encode("forced, but no transaction"));
	}

	async #goAround(rollupId: RollupId, chainId: number): Promise<void> {
		const rawTx = await sign(CENSORED.wallet, chainId, 0, {
			to: USERS[0]?.address ?? null,
			value: 1n,
			gasLimit: 21_000n,
		});
		const answer = this.#world.sequencer.submit(rollupId, rawTx);
		this.#say(`the sequencer ${answer.ok ? "takes" : "refuses"} ${CENSORED.name}'s transaction; she queues it on L1`);
		this.#forced = { hash: keccakHex(rawTx), l1Hash: await this.#users.force(rollupId, 50_000, rawTx) };
	}

	async #forcedDerived(tick: Tick, l1Block: number): Promise<void> {
		const receipt = this.#forced === null ? null : await this.#world.setup.user.receipt(this.#forced.l1Hash);
		const queued = receipt === null ? undefined : this.#l1Times.get(receipt.blockNumber);
		const source = this.#l1Times.get(l1Block) ?? this.#world.reader.state.l1.timestamp;
		if (queued === undefined) return;
		const seconds = source - queued;
		this.#forcedTiming = { slots: Math.round(seconds / this.#slotSeconds), seconds };
		this.#say(`${CENSORED.name}'s forced transaction is in tick ${tick}, ${seconds} s after L1 got it`);
	}

	/** Nothing is on its way any more: all ticks derived, no forced entry and no deposit waiting. */
	#isSettled(): boolean {
		const { reader, sequencer } = this.#world;
		const { deposits, forced, lastTick, l1 } = reader.state;
		return (
			this.#bundles.done &&
			forced.size === 0 &&
			deposits.size === 0 &&
			l1.number === sequencer.safeState.l1.number &&
			lastTick === sequencer.unsafeState.lastTick
		);
	}

	/** What the bundles that were dropped have left in any block; null if none was, or nobody waits for it any more. */
	async #traces(): Promise<Traces | null> {
		const { l1, reader } = this.#world;
		const blocks = l1.take(reader.state.l1.number);
		return this.#signal.aborted ? null : await tracesOf(reader.timeline, blocks, this.#history.derived());
	}

	#result(traces: Traces | null): DevnetResult {
		const { carrier, chain, reader, sequencer } = this.#world;
		const hashes = (heads: readonly { rollupId: RollupId; hash: Hash32 }[]): string =>
			JSON.stringify(heads.map(({ hash, rollupId }) => [rollupId, hash]));
		const positions = this.#history.derived().flatMap((record) => record.positions);
		const bundles = positions.filter(({ bundle }) => bundle);
		const held = bundles.filter(({ outcome }) => outcome?.kind === "held");
		const included = positions.filter(({ outcome }) => outcome !== null && outcome.kind !== "dropped");
		return resultOf({
			summary: reader.summary(),
			agreement: this.#history.agreement(),
			sameHeads: hashes(reader.heads()) === hashes(sequencer.heads()),
			settled: this.#isSettled(),
			reverted: included.filter(({ outcome }) => outcome?.kind === "included" && outcome.status === 0).length,
			undone: this.#undone,
			refused: [...this.#traffic.totals.refused.values()].reduce((sum, count) => sum + count, 0),
			forcedIncluded: included.filter((position) => position.class === 0).length,
			bundlesHeld: held.length,
			bundlesDropped: bundles.length - held.length,
			forcedBundles: held.filter((position) => position.class === 0).length,
			traces,
			forcedTiming: this.#forcedTiming,
			secondsToFirstTick: this.#secondsToFirstTick,
			gas: this.#gas,
			l1: { kind: chain.kind === "url" ? chain.rpc.label : chain.kind, url: chain.url, carrier },
			proposers: this.#watch?.totals() ?? null,
			interrupted: this.#signal.aborted,
		});
	}

	#say(text: string): void {
		this.#screen.event(performance.now() / 1_000, text);
	}

	#draw(): void {
		this.#screen.draw(this.#view());
	}

	#view(): View {
		const { carrier, chain, reader, sequencer, setup } = this.#world;
		const { slotSeconds, tickSeconds } = this.#options;
		const { blocks, differences } = this.#history.agreement();
		const { dropped, items, l1, publications } = { ...reader.summary(), l1: reader.state.l1 };
		const agreement = differences.length === 0 ? `reader agrees: ${blocks} blocks` : "the reader DIFFERS";
		const clusters = new Set(setup.rollups.map((rollup) => rollup.cluster)).size;
		this.#heads.unsafe = new Map(sequencer.heads().map((head) => [head.rollupId, head]));
		return {
			title: [
				`Meridian devnet: ${plural(setup.rollups.length, "rollup")} in ${plural(clusters, "cluster")}, one timeline, derived from L1`,
				`${chain.kind === "url" ? "" : `${chain.kind} `}${chain.url}, slots of ${slotSeconds} s, ticks of ${tickSeconds} s, data in ${carrier}`,
				`Inbox ${setup.inbox}`,
			],
			rollups: setup.rollups,
			slots: this.#history.slots(),
			heads: this.#heads,
			rows: this.#watch?.rows().map((row) => ({ slot: row.slot, text: describeRow(row) })) ?? [],
			status: `L1 ${l1.number}: ${publications} publications, ${items} positions, ${dropped} dropped; ${agreement}`,
		};
	}
}
