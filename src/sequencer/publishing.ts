/** Publications of plans: what they are built on, by which carrier they go, and whether the one in flight is still the right one. */
import { unpackRingWord } from "../codec/header.ts";
import type { OrderState } from "../derive/types.ts";
import { bytesToHex, uintToBytes } from "../primitives/bytes.ts";
import type { Hex } from "../primitives/types.ts";
import { buildDraft, type DraftContext } from "./draft.ts";
import { type Carrier, cheaperCarrier } from "./fees.ts";
import type { Request } from "./l1-account.ts";
import { Publisher, type Settlement, sentReport } from "./publisher.ts";
import { tryPublication } from "./reverts.ts";
import { type Plan, rawBytesOf } from "./speculation.ts";
import type { L1Track } from "./track.ts";
import type { PublishReport, SequencerOptions } from "./types.ts";

/** names the newest publication, for whoever publishes because nobody else has for long. */
export const openProof = ({ head }: OrderState): Hex => bytesToHex(uintToBytes(unpackRingWord(head).id, 32));

export class Publishing {
	readonly #track: L1Track;
	readonly #options: SequencerOptions;
	readonly #publisher: Publisher;
	/** What the publication in flight is made of. */
	#sent: readonly Plan[] = [];

	constructor(track: L1Track, options: SequencerOptions) {
		this.#track = track;
		this.#options = options;
		this.#publisher = new Publisher(options.account, options.publisher);
	}

	/** Looks what became of the publication in flight. */
	settle(): Promise<Settlement> {
		return this.#publisher.settle();
	}

	/**
	 * Lets the publication in flight wait, or raises its fees. Null: there is none, or another has to take its place.
	 * @param unpublished all plans that L1 has not got; @param wanted those that a new one would hold, if it must hold all of them
	 */
	async keep(unpublished: readonly Plan[], wanted: readonly Plan[]): Promise<PublishReport | null> {
		const { inFlight } = this.#publisher;
		if (inFlight === null || !this.#isStillRight(unpublished)) return null;
		if (wanted.some((plan) => plan.planned.tick > inFlight.draft.lastTick)) return null;
		const l1Number = this.#track.state.l1.number;
		if (!this.#publisher.isStale(l1Number)) return { kind: "waiting" };
		return (await this.#publisher.bump(l1Number)) ? sentReport(inFlight.draft, 0, true) : { kind: "too-dear" };
	}

	/** Sends as many of the plans as one publication carries, in place of what is in flight. */
	async send(plans: readonly Plan[]): Promise<PublishReport> {
		const replacement = this.#publisher.inFlight !== null;
		const context = await this.#context(plans);
		const { bytes, count, draft } = await buildDraft(
			context,
			plans.map(({ planned }) => planned),
		);
		if (!(await this.#publisher.send(draft, this.#track.state.l1.number))) return { kind: "too-dear" };
		this.#sent = plans.slice(0, count);
		return sentReport(draft, bytes, replacement);
	}

	/** Asks L1 whether it would take them now, in calldata. Throws `usage` with code `reverted` and the contract's reason if not. */
	async preflight(plans: readonly Plan[], request: Request): Promise<void> {
		const context: DraftContext = { ...(await this.#context(plans)), carrier: "calldata" };
		const { draft } = await buildDraft(
			context,
			plans.map(({ planned }) => planned),
		);
		await tryPublication(request, this.#options.account.address, draft.call);
	}

	/** It builds on the head, and its ticks are still ours and unpublished. */
	#isStillRight(unpublished: readonly Plan[]): boolean {
		const ours = new Set(unpublished);
		const { inFlight } = this.#publisher;
		return inFlight?.draft.parent === this.#track.state.head && this.#sent.every((plan) => ours.has(plan));
	}

	async #context(plans: readonly Plan[]): Promise<DraftContext> {
		const { account, archive = null, coinbase = account.address, wrapperVersion = 1 } = this.#options;
		const { state, timeline } = this.#track;
		const carrier = await this.#chooseCarrier(plans);
		const proof = this.#options.proof?.(state) ?? "0x";
		return { config: timeline.config, state, inbox: timeline.inbox, coinbase, carrier, proof, wrapperVersion, archive };
	}

	async #chooseCarrier(plans: readonly Plan[]): Promise<Carrier> {
		const inFlight = this.#publisher.carrierInFlight;
		if (inFlight !== null) return inFlight;
		const { carrier = "cheapest" } = this.#options;
		if (carrier !== "cheapest") return carrier;
		// Raw bytes are a little more than compressed ones; the choice is not that fine.
		return cheaperCarrier(rawBytesOf(plans), await this.#options.account.prices());
	}
}
