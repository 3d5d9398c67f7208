/** One tick of one cluster: what becomes of each item, in the order of positions, and the blocks that come of it. */
import type { ActiveRollup, DerivedTick, ForcedLeg } from "../derive/types.ts";
import type { ClusterId, Leg, RollupId } from "../primitives/types.ts";
import { readBundle, runBundle, type UnreadLeg } from "./bundle.ts";
import type { LiveRollup } from "./rollup.ts";
import { type IsSent, RollupTick, type Sealed } from "./rollupTick.ts";
import { sessionsHold } from "./sessions.ts";
import { readTags } from "./tags.ts";
import type { Dropped, DropReason, ItemResult, LegTrace, Position } from "./types.ts";

/** An item or a forced entry, as execution sees it. */
export interface Candidate {
	readonly position: Position;
	readonly bundle: boolean;
	readonly overCap: boolean;
	readonly legs: readonly (Leg | ForcedLeg)[];
}

/** What a tick stands on. */
export interface TickWorld {
	readonly cluster: ClusterId;
	/** A rollup of this cluster that is active; null if it is refused. */
	live(rollup: ActiveRollup): LiveRollup | null;
	readonly isSent: IsSent;
}

/** Who signed a leg, if that is known already. Asked once for each. */
export type SenderOf = (leg: Leg) => Uint8Array | null;

/** Says what became of items whose rollup no cluster has. */
const FIRST_CLUSTER: ClusterId = 1;
/** */
const WASTE_SHARE = 4;

type Plain = Exclude<Dropped["reason"], "leg">;
const dropped = (reason: Plain): Dropped => ({ kind: "dropped", reason });
const ignore = (): void => undefined;

export class TickRun {
	readonly #world: TickWorld;
	readonly #tick: DerivedTick;
	readonly #senderOf: SenderOf;
	/** Null: refused. */
	readonly #parts = new Map<RollupId, RollupTick | null>();
	/** Gas of bundles that failed in this tick, and how much of it there may be. */
	#waste = 0;
	readonly #wasteBudget: number;

	constructor(world: TickWorld, tick: DerivedTick, senderOf: SenderOf = () => null) {
		this.#world = world;
		this.#tick = tick;
		this.#senderOf = senderOf;
		let gas = 0;
		for (const { cluster, gasLimit } of tick.rollups.values()) if (cluster === world.cluster) gas += gasLimit;
		this.#wasteBudget = Math.floor(gas / WASTE_SHARE);
	}

