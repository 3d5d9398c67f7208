import { rm } from "node:fs/promises";
import { expect } from "chai";
import { describe, it } from "mocha";
import { openReader } from "../../src/node/reader.ts";
import { MeridianError } from "../../src/primitives/errors.ts";
import type { Address } from "../../src/primitives/types.ts";
import { memoryStore } from "../../src/store/open.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { cleanRun, drain, type Snapshot, snapshot, temporaryDirectory } from "../helpers/node/snapshot.ts";
import { CONFIG, TestL1 } from "../helpers/node/testL1.ts";
import { busyL1 } from "../helpers/node/traffic.ts";

const outage = (what: string): MeridianError => new MeridianError("retry", "unreachable", `cannot read ${what}`);

/** What a reader has at the head, if L1 fails as `fails` says. */
async function readThrough(l1: TestL1, fails: (what: string) => boolean): Promise<Snapshot & { lines: string[] }> {
	const directory = await temporaryDirectory();
	const store = await memoryStore();
	const lines: string[] = [];
	try {
		const reader = await openReader({ source: l1, store, out: directory });
		l1.onFetch = (what) => {
			if (fails(what)) throw outage(what);
		};
		await drain(reader.run({ until: "latest", retryMs: 1, onStatus: (line) => lines.push(line) }));
		l1.onFetch = () => undefined;
		return { ...(await snapshot(reader, store, directory)), lines };
	} finally {
		await store.close();
		await rm(directory, { recursive: true });
	}
}

describe("L1 that cannot be read", () => {
	const random = seededRandom(10);

	it(`any fetch may fail, at every point, and the result is the same (trap 10, seed ${random.seed})`, async () => {
		const l1 = await busyL1(random, 10);
		const { lines, ...undisturbed } = await readThrough(l1, () => false);
		expect(lines).to.deep.equal([]);
		expect(undisturbed).to.deep.equal(await cleanRun(l1));
		let fetches = 0;
		for (let failing = 1; ; failing++) {
			fetches = 0;
			const { lines: said, ...same } = await readThrough(l1, () => ++fetches === failing);
			expect(same).to.deep.equal(undisturbed);
			if (fetches < failing) break;
			// Fetched ahead and needed never, or told to a person.
			expect(said.length).to.be.at.most(2);
		}
		expect(fetches).to.be.above(l1.head.number);
	});

	it("everything fails the first time it is asked for", async () => {
		const l1 = await busyL1(random, 20);
		const asked = new Set<string>();
		const { lines, ...same } = await readThrough(l1, (what) => !asked.has(what) && asked.add(what) !== null);
		expect(same).to.deep.equal(await cleanRun(l1));
		expect(lines[0]).to.match(/^cannot read heads, trying again in \d+ s$/);
		expect(lines).to.include("L1 can be read again");
	});

	it("a node whose blocks do not follow each other is waited for, aloud", async () => {
		const l1 = await busyL1(random, 6);
		const whole = l1.blocks[4];
		if (whole === undefined) expect.fail("no block 4");
		l1.blocks[4] = { ...whole, parentHash: `0x${"99".repeat(32)}` };
		const reader = await openReader({ source: l1 });
		const lines: string[] = [];
		const onStatus = (line: string): void => {
			lines.push(line);
			l1.blocks[4] = whole;
		};
		await drain(reader.run({ until: "latest", retryMs: 1, pollMs: 1, onStatus }));
		expect(lines[0]).to.match(
			/^L1 block 4 names 0x99.+ as its parent, which is not the hash of the same node's block 3/,
		);
		expect(reader.state.l1.number).to.equal(l1.head.number);
	});

	it("a source that lies halts the reader, which keeps what it had", async () => {
		const l1 = await busyL1(random, 10);
		const store = await memoryStore();
		const reader = await openReader({ source: l1, store });
		await drain(reader.run({ until: 5 }));
		l1.onFetch = (what) => {
			if (what === "block 8") throw new MeridianError("halt", "l1-receipts-root", "a lie");
		};
		const failure = await drain(reader.run({ until: "latest" })).catch((error: unknown) => error);
		expect(failure).to.include({ code: "l1-receipts-root" });
		expect(reader.state.l1.number).to.equal(7);
		l1.onFetch = () => undefined;
		await drain(reader.run({ until: "latest" }));
		expect(reader.summary()).to.deep.equal((await cleanRun(l1)).summary);
		await store.close();
	});
});

describe("principle 7: every sequencer is gone (trap 3)", () => {
	it("D-9 due forced entries and deposits execute, from L1 alone, one rollup after the other", async () => {
		const l1 = new TestL1();
		l1.register();
		l1.register({ cluster: 2 });
		l1.mine();
		const recipient: Address = `0x${"77".repeat(20)}`;
		for (const rollupId of [1, 2]) {
			l1.enqueue(rollupId, await l1.transfer(rollupId, 0, { to: recipient, value: 5n * 10n ** 9n }));
			l1.enqueue(rollupId, Uint8Array.of(1, 2, 3));
			l1.deposit(rollupId, recipient, 7n);
		}
		const queued = l1.mine();
		const reader = await openReader({ source: l1 });
		const due = queued.timestamp + CONFIG.forcedDelay;
		while (l1.head.timestamp < due + CONFIG.maxLag + CONFIG.slotSeconds) l1.mine();
		const events = await drain(reader.run({ until: "latest" }));
		const ticks = events.flatMap((event) => (event.kind === "tick" ? [event] : []));
		expect(new Set(ticks.map((tick) => tick.record.kind))).to.include("horizon");
		expect(ticks.every((tick) => tick.record.publicationId === null)).to.equal(true);
		const forced = ticks.flatMap((tick) => tick.record.positions);
		expect(forced.map(({ outcome }) => (outcome?.kind === "dropped" ? outcome.reason : outcome?.kind))).to.deep.equal([
			"included",
			"undecodable",
			"included",
			"undecodable",
		]);
		// Not before they are due, and not later than the horizon allows.
		const times = ticks.filter((tick) => tick.record.positions.length > 0).map((tick) => tick.record.time);
		expect(Math.min(...times)).to.be.at.least(due);
		expect(ticks.flatMap((tick) => tick.record.deposits.map((deposit) => deposit.rollupId)).sort()).to.deep.equal([
			1, 2,
		]);
		expect(reader.heads().map((head) => head.number)).to.deep.equal([2, 2]);
		expect(reader.state.forced.size + reader.state.deposits.size).to.equal(0);
	});

	it("a sequencer that comes back goes on after what L1 has done without it", async () => {
		const l1 = new TestL1();
		l1.register();
		l1.mine();
		l1.enqueue(1, await l1.transfer(1, 3));
		for (let n = 0; n < 20; n++) l1.mine();
		const reader = await openReader({ source: l1 });
		await drain(reader.run({ until: "latest" }));
		const without = reader.heads()[0];
		expect(without?.number).to.equal(1);
		const items = l1.nextTicks(2).map(async (tick) => {
			const rawTx = await l1.transfer(1, 0);
			return [tick, [{ kind: "tx" as const, leg: { rollupId: 1, rawTx } }]] as const;
		});
		l1.publish(new Map(await Promise.all(items)));
		l1.mine();
		await drain(reader.run({ until: "latest" }));
		expect(reader.heads()[0]?.number).to.equal(3);
	});
});
