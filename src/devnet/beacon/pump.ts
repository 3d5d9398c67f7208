/** Fills a slot for every transaction that arrives, or for those that arrive together, as development nodes do before anybody asks them for slots. */
import { setTimeout as sleep } from "node:timers/promises";
import { MeridianError } from "../../primitives/errors.ts";
import type { BlockRecord } from "./forks.ts";
import type { BeaconNode } from "./node.ts";

export interface Pump {
	/** Fills that slot, when the one that may be being filled is; those between stay missed. */
	fill(slot: number): Promise<void>;
	/** Resolves when the slot it may be filling is filled. Harmless a second time. Throws what filling has thrown. */
	stop(): Promise<void>;
}

/** Numbers of transactions. */
export interface Waiting {
	/** That a block could take now. */
	readonly ready: number;
	/** Those, and those that wait for another one before them. */
	readonly all: number;
}

export interface PumpOptions {
	readonly pending: () => Promise<Waiting>;
	/** Milliseconds until the slot may be filled; 0 by default. */
	readonly wait?: (slot: number) => number;
	/** Told when it gives up, so that nobody waits for slots that will not come; `stop` throws the reason. */
	readonly onFailure?: () => void;
	/** Milliseconds in which transactions wait and no slot takes any, after which it gives up; a minute by default. */
	readonly patienceMs?: number;
}

const POLL_MS = 10;
const PATIENCE_MS = 60_000;

export function automine(node: BeaconNode, options: PumpOptions): Pump {
	const { onFailure = () => undefined, patienceMs = PATIENCE_MS, pending, wait = () => 0 } = options;
	let stopped = false;
	/** When a slot has last taken something, or nothing waited; milliseconds. */
	let served = Date.now();
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
		const { all, ready } = await pending();
		const more = ready > seen;
		seen = ready;
		stuck = Math.min(stuck, ready);
		const slot = node.forks.head.header.slot + 1;
		if (all === 0 || wait(slot) > 0) served = Date.now();
		if (Date.now() - served > patienceMs) throw stalled(slot, all, ready);
		if (more || ready === stuck || wait(slot) > 0) return false;
		if (transactionsIn(await node.produce(slot)) === 0) stuck = ready;
		else served = Date.now();
		return true;
	};
	const run = async (): Promise<void> => {
		while (!stopped) if (!(await inTurn(serve))) await sleep(POLL_MS);
	};
	const running = run();
	running.catch(onFailure);
	return {
		fill: async (slot) => void (await inTurn(() => node.produce(slot))),
		stop() {
			stopped = true;
			return running;
		},
	};
}

const stalled = (slot: number, all: number, ready: number): MeridianError =>
	new MeridianError(
		"halt",
		"slots-stalled",
		`${all} transactions wait before slot ${slot}, ${ready} of them ready, and no block takes any; look at their nonces and fees`,
		{ slot, all, ready },
	);

const transactionsIn = ({ signed }: BlockRecord): number =>
	signed?.message.body.executionPayload.transactions.length ?? 0;
