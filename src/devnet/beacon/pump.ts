/** Fills a slot for every transaction that arrives, or for those that arrive together, as development nodes do before anybody asks them for slots. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BlockRecord } from "./forks.ts";
import type { BeaconNode } from "./node.ts";

export interface Pump {
	/** Fills that slot, when the one that may be being filled is; those between stay missed. */
	fill(slot: number): Promise<void>;
	/** Resolves when the slot it may be filling is filled. Harmless a second time. Throws what filling has thrown. */
	stop(): Promise<void>;
}

export interface PumpOptions {
	/** How many transactions wait. */
	readonly pending: () => Promise<number>;
	/** Milliseconds until the slot may be filled; 0 by default. */
	readonly wait?: (slot: number) => number;
}

const POLL_MS = 10;

export function automine(node: BeaconNode, { pending, wait = () => 0 }: PumpOptions): Pump {
	let stopped = false;
	/** At the last look. As long as there are more at every look, a slot would part what belongs together. */
	let seen = 0;
	/** Waiting for something else than a slot: the last one took none of them. */
	let stuck = 0;
	let turn: Promise<unknown> = Promise.resolve();
	const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
		const done = turn.then(work);
		turn = done.catch(() => undefined);
		return done;
	};
	const serve = async (): Promise<boolean> => {
		const waiting = await pending();
		const more = waiting > seen;
		seen = waiting;
		stuck = Math.min(stuck, waiting);
		const slot = node.forks.head.header.slot + 1;
		if (more || waiting === stuck || wait(slot) > 0) return false;
		if (transactionsIn(await node.produce(slot)) === 0) stuck = waiting;
		return true;
	};
	const run = async (): Promise<void> => {
		while (!stopped) if (!(await inTurn(serve))) await sleep(POLL_MS);
	};
	const running = run();
	// Told when it is stopped; until then nobody listens.
	running.catch(() => undefined);
	return {
		fill: async (slot) => void (await inTurn(() => node.produce(slot))),
		stop() {
			stopped = true;
			return running;
		},
	};
}

const transactionsIn = ({ signed }: BlockRecord): number =>
	signed?.message.body.executionPayload.transactions.length ?? 0;
