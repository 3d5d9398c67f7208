/** Fills a slot for every transaction that arrives, as development nodes do before anybody asks them for slots. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RpcTransport } from "../../l1/rpc.ts";
import type { BeaconNode } from "./node.ts";

export interface Pump {
	/** Resolves when the slot it may be filling is filled. Harmless a second time. Throws what filling has thrown. */
	stop(): Promise<void>;
}

const POLL_MS = 10;

export function automine(node: BeaconNode, rpc: RpcTransport): Pump {
	let stopped = false;
	const waiting = async (): Promise<boolean> => {
		const { pending } = (await rpc.request("txpool_status", [])) as { pending: string };
		return Number(pending) > 0;
	};
	const run = async (): Promise<void> => {
		while (!stopped) {
			if (await waiting()) await node.produce(node.forks.head.header.slot + 1);
			else await sleep(POLL_MS);
		}
	};
	const running = run();
	// Told when it is stopped; until then nobody listens.
	running.catch(() => undefined);
	return {
		stop() {
			stopped = true;
			return running;
		},
	};
}
