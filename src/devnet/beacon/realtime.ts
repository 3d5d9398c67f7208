/** An L1 with a beacon chain under it in real time: a real execution client, driven through the Engine API, a slot at a time by the clock. */
import { setTimeout as sleep } from "node:timers/promises";
import { type BeaconChain, type BeaconChainOptions, beaconOn } from "./chain.ts";
import { startClient } from "./client.ts";
import { executionGenesis } from "./execution-genesis.ts";
import type { BeaconNode } from "./node.ts";

export interface RealtimeOptions extends Omit<BeaconChainOptions, "genesisTime"> {
	/** 31337 by default. */
	readonly chainId?: number;
	/** Seconds from now until slot 0; 1 by default. */
	readonly genesisDelay?: number;
}

/**
 * Starts client, beacon node and API; the first block comes one slot after genesis, and then one every slot. A slot that is over before
 * the one before it is filled is missed. Throws what starting throws; what filling throws comes out of `slot` and `stop`.
 */
export async function openBeaconClient(options: RealtimeOptions = {}): Promise<BeaconChain> {
	const { chainId = 31_337, genesisDelay = 1 } = options;
	const genesisTime = Math.floor(Date.now() / 1_000) + genesisDelay;
	const execution = await startClient(executionGenesis(chainId, genesisTime));
	try {
		const chain = await beaconOn(execution, options);
		const ticker = fillByTheClock(chain.node, chain.slotSeconds);
		return {
			...chain,
			driven: false,
			// They have begun.
			startSlots: async () => undefined,
			slot: () => ticker.throwIfFailed(),
			async stop() {
				await ticker.stop();
				await chain.stop();
				await ticker.throwIfFailed();
			},
		};
	} catch (error) {
		await execution.stop();
		throw error;
	}
}

interface Ticker {
	throwIfFailed(): Promise<void>;
	/** Resolves when the slot it may be filling is filled. */
	stop(): Promise<void>;
}

function fillByTheClock(node: BeaconNode, slotSeconds: number): Ticker {
	const stopping = new AbortController();
	let failure: { readonly error: unknown } | null = null;
	const run = async (): Promise<void> => {
		while (!stopping.signal.aborted) {
			const next = Math.max(1, Math.floor((Date.now() / 1_000 - node.timeOf(0)) / slotSeconds));
			const slot = Math.max(next, node.forks.head.header.slot + 1);
			await sleep(Math.max(0, node.timeOf(slot) * 1_000 - Date.now()), undefined, { signal: stopping.signal });
			await node.produce(slot);
		}
	};
	const running = run().catch((error: unknown) => {
		if (!stopping.signal.aborted) failure = { error };
	});
	return {
		async throwIfFailed() {
			if (failure !== null) throw failure.error;
		},
		async stop() {
			stopping.abort();
			await running;
		},
	};
}
