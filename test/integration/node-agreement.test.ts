import { appendFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { verifyDirectory } from "../../src/node/agreement.ts";
import { openReader } from "../../src/node/reader.ts";
import type { TickRecord } from "../../src/node/records.ts";
import { memoryStore } from "../../src/store/open.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { drain, temporaryDirectory } from "../helpers/node/snapshot.ts";
import type { TestL1 } from "../helpers/node/testL1.ts";
import { busyL1, mineRandom } from "../helpers/node/traffic.ts";

describe("verifying what another reader has written", () => {
	const random = seededRandom(8);
	let l1: TestL1;
	let directory = "";

	const write = async (target: string, clusters?: ReadonlySet<number>): Promise<void> => {
		const options = clusters === undefined ? {} : { clusters };
		const reader = await openReader({ source: l1, store: await memoryStore(), out: target, ...options });
		await drain(reader.run({ until: "latest" }));
	};
	/** Verifies with one file changed, and puts it back. */
	const withChange = async (file: string, change: (path: string) => Promise<void>) => {
		const path = join(directory, file);
		const before = await readFile(path);
		await change(path);
		const result = await verifyDirectory({ source: l1, directory });
		await writeFile(path, before);
		return result;
	};
	const changeLine = (line: number, change: (record: TickRecord) => object) =>
		withChange("order.jsonl", async (path) => {
			const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
			lines[line] = JSON.stringify(change(JSON.parse(lines[line] ?? "") as TickRecord));
			await writeFile(path, `${lines.join("\n")}\n`);
		});
	const lineWith = async (has: (record: TickRecord) => boolean): Promise<number> => {
		const lines = (await readFile(join(directory, "order.jsonl"), "utf8")).trimEnd().split("\n");
		return lines.findIndex((line) => has(JSON.parse(line) as TickRecord));
	};

	before(async () => {
		l1 = await busyL1(random, 40);
		directory = await temporaryDirectory();
		await write(directory);
	});

	after(() => rm(directory, { recursive: true }));

	it(`agrees with itself, and says how much was compared (seed ${random.seed})`, async () => {
		const result = await verifyDirectory({ source: l1, directory });
		expect(result).to.include({ agrees: true, unexecuted: 0, difference: null });
		expect(result.rollups).to.deep.equal([1, 2, 3]);
		expect(result.ticks).to.be.above(20);
		expect(result.blocks).to.be.above(10);
	});

	it("finds a changed root, outcome, position, and a missing one", async () => {
		const line = await lineWith((record) => record.positions.some(({ outcome }) => outcome?.kind === "included"));
		const changes: [string, (record: TickRecord) => object][] = [
			["orderRoot", (record) => ({ ...record, orderRoot: record.itemsRoot })],
			["time", (record) => ({ ...record, time: record.time + 1 })],
			["positions.length", (record) => ({ ...record, positions: record.positions.slice(1) })],
			["blocks.length", (record) => ({ ...record, blocks: [] })],
			[
				"blocks[0].stateRoot",
				(record) => ({ ...record, blocks: record.blocks.map((block) => ({ ...block, stateRoot: record.orderRoot })) }),
			],
			[
				"positions[0].outcome",
				(record) => ({ ...record, positions: record.positions.map((position) => ({ ...position, outcome: null })) }),
			],
		];
		for (const [field, change] of changes) {
			const { agrees, difference } = await changeLine(line, change);
			expect(agrees).to.equal(false);
			expect(difference?.field).to.equal(field);
			expect(difference?.tick).to.be.a("number");
		}
	});

	it("finds a changed, missing or additional byte of a block, another genesis, a line that is no JSON", async () => {
		const file = "rollup-2/blocks.rlp";
		const size = (await readFile(join(directory, file))).length;
		const changed = await withChange(file, async (path) => {
			const bytes = await readFile(path);
			bytes[size - 20] = (bytes[size - 20] ?? 0) ^ 1;
			await writeFile(path, bytes);
		});
		expect(changed.difference).to.include({ rollupId: 2, field: file });
		expect(changed.difference?.block).to.be.above(1);
		expect((await withChange(file, (path) => truncate(path, size - 1))).difference).to.include({
			rollupId: 2,
			field: file,
		});
		expect((await withChange(file, (path) => appendFile(path, "x"))).difference).to.include({
			rollupId: 2,
			expected: `${size} bytes`,
		});
		expect((await withChange("rollup-1/genesis.json", (path) => writeFile(path, "{}"))).difference?.field).to.equal(
			"rollup-1/genesis.json",
		);
		expect((await withChange("order.jsonl", (path) => writeFile(path, "null\n"))).difference?.field).to.equal(
			"order.jsonl line 1",
		);
		expect((await withChange("order.jsonl", (path) => appendFile(path, '{"tick":99999}\n'))).difference).to.include({
			tick: 99_999,
			field: "tick",
		});
	});

	it("compares what is there: an earlier end, some of the rollups, blocks alone", async () => {
		const part = await temporaryDirectory();
		await write(part, new Set([2]));
		const some = await verifyDirectory({ source: l1, directory: part });
		expect(some).to.include({ agrees: true });
		expect(some.rollups).to.deep.equal([2]);
		expect(some.unexecuted).to.be.above(0);
		for (let n = 0; n < 5; n++) await mineRandom(l1, random, 3);
		expect(await verifyDirectory({ source: l1, directory: part })).to.include({ agrees: true, ticks: some.ticks });
		await rm(join(part, "order.jsonl"));
		expect(await verifyDirectory({ source: l1, directory: part })).to.include({ agrees: true, blocks: some.blocks });
		await rm(part, { recursive: true });
		const failure = await verifyDirectory({ source: l1, directory: part }).catch((error: unknown) => error);
		expect(failure).to.include({ code: "nothing-to-verify", recovery: "usage" });
	});
});
