/**
 * A sequencer for one timeline: takes transactions, orders ticks, executes them ahead of L1, publishes. It never looks at a clock: who
 * drives it says which tick to make and when to publish, and calls `sync`, `makeTick` and `publish` one after the other: each lets
 * other work of the process in between, and none of them may see another half done. What may happen meanwhile is that transactions and
 * bundles arrive, and that places are promised.
 */
import { tickTime } from "../derive/clock.ts";
import { type AppliedTicks, applyTicks } from "../derive/plan.ts";
import type { L1Source, Timeline } from "../derive/ports.ts";
import type { OrderState } from "../derive/types.ts";
import type { RollupHead } from "../execute/types.ts";
import type { Address, Item, Leg, RollupId, Tick } from "../primitives/types.ts";
import { memoryStore } from "../store/open.ts";
import type { Store } from "../store/types.ts";
import { admitTx } from "./admit.ts";
import { createBudget } from "./budget.ts";
import { admitBundle } from "./bundles/admit.ts";
import { buildBundle } from "./bundles/build.ts";
import type { BundleTotals } from "./bundles/pool.ts";
import type { BuilderOptions, Built } from "./bundles/types.ts";
import { decodeItem } from "./decode.ts";
import { type Executed, Execution } from "./execution.ts";
import type { Request } from "./l1-account.ts";
import { MessagePlaces } from "./messages.ts";
import { chooseOrigin } from "./origin.ts";
import type { Promises } from "./preconf/promises.ts";
import { Publishing } from "./publishing.ts";
import {
	hasOthers,
	isGone,
	isLost,
	keyOfLast,
	type Limits,
	type Plan,
	rawBytesOf,
	reconcile,
	upToGap,
} from "./speculation.ts";
import { type Step, stepsOf } from "./steps.ts";
import { itemsOf, Supply } from "./supply.ts";
import { L1Track } from "./track.ts";
import type { PublishReport, SequencerOptions, Submission, SyncReport, UnsafeTick } from "./types.ts";

export class Sequencer {
	readonly #track: L1Track;
	readonly #source: L1Source;
	readonly #store: Store;
	readonly #execution: Execution;
	readonly #publishing: Publishing;
	readonly #supply: Supply;
	readonly #messages = new MessagePlaces();
	readonly #options: SequencerOptions;
	readonly #coinbase: Address;
	/** Own ticks that are not final: published ones, too, in case L1 takes them back. */
	#plans: readonly Plan[] = [];
	/** Order state after all plans. */
	#state: OrderState;
	/** Ticks before it that L1 has not got can no longer be published: their window is over. */
	#from: Tick = 0;
	readonly #promises: Promises | null;

	private constructor(source: L1Source, track: L1Track, store: Store, options: SequencerOptions) {
		this.#source = source;
		this.#track = track;
		this.#store = store;
		this.#options = options;
		this.#coinbase = options.coinbase ?? options.account.address;
		this.#execution = new Execution(track.timeline.config, store, { breathe: options.promises !== undefined });
		this.#publishing = new Publishing(track, options);
		this.#supply = new Supply(this.#execution, options);
		this.#state = track.state;
		this.#promises = options.promises ?? null;
		this.#promises?.attach({
			orderState: () => this.#state,
			emptyTick: (tick) => this.#emptyTick(tick)?.ticks.at(-1) ?? null,
			budget: (tick) => createBudget(tick, this.#execution),
			account: (rollupId, sender) => this.#execution.account(rollupId, sender),
			latestBlock: (rollupId) => this.#execution.latestBlock(rollupId),
			waits: (rollupId, sender, nonce) => this.#supply.mempool.waits(rollupId, sender, nonce),
			isGone: (promised) => isGone(this.#limits, track.blocks, promised),
			refuse: options.refuse ?? new Set(),
		});
	}

	/** Opens on a timeline; `sync` then takes in its L1. Throws what the source throws. */
	static async open(source: L1Source, options: SequencerOptions): Promise<Sequencer> {
		return new Sequencer(source, await L1Track.open(source), await memoryStore(), options);
	}

