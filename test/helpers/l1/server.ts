/** Servers on loopback that answer as a test tells them, truly or not. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SyntheticL1 } from "./syntheticL1.ts";

/** What a server does with a request: a whole answer, or something worse. */
export type Reply =
	| { readonly kind: "json"; readonly json: unknown }
	| { readonly kind: "raw"; readonly body: string; readonly status?: number; readonly headers?: Record<string, string> }
	/** Promises more bytes than it sends, then closes. */
	| { readonly kind: "truncated"; readonly body: string }
	| { readonly kind: "hangup" }
	| { readonly kind: "silence" };

export interface TestServer {
	readonly url: string;
	close(): Promise<void>;
}

export async function serve(answer: (path: string, body: string) => Reply | Promise<Reply>): Promise<TestServer> {
	const server = createServer((request, response) => {
		readBody(request).then(
			async (body) => send(response, await answer(request.url ?? "/", body)),
			() => response.destroy(),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

async function readBody(request: IncomingMessage): Promise<string> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part as Buffer);
	return Buffer.concat(parts).toString("utf8");
}

function send(response: ServerResponse, reply: Reply): void {
	if (reply.kind === "silence") return;
	if (reply.kind === "hangup") return void response.destroy();
	if (reply.kind === "json")
		return void response.setHeader("content-type", "application/json").end(JSON.stringify(reply.json));
	if (reply.kind === "raw") return void response.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
	response.writeHead(200, { "content-length": String(reply.body.length + 100) });
	response.write(reply.body, () => response.destroy());
}

export interface Call {
	readonly method: string;
	readonly params: readonly unknown[];
	/** How many requests came before this one. */
	readonly index: number;
}

/** Answers a JSON-RPC call: a result, or a `Reply` for everything else. */
export type Answer = { readonly result: unknown } | Reply;

/** A JSON-RPC node; `answer` decides each call, given what the truth would be. */
export async function serveRpc(
	l1: SyntheticL1,
	answer: (call: Call, truth: unknown) => Answer | Promise<Answer> = (_, result) => ({ result }),
): Promise<TestServer & { calls: Call[] }> {
	const calls: Call[] = [];
	const server = await serve(async (_path, body) => {
		const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: unknown[] };
		const call = { method, params, index: calls.length };
		calls.push(call);
		try {
			const decided = await answer(call, structuredClone(l1.rpc(method, params)));
			return "kind" in decided ? decided : { kind: "json", json: { jsonrpc: "2.0", id, result: decided.result } };
		} catch (error) {
			return { kind: "json", json: { jsonrpc: "2.0", id, error } };
		}
	});
	return { ...server, calls };
}
