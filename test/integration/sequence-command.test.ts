/** `meridian sequence` through what happens to it: an L1 that goes away, Ctrl-C with promises left, blobs in another form than the node takes. */
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parseReceipt } from "../../src/codec/receipt.ts";
import type { Delegate } from "../../src/devnet/beacon/setup.ts";
import { sign } from "../../src/devnet/traffic.ts";
import { PROMISED, USERS } from "../../src/devnet/users.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Tick } from "../../src/primitives/types.ts";
import { ProcessWorld, type SequencerProcess } from "../helpers/sequencer/processes.ts";

/** A way to L1 that can be cut. */
class Line {
	#server: Server | null = null;
	readonly #port: number;
	readonly #target: string;

	private constructor(target: string, port: number) {
		[this.#target, this.#port] = [target, port];
	}

	static async open(target: string): Promise<Line> {
		const probe = createServer().listen(0, "127.0.0.1");
		await new Promise((resolve) => probe.once("listening", resolve));
		const { port } = probe.address() as AddressInfo;
		await new Promise((resolve) => probe.close(resolve));
		const line = new Line(target, port);
		await line.mend();
		return line;
	}

	get url(): string {
		return `http://127.0.0.1:${this.#port}`;
	}

	async mend(): Promise<void> {
		const server = createServer((incoming, outgoing) => {
			const { headers, method } = incoming;
			const onward = request(this.#target, { method: method ?? "POST", headers }, (answer) => {
				outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
				answer.pipe(outgoing);
			});
			onward.on("error", () => outgoing.destroy());
			incoming.pipe(onward);
		}).listen(this.#port, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		this.#server = server;
	}

	cut(): void {
		this.#server?.close();
		this.#server?.closeAllConnections();
		this.#server = null;
	}
}

describe("meridian sequence, by the clock", function () {
	this.timeout(180_000);
	let world: ProcessWorld;
	let north: Delegate;
	/** Everybody asks once: whatever becomes of the promise, nobody's next nonce hangs on it. */
	let asked = 0;

	before(async () => {
		world = await ProcessWorld.open(2);
		[north] = world.proposers.delegates;
	});
	after(async () => await world?.close());

	/** Its promise of a tick, as soon as it gives one. */
	async function promise(life: SequencerProcess): Promise<Tick> {
		const users = [...USERS, ...PROMISED];
		const user = users[asked % users.length];
		const rollup = world.setup.rollups[Math.floor(asked++ / users.length)];
		if (rollup === undefined || user === undefined) throw new Error("everybody has asked");
		const { chainId, rollupId } = rollup;
		const rawTx = await sign(user.wallet, chainId, 0, { to: user.address, value: 1n, gasLimit: 21_000n });
		for (;;) {
			const response = await fetch(`${life.url}/v1/transactions`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ rollupId, rawTx: bytesToHex(rawTx) }),
			});
			const text = await response.text();
			const parsed = parseReceipt(text);
			if (parsed.ok) return parsed.receipt.tick;
			expect(response.status, text).to.equal(503);
			await sleep(100);
		}
	}

	/** Until it has said what became of the tick: on L1, or not kept. */
	async function fate(life: SequencerProcess, tick: Tick): Promise<"kept" | "broken"> {
		for (;;) {
			const { out } = life;
			for (const [, first, last] of out.matchAll(/^ticks (\d+) to (\d+) are in L1 block/gm))
				if (Number(first) <= tick && tick <= Number(last)) return "kept";
			for (const [, list = ""] of out.matchAll(/PROMISES of ticks ([\d, ]+\d)/g))
				if (list.split(", ").includes(String(tick))) return "broken";
			await life.says(new RegExp(`.{${out.length + life.err.length + 1}}`, "s"));
		}
	}

	/** Asks until one is kept: a machine that is busy may be late for a window. */
	async function keepsOne(life: SequencerProcess): Promise<void> {
		while ((await fate(life, await promise(life))) === "broken");
	}

	it("says that L1 is away, and that it is back, and goes on", async () => {
		const line = await Line.open(world.chain.url);
		const life = world.start(north, { l1: line.url });
		try {
			await life.says(/receipts at/);
			line.cut();
			await life.says(/^L1 RPC http:\/\/127\.0\.0\.1:\d+ does not answer \(connection refused\)$/m);
			await sleep(2 * 4_000);
			await line.mend();
			await life.says(/^L1 can be read again$/m);
			await keepsOne(life);
			expect(life.err.match(/does not answer/g)).to.have.length.at.most(4);
			expect(await life.end("SIGINT")).to.equal(130);
			expect(life.err).to.not.match(/error:|\n\s+at /);
		} finally {
			line.cut();
		}
	});

	it("P-13: on Ctrl-C it says which promises are left, and the next one publishes them", async () => {
		for (let fateOfTick = "broken"; fateOfTick === "broken"; ) {
			const life = world.start(north);
			await life.says(/receipts at/);
			const tick = await promise(life);
			expect(await life.end("SIGINT")).to.equal(130);
			expect(life.err).to.match(new RegExp(`promised and not on L1 yet: ticks (\\d+, )*${tick}(,|;)`));
			expect(life.err).to.contain("start again with the same journal before their window ends");
			const next = world.start(north);
			await next.says(/receipts at/);
			fateOfTick = await fate(next, tick);
			if (fateOfTick === "kept")
				expect(next.out).to.match(new RegExp(`journal has promises of ticks (\\d+, )*${tick}`));
			await next.end("SIGINT");
		}
	});

	it("EIP-7594: says so when the node takes other proofs with blobs, and publishes with those", async () => {
		const wrong = world.start(north, { flags: [] });
		await wrong.says(/receipts at/);
		await promise(wrong);
		await wrong.says(/L1 refused a transaction of .+ If it is the proofs: L1 takes --blob-proofs cell since Osaka/);
		await wrong.end("SIGINT");
		const right = world.start(north, { flags: ["--blob-proofs", "blob"] });
		await right.says(/receipts at/);
		await keepsOne(right);
		expect(right.out).to.match(/^slot \d+: sent ticks \d+ to \d+ in blobs, after/m);
		await right.end("SIGINT");
	});

	it("without --beacon, and with blobs on L1: says what it lacks, and ends", async () => {
		const life = world.start(north, { blind: true });
		expect(await life.end(), life.out).to.equal(1);
		expect(life.out).to.equal("");
		expect(life.err).to.match(/error: .*blob.*\nhint: .*--beacon/);
		expect(life.err).to.not.match(/\n\s+at /);
	});
});
