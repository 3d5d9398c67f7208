/**
 * A sequencer for whoever has the right for some windows only: an L1 proposer's delegate, or one of a staked set. It orders ticks of its own windows,
 * promises places in them, publishes them in time, and leaves all others to others (docs/spec/preconfirmations.md, section 5). It has no timer: who
 * drives it calls `sync` when L1 may have changed, `makeTick` at each tick's time, and `publishFor` the lead before each slot.
 */
import { unpackRingWord } from "../../codec/header.ts";
import { slotAt, slotStart } from "../../derive/clock.ts";
import type { L1Source } from "../../derive/ports.ts";
import type { Window } from "../../l1/rights.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import type { Address, Tick } from "../../primitives/types.ts";
import type { L1Account } from "../l1-account.ts";
import { L1Gate } from "../preconf/gate.ts";
import { type Journal, openJournal } from "../preconf/journal.ts";
import { Promises } from "../preconf/promises.ts";
import type { PromiseSigner } from "../preconf/signer.ts";
import type { PromiseLimits } from "../preconf/types.ts";
import { Sequencer } from "../sequencer.ts";
import type { PublishReport, SequencerOptions, SyncReport, UnsafeTick } from "../types.ts";
import { WindowBook, windowLeadOf } from "./book.ts";
import { type Due, type DutyContext, dueIn, isOwn, targetSlot } from "./duty.ts";

export interface WindowOptions extends Omit<SequencerOptions, "account" | "promises"> {
	readonly source: L1Source;
	/** Of the same L1; asked for rights. */
	readonly rpc: RpcTransport;
	/** Publishes. Nothing else may send from it. */
	readonly account: L1Account;
	/** The same account's key: who publishes, promises (P-2). */
	readonly signer: PromiseSigner;
	/** The timeline's `PreconfSlasher`. */
	readonly slasher: Address;
	/** Folder of the journal of promises, this key's alone. */
	readonly journal: string;
	/** Seconds between sending a publication and the slot whose block shall hold it; the rights' handover lead by default. */
	readonly lead?: number;
	readonly limits?: Partial<PromiseLimits>;
	/** This machine's clock, in milliseconds since 1970. */
	readonly now?: () => number;
}

export interface WindowSync extends SyncReport {
	/** Ticks that were not published while their window lasted, and those made upon them, which are made again. */
	readonly lapsed: readonly Tick[];
	/** Ticks with promises that are found not to be kept: each is told once. */
	readonly broken: readonly Tick[];
}

export type WindowPublication =
	/** The slot is somebody else's, or nobody's, or it is not known whose. */
	| { readonly kind: "not-ours" }
	/** The slot has its block already. */
	| { readonly kind: "too-late" }
	| (PublishReport & {
			/** The publication that it follows. */
			readonly parent: { readonly id: number; readonly lastTick: Tick };
			/** The window before ended with its last tick: whoever owns it has nothing more to come. */
			readonly handedOver: boolean;
			/** This one ends with its window's last tick. */
			readonly ends: boolean;
	  });

/** Bumped fees get into the next block of the same window; a later one may be somebody else's. */
const PATIENCE = 1;

export class WindowSequencer {
	readonly sequencer: Sequencer;
	readonly promises: Promises;
	readonly book: WindowBook;
	/** Seconds. */
	readonly lead: number;
	readonly #gate: L1Gate;
	readonly #journal: Journal;
	readonly #context: DutyContext;
	readonly #maxSkewMs: number;
	/** Given up since the last `sync`. */
	#lapsed: readonly Tick[] = [];
	/** What promises were last held against, and those that are told to be broken. */
	#judged = "";
	readonly #broken = new Set<Tick>();

	private constructor(parts: {
		readonly sequencer: Sequencer;
		readonly promises: Promises;
		readonly book: WindowBook;
		readonly gate: L1Gate;
		readonly journal: Journal;
		readonly context: DutyContext;
	}) {
		this.sequencer = parts.sequencer;
		this.promises = parts.promises;
		this.book = parts.book;
		this.lead = parts.context.lead;
		this.#gate = parts.gate;
		this.#journal = parts.journal;
		this.#context = parts.context;
		this.#maxSkewMs = parts.promises.limits.maxSkewMs;
	}

	/**
	 * Opens on a timeline, with the journal's promises; `sync` then takes in its L1. Throws what the source throws, `openJournal` and
	 * `windowLeadOf`.
	 */
	static async open(options: WindowOptions): Promise<WindowSequencer> {
		const { account, journal: directory, lead: given, limits, now = Date.now, ...others } = options;
		const { rpc, signer, slasher, source, ...rest } = others;
		const { config, inbox, l1ChainId, rights } = await source.timeline();
		const lead = given ?? (await windowLeadOf(rpc, rights));
		const book = new WindowBook({ rpc, rights });
		const gate = new L1Gate({ book, config, sequencer: account.address, now });
		const identity = { chainId: l1ChainId, timeline: inbox, slasher, sequencer: account.address };
		const journal = await openJournal(directory, identity);
		try {
			const promises = new Promises({
				config,
				identity,
				journal,
				signer,
				gate,
				limits: { publishMs: lead * 1_000, ...limits },
			});
			const publisher = { patience: PATIENCE, ...rest.publisher };
			const sequencer = await Sequencer.open(source, { ...rest, account, publisher, promises });
			const context = { config, sequencer: account.address, lead };
			return new WindowSequencer({ sequencer, promises, book, gate, journal, context });
		} catch (error) {
			await journal.shut();
			throw error;
		}
	}

