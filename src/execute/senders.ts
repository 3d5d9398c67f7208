/**
 * Senders recovered ahead of the executor on a second thread, through shared memory: the executor never waits. What is not
 * ready when it is needed, or never will be, the executor recovers itself, so the thread changes nothing but the speed.
 */
import { Worker } from "node:worker_threads";
import { concatBytes } from "../primitives/bytes.ts";
import { ADDRESS_BYTES, DONE, PENDING, type SenderJob, TAKEN } from "./senderJob.ts";

export interface SenderRequest {
	readonly rawTx: Uint8Array;
	/** Of the rollup it is meant for. */
	readonly chainId: number;
}

/** The sender of the request of that number if it is there, else null. Asked once for each. */
export type SendersAhead = (index: number) => Uint8Array | null;

/** Below this, starting costs more than it gives. */
const WORTHWHILE = 8;

let thread: Worker | null = null;
let broken = false;

/** Starts recovering. Free of effects but time. */
export function recoverAhead(requests: readonly SenderRequest[]): SendersAhead {
	if (requests.length < WORTHWHILE || broken) return () => null;
	const states = new Int32Array(new SharedArrayBuffer(4 * requests.length));
	const addresses = new Uint8Array(new SharedArrayBuffer(ADDRESS_BYTES * requests.length));
	const job: SenderJob = {
		bytes: concatBytes(...requests.map(({ rawTx }) => rawTx)),
		lengths: requests.map(({ rawTx }) => rawTx.length),
		chainIds: requests.map(({ chainId }) => chainId),
		states,
		addresses,
	};
	thread ??= startThread();
	thread.postMessage(job, [job.bytes.buffer as ArrayBuffer]);
	return (index) => {
		if (Atomics.compareExchange(states, index, PENDING, TAKEN) !== DONE) return null;
		return addresses.slice(index * ADDRESS_BYTES, (index + 1) * ADDRESS_BYTES);
	};
}

function startThread(): Worker {
	// The compiled package has only the JavaScript file.
	const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
	const worker = new Worker(new URL(`./sender-worker.${extension}`, import.meta.url));
	const lost = (): void => {
		broken = true;
		thread = null;
	};
	worker.on("error", lost);
	worker.on("exit", lost);
	// Never a reason for the process to stay alive.
	worker.unref();
	return worker;
}
