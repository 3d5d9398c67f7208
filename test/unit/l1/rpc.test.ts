import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import type { HttpLimits } from "../../../src/l1/http.ts";
import { httpTransport, providerTransport } from "../../../src/l1/rpc.ts";
import { codeOf, errorOf } from "../../helpers/l1/errors.ts";
import { type Reply, serve, type TestServer } from "../../helpers/l1/server.ts";

const QUICK: Partial<HttpLimits> = { backoffMs: 1, timeoutMs: 300, attempts: 3, maxBytes: 10_000 };
const GOOD = (body: string, result: unknown = "0x1"): Reply => ({
	kind: "json",
	json: { jsonrpc: "2.0", id: JSON.parse(body).id, result },
});
const nodeError = (body: string, code: number, message: string): Reply => ({
	kind: "json",
	json: { jsonrpc: "2.0", id: JSON.parse(body).id, error: { code, message, data: "0xdd" } },
});

describe("l1/rpc", () => {
	let server: TestServer | null = null;
	let requests = 0;
	const start = async (answer: (body: string, index: number) => Reply | Promise<Reply>): Promise<string> => {
		requests = 0;
		server = await serve((_path, body) => answer(body, requests++));
		return server.url;
	};
	afterEach(async () => {
		await server?.close();
		server = null;
	});

	/** What a node may do wrong once; asked again, it answers. */
	const PASSING: Record<string, Reply> = {
		"hangs up": { kind: "hangup" },
		"does not answer in time": { kind: "silence" },
		"sends half an answer": { kind: "truncated", body: '{"jsonrpc":"2.0","id":1,"res' },
		"sends broken JSON": { kind: "raw", body: '{"jsonrpc":"2.0","id":1,"result":"0x' },
		"sends a web page": { kind: "raw", body: "<!doctype html><h1>Bad gateway</h1>" },
		"says 500": { kind: "raw", status: 500, body: "oops" },
		"says 503 as a page": { kind: "raw", status: 503, body: "<html>" },
		"says 429": { kind: "raw", status: 429, body: "", headers: { "retry-after": "0.01" } },
		"answers another request": { kind: "json", json: { jsonrpc: "2.0", id: 999, result: "0x2" } },
		"answers with a list": { kind: "json", json: [] },
		"answers null": { kind: "json", json: null },
		"answers with neither result nor error": { kind: "json", json: { jsonrpc: "2.0", id: 1 } },
		"is overloaded": {
			kind: "json",
			json: { jsonrpc: "2.0", id: 1, error: { code: -32005, message: "limit exceeded" } },
		},
	};
	for (const [what, reply] of Object.entries(PASSING)) {
		it(`asks again when a node ${what} (trap 10)`, async () => {
			const url = await start((body, index) => (index === 0 ? reply : GOOD(body)));
			expect(await httpTransport(url, QUICK).request("eth_chainId", [])).to.equal("0x1");
			expect(requests).to.equal(2);
		});
	}

	it("gives up after the attempts it was given, with recovery retry once the node has been good", async () => {
		const url = await start((body, index) => (index === 0 ? GOOD(body) : { kind: "raw", status: 502, body: "<html>" }));
		const rpc = httpTransport(url, QUICK);
		await rpc.request("eth_chainId", []);
		expect(await codeOf(rpc.request("eth_chainId", []))).to.equal("retry busy");
		expect(requests).to.equal(1 + 3);
	});

	it("says what is wrong in words when nobody listens", async () => {
		const url = await start((body) => GOOD(body));
		await server?.close();
		const error = await errorOf(httpTransport(url, QUICK).request("eth_chainId", []));
		expect(error.recovery).to.equal("retry");
		expect(error.message).to.equal(`L1 RPC ${url} does not answer (connection refused)`);
	});

	it("tells the user when the address is no JSON-RPC node from the start", async () => {
		for (const reply of [
			PASSING["sends a web page"],
			{ kind: "raw", status: 401, body: "no" },
			{ kind: "raw", status: 404, body: "" },
		] as Reply[]) {
			const url = await start(() => reply);
			expect(await codeOf(httpTransport(url, QUICK).request("eth_chainId", []))).to.equal("usage rpc-refused");
			await server?.close();
		}
	});

	it("waits as long as Retry-After says, within reason", async () => {
		for (const [header, milliseconds] of [
			["7", 7000],
			["86400", 30_000],
			["soon", 0],
		] as const) {
			const url = await start(() => ({ kind: "raw", status: 429, body: "", headers: { "retry-after": header } }));
			const error = await errorOf(httpTransport(url, { ...QUICK, attempts: 1 }).request("eth_chainId", []));
			expect(error.details).to.include({ again: true, status: 429, retryAfterMs: milliseconds });
			await server?.close();
		}
	});

	it("refuses a huge answer without asking for it again", async () => {
		const url = await start((body) => GOOD(body, "0x".padEnd(20_000, "0")));
		expect(await codeOf(httpTransport(url, QUICK).request("eth_chainId", []))).to.equal("retry too-large");
		expect(requests).to.equal(1);
	});

	it("survives JSON nested a hundred thousand levels deep", async () => {
		const url = await start((body, index) => (index === 0 ? { kind: "raw", body: "[".repeat(100_000) } : GOOD(body)));
		expect(await httpTransport(url, { ...QUICK, maxBytes: 1e6 }).request("eth_chainId", [])).to.equal("0x1");
	});

	it("passes a node's refusal on in its own words, without asking again", async () => {
		const url = await start((body) => nodeError(body, 3, "execution reverted: no\nsecond line"));
		const error = await errorOf(httpTransport(url, QUICK).request("eth_call", []));
		expect(error).to.include({
			recovery: "retry",
			code: "rpc-error",
			message: `L1 RPC ${url} refuses eth_call: execution reverted: no`,
		});
		expect(error.details).to.include({ rpcCode: 3, rpcData: "0xdd" });
		expect(requests).to.equal(1);
	});

	it("tells a method that does not exist from other refusals, as each node words it", async () => {
		for (const [code, words] of [
			[-32601, "the method x does not exist/is not available"],
			[-32601, "Method not found"],
			[-32004, "Method x is not supported"],
			[-32000, "Method x not found"],
		] as const) {
			const url = await start((body) => nodeError(body, code, words));
			expect(await codeOf(httpTransport(url, QUICK).request("x", []))).to.equal("retry rpc-method-missing");
			await server?.close();
		}
	});

	it("has no more requests under way than allowed", async () => {
		let underWay = 0;
		let most = 0;
		const url = await start(async (body) => {
			most = Math.max(most, ++underWay);
			await new Promise((resolve) => setTimeout(resolve, 5));
			underWay--;
			return GOOD(body, JSON.parse(body).params[0]);
		});
		const rpc = httpTransport(url, { ...QUICK, concurrency: 3 });
		const numbers = Array.from({ length: 20 }, (_, i) => i);
		expect(await Promise.all(numbers.map((i) => rpc.request("echo", [i])))).to.deep.equal(numbers);
		expect(most).to.equal(3);
	});

	it("never shows a key: not from the path, the query, or the user and password, which it sends", async () => {
		let authorization: string | undefined;
		const url = await start((body) => GOOD(body));
		const secret = url.replace("http://", "http://user:pa%24s@").concat("/v3/KEY?token=KEY");
		const rpc = httpTransport(secret, QUICK);
		expect(await rpc.request("eth_chainId", [])).to.equal("0x1");
		expect(rpc.label).to.equal(`L1 RPC ${url}`);
		await server?.close();
		const { createServer } = await import("node:http");
		const raw = createServer((request, response) => {
			authorization = request.headers.authorization;
			response.end('{"jsonrpc":"2.0","id":1,"result":true}');
		});
		await new Promise<void>((resolve) => raw.listen(Number(new URL(url).port), "127.0.0.1", resolve));
		await httpTransport(secret, QUICK).request("eth_chainId", []);
		raw.close();
		raw.closeAllConnections();
		expect(authorization).to.equal(`Basic ${Buffer.from("user:pa$s").toString("base64")}`);
	});

	it("refuses what is no address", async () => {
		for (const url of ["", "localhost:8545", "ws://127.0.0.1:1", "file:///etc/passwd"])
			expect(await codeOf(() => httpTransport(url))).to.equal("usage bad-url");
	});

	it("speaks to a node in this process", async () => {
		const provider = {
			request: async ({ method }: { method: string }) => {
				if (method === "eth_chainId") return "0x7a69";
				throw Object.assign(new Error(`Method ${method} is not supported`), { code: -32004 });
			},
		};
		const rpc = providerTransport(provider, "hardhat");
		expect(await rpc.request("eth_chainId", [])).to.equal("0x7a69");
		expect(await codeOf(rpc.request("eth_getBlockReceipts", []))).to.equal("retry rpc-method-missing");
	});
});
