import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ClassicLevel } from "classic-level";
import { afterEach, beforeEach, describe, it } from "mocha";
import { isMeridianError } from "../../../src/primitives/errors.ts";
import { memoryStore, openStore } from "../../../src/store/open.ts";
import type { Changes, Store } from "../../../src/store/types.ts";
import { seededRandom } from "../../helpers/execute/random.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (value: Uint8Array | undefined): string | undefined =>
	value === undefined ? undefined : Buffer.from(value).toString();
const changes = (values: Record<string, string | null>): Changes =>
	new Map(Object.entries(values).map(([key, value]) => [key, value === null ? null : bytes(value)]));

async function dump(store: Store): Promise<Record<string, string>> {
	const out: Record<string, string> = {};
	for await (const [key, value] of store.entries("")) out[key] = Buffer.from(value).toString();
	return out;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
	try {
		await work;
	} catch (error) {
		if (!isMeridianError(error)) throw error;
		return `${error.recovery}:${error.code}`;
	}
	return "none";
}

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "meridian-store-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

for (const [kind, open] of [
	["disk", () => openStore(join(directory, "db"))],
	["memory", () => memoryStore()],
	// A cache of nothing: every read goes to the database.
	["disk, no cache", () => openStore(join(directory, "db"), { cacheBytes: 0 })],
] as const) {
	describe(`store (${kind})`, () => {
		let store: Store;
		beforeEach(async () => {
			store = await open();
		});
		afterEach(() => store.close());

		it("gives back what was committed, and nothing before", async () => {
			expect(store.last).to.equal(null);
			expect(store.get("x/a")).to.equal(undefined);
			const done = store.commit(7, changes({ "x/a": "1", "x/b": "" }));
			expect(store.get("x/a")).to.equal(undefined);
			await done;
			expect(text(store.get("x/a"))).to.equal("1");
			expect(text(store.get("x/b"))).to.equal("");
			expect(store.last).to.equal(7);
			await store.commit(8, changes({ "x/a": null, "x/none": null }));
			expect(store.get("x/a")).to.equal(undefined);
			expect(await dump(store)).to.deep.equal({ "x/b": "" });
		});

		it("lists a prefix in order, and only the prefix", async () => {
			await store.commit(1, changes({ "x/2": "b", "x/1": "a", x0: "no", "x/~": "last", w: "no", y: "no" }));
			const keys: string[] = [];
			for await (const [key] of store.entries("x/")) keys.push(key);
			expect(keys).to.deep.equal(["x/1", "x/2", "x/~"]);
		});

		it("refuses a commit that is not above the last one", async () => {
			await store.commit(3, changes({ a: "1" }));
			expect(await codeOf(store.commit(3, changes({ a: "2" })))).to.equal("halt:store-sequence");
			expect(text(store.get("a"))).to.equal("1");
			await store.commit(4, changes({ a: "2" }));
		});

		it("unwinds to any sequence between commits and to nothing at all", async () => {
			await store.commit(3, changes({ a: "1", b: "1" }));
			await store.commit(8, changes({ a: "2", b: null, c: "1" }));
			await store.commit(9, changes({ a: null, b: "3" }));
			await store.unwind(9);
			expect(store.last).to.equal(9);
			await store.unwind(8);
			expect(await dump(store)).to.deep.equal({ a: "2", c: "1" });
			expect(store.last).to.equal(8);
			await store.unwind(5);
			expect(await dump(store)).to.deep.equal({ a: "1", b: "1" });
			expect(store.last).to.equal(3);
			await store.commit(4, changes({ a: "other" }));
			await store.unwind(0);
			expect(await dump(store)).to.deep.equal({});
			expect(store.last).to.equal(null);
		});

		it("unwinds no further than prune has left, and keeps its values", async () => {
			for (const n of [2, 4, 6, 8]) await store.commit(n, changes({ a: `${n}` }));
			await store.prune(5);
			expect(await codeOf(store.unwind(3))).to.equal("halt:undo-missing");
			expect(text(store.get("a"))).to.equal("8");
			await store.unwind(4);
			expect(text(store.get("a"))).to.equal("4");
			await store.prune(1);
			await store.prune(99);
			await store.unwind(4);
			expect(await codeOf(store.unwind(3))).to.equal("halt:undo-missing");
		});

		it("equals a plain map after any mix of commits, unwinds and prunes", async () => {
			const { seed, below } = seededRandom();
			let sequence = 0;
			let floor = 0;
			const history: { sequence: number; content: Record<string, string> }[] = [{ sequence: 0, content: {} }];
			const content = () => history.at(-1)?.content ?? {};
			for (let step = 0; step < 300; step++) {
				const kind = below(10);
				if (kind < 7) {
					sequence += 1 + below(3);
					const next = { ...content() };
					const batch: Changes = new Map();
					for (let i = below(6); i > 0; i--) {
						const key = `k${below(12)}`;
						const value = below(3) === 0 ? null : `${below(5)}`;
						batch.set(key, value === null ? null : bytes(value));
						if (value === null) delete next[key];
						else next[key] = value;
					}
					await store.commit(sequence, batch);
					history.push({ sequence, content: next });
				} else if (kind < 9) {
					sequence = Math.max(floor, sequence - below(8));
					while ((history.at(-1)?.sequence ?? 0) > sequence) history.pop();
					await store.unwind(sequence);
				} else {
					await store.prune(sequence - 10);
					floor = Math.max(floor, sequence - 10);
				}
				expect(await dump(store), `seed ${seed}, step ${step}`).to.deep.equal(
					Object.fromEntries(Object.entries(content()).sort()),
				);
				for (let i = 0; i < 12; i++) expect(text(store.get(`k${i}`)), `seed ${seed}`).to.equal(content()[`k${i}`]);
			}
		});
	});
}