	get timeline(): Timeline {
		return this.#track.timeline;
	}

	/** Order state after the unsafe head. */
	get unsafeState(): OrderState {
		return this.#state;
	}

	/** Order state after the L1 head. */
	get safeState(): OrderState {
		return this.#track.state;
	}

	/** Heads of all rollups after the unsafe ticks, by id. */
	heads(): readonly RollupHead[] {
		return this.#execution.heads();
	}

	/** Every tick executed and not final, oldest first: first those that L1 has, then the unsafe ones. */
	executed(): readonly Executed[] {
		return this.#execution.steps;
	}

	/** Bytes of raw transactions in ticks that are not on L1 yet. */
	get unpublishedBytes(): number {
		return rawBytesOf(this.#unpublished());
	}

	/** Takes a transaction into the mempool, or says why not. */
	submit(rollupId: RollupId, rawTx: Uint8Array): Submission {
		const admitted = admitTx(rollupId, rawTx, this.#state, this.#options.refuse ?? new Set());
		if (!admitted.ok) return admitted;
		const { tx } = admitted;
		const account = this.#execution.account(rollupId, tx.sender) ?? { nonce: 0n, balance: 0n };
		const first = this.#state.rollups.get(rollupId)?.configs[0]?.gasLimit;
		const gasLimit = this.#execution.latestBlock(rollupId)?.gasLimit ?? first ?? 0;
		const reason = this.#supply.mempool.add(tx, account, BigInt(gasLimit));
		if (reason === null) return { ok: true, hash: tx.hash };
		const message = `${reason}: nonce ${tx.nonce}, the account's is ${account.nonce}, balance ${account.balance} wei`;
		return { ok: false, reason, message };
	}

	/** Takes a bundle, to be ordered whole in a tick where it holds, or says why not. Its hash is that of its item. */
	submitBundle(legs: readonly Leg[]): Submission {
		const admission = admitBundle(legs, this.#state, this.#options.refuse ?? new Set());
		if (!admission.ok) return admission;
		const { bundle } = admission;
		const reason = this.#supply.bundles.add(bundle);
		if (reason === null) return { ok: true, hash: bundle.id };
		return { ok: false, reason, message: `${reason}: ${this.#supply.bundles.size} bundles are waiting` };
	}

	/** Builds a bundle that holds if it comes first in the tick. Null: not in this tick. */
	async buildBundle(tick: Tick, intents: readonly Leg[], options: BuilderOptions): Promise<Built | null> {
		const [derived, ...more] = this.#emptyTick(tick)?.ticks ?? [];
		const executor = this.#execution.simulator(intents[0]?.rollupId ?? 0);
		// Ticks that are inserted before it are not executed yet.
		if (derived === undefined || more.length > 0 || executor === null) return null;
		return await buildBundle({ ...options, executor, tick: derived, intents });
	}

	/** An account's next nonce after the unsafe ticks; 0 on a rollup that is not there. */
	nonceOf(rollupId: RollupId, address: Address): bigint {
		return this.#execution.account(rollupId, address)?.nonce ?? 0n;
	}

	/** What has become of submitted bundles. */
	get bundleTotals(): BundleTotals {
		return this.#supply.bundles.totals;
	}

	/** Has the next tick order these bytes unseen, as any publisher may: derivation decides what they do. */
	orderUnseen(item: Item): void {
		this.#supply.addUnseen(item);
	}

	/** Takes in L1: new blocks, reorgs, what became of the publication in flight. Undoes what no longer holds. */
	async sync(): Promise<SyncReport> {
		const advance = await this.#track.advance();
		const undoneTicks = await this.#followL1(hasOthers(this.#plans, advance.added));
		await this.#forgetFinal();
		const settled = await this.#publishing.settle();
		const { firstTick, lastTick } = settled.kind === "mined" ? settled.draft : { firstTick: 0, lastTick: 0 };
		return {
			l1Number: this.#track.state.l1.number,
			removedBlocks: advance.removed,
			undoneTicks,
			mined: settled.kind === "mined" ? { receipt: settled.receipt, firstTick, lastTick } : null,
		};
	}

	/**
	 * Gives up all ticks before that one that L1 has not got: the window that they could be published in is over. What was in them
	 * is ordered again, in later ticks. Returns the ticks that are undone: they, and those made upon them.
	 */
	async lapse(before: Tick): Promise<readonly Tick[]> {
		if (before <= this.#from) return [];
		this.#from = before;
		return await this.#followL1(false);
	}

	/**
	 * Orders and executes a tick, if there is anything to do: transactions waiting, or due forced entries or deposits to take. Null otherwise, and for
	 * a tick that is not after the last one.
	 * @param options.evenEmpty although there is nothing to do: a tick that ends a window
	 */
	async makeTick(tick: Tick, { evenEmpty = false } = {}): Promise<UnsafeTick | null> {
		await this.#promises?.close(tick);
		const promised = await this.#makePromised(tick - 1);
		const made = promised === null ? null : await this.#makeOne(tick, evenEmpty);
		const ticks = [...(promised ?? []), ...(made?.ticks ?? [])];
		return ticks.length === 0 ? null : { ticks };
	}

	/** Makes the promised ticks up to this one that are not made, or not any more. Null: one of them has to wait for L1, and so have all later ones. */
	async #makePromised(upTo: Tick): Promise<UnsafeTick["ticks"] | null> {
		const made: UnsafeTick["ticks"][number][] = [];
		for (const tick of this.#promises?.ticksBetween(this.#state.lastTick, upTo) ?? []) {
			if (isLost(this.#limits, tick)) continue;
			const one = await this.#makeOne(tick, false);
			made.push(...(one?.ticks ?? []));
			if (one === null && this.#track.state.l1.timestamp < tickTime(this.timeline.config, tick)) return null;
		}
		return made;
	}

	async #makeOne(tick: Tick, evenEmpty: boolean): Promise<UnsafeTick | null> {
		const { config } = this.timeline;
		const empty = this.#emptyTick(tick);
		const last = empty?.ticks.at(-1);
		if (empty === null || last === undefined) return null;
		const taken = await this.#supply.take(empty.ticks, this.#promises?.itemsOf(tick));
		const planned = { tick, l1Origin: last.l1Origin.number, items: itemsOf(taken) };
		const byL1 = empty.ticks.some((one) => one.forced.length > 0 || one.deposits.size > 0);
		if (planned.items.length === 0 && !byL1 && !evenEmpty) return null;
		const applied = applyTicks(config, this.#state, this.#coinbase, [planned]);
		if (!applied.ok) {
			this.#supply.giveBack([taken]);
			return null;
		}
		const execute = async (): Promise<UnsafeTick> => {
			const ticks = [];
			const steps = applied.ticks.map((one): Step => ({ kind: "tick", tick: one }));
			for (const step of this.#messages.place(this.#track.blocks, steps, this.#state.lastOrigin)) {
				const { result } = await this.#execution.append(step);
				if (step.kind === "tick" && result !== null) ticks.push({ derived: step.tick, result });
			}
			this.#state = applied.state;
			this.#plans = [...this.#plans, { planned, key: keyOfLast(applied.ticks), taken }];
			return { ticks };
		};
		if (this.#promises === null) return await execute();
		const txs = planned.items.flatMap((item) => decodeItem(item, last.rollups));
		return await this.#promises.making(tick, txs, execute);
	}

	/** Holds the plans to L1 as it is now, and the execution to the plans. Returns the ticks undone. */
	async #followL1(displaced: boolean): Promise<readonly Tick[]> {
		const reconciled = reconcile(
			{
				...this.#limits,
				coinbase: this.#coinbase,
				derived: this.#track.blocks.flatMap((block) => block.ticks),
				displaced,
			},
			this.#plans,
		);
		this.#plans = reconciled.kept;
		this.#state = reconciled.state;
		this.#supply.giveBack(reconciled.undone.map((plan) => plan.taken));
		const speculative = reconciled.speculative.map((tick): Step => ({ kind: "tick", tick }));
		const steps = [...this.#track.blocks.flatMap(stepsOf), ...speculative];
		const placed = this.#messages.place(this.#track.blocks, steps);
		if (this.#promises === null) await this.#execution.sync(placed);
		else await this.#promises.holding(() => this.#execution.sync(placed));
		this.#orderElsewhere(reconciled.undone);
		this.#supply.prune();
		return reconciled.undone.map((plan) => plan.planned.tick);
	}

	/** What decides whether a tick can still be published. */
	get #limits(): Limits {
		return { config: this.timeline.config, state: this.#track.state, from: this.#from };
	}

	/** Promised items whose place L1 has given to somebody else: no promise of ours can hold there, but they are not lost. */
	#orderElsewhere(undone: readonly Plan[]): void {
		for (const { planned, taken } of undone) {
			if (planned.tick > this.#track.state.lastTick && !isLost(this.#limits, planned.tick)) continue;
			for (const item of taken.promised)
				if (item.kind === "bundle") this.submitBundle(item.legs);
				else this.submit(item.leg.rollupId, item.leg.rawTx);
		}
	}

	/**
	 * Sends what L1 has not got yet, in one publication; replaces the one in flight if it can only revert, or waits too long.
	 * @param latest only ticks up to this one, because L1 refuses those in its future
	 * @param options.whole replaces it as well if there are later ticks by now: when there may be no other publication
	 */
	async publish(latest: Tick, { whole = false } = {}): Promise<PublishReport> {
		const wanted = this.#unpublished().filter(({ planned }) => planned.tick <= latest);
		const kept = await this.#publishing.keep(this.#unpublished(), whole ? wanted : []);
		if (kept !== null) return kept;
		await this.#makePromised(latest);
		const made = new Set(this.#plans.map((plan) => plan.planned.tick));
		const promised = this.#promises?.ticksBetween(this.#track.state.lastTick, latest) ?? [];
		const ready = upToGap(
			this.#unpublished().filter(({ planned }) => planned.tick <= latest),
			promised.filter((tick) => !made.has(tick)),
		);
		return ready.length === 0 ? { kind: "nothing" } : await this.#publishing.send(ready);
	}

	/**
	 * Asks L1 whether it would take a publication of the ticks up to `latest` now: with the data in calldata, whatever they will go
	 * by, since the contract checks the same. Throws `usage` with code `reverted` and the contract's reason if not.
	 */
	async preflight(latest: Tick, request: Request): Promise<void> {
		const ready = this.#unpublished().filter(({ planned }) => planned.tick <= latest);
		await this.#publishing.preflight(ready, request);
	}

	async close(): Promise<void> {
		await this.#store.close();
	}

	/** The tick as L1 alone would fill it, after those that it inserts: that takes its share first. Null if it cannot be made. */
	#emptyTick(tick: Tick): AppliedTicks | null {
		const { config } = this.timeline;
		const l1Origin = chooseOrigin(config, this.#track.state, this.#state, tick, this.#options.originDepth);
		if (tick <= this.#state.lastTick || l1Origin === null) return null;
		const applied = applyTicks(config, this.#state, this.#coinbase, [{ tick, l1Origin: l1Origin.number, items: [] }]);
		return applied.ok ? applied : null;
	}

	#unpublished(): readonly Plan[] {
		return this.#plans.filter((plan) => plan.planned.tick > this.#track.state.lastTick);
	}

	async #forgetFinal(): Promise<void> {
		const { finalized } = await this.#source.heads();
		const final = this.#track.forget(finalized.number);
		const last = final.at(-1)?.state.lastTick;
		if (last === undefined) return;
		await this.#execution.forget(this.#messages.forget(final, final.flatMap(stepsOf)));
		await this.#promises?.forget(last);
		this.#plans = this.#plans.filter((plan) => plan.planned.tick > last);
	}
}