	get address(): Address {
		return this.#context.sequencer;
	}

	/** Takes in L1: blocks, reorgs, rights, the clock. Gives up ticks whose window is over. Throws what L1 throws; `retry` may be tried again. */
	async sync(): Promise<WindowSync> {
		const { hash } = this.sequencer.safeState.l1;
		const report = await this.sequencer.sync();
		const head = this.sequencer.safeState.l1;
		if (head.hash !== hash) this.#gate.sawBlock(head.timestamp);
		await this.book.refresh(slotAt(this.#context.config, this.#now()), report.removedBlocks > 0);
		const window = this.#nextWindow();
		if (window !== null) await this.#lapse(window.minTick);
		const lapsed = this.#lapsed;
		this.#lapsed = [];
		const broken = this.#newlyBroken(`${head.hash} ${window?.minTick}`);
		return { ...report, undoneTicks: [...report.undoneTicks, ...lapsed], lapsed, broken };
	}

	/** @param ground nothing can have changed as long as it is the same */
	#newlyBroken(ground: string): readonly Tick[] {
		if (ground === this.#judged) return [];
		this.#judged = ground;
		const broken = this.promises.broken().filter((tick) => !this.#broken.has(tick));
		for (const tick of broken) this.#broken.add(tick);
		return broken;
	}

	/** Whether the tick is in a window of its own. */
	owns(tick: Tick): boolean {
		return isOwn(this.#context, this.book.windowOf(tick));
	}

	/** Whether any slot that is known, from the current one on, is its own. */
	ownsAny(): boolean {
		return this.book.windows().some((window) => isOwn(this.#context, window));
	}

	/** Orders and executes the tick, at its time, if it is its own and there is anything to do. */
	async makeTick(tick: Tick): Promise<UnsafeTick | null> {
		return this.owns(tick) ? await this.sequencer.makeTick(tick) : null;
	}

	/** Sends what the block of that slot shall hold; to be called the lead before it. Throws what broadcasting throws, and `Sequencer.publish`. */
	async publishFor(slot: number): Promise<WindowPublication> {
		const due = dueIn(this.#context, this.book, slot);
		if (due === null) return { kind: "not-ours" };
		const { l1 } = this.sequencer.safeState;
		if (slotStart(this.#context.config, slot) <= l1.timestamp) return { kind: "too-late" };
		await this.#lapse(due.firstTick);
		// What has been undone since its time is made again.
		await this.sequencer.makeTick(due.lastTick);
		if (due.last) await this.#endWindow(due);
		const parent = unpackRingWord(this.sequencer.safeState.head);
		const report = await this.sequencer.publish(due.lastTick, { whole: due.last });
		const { maxTick = due.lastTick } = this.book.windowAt(slot) ?? {};
		return {
			...report,
			parent: { id: parent.id, lastTick: parent.lastTick },
			handedOver: parent.lastTick === due.firstTick - 1,
			ends: report.kind === "sent" && report.lastTick === maxTick,
		};
	}

	/** Ticks with promises that L1 has not got, and that `sync` has not told to be broken. */
	outstanding(): readonly Tick[] {
		const { lastTick } = this.sequencer.safeState;
		return this.#journal.ticks.filter((tick) => tick > lastTick && !this.#broken.has(tick));
	}

	/** Lets go of the journal. What is promised and not on L1 is for whoever opens it next. */
	async close(): Promise<void> {
		await this.sequencer.close();
		await this.#journal.shut();
	}

	async #lapse(before: Tick): Promise<void> {
		this.#lapsed = [...this.#lapsed, ...(await this.sequencer.lapse(before))];
	}

	/** The end marker: a window in which there is anything ends with its last tick, so that who comes next need not wait for more. */
	async #endWindow({ firstTick, lastTick }: Due): Promise<void> {
		const { lastTick: made } = this.sequencer.unsafeState;
		if (firstTick <= made && made < lastTick) await this.sequencer.makeTick(lastTick, { evenEmpty: true });
	}

	/** Whose the next block is that can still hold what is sent now; null if that is not known. */
	#nextWindow(): Window | null {
		return this.book.windowAt(targetSlot(this.#context, this.#now(), this.sequencer.safeState.l1.timestamp));
	}

	/** Seconds. A clock that may be wrong must not give up ticks: then the newest block's time is all that is known. */
	#now(): number {
		const head = this.sequencer.safeState.l1.timestamp;
		const { errorMs, nowMs } = this.#gate.clock();
		if (errorMs === null || errorMs > this.#maxSkewMs) return head;
		return Math.max(head, (nowMs - errorMs) / 1_000);
	}
}
