/**
 * Clients of a promising sequencer, in a thread of their own: each sends its transactions one after the other over its own connection, and
 * waits for each receipt. Posts the milliseconds of each, in the order in which they were done.
 */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

export interface ClientData {
	readonly url: string;
	/** Bodies to send, per client. */
	readonly bodies: readonly (readonly string[])[];
	/** Milliseconds from one transaction of a client to its next; 0: as fast as receipts come. */
	readonly everyMs: number;
}

export interface ClientResult {
	readonly receiptsMs: readonly number[];
	/** Told to come again; not part of the above. */
	readonly again: number;
	/** From the first request to the last receipt. */
	readonly seconds: number;
}

const { bodies, everyMs, url } = workerData as ClientData;
const receiptsMs: number[] = [];
let again = 0;

function post(agent: Agent, body: string): Promise<{ status: number; text: string }> {
	return new Promise((resolve, reject) => {
		const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
		const sent = request(`${url}/v1/transactions`, { method: "POST", agent, headers }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
		});
		sent.on("error", reject);
		sent.end(body);
	});
}

async function client(own: readonly string[], delayMs: number): Promise<void> {
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	await sleep(delayMs);
	const begun = performance.now();
	for (const [i, body] of own.entries()) {
		const wait = begun + i * everyMs - performance.now();
		if (wait > 0) await sleep(wait);
		for (;;) {
			const sent = performance.now();
			const { status, text } = await post(agent, body);
			if (status === 200) {
				receiptsMs.push(performance.now() - sent);
				break;
			}
			if (status !== 503) throw Error(`${status}: ${text}`);
			again++;
			await sleep(20);
		}
	}
	agent.destroy();
}

const start = performance.now();
await Promise.all(bodies.map((own, i) => client(own, (i * everyMs) / bodies.length)));
parentPort?.postMessage({ receiptsMs, again, seconds: (performance.now() - start) / 1_000 } satisfies ClientResult);
