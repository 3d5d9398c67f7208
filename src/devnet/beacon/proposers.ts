/**
 * The delegates of L1's proposers, taking turns: each in its windows, and each with a mempool that has heard of everything. To the devnet they
 * are one orderer; they share nothing but L1.
 */
import { slotAt, tickTime } from "../../derive/clock.ts";
import type { Timeline } from "../../derive/ports.ts";
import type { OrderState } from "../../derive/types.ts";
import type { Item, Leg, RollupId, Tick } from "../../primitives/types.ts";
import type { BundleTotals } from "../../sequencer/bundles/pool.ts";
import type { BuilderOptions, Built } from "../../sequencer/bundles/types.ts";
import type { PromiseServer } from "../../sequencer/preconf/server.ts";
import type { Sequencer } from "../../sequencer/sequencer.ts";
import type { PublishReport, Submission, SyncReport, UnsafeTick } from "../../sequencer/types.ts";
import type { WindowSequencer } from "../../sequencer/windows/sequencer.ts";
import type { Orderer } from "../ordering.ts";

export interface Proposer {
	readonly name: string;
	readonly windows: WindowSequencer;
	readonly server: PromiseServer;
}

export class Proposers implements Orderer {
	readonly all: readonly [Proposer, ...Proposer[]];
	/** The last tick that somebody was asked to make. */
	#tick: Tick = 0;

	constructor(all: readonly [Proposer, ...Proposer[]]) {
		this.all = all;
	}

	/** Whose the tick is; null: nobody's, or it is not known. */
	ownerOf(tick: Tick): Proposer | null {
		return this.all.find(({ windows }) => windows.owns(tick)) ?? null;
	}

	get timeline(): Timeline {
		return this.all[0].windows.sequencer.timeline;
	}

	get unsafeState(): OrderState {
		return this.#ahead.unsafeState;
	}

	get safeState(): OrderState {
		return this.#ahead.safeState;
	}

	get unpublishedBytes(): number {
		return this.#active.unpublishedBytes;
	}

	heads(): ReturnType<Sequencer["heads"]> {
		return this.#ahead.heads();
	}

	executed(): ReturnType<Sequencer["executed"]> {
		return this.#sequencers.flatMap((one) => one.executed());
	}

	/** Everybody hears of it; the answer is that of whose turn it is. */
	submit(rollupId: RollupId, rawTx: Uint8Array): Submission {
		const answers = new Map(this.#sequencers.map((one) => [one, one.submit(rollupId, rawTx)]));
		return answers.get(this.#active) as Submission;
	}

	submitBundle(legs: readonly Leg[]): Submission {
		const answers = new Map(this.#sequencers.map((one) => [one, one.submitBundle(legs)]));
		return answers.get(this.#active) as Submission;
	}

	async buildBundle(tick: Tick, intents: readonly Leg[], options: BuilderOptions): Promise<Built | null> {
		const owner = this.ownerOf(tick);
		return owner === null ? null : await owner.windows.sequencer.buildBundle(tick, intents, options);
	}

	nonceOf(...account: Parameters<Sequencer["nonceOf"]>): bigint {
		return this.#active.nonceOf(...account);
	}

	orderUnseen(item: Item): void {
		this.#active.orderUnseen(item);
	}

	async sync(): Promise<SyncReport> {
		const reports: SyncReport[] = [];
		for (const { windows } of this.all) reports.push(await windows.sync());
		return {
			l1Number: Math.max(...reports.map(({ l1Number }) => l1Number)),
			removedBlocks: Math.max(...reports.map(({ removedBlocks }) => removedBlocks)),
			undoneTicks: [...new Set(reports.flatMap(({ undoneTicks }) => undoneTicks))],
			mined: reports.find(({ mined }) => mined !== null)?.mined ?? null,
		};
	}

	async makeTick(tick: Tick): Promise<UnsafeTick | null> {
		this.#tick = tick;
		return (await this.ownerOf(tick)?.windows.makeTick(tick)) ?? null;
	}

	/** Whoever owns the slot of that tick sends what its block shall hold. */
	async publish(latest: Tick): Promise<PublishReport> {
		const { config } = this.timeline;
		const slot = slotAt(config, tickTime(config, latest));
		for (const { windows } of this.all) {
			const publication = await windows.publishFor(slot);
			if (publication.kind !== "not-ours" && publication.kind !== "too-late") return publication;
		}
		return { kind: "nothing" };
	}

	get bundleTotals(): BundleTotals {
		return this.#active.bundleTotals;
	}

	async close(): Promise<void> {
		for (const { server, windows } of this.all) {
			await server.close();
			await windows.close();
		}
	}

	get #sequencers(): readonly Sequencer[] {
		return this.all.map(({ windows }) => windows.sequencer);
	}

	/** Whose turn it is, or will be next; somebody, if that is not known. */
	get #active(): Sequencer {
		const owner = this.ownerOf(this.#tick + 1) ?? this.ownerOf(this.#tick) ?? this.all[0];
		return owner.windows.sequencer;
	}

	/** Who has made the last tick: nobody knows more. */
	get #ahead(): Sequencer {
		return this.#sequencers.reduce((best, one) => (one.unsafeState.lastTick > best.unsafeState.lastTick ? one : best));
	}
}
