/**
 * Takes transactions and bundles over HTTP and answers with receipts: `POST /v1/transactions` and `POST /v1/bundles`. Whatever comes in is a
 * stranger's: bounded in size, number and time, and read strictly. Meant for loopback, behind whatever faces the network.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { formatReceipt } from "../../codec/receipt.ts";
import { MAX_LEGS, MAX_TX_BYTES } from "../../primitives/limits.ts";
import type { Leg } from "../../primitives/types.ts";
import type { Promises } from "./promises.ts";
import { readLeg, readLegs } from "./request.ts";
import type { PromiseAnswer } from "./types.ts";

export interface PromiseServerOptions {
	readonly promises: Pick<Promises, "transaction" | "bundle">;
	/** 0, the default: any free one. */
	readonly port?: number;
	readonly host?: string;
	/** Requests under way at once; more are told to come back. 1,024 by default. */
	readonly concurrency?: number;
	/** Raw bytes of all legs of a bundle. 128 KiB by default: more fits in no tick anyway. */
	readonly bundleBytes?: number;
}

export interface PromiseServer {
	/** `http://host:port`. */
	readonly url: string;
	/** Stops taking requests and answers those under way. */
	close(): Promise<void>;
}

interface Reply {
	readonly status: number;
	readonly body: string;
	readonly headers?: Readonly<Record<string, string>>;
}

const HEADER_BYTES = 8 * 1024;
const REQUEST_MS = 10_000;
/** Beside the hex digits. */
const JSON_ROOM = 1_024;
const LEG_ROOM = 64;

/** Refusals that are nobody's fault and pass; the rest is about what was sent. */
const TRY_AGAIN = new Set(["busy", "ticks-full", "journal-failed", "clock-unknown", "clock-skewed", "rights-unknown"]);
for (const code of ["not-owner", "window-over", "l1-unknown"]) TRY_AGAIN.add(code);

/** Throws what listening throws (`EADDRINUSE`, ...). */
export async function servePromises(options: PromiseServerOptions): Promise<PromiseServer> {
	const { concurrency = 1_024, host = "127.0.0.1", port = 0 } = options;
	let active = 0;
	const server = createServer(
		{
			maxHeaderSize: HEADER_BYTES,
			headersTimeout: REQUEST_MS,
			requestTimeout: REQUEST_MS,
			keepAliveTimeout: REQUEST_MS,
		},
		(request, response) => {
			if (active >= concurrency) {
				// Not even its body is read.
				const reply = failure("busy", `${active} requests are under way; ask again in a moment`);
				send(response, { ...reply, headers: { ...reply.headers, connection: "close" } });
				return;
			}
			active++;
			answer(request, options)
				.catch(() => failure("internal", "The sequencer failed to answer", 500))
				.then((reply) => send(response, reply))
				.finally(() => active--);
		},
	);
	server.maxConnections = 2 * concurrency;
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, host, resolve);
	});
	const { address, family, port: bound } = server.address() as AddressInfo;
	return {
		url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
		close: () => closeServer(server),
	};
}

async function closeServer(server: Server): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeIdleConnections();
	await closed;
}

async function answer(request: IncomingMessage, options: PromiseServerOptions): Promise<Reply> {
	const { bundleBytes = 128 * 1024, promises } = options;
	const limits: Readonly<Record<string, number>> = {
		"/v1/transactions": 2 * MAX_TX_BYTES + JSON_ROOM,
		"/v1/bundles": 2 * bundleBytes + MAX_LEGS * LEG_ROOM + JSON_ROOM,
	};
	const path = request.url ?? "";
	const limit = Object.hasOwn(limits, path) ? limits[path] : undefined;
	if (limit === undefined)
		return failure("not-found", "There are POST /v1/transactions and POST /v1/bundles, nothing else", 404);
	if (request.method !== "POST") return { ...failure("method", "Only POST", 405), headers: { allow: "POST" } };
	// A page in somebody's browser cannot send this type to another origin unasked.
	if (!/^application\/json(;|$)/i.test(request.headers["content-type"] ?? ""))
		return failure("content-type", "Send content-type: application/json", 415);
	const text = await bodyOf(request, limit);
	if (text === null)
		return { ...failure("too-large", `More than ${limit} bytes`, 413), headers: { connection: "close" } };
	const single = path === "/v1/transactions";
	const legs = single ? readLeg(text) : readLegs(text);
	if (typeof legs === "string") return failure("malformed", legs, 400);
	return replyTo(single ? await promises.transaction(...argumentsOf(legs)) : await promises.bundle(legs));
}

function argumentsOf(legs: readonly Leg[]): [number, Uint8Array] {
	const [leg] = legs;
	return [leg?.rollupId ?? 0, leg?.rawTx ?? new Uint8Array(0)];
}

/** Null: longer than the limit, however long it says it is. */
async function bodyOf(request: IncomingMessage, limit: number): Promise<string | null> {
	if (Number(request.headers["content-length"] ?? 0) > limit) return null;
	const chunks: Buffer[] = [];
	let length = 0;
	// Who has sent too much is still told so.
	for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
		length += chunk.length;
		if (length > limit) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function replyTo(answered: PromiseAnswer): Reply {
	if (answered.ok) return { status: 200, body: formatReceipt(answered.receipt) };
	return failure(answered.reason, answered.message);
}

function failure(code: string, message: string, status?: number): Reply {
	const again = TRY_AGAIN.has(code);
	return {
		status: status ?? (again ? 503 : 422),
		body: JSON.stringify({ error: { code, message } }),
		...(again ? { headers: { "retry-after": "1" } } : {}),
	};
}

function send(response: ServerResponse, { body, headers = {}, status }: Reply): void {
	if (response.destroyed) return;
	response.writeHead(status, {
		"content-type": "application/json",
		"content-length": Buffer.byteLength(body),
		...headers,
	});
	response.end(body);
}
