import { spawn } from "node:child_process";
import { appendFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openReader } from "../../src/node/reader.ts";
import { memoryStore, openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/types.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { cleanRun, drain, filesOf, type Snapshot, snapshot, temporaryDirectory } from "../helpers/node/snapshot.ts";
import { busyL1 } from "../helpers/node/traffic.ts";

const READER = fileURLToPath(new URL("../helpers/node/crashingReader.ts", import.meta.url));

/** The store, but its commit number `at` ends the process, as far as the reader can see, before or after it is written. */
function crashingStore(store: Store, at: number, when: "before" | "after"): Store {
	let commits = 0;
	return {
		get last() {
			return store.last;
		},
		get: (key) => store.get(key),
		entries: (prefix) => store.entries(prefix),
		unwind: (sequence) => store.unwind(sequence),
		prune: (sequence) => store.prune(sequence),
		close: () => store.close(),
		async commit(sequence, changes) {
			const crash = ++commits === at;
			if (!crash || when === "after") await store.commit(sequence, changes);
			if (crash) throw new Error("crash");
		},
	};
}

/** Runs the reader in a process of its own; kills it that many milliseconds after it has begun its nth block, if it lives that long. */
function runChild(seed: number, blocks: number, directory: string, kill: { block: number; after: number } | null) {
	return new Promise<{ killed: boolean }>((resolve, reject) => {
		const child = spawn(process.execPath, [READER, String(seed), String(blocks), directory], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		let processed = 0;
		child.stdout.on("data", (chunk: Buffer) => {
			const before = processed;
			processed += chunk.toString().split("\n").length - 1;
			if (kill === null || before >= kill.block || processed < kill.block) return;
			setTimeout(() => child.kill("SIGKILL"), kill.after);
		});
		child.once("error", reject);
		child.once("close", (code, signal) => {
			if (code === 0 || signal === "SIGKILL") resolve({ killed: signal === "SIGKILL" });
			else reject(new Error(`the reader ended with ${code ?? signal}`));
		});
	});
}

describe("stopped at any moment, a reader goes on as if it had not been", function () {
	this.timeout(120_000);
	const random = seededRandom(99);
	let directory = "";

	beforeEach(async () => {
		directory = await temporaryDirectory();
	});

	afterEach(async () => {
		await rm(directory, { recursive: true });
	});

	it(`at every commit, before it and after it (seed ${random.seed})`, async () => {
		const l1 = await busyL1(random, 25);
		const store = await memoryStore();
		const told: number[] = [];
		for (let crash = 0; ; crash++) {
			const crashing = crashingStore(store, 1 + (crash % 2), crash % 4 < 2 ? "before" : "after");
			const reader = await openReader({ source: l1, store: crashing, out: directory });
			try {
				for await (const event of reader.run({ until: "latest" })) {
					if (event.kind === "block") told.push(event.l1.number);
				}
			} catch (error) {
				if ((error as Error).message === "crash") continue;
				throw error;
			}
			expect(crash).to.be.at.least(l1.head.number);
			expect(await snapshot(reader, store, directory)).to.deep.equal(await cleanRun(l1));
			break;
		}
		// Nothing is derived twice; what was committed but not told is known all the same.
		expect(told).to.deep.equal([...new Set(told)].sort((a, b) => a - b));
		await store.close();
	});

	it(`by kill -9, at random moments (seed ${random.seed})`, async () => {
		const blocks = 150;
		const clean: Snapshot = await cleanRun(await busyL1(seededRandom(random.seed), blocks));
		const KILLS = 8;
		for (let kills = 0; kills < KILLS; kills++) {
			const kill = { block: 1 + random.below(15), after: random.below(20) };
			expect((await runChild(random.seed, blocks, directory, kill)).killed).to.equal(true);
		}
		expect((await runChild(random.seed, blocks, directory, null)).killed).to.equal(false);
		const store = await openStore(join(directory, "store"));
		const l1 = await busyL1(seededRandom(random.seed), blocks);
		const reader = await openReader({ source: l1, store, out: directory });
		await drain(reader.run({ until: "latest" }));
		expect(await snapshot(reader, store, directory)).to.deep.equal(clean);
		await store.close();
	});

	it("files that were deleted, cut or written to are made what they were", async () => {
		const l1 = await busyL1(random, 40);
		const store = await memoryStore();
		const reader = await openReader({ source: l1, store, out: directory });
		await drain(reader.run({ until: "latest" }));
		const files = await filesOf(directory);
		const expectRestored = async () => {
			await openReader({ source: l1, store, out: directory });
			expect(await filesOf(directory)).to.deep.equal(files);
		};
		for (const file of Object.keys(files)) {
			await rm(join(directory, file));
			await expectRestored();
			await truncate(join(directory, file), 10);
			await expectRestored();
			await appendFile(join(directory, file), "half a li");
			await expectRestored();
		}
		await writeFile(join(directory, "notes.txt"), "mine");
		await openReader({ source: l1, store, out: directory });
		expect(Object.keys(await filesOf(directory))).to.include("notes.txt");
		await store.close();
	});
});
