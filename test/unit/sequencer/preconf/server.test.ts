import { request } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parseReceipt } from "../../../../src/codec/receipt.ts";
import { bytesToHex } from "../../../../src/primitives/bytes.ts";
import { readItem, readLeg, readLegs } from "../../../../src/sequencer/preconf/request.ts";
import { type PromiseServer, servePromises } from "../../../../src/sequencer/preconf/server.ts";
import { refuse } from "../../../../src/sequencer/preconf/types.ts";
import { PromiseWorld, transfer } from "../../../helpers/preconf/world.ts";
import { holds } from "../../../helpers/property.ts";

interface Answer {
	readonly status: number;
	readonly body: { readonly error?: { readonly code: string; readonly message: string } };
	readonly headers: Headers;
}

describe("the server of promises", () => {
	let world: PromiseWorld;
	let server: PromiseServer;

	beforeEach(async () => {
		world = await PromiseWorld.open();
		server = await servePromises({ promises: world.promises });
	});

	afterEach(async () => {
		await server.close();
	});

	async function post(path: string, body: string, init: RequestInit = {}): Promise<Answer> {
		const headers = { "content-type": "application/json", connection: "close" };
		const response = await fetch(server.url + path, { method: "POST", headers, body, ...init });
		return { status: response.status, body: JSON.parse(await response.text()), headers: response.headers };
	}
	const codeOf = ({ body, status }: Answer): string => `${status} ${body.error?.code ?? "receipt"}`;
	const asJson = async (sent = {}) => {
		const { rawTx, rollupId } = await transfer(sent);
		return { rollupId, rawTx: bytesToHex(rawTx) };
	};

	it("answers with receipts, for transactions and bundles", async () => {
		const one = await post("/v1/transactions", JSON.stringify(await asJson()));
		expect(one.status).to.equal(200);
		expect(parseReceipt(JSON.stringify(one.body)).ok).to.equal(true);
		const legs = [await asJson({ nonce: 1 }), await asJson({ rollupId: 2 })];
		const both = await post("/v1/bundles", JSON.stringify({ legs }));
		expect(both.body).to.include({ tick: world.next, index: 1 });
	});

	it("refuses with a code: what passes by itself is to be tried again, what does not is not", async () => {
		const body = JSON.stringify(await asJson({ nonce: 9 }));
		expect(codeOf(await post("/v1/transactions", body))).to.equal("422 nonce");
		world.errorMs = null;
		const unknown = await post("/v1/transactions", body);
		expect([codeOf(unknown), unknown.headers.get("retry-after")]).to.deep.equal(["503 clock-unknown", "1"]);
	});

	it("reads strictly", async () => {
		const good = await asJson();
		const bodies = [
			"",
			"{",
			"[]",
			"null",
			"7",
			'"x"',
			"{}",
			JSON.stringify({ ...good, more: 1 }),
			JSON.stringify({ ...good, rollupId: "1" }),
			JSON.stringify({ ...good, rollupId: 0 }),
			JSON.stringify({ ...good, rollupId: 1.5 }),
			JSON.stringify({ ...good, rollupId: 2 ** 32 }),
			JSON.stringify({ ...good, rawTx: good.rawTx.slice(2) }),
			JSON.stringify({ ...good, rawTx: `${good.rawTx}0` }),
			JSON.stringify({ ...good, rawTx: [1] }),
			JSON.stringify({ legs: [good] }),
			`{"__proto__": ${JSON.stringify(good)}}`,
		];
		for (const body of bodies) expect(codeOf(await post("/v1/transactions", body)), body).to.equal("400 malformed");
		const bundles = [
			{},
			{ legs: [] },
			{ legs: {} },
			{ legs: [null] },
			{ legs: [[]] },
			{ legs: Array(65).fill(good) },
			{ legs: [good], a: 1 },
			good,
		];
		for (const body of bundles)
			expect(codeOf(await post("/v1/bundles", JSON.stringify(body))), JSON.stringify(body).slice(0, 60)).to.equal(
				"400 malformed",
			);
		expect(world.journal.ticks).to.deep.equal([]);
	});

	it("has two paths, one method and one type", async () => {
		const body = JSON.stringify(await asJson());
		for (const path of ["/", "/v1/transactions/", "/v1/transactions?x=1", "/v1/__proto__", "/constructor"])
			expect(codeOf(await post(path, body)), path).to.equal("404 not-found");
		const get = await fetch(`${server.url}/v1/bundles`, { headers: { connection: "close" } });
		expect([get.status, get.headers.get("allow")]).to.deep.equal([405, "POST"]);
		for (const type of ["text/plain", "application/jsonp", "multipart/form-data; boundary=x"])
			expect(codeOf(await post("/v1/transactions", body, { headers: { "content-type": type } })), type).to.equal(
				"415 content-type",
			);
	});

	it("reads no more than a transaction can have, however long the body says it is", async () => {
		const huge = "x".repeat(300_000);
		expect(codeOf(await post("/v1/transactions", huge))).to.equal("413 too-large");
		const { port } = new URL(server.url);
		// In chunks, without a length.
		const status = await new Promise<number>((resolve, reject) => {
			const headers = { "content-type": "application/json", "transfer-encoding": "chunked" };
			const sent = request(
				{ port, host: "127.0.0.1", path: "/v1/transactions", method: "POST", headers },
				(response) => {
					response.resume();
					resolve(response.statusCode ?? 0);
					sent.destroy();
				},
			);
			sent.on("error", reject);
			for (let i = 0; i < 30; i++) sent.write("x".repeat(10_000));
		});
		expect(status).to.equal(413);
		expect(codeOf(await post("/v1/transactions", JSON.stringify(await asJson())))).to.equal("200 receipt");
	});

	it("outlives clients that break off, and sends a busy one away", async () => {
		const { port } = new URL(server.url);
		for (const text of [
			"POST /v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{",
			"garbage\r\n\r\n",
			"",
		])
			await new Promise<void>((resolve) => {
				const socket = connect(Number(port), "127.0.0.1", () => {
					socket.write(text);
					setTimeout(() => socket.destroy(), 5);
				});
				socket.on("close", () => resolve());
				socket.on("error", () => undefined);
			});
		await server.close();
		let release = (): void => undefined;
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		const slow = async () => {
			await held;
			return refuse("busy", "later");
		};
		server = await servePromises({ promises: { transaction: slow, bundle: slow }, concurrency: 1 });
		const body = JSON.stringify(await asJson());
		const first = post("/v1/transactions", body);
		await new Promise((resolve) => setTimeout(resolve, 50));
		const second = await post("/v1/transactions", body);
		expect([codeOf(second), second.headers.get("retry-after")]).to.deep.equal(["503 busy", "1"]);
		release();
		expect(codeOf(await first)).to.equal("503 busy");
	});

	it("says nothing of what went wrong inside", async () => {
		await server.close();
		const broken = async () => {
			throw new Error("secret path /home/x");
		};
		server = await servePromises({ promises: { transaction: broken, bundle: broken } });
		const answer = await post("/v1/transactions", JSON.stringify(await asJson()));
		expect(codeOf(answer)).to.equal("500 internal");
		expect(answer.body.error?.message).to.not.match(/secret/);
	});

	it("reads any text without an error", () => {
		holds(300, fc.oneof(fc.string(), fc.json()), (text) => {
			for (const read of [readLeg, readLegs, readItem])
				expect(read(text)).to.satisfy((value: unknown) => typeof value === "string" || typeof value === "object");
		});
	});
});
