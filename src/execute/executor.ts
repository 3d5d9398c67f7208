/** Executes the order layer's ticks for the rollups of one cluster. */
import type { ActiveRollup, DerivedTick, ForcedLeg, RollupRegisteredLog } from "../derive/types.ts";
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, ClusterId, Hash32, Leg, RollupId, TimelineConfig } from "../primitives/types.ts";
import { clusterPrefix } from "../store/keys.ts";
import type { Changes, Store } from "../store/types.ts";
import { Backing } from "./backing.ts";
import {
	advance,
	describeHead,
	isLive,
	type LiveRollup,
	loadRollup,
	type Rollup,
	type RollupHome,
	registerRollup,
} from "./rollup.ts";
import { examinedPerTick, RollupTick } from "./rollupTick.ts";
import { recoverAhead, type SenderRequest } from "./senders.ts";
import { DEFAULT_LIMITS, type StateLimits } from "./stateTables.ts";
import type { ClusterExecutor, DropReason, Outcome, Position, RollupHead, SealedBlock, TickResult } from "./types.ts";

export interface ClusterExecutorOptions {
	readonly store: Store;
	readonly config: TimelineConfig;
	readonly cluster: ClusterId;
	/** Bounds of what each rollup caches. */
	readonly limits?: StateLimits;
}

/** An item or a forced entry, as execution sees it. */
interface Candidate {
	readonly position: Position;
	readonly bundle: boolean;
	readonly overCap: boolean;
	readonly legs: readonly (Leg | ForcedLeg)[];
}

/** Says what became of items whose rollup no cluster has. */
const FIRST_CLUSTER: ClusterId = 1;

/** An executor that continues where the store stands. */
export async function createClusterExecutor(options: ClusterExecutorOptions): Promise<ClusterExecutor> {
	const executor = new Executor(options);
	await executor.reload();
	return executor;
}

class Executor implements ClusterExecutor {
	readonly cluster: ClusterId;
	readonly #store: Store;
	readonly #config: TimelineConfig;
	readonly #home: RollupHome;
	#rollups = new Map<RollupId, Rollup>();

	constructor({ store, config, cluster, limits = DEFAULT_LIMITS }: ClusterExecutorOptions) {
		this.cluster = cluster;
		this.#store = store;
		this.#config = config;
		this.#home = { backing: new Backing(store), cluster, limits };
	}

	async register(registration: RollupRegisteredLog): Promise<void> {
		if (registration.config.cluster !== this.cluster) return;
		this.#rollups.set(registration.rollupId, await registerRollup(this.#home, registration, this.#config));
	}