describe("store on disk", () => {
	it("keeps everything over a restart: values, last, undo records, floor", async () => {
		let store = await openStore(directory);
		for (const n of [1, 2, 3]) await store.commit(n, changes({ a: `${n}`, [`only${n}`]: "x" }));
		await store.prune(1);
		await store.close();
		store = await openStore(directory);
		expect(store.last).to.equal(3);
		expect(await codeOf(store.unwind(0))).to.equal("halt:undo-missing");
		await store.unwind(1);
		expect(await dump(store)).to.deep.equal({ a: "1", only1: "x" });
		await store.close();
	});

	it("says that another process has it", async () => {
		const store = await openStore(directory);
		expect(await codeOf(openStore(directory))).to.equal("usage:store-locked");
		await store.close();
	});

	it("says that a directory cannot be used", async () => {
		writeFileSync(join(directory, "file"), "x");
		expect(await codeOf(openStore(join(directory, "file")))).to.equal("usage:store-directory");
		expect(await codeOf(openStore(join(directory, "file", "below")))).to.equal("usage:store-directory");
	});

	it("refuses another version's store and another program's database", async () => {
		const level = new ClassicLevel(join(directory, "a"));
		await level.put("mformat", "meridian store 99");
		await level.close();
		expect(await codeOf(openStore(join(directory, "a")))).to.equal("halt:store-corrupt");
		const foreign = new ClassicLevel(join(directory, "b"));
		await foreign.put("hello", "world");
		await foreign.close();
		expect(await codeOf(openStore(join(directory, "b")))).to.equal("halt:store-corrupt");
	});

	it("halts on damaged files instead of giving wrong values", async () => {
		const filled = join(directory, "filled");
		const store = await openStore(filled);
		for (let n = 1; n <= 40; n++) {
			const batch: Changes = new Map();
			for (let i = 0; i < 50; i++) batch.set(`k${i}`, bytes(`${n}-${i}`.padEnd(2_000, "v")));
			await store.commit(n, batch);
		}
		await store.close();
		const names = readdirSync(filled).filter((name) => statSync(join(filled, name)).size > 0 && name !== "LOG");
		let halted = 0;
		for (const name of names) {
			const copy = join(directory, "copy");
			rmSync(copy, { recursive: true, force: true });
			cpSync(filled, copy, { recursive: true });
			const content = readFileSync(join(copy, name));
			const at = Math.floor(content.length / 3);
			content.fill(0xa5, at, Math.min(content.length, at + 64));
			writeFileSync(join(copy, name), content);
			const outcome = await codeOf(
				(async () => {
					const damaged = await openStore(copy, { cacheBytes: 0 });
					try {
						const n = damaged.last;
						for (let i = 0; i < 50 && n !== null; i++) {
							const value = text(damaged.get(`k${i}`));
							expect(value, name).to.equal(`${n}-${i}`.padEnd(2_000, "v"));
						}
						await damaged.unwind(1);
					} finally {
						await damaged.close();
					}
				})(),
			);
			expect(["none", "halt:store-corrupt"], name).to.include(outcome);
			if (outcome !== "none") halted++;
		}
		expect(halted).to.be.greaterThan(0);
	});

	it("holds whole commits only after kill -9 in the middle of writing", async () => {
		const script = fileURLToPath(import.meta.resolve("../../helpers/execute/storeWriter.ts"));
		const db = join(directory, "killed");
		mkdirSync(db);
		let next = 1;
		for (let round = 0; round < 3; round++) {
			const child = spawn(process.execPath, [script, db, `${next}`], { stdio: ["ignore", "pipe", "inherit"] });
			let acknowledged = next - 1;
			let output = "";
			await new Promise<void>((resolve, reject) => {
				child.on("error", reject);
				child.on("exit", () => resolve());
				child.stdout.on("data", (chunk: Buffer) => {
					output += chunk.toString();
					const lines = output.split("\n");
					output = lines.pop() ?? "";
					acknowledged = Number(lines.at(-1) ?? acknowledged);
					if (acknowledged >= next + 8 + round * 5) child.kill("SIGKILL");
				});
			});
			const store = await openStore(db);
			const last = store.last ?? 0;
			expect(last).to.be.at.least(acknowledged);
			// The writer's commit n sets every one of its keys to n.
			for (let i = 0; i < 400; i++) expect(text(store.get(`k${i}`))?.split(":")[0]).to.equal(`${last}`);
			await store.unwind(last - 2);
			for (let i = 0; i < 400; i += 7) expect(text(store.get(`k${i}`))?.split(":")[0]).to.equal(`${last - 2}`);
			await store.close();
			next = last - 1;
		}
	});
});
