/**
 * Keeps L1's oracle published, a timeline's rights sealed and its staked set drawn, epoch after epoch. It remembers nothing that matters:
 * at each L1 block it looks at what is recorded, so a reorg, another keeper or a restart only change what is due. One transaction is in
 * flight at a time, replaced until it is mined or no longer wanted.
 */
import { PROPOSER_RIGHTS, STAKED_SET } from "../../l1/seals.ts";
import { isMeridianError } from "../../primitives/errors.ts";
import type { Address, Hex } from "../../primitives/types.ts";
import { estimateGas } from "../l1-send.ts";
import type { L1Call } from "../l1-transaction.ts";
import { type Outgoing, Publisher } from "../publisher.ts";
import { type Deed, leftUndone } from "./plan.ts";
import { type ProvedCalls, proveCalls } from "./proofs.ts";
import type { KeeperEvent, KeeperOptions, KeeperReport } from "./types.ts";
import { look, readRecorded, type Sight, type View } from "./view.ts";

interface Draft extends Outgoing {
	readonly deed: Deed;
}

/** Nothing will be proved from states of this epoch; and trying costs a state. */
const HOPELESS = new Set(["unknown-layout", "unknown-fork", "layout-mismatch"]);
/** Epochs that went by unseen are looked at one by one up to so many. */
const LOOK_BACK = 8;

const isSame = (one: Deed, other: Deed): boolean => one.kind === other.kind && one.epoch === other.epoch;
const isProved = ({ kind }: Deed): boolean => kind === "publish" || kind === "mix";

export class Keeper {
	readonly #options: KeeperOptions;
	readonly #sight: Sight;
	readonly #publisher: Publisher<Draft>;
	#proved: ProvedCalls | null = null;
	/** The target that nothing can be proved for. */
	#hopeless: number | null = null;
	/** The newest seen. A transaction waits from then on. */
	#l1Block = 0;
	/** Up to which epoch what is missed has been told. */
	#told: number | null = null;

	constructor(options: KeeperOptions) {
		const { account, clock, limits, rpc } = options;
		this.#options = options;
		this.#sight = { rpc, clock, kept: options };
		this.#publisher = new Publisher(account, limits);
	}

