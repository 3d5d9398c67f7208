/**
 * A second executor of one cluster, written from docs/spec/execution.md and docs/spec/bundles.md alone: plain, slow, on ethereumjs'
 * own state. It shares no code with `src`. A tick can be given to it at once, or item by item while it is being thought up.
 */
import { AbiCoder, keccak256 } from "ethers";
import type { DerivedTick, ForcedLeg, L1MessageLog, RollupRegisteredLog } from "../../../src/derive/types.ts";
import type { ClusterId, Hex, Leg as RawLeg, RollupId } from "../../../src/primitives/types.ts";
import { MAILBOX } from "./chain.ts";
import { genesisOf } from "./genesis.ts";
import { ReferenceRollup } from "./rollup.ts";
import { type Leg, sessionsHold, tooManyTags } from "./session.ts";
import { TapeCheck } from "./tape.ts";
import { read } from "./transaction.ts";
import type { Deviation, IncludedLeg, ReferenceBlock, ReferenceOutcome, ReferenceTick, Verdict } from "./types.ts";

export interface ReferenceOptions {
	readonly cluster: ClusterId;
	readonly genesisTime: number;
	readonly tickSeconds: number;
	readonly mailboxCode: Hex;
	readonly deviation?: Deviation | undefined;
}

/** An item, or a forced entry. */
export interface Candidate {
	readonly bundle: boolean;
	readonly overCap: boolean;
	/** With `gas` if it is forced. */
	readonly legs: readonly (RawLeg | ForcedLeg)[];
}

/** What is known of a candidate that nothing stands against before it runs. */
interface Ready {
	readonly rollup: ReferenceRollup;
	readonly leg: Leg;
}

const dropped = (reason: string): Verdict => ({ kind: "dropped", reason });
const failedAt = (index: number, reason: string): Verdict => ({
	kind: "dropped",
	reason: "leg",
	leg: { index, reason },
});

export class ReferenceExecutor {
	readonly #options: ReferenceOptions;
	/** Null: refused. */
	readonly #rollups = new Map<RollupId, ReferenceRollup | null>();
	/** `rollupId id` of every message from L1, and the number of the block that recorded it. */
	readonly #messages = new Map<string, number>();
	#tick: DerivedTick | null = null;
	#met = new Map<RollupId, number>();
	#waste = 0;

	constructor(options: ReferenceOptions) {
		this.#options = options;
	}