	async execute(tick: DerivedTick): Promise<TickResult> {
		const parts = new Map<RollupId, RollupTick>();
		const outcomes: Outcome[] = [];
		const all = candidates(tick);
		const sender = this.#sendersAhead(all, tick);
		for (const candidate of all) {
			const result = await this.#outcome(candidate, tick, parts, () => sender(candidate));
			if (result !== null) outcomes.push({ position: candidate.position, result });
		}
		for (const rollupId of tick.deposits.keys()) this.#part(rollupId, tick, parts);
		return { tick: tick.tick, blocks: this.#seal(parts), outcomes };
	}

	takeChanges(): Changes {
		return this.#home.backing.take();
	}

	async reload(): Promise<void> {
		this.#home.backing.reset();
		const rollups = new Map<RollupId, Rollup>();
		for await (const [, record] of this.#store.entries(clusterPrefix(this.cluster))) {
			const rollup = await loadRollup(this.#home, record);
			rollups.set(rollup.rollupId, rollup);
		}
		this.#rollups = rollups;
	}

	heads(): readonly RollupHead[] {
		return [...this.#rollups.values()].map(describeHead).sort((a, b) => a.rollupId - b.rollupId);
	}

	getBalance(rollupId: RollupId, address: Address): bigint {
		return this.#live(rollupId)?.tables.account(hexDigits(address))?.balance ?? 0n;
	}

	getNonce(rollupId: RollupId, address: Address): bigint {
		return this.#live(rollupId)?.tables.account(hexDigits(address))?.nonce ?? 0n;
	}

	getStorage(rollupId: RollupId, address: Address, slot: Hash32): Hash32 {
		const value = this.#live(rollupId)?.tables.slot(hexDigits(address), hexDigits(slot)) ?? new Uint8Array(0);
		return `0x${bytesToHex(value).slice(2).padStart(64, "0")}`;
	}

	/** Null: another cluster says what became of it. */
	async #outcome(
		{ position, bundle, overCap, legs }: Candidate,
		tick: DerivedTick,
		parts: Map<RollupId, RollupTick>,
		sender: () => Uint8Array | null,
	): Promise<Outcome["result"] | null> {
		// All legs count, also those of bundles of other clusters and of entries over the cap (E-13).
		let examined = true;
		for (const { rollupId } of legs) examined = (this.#part(rollupId, tick, parts)?.meet() ?? true) && examined;
		const [leg] = legs;
		const active = leg === undefined ? undefined : tick.rollups.get(leg.rollupId);
		if ((active?.cluster ?? FIRST_CLUSTER) !== this.cluster) return null;
		const dropped = (reason: DropReason) => ({ kind: "dropped", reason }) as const;
		if (leg === undefined || active === undefined) return dropped("unknown-rollup");
		const part = this.#part(leg.rollupId, tick, parts);
		if (part === null) return dropped("rollup-refused");
		if (overCap) return dropped("forced-over-cap");
		if (bundle) return dropped("bundle-unsupported");
		if (!examined) return dropped("not-examined");
		const result = await part.include(leg.rawTx, position.class === 0 && "gas" in leg ? BigInt(leg.gas) : null, sender);
		if (typeof result === "string") return dropped(result);
		return { kind: "included", rollupId: leg.rollupId, blockNumber: part.blockNumber, ...result };
	}

	/** Starts recovering the senders of what this cluster may include. */
	#sendersAhead(all: readonly Candidate[], tick: DerivedTick): (candidate: Candidate) => Uint8Array | null {
		const indices = new Map<Candidate, number>();
		const requests: SenderRequest[] = [];
		const counts = new Map<RollupId, number>();
		for (const candidate of all) {
			const [leg] = candidate.legs;
			const rollup = leg && this.#live(leg.rollupId);
			if (!rollup || candidate.bundle || candidate.overCap) continue;
			// About as many as E-13 examines, whatever somebody publishes.
			const count = counts.get(leg.rollupId) ?? 0;
			if (count >= examinedPerTick(tick.rollups.get(leg.rollupId)?.gasLimit ?? 0)) continue;
			counts.set(leg.rollupId, count + 1);
			indices.set(candidate, requests.length);
			requests.push({ rawTx: leg.rawTx, chainId: rollup.chainId });
		}
		const ahead = recoverAhead(requests);
		return (candidate) => {
			const index = indices.get(candidate);
			return index === undefined ? null : ahead(index);
		};
	}

	/** The rollup's part of this tick; null if it is not active, refused or another cluster's. */
	#part(rollupId: RollupId, tick: DerivedTick, parts: Map<RollupId, RollupTick>): RollupTick | null {
		const known = parts.get(rollupId);
		if (known !== undefined) return known;
		const active = tick.rollups.get(rollupId);
		if (active === undefined || active.cluster !== this.cluster) return null;
		const rollup = this.#registered(active);
		if (!isLive(rollup)) return null;
		const part = new RollupTick(rollup, tick, active);
		parts.set(rollupId, part);
		return part;
	}

	#seal(parts: ReadonlyMap<RollupId, RollupTick>): SealedBlock[] {
		const blocks: SealedBlock[] = [];
		for (const [rollupId, part] of [...parts].sort(([a], [b]) => a - b)) {
			const sealed = part.seal();
			const rollup = this.#live(rollupId);
			if (sealed === null || rollup === null) continue;
			this.#rollups.set(rollupId, advance(this.#home, rollup, sealed.head));
			blocks.push(sealed.block);
		}
		return blocks;
	}

	#live(rollupId: RollupId): LiveRollup | null {
		const rollup = this.#rollups.get(rollupId);
		return rollup !== undefined && isLive(rollup) ? rollup : null;
	}

	#registered({ rollupId }: ActiveRollup): Rollup {
		const rollup = this.#rollups.get(rollupId);
		if (rollup !== undefined) return rollup;
		throw new MeridianError(
			"halt",
			"execution-internal",
			`rollup ${rollupId} is active but was never registered with cluster ${this.cluster}; this is a bug, please report it`,
			{ rollupId, cluster: this.cluster },
		);
	}
}

/** Everything of a tick in the order of positions: forced entries first. */
function candidates({ tick, forced, items }: DerivedTick): Candidate[] {
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

/** Lower-case hex digits, however the address or slot was written. */
const hexDigits = (hex: string): string => bytesToHex(hexToBytes(hex)).slice(2);
