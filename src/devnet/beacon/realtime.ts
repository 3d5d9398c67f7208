/** An L1 with a beacon chain under it in real time: a real execution client, driven through the Engine API. */
import { setTimeout as sleep } from "node:timers/promises";
import { MeridianError } from "../../primitives/errors.ts";
import { type BeaconChain, type BeaconChainOptions, beaconOn, type Execution } from "./chain.ts";
import { startClient } from "./client.ts";
import { executionGenesis } from "./execution-genesis.ts";
import type { BeaconNode } from "./node.ts";
import { automine } from "./pump.ts";

export interface RealtimeOptions extends Omit<BeaconChainOptions, "genesisTime"> {
	/** 31337 by default. */
	readonly chainId?: number;
	/** Seconds of L1's time between genesis and now: so much of it need not be waited for. 0 by default. */
	readonly headStart?: number;
}

/**
 * Starts client, beacon node and API, at slot 0, which is past. Until `startSlots` a transaction that arrives gets the next slot, for
 * itself or with those that arrive together with it, as soon as the clock has reached that; and `slot` fills the one that begins at a time
 * in the past. Then the clock fills slots: one that is over before the one before it is filled is missed. What filling throws comes out
 * of `slot` and `stop`.
 */
export async function openBeaconClient(options: RealtimeOptions = {}): Promise<BeaconChain> {
	const { chainId = 31_337, headStart = 0 } = options;
	const genesisTime = Math.floor(Date.now() / 1_000) - headStart;
	const execution = await startClient(executionGenesis(chainId, genesisTime));
	try {
		const chain = await beaconOn(execution, options);
		const slots = pastThenClock(chain.node, chain.slotSeconds, execution);
		return {
			...chain,
			// It runs Prague's rules.
			wrapperVersion: 0,
			driven: false,
			startSlots: slots.start,
			slot: (timestamp) => slots.fill(Math.floor((timestamp - genesisTime) / chain.slotSeconds)),
			async stop() {
				const failure = await slots.stop();
				await chain.stop();
				if (failure !== null) throw failure.error;
			},
		};
	} catch (error) {
		await execution.stop();
		throw error;
	}
}

interface Failure {
	readonly error: unknown;
}

/** What fills the slots: transactions and whoever asks, then the clock. */
function pastThenClock(node: BeaconNode, slotSeconds: number, execution: Execution) {
	const wait = (slot: number): number => Math.max(0, node.timeOf(slot) * 1_000 - Date.now());
	const pump = automine(node, { pending: execution.pending, wait, onFailure: () => void execution.stop() });
	let ticker: Ticker | null = null;
	return {
		async start(): Promise<void> {
			await pump.stop();
			ticker ??= fillByTheClock(node, slotSeconds, wait);
		},
		async fill(slot: number): Promise<void> {
			if (ticker !== null) return ticker.throwIfFailed();
			if (wait(slot) > 0)
				throw new MeridianError(
					"usage",
					"slot-ahead",
					`Slot ${slot} begins in ${Math.ceil(wait(slot) / 1_000)} s; only slots of the past can be asked for`,
					{ slot, hint: "open the chain with a longer head start" },
				);
			await pump.fill(slot);
		},
		async stop(): Promise<Failure | null> {
			const stopped = ticker === null ? pump.stop() : ticker.stop();
			return await stopped.then(
				() => null,
				(error: unknown) => ({ error }),
			);
		},
	};
}

interface Ticker {
	throwIfFailed(): void;
	/** Resolves when the slot it may be filling is filled. Throws what filling has thrown. */
	stop(): Promise<void>;
}

function fillByTheClock(node: BeaconNode, slotSeconds: number, wait: (slot: number) => number): Ticker {
	const stopping = new AbortController();
	let failure: Failure | null = null;
	const run = async (): Promise<void> => {
		while (!stopping.signal.aborted) {
			const now = Math.max(1, Math.floor((Date.now() / 1_000 - node.timeOf(0)) / slotSeconds));
			const slot = Math.max(now, node.forks.head.header.slot + 1);
			await sleep(wait(slot), undefined, { signal: stopping.signal });
			await node.produce(slot);
		}
	};
	const running = run().catch((error: unknown) => {
		if (!stopping.signal.aborted) failure = { error };
	});
	const throwIfFailed = (): void => {
		if (failure !== null) throw failure.error;
	};
	return {
		throwIfFailed,
		async stop() {
			stopping.abort();
			await running;
			throwIfFailed();
		},
	};
}