	/**
	 * Executes the item, or says why not. Null: another cluster says what became of it.
	 * @param trace told of every leg of a bundle that ran
	 */
	async take(candidate: Candidate, trace: (leg: LegTrace) => void = ignore): Promise<ItemResult | null> {
		const { bundle, legs } = candidate;
		// All legs count, also those of bundles of other clusters and of entries over the cap (E-13).
		let examined = true;
		for (const { rollupId } of legs) examined = (this.#part(rollupId)?.meet() ?? true) && examined;
		const [first] = legs;
		const cluster = first && this.#tick.rollups.get(first.rollupId)?.cluster;
		if ((cluster ?? FIRST_CLUSTER) !== this.#world.cluster) return null;
		const ready = this.#ready(candidate, examined);
		if (!Array.isArray(ready)) return ready;
		return bundle ? await this.#bundle(ready, trace) : await this.#single(ready);
	}

	/** Runs a leg by itself, as if it were one of a bundle, but for what a bundle is asked as a whole. */
	async explore({ rawTx, rollupId }: Leg): Promise<LegTrace | DropReason> {
		const part = this.#part(rollupId);
		if (part === null) return "unknown-rollup";
		const decoded = part.decode(rawTx, null);
		if (typeof decoded === "string") return decoded;
		const tags = readTags(decoded.tx);
		if (tags === null) return "tags";
		const ran = await part.run(decoded, tags.deliveries);
		if (typeof ran === "string") return ran;
		return { rollupId, status: ran.status, gasUsed: ran.gasUsed, ...part.trace() };
	}

	/** The blocks of the tick, after the deposits' rollups have joined. By rollupId. */
	async seal(pause: () => Promise<void> | null = () => null): Promise<Sealed[]> {
		for (const rollupId of this.#tick.deposits.keys()) this.#part(rollupId);
		const parts = [...this.#parts].sort(([a], [b]) => a - b);
		const sealed: Sealed[] = [];
		for (const [, part] of parts) {
			const own = part?.seal() ?? null;
			if (own !== null) sealed.push(own);
			const pausing = pause();
			if (pausing !== null) await pausing;
		}
		return sealed;
	}

	/** Leaves all rollups as they were before the tick. */
	abandon(): void {
		for (const part of this.#parts.values()) part?.abandon();
	}

	/** E-10, E-1, E-11 and E-13, of all legs. */
	#ready({ overCap, legs, position }: Candidate, examined: boolean): UnreadLeg[] | Dropped {
		const rollups = legs.map(({ rollupId }) => this.#tick.rollups.get(rollupId));
		if (legs.length === 0 || rollups.includes(undefined)) return dropped("unknown-rollup");
		if (rollups.some((rollup) => rollup?.cluster !== this.#world.cluster)) return dropped("clusters");
		const ready: UnreadLeg[] = [];
		for (const leg of legs) {
			const part = this.#part(leg.rollupId);
			if (part === null) return dropped("rollup-refused");
			const gasAllowance = position.class === 0 && "gas" in leg ? BigInt(leg.gas) : null;
			ready.push({ part, rawTx: leg.rawTx, gasAllowance, sender: () => this.#senderOf(leg) });
		}
		if (overCap) return dropped("forced-over-cap");
		return examined ? ready : dropped("not-examined");
	}

	async #single([leg]: readonly UnreadLeg[]): Promise<ItemResult> {
		if (leg === undefined) return dropped("unknown-rollup");
		const { part, rawTx, gasAllowance, sender } = leg;
		const decoded = part.decode(rawTx, gasAllowance, sender);
		if (typeof decoded === "string") return dropped(decoded);
		const tags = readTags(decoded.tx);
		if (tags === null) return dropped("tags");
		// the session of a bound one must be that of a bundle of this transaction only.
		const alone = tags.bound === null || sessionsHold([{ session: part.sessionLeg(decoded), tags }]);
		if (tags.helper !== null || !alone) return dropped("session");
		const result = await part.run(decoded, tags.deliveries);
		return typeof result === "string" ? dropped(result) : { kind: "included", ...result };
	}

	async #bundle(unread: readonly UnreadLeg[], trace: (leg: LegTrace) => void): Promise<ItemResult> {
		const legs = readBundle(unread);
		if ("kind" in legs) return legs;
		if (this.#waste >= this.#wasteBudget) return dropped("waste-budget");
		const { result, wasted } = await runBundle(legs, trace);
		this.#waste += wasted;
		return result;
	}

	/** The rollup's part of this tick; null if it is not active, refused or another cluster's. */
	#part(rollupId: RollupId): RollupTick | null {
		const known = this.#parts.get(rollupId);
		if (known !== undefined) return known;
		const active = this.#tick.rollups.get(rollupId);
		if (active === undefined || active.cluster !== this.#world.cluster) return null;
		const rollup = this.#world.live(active);
		const part = rollup && new RollupTick(rollup, this.#tick, active, this.#world.isSent);
		this.#parts.set(rollupId, part);
		return part;
	}
}

/** Everything of a tick in the order of positions: forced entries first. */
export function candidates({ tick, forced, items }: DerivedTick): Candidate[] {
	return [
		...forced.map(
			({ entry, overCap }, index): Candidate => ({
				position: { tick, class: 0, index },
				bundle: entry.bundle,
				overCap,
				legs: entry.legs,
			}),
		),
		...items.map(
			(item, index): Candidate => ({
				position: { tick, class: 1, index },
				bundle: item.kind === "bundle",
				overCap: false,
				legs: item.kind === "bundle" ? item.legs : [item.leg],
			}),
		),
	];
}
