/** Executes the order layer's ticks for the rollups of one cluster. */
import type { ActiveRollup, DerivedTick, L1MessageLog, RollupRegisteredLog } from "../derive/types.ts";
import { bytesToHex, bytesToUint, hexToBytes, uintToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, ClusterId, Hash32, Leg, RollupId, TimelineConfig } from "../primitives/types.ts";
import { clusterPrefix, messageKey } from "../store/keys.ts";
import type { Changes, Store } from "../store/types.ts";
import { Backing } from "./backing.ts";
import { MAILBOX_HEX, sentSlot, type TagHash, tagHash } from "./mailbox.ts";
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
import { examinedPerTick } from "./rollupTick.ts";
import { recoverAhead, type SenderRequest } from "./senders.ts";
import { DEFAULT_LIMITS, type StateLimits } from "./stateTables.ts";
import { type Candidate, candidates, type SenderOf, TickRun, type TickWorld } from "./tickRun.ts";
import type {
	ClusterExecutor,
	DropReason,
	LegTrace,
	Outcome,
	Position,
	RollupHead,
	Simulation,
	TickResult,
} from "./types.ts";

export interface ClusterExecutorOptions {
	readonly store: Store;
	readonly config: TimelineConfig;
	readonly cluster: ClusterId;
	/** Bounds of what each rollup caches. */
	readonly limits?: StateLimits;
	/** Awaited between items of a tick, so that what else this process does need not wait for the whole tick. */
	readonly pause?: () => Promise<void> | null;
	/** Who signed a leg, found by `decodeTx` of the same bytes. Null: not known. */
	readonly knownSender?: SenderOf;
}

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
	readonly #world: TickWorld;
	readonly #pause: () => Promise<void> | null;
	readonly #knownSender: SenderOf;
	#rollups = new Map<RollupId, Rollup>();

	constructor(options: ClusterExecutorOptions) {
		const { store, config, cluster, limits = DEFAULT_LIMITS } = options;
		this.#pause = options.pause ?? (() => null);
		this.#knownSender = options.knownSender ?? (() => null);
		this.cluster = cluster;
		this.#store = store;
		this.#config = config;
		this.#home = { backing: new Backing(store), cluster, limits };
		this.#world = {
			cluster,
			live: (active) => {
				const rollup = this.#registered(active);
				return isLive(rollup) ? rollup : null;
			},
			isSent: (...question) => this.#isSent(...question),
		};
	}

	async register(registration: RollupRegisteredLog): Promise<void> {
		if (registration.config.cluster !== this.cluster) return;
		this.#rollups.set(registration.rollupId, await registerRollup(this.#home, registration, this.#config));
	}

	noteMessages(l1Block: number, messages: readonly L1MessageLog[]): void {
		for (const { rollupId, id } of messages) {
			if (!this.#rollups.has(rollupId)) continue;
			this.#home.backing.set(messageKey(rollupId, tagHash(id)), uintToBytes(l1Block, 8));
		}
	}

	async execute(tick: DerivedTick): Promise<TickResult> {
		const outcomes: Outcome[] = [];
		const all = candidates(tick);
		const run = new TickRun(this.#world, tick, this.#sendersAhead(all, tick));
		for (const candidate of all) {
			const result = await run.take(candidate);
			if (result !== null) outcomes.push({ position: candidate.position, result });
			const pausing = this.#pause();
			if (pausing !== null) await pausing;
		}
		const blocks = (await run.seal(this.#pause)).map(({ block, head }) => {
			const rollup = this.#live(block.rollupId);
			if (rollup !== null) this.#rollups.set(block.rollupId, advance(this.#home, rollup, head));
			return block;
		});
		return { tick: tick.tick, blocks, outcomes };
	}

	async simulate(tick: DerivedTick, legs: readonly Leg[]): Promise<Simulation> {
		const run = new TickRun(this.#world, tick);
		const traces: LegTrace[] = [];
		try {
			for (const candidate of candidates(tick)) await run.take(candidate);
			const position: Position = { tick: tick.tick, class: 1, index: tick.items.length };
			const bundle = { position, bundle: true, overCap: false, legs };
			const result = await run.take(bundle, (trace) => traces.push(trace));
			return { result: result ?? { kind: "dropped", reason: "clusters" }, legs: traces };
		} finally {
			run.abandon();
		}
	}

	async explore(tick: DerivedTick, legs: readonly Leg[]): Promise<readonly (LegTrace | DropReason)[]> {
		const run = new TickRun(this.#world, tick);
		try {
			for (const candidate of candidates(tick)) await run.take(candidate);
			const found: (LegTrace | DropReason)[] = [];
			for (const leg of legs) found.push(await run.explore(leg));
			return found;
		} finally {
			run.abandon();
		}
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

	/** Starts recovering the senders of what this cluster may include. */
	#sendersAhead(all: readonly Candidate[], tick: DerivedTick): SenderOf {
		const indices = new Map<Leg, number>();
		const requests: SenderRequest[] = [];
		const counts = new Map<RollupId, number>();
		for (const leg of all.flatMap(({ legs, overCap }) => (overCap ? [] : legs))) {
			if (this.#knownSender(leg) !== null) continue;
			const rollup = this.#live(leg.rollupId);
			// About as many as E-13 examines, whatever somebody publishes.
			const count = counts.get(leg.rollupId) ?? 0;
			if (!rollup || count >= examinedPerTick(tick.rollups.get(leg.rollupId)?.gasLimit ?? 0)) continue;
			counts.set(leg.rollupId, count + 1);
			indices.set(leg, requests.length);
			requests.push({ rawTx: leg.rawTx, chainId: rollup.chainId });
		}
		const ahead = recoverAhead(requests);
		return (leg) => {
			const index = indices.get(leg);
			return index === undefined ? this.#knownSender(leg) : ahead(index);
		};
	}

	/** in the state of another rollup of the cluster, as it is now, or from L1 by the l1Origin. */
	#isSent(id: TagHash, rollupId: RollupId, l1Origin: number): boolean {
		const sentAt = this.#home.backing.get(messageKey(rollupId, id));
		if (sentAt !== undefined && bytesToUint(sentAt) <= l1Origin) return true;
		const slot = sentSlot(id);
		for (const rollup of this.#rollups.values()) {
			if (rollup.rollupId === rollupId || !isLive(rollup)) continue;
			if (rollup.vm.state.storageAt(MAILBOX_HEX, slot).length > 0) return true;
		}
		return false;
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

/** Lower-case hex digits, however the address or slot was written. */
const hexDigits = (hex: string): string => bytesToHex(hexToBytes(hex)).slice(2);