	/** Once per new L1 block. Failures are in the report, and tried again by the next step. An abort leaves what is in flight. */
	async step(signal?: AbortSignal): Promise<KeeperReport> {
		const events: KeeperEvent[] = [];
		const view = await this.#attempt(null, events, async () => {
			await this.#settle(events);
			const seen = await this.#look();
			await this.#tellMissed(seen, events);
			return seen;
		});
		if (view !== null) await this.#pursueFirst(view, events, signal);
		const { draft, sent = [] } = this.#publisher.inFlight ?? {};
		const hash = sent.at(-1)?.hash;
		return {
			l1Block: view?.l1.number ?? null,
			epoch: view?.target ?? null,
			events,
			inFlight: draft === undefined || hash === undefined ? null : { deed: draft.deed, hash },
		};
	}

	async #look(): Promise<View> {
		const view = await look(this.#sight);
		this.#l1Block = view.l1.number;
		return view;
	}

	async #settle(events: KeeperEvent[]): Promise<void> {
		const settled = await this.#publisher.settle();
		if (settled.kind === "displaced") events.push({ kind: "displaced", deed: settled.draft.deed });
		if (settled.kind !== "mined") return;
		const { blockNumber: l1Block, gasUsed, hash, success } = settled.receipt;
		events.push({ kind: "mined", deed: settled.draft.deed, hash, l1Block, gasUsed, success });
	}

	/** The first that can be done goes into flight; one that fails does not keep the others from it. */
	async #pursueFirst(view: View, events: KeeperEvent[], signal: AbortSignal | undefined): Promise<void> {
		let isProvable = this.#hopeless !== view.target;
		for (const deed of view.due) {
			if (signal?.aborted) return;
			if (isProved(deed) && !isProvable) continue;
			const isInFlight = await this.#attempt(deed, events, () => this.#pursue(deed, view, events, signal));
			if (isInFlight) return;
			// What one proof lacks, the other does; asking twice may cost two states.
			if (isInFlight === null && isProved(deed)) isProvable = false;
		}
	}

	/** Whether it is in flight now. */
	async #pursue(deed: Deed, view: View, events: KeeperEvent[], signal: AbortSignal | undefined): Promise<boolean> {
		const { account, rpc } = this.#options;
		const { inFlight } = this.#publisher;
		const isWaiting = inFlight !== null && isSame(inFlight.draft.deed, deed);
		const data = await this.#dataOf(deed, view, signal);
		if (data === null) return false;
		const to = this.#contractOf(deed);
		let gasLimit: bigint;
		try {
			// Of what is in flight, too: a reorg may have taken back what it was proved from.
			gasLimit = await estimateGas(rpc.request, account, { to, data, value: 0n });
		} catch (error) {
			if (isRefusal(error)) this.#proved = null;
			throw error;
		}
		const isUnchanged = isWaiting && inFlight.draft.call.data === data;
		if (isUnchanged && !this.#publisher.isStale(this.#l1Block)) return true;
		return await this.#send(deed, { to, data, value: 0n, gasLimit }, events);
	}

	async #send(deed: Deed, call: L1Call, events: KeeperEvent[]): Promise<boolean> {
		const replacement = this.#publisher.inFlight !== null;
		try {
			if (!(await this.#publisher.send({ deed, carrier: "calldata", call, blobs: [] }, this.#l1Block))) {
				events.push({ kind: "too-dear", deed });
				return true;
			}
		} catch (error) {
			// Mined a moment ago: the next step sees what.
			if (isMeridianError(error) && error.code === "l1-nonce-used") return true;
			throw error;
		}
		const hash = this.#publisher.inFlight?.sent.at(-1)?.hash;
		if (hash !== undefined) events.push({ kind: "sent", deed, hash, replacement });
		return true;
	}

	#contractOf({ kind }: Deed): Address {
		const { oracle, rights = oracle, stakedSet = oracle } = this.#options;
		return { publish: oracle, mix: oracle, seal: rights, draw: stakedSet }[kind];
	}

	/** Null if it is not to be sent after all: aborted, or no longer due when the proof was there, which may take minutes. */
	async #dataOf(deed: Deed, view: View, signal: AbortSignal | undefined): Promise<Hex | null> {
		if (deed.kind === "seal") return PROPOSER_RIGHTS.encodeFunctionData("seal", [deed.epoch]) as Hex;
		if (deed.kind === "draw") return STAKED_SET.encodeFunctionData("draw", [deed.epoch]) as Hex;
		if (this.#proved?.epoch === view.target) return this.#proved[deed.kind];
		this.#proved = await this.#prove(view, signal);
		const { due } = await this.#look();
		if (this.#proved === null || !due.some((other) => isSame(other, deed))) return null;
		return this.#proved[deed.kind];
	}

	async #prove({ l1, target }: View, signal: AbortSignal | undefined): Promise<ProvedCalls | null> {
		try {
			return await proveCalls(this.#options, l1.timestamp, target, signal);
		} catch (error) {
			if (isHopeless(error)) this.#hopeless = target;
			throw error;
		}
	}

	async #tellMissed({ l1, target }: View, events: KeeperEvent[]): Promise<void> {
		const first = (this.#told ?? target - 1) + 1;
		const looked = Math.max(first, target - LOOK_BACK);
		if (first < looked) events.push({ kind: "unseen", from: first, to: looked - 1 });
		for (let epoch = looked; epoch < target; epoch++) {
			const deeds = leftUndone(epoch, await readRecorded(this.#sight, epoch, l1));
			if (deeds.length > 0) events.push({ kind: "missed", epoch, deeds });
			this.#told = epoch;
		}
		this.#told = Math.max(target - 1, this.#told ?? 0);
	}

	/** What goes wrong is told; null then. */
	async #attempt<T>(deed: Deed | null, events: KeeperEvent[], work: () => Promise<T>): Promise<T | null> {
		try {
			return await work();
		} catch (error) {
			if (!isMeridianError(error)) throw error;
			if (deed !== null && isHopeless(error)) events.push({ kind: "given-up", deed, error });
			else events.push({ kind: "failed", deed, error });
			return null;
		}
	}
}

const isHopeless = (error: unknown): boolean => isMeridianError(error) && HOPELESS.has(error.code);

/** Whether it is the contract that refuses, rather than a node that does not answer. */
function isRefusal(error: unknown): boolean {
	if (!isMeridianError(error)) return false;
	return error.code === "reverted" || (error.code === "rpc-error" && error.details.again !== true);
}