	async register(registration: RollupRegisteredLog): Promise<void> {
		const { rollupId, config } = registration;
		if (config.cluster !== this.#options.cluster) return;
		const { genesisTime, tickSeconds, mailboxCode } = this.#options;
		const time = genesisTime + config.activationTick * tickSeconds;
		const genesis = await genesisOf(registration, { time, tickSeconds, mailboxCode });
		this.#rollups.set(rollupId, genesis === null ? null : await ReferenceRollup.create(rollupId, genesis));
	}

	/** D-10: a message from L1, recorded in the block of that number. */
	message({ rollupId, id }: L1MessageLog, l1Block: number): void {
		const key = `${rollupId} ${id}`;
		if (!this.#messages.has(key)) this.#messages.set(key, l1Block);
	}

	/** Between two ticks: remembers everything but registrations. What it returns goes back to it, as often as wanted. */
	async mark(): Promise<() => Promise<void>> {
		const messages = [...this.#messages];
		const rollups = [...this.#rollups.values()].filter((rollup) => rollup !== null);
		const back = await Promise.all(rollups.map((rollup) => rollup.mark()));
		if (this.#deviates("unwind-keeps-a-rollup")) back.shift();
		return async () => {
			for (const one of back) await one();
			if (this.#deviates("unwind-keeps-messages")) return;
			this.#messages.clear();
			for (const [key, l1Block] of messages) this.#messages.set(key, l1Block);
		};
	}

	/** A rollup of this cluster, to look into; null if it is refused or unknown. */
	rollup(rollupId: RollupId): ReferenceRollup | null {
		return this.#rollups.get(rollupId) ?? null;
	}

	async execute(tick: DerivedTick): Promise<ReferenceTick> {
		this.begin(tick);
		const outcomes: ReferenceOutcome[] = [];
		for (const [index, { entry, overCap }] of tick.forced.entries()) {
			const verdict = await this.candidate({ bundle: entry.bundle, overCap, legs: entry.legs });
			if (verdict !== null) outcomes.push({ class: 0, index, verdict });
		}
		for (const [index, item] of tick.items.entries()) {
			const legs = item.kind === "bundle" ? item.legs : [item.leg];
			const verdict = await this.candidate({ bundle: item.kind === "bundle", overCap: false, legs });
			if (verdict !== null) outcomes.push({ class: 1, index, verdict });
		}
		return { outcomes, blocks: await this.end() };
	}

	/** Of the tick only the settings count here; its entries and items come one by one. */
	begin(tick: DerivedTick): void {
		this.#tick = tick;
		this.#met = new Map();
		this.#waste = 0;
	}

	/** Null: another cluster tells what becomes of it. */
	async candidate(candidate: Candidate): Promise<Verdict | null> {
		const tick = this.#now;
		const examined = this.#meet(candidate.legs);
		const first = tick.rollups.get(candidate.legs[0]?.rollupId ?? 0);
		if ((first?.cluster ?? 1) !== this.#options.cluster) return null;
		const active = candidate.legs.map(({ rollupId }) => tick.rollups.get(rollupId));
		if (active.length === 0 || active.includes(undefined)) return dropped("unknown-rollup");
		if (active.some((one) => one?.cluster !== this.#options.cluster)) return dropped("clusters");
		const rollups = candidate.legs.map(({ rollupId }) => this.rollup(rollupId));
		if (rollups.some((one) => one === null)) return dropped("rollup-refused");
		if (candidate.overCap && !this.#deviates("overcap-accepted")) return dropped("forced-over-cap");
		if (!examined) return dropped("not-examined");
		const ready = this.#read(candidate, rollups as ReferenceRollup[]);
		if (!Array.isArray(ready)) return ready;
		if (ready.some(({ leg }) => tooManyTags(leg)) && !this.#deviates("tags-unchecked")) return dropped("tags");
		const legs = ready.map(({ leg }) => leg);
		const free = this.#deviates(candidate.bundle ? "session-unchecked" : "alone-unchecked");
		if (!free && !sessionsHold(legs, !candidate.bundle)) return dropped("session");
		if (candidate.bundle && this.#waste >= this.#wasteBudget()) return dropped("waste-budget");
		for (const { rollup } of ready) await this.#begin(rollup);
		return candidate.bundle ? this.#bundle(ready) : this.#alone(ready[0] as Ready);
	}

	/** The blocks of the tick, by rollupId. */
	async end(): Promise<ReferenceBlock[]> {
		const tick = this.#now;
		const blocks: ReferenceBlock[] = [];
		for (const rollupId of [...this.#rollups.keys()].sort((a, b) => a - b)) {
			const rollup = this.rollup(rollupId);
			if (rollup === null || !(rollup.hasBegun || tick.deposits.has(rollupId))) continue;
			await this.#begin(rollup);
			const block = await rollup.end(tick);
			if (block !== null) blocks.push(block);
		}
		this.#tick = null;
		return blocks;
	}

	#deviates(deviation: Deviation): boolean {
		return this.#options.deviation === deviation;
	}

	get #now(): DerivedTick {
		if (this.#tick === null) throw new RangeError("no tick has begun");
		return this.#tick;
	}

	async #begin(rollup: ReferenceRollup): Promise<void> {
		const active = this.#now.rollups.get(rollup.rollupId);
		if (active !== undefined) await rollup.begin(this.#now, active);
	}

	/** E-13: counts the legs; whether all are within their rollup's number. */
	#meet(legs: readonly RawLeg[]): boolean {
		let examined = true;
		for (const { rollupId } of legs) {
			const met = (this.#met.get(rollupId) ?? 0) + 1;
			this.#met.set(rollupId, met);
			const active = this.#now.rollups.get(rollupId);
			const beyond = active !== undefined && met > Math.floor(active.gasLimit / 21_000);
			if (beyond && !this.#deviates("examined-unbounded")) examined = false;
		}
		return examined;
	}

	/** E-14 to E-18 for every leg. */
	#read({ bundle, legs }: Candidate, rollups: readonly ReferenceRollup[]): Ready[] | Verdict {
		const ready: Ready[] = [];
		for (const [index, leg] of legs.entries()) {
			const rollup = rollups[index] as ReferenceRollup;
			const transaction = read(leg.rawTx, rollup.common, "gas" in leg ? leg.gas : null);
			if (typeof transaction === "string") return bundle ? failedAt(index, transaction) : dropped(transaction);
			ready.push({ rollup, leg: { chainId: rollup.chainId, transaction } });
		}
		return ready;
	}

	/** */
	#wasteBudget(): number {
		let sum = 0;
		for (const { cluster, gasLimit } of this.#now.rollups.values())
			if (cluster === this.#options.cluster) sum += gasLimit;
		return Math.floor(sum / 4);
	}

	/** E-19 to E-24, X-7, and then what it does. */
	async #include({ rollup, leg: { transaction } }: Ready): Promise<IncludedLeg | string> {
		const refused = await rollup.refuses(transaction);
		if (refused !== null) return refused;
		for (const tag of this.#deviates("sent-unchecked") ? [] : transaction.tags.delivery)
			if (!(await this.#isSent(tag, rollup))) return "message-not-sent";
		return rollup.run(transaction);
	}

	async #alone(ready: Ready): Promise<Verdict> {
		const leg = await this.#include(ready);
		return typeof leg === "string" ? dropped(leg) : { kind: "included", legs: [leg] };
	}

	/** */
	async #bundle(ready: readonly Ready[]): Promise<Verdict> {
		const rollups = [...new Set(ready.map(({ rollup }) => rollup))];
		for (const rollup of rollups) await rollup.save();
		const { verdict, gas } = await this.#legs(ready);
		for (const rollup of rollups)
			await rollup.settle(verdict.kind === "included" || this.#deviates("failed-bundle-kept"));
		if (verdict.kind === "dropped" && !this.#deviates("waste-free")) this.#waste += gas;
		return verdict;
	}

	async #legs(ready: readonly Ready[]): Promise<{ readonly verdict: Verdict; readonly gas: number }> {
		const tape = new TapeCheck(this.#options.deviation ?? null);
		const legs: IncludedLeg[] = [];
		let gas = 0;
		for (const [index, one] of ready.entries()) {
			const helps = one.leg.transaction.tags.helper.length > 0;
			if (!helps && !tape.isSettled() && !this.#deviates("pending-unchecked")) return { verdict: dropped("tape"), gas };
			const leg = await this.#include(one);
			if (typeof leg === "string") return { verdict: failedAt(index, leg), gas };
			gas += leg.gasUsed;
			if (leg.status === 0 && !this.#deviates("reverted-leg-accepted"))
				return { verdict: failedAt(index, "reverted"), gas };
			if (!tape.leg(one.leg.chainId, leg.logs)) return { verdict: dropped("tape"), gas };
			legs.push(leg);
		}
		return { verdict: tape.holds() ? { kind: "included", legs } : dropped("tape"), gas };
	}

	/** */
	async #isSent(tag: string, own: ReferenceRollup): Promise<boolean> {
		const id = `0x${tag}${"0".repeat(16)}`;
		const recorded = this.#messages.get(`${own.rollupId} ${id}`);
		const early = recorded !== undefined && recorded > this.#now.l1Origin.number;
		if (recorded !== undefined && (!early || this.#deviates("l1-too-early"))) return true;
		const slot = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [id, 0]));
		for (const rollup of this.#rollups.values()) {
			if (rollup === null || (rollup === own && !this.#deviates("own-sent-counts"))) continue;
			if ((await rollup.slot(MAILBOX, slot)) !== 0n) return true;
		}
		return false;
	}
}
