import { spawn } from "node:child_process";
import { cp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type Receipt, verifyReceipt } from "../../src/codec/receipt.ts";
import type { Hash32, Tick } from "../../src/primitives/types.ts";
import { Journal, openJournal } from "../../src/sequencer/preconf/journal.ts";
import { memoryStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/types.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";
import { CONFIG, IDENTITY, PromiseWorld, transfer } from "../helpers/preconf/world.ts";

const PROCESS = fileURLToPath(new URL("../helpers/preconf/promisingProcess.ts", import.meta.url));

type Line =
	| { readonly kind: "open" }
	| { readonly kind: "receipt"; readonly receipt: Receipt }
	| { readonly kind: "published"; readonly tick: Tick; readonly items: readonly Hash32[] };

/** Runs a sequencer over the journal, and kills it that many milliseconds after its nth line; gives what it has told until then. */
function run(directory: string, rounds: number, kill: { readonly line: number; readonly afterMs: number } | null) {
	return new Promise<{ lines: readonly Line[]; killed: boolean }>((resolve, reject) => {
		const child = spawn(process.execPath, [PROCESS, directory, String(rounds)], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		let text = "";
		let seen = 0;
		child.stdout.on("data", (chunk: Buffer) => {
			const before = seen;
			text += chunk.toString();
			seen = text.split("\n").length - 1;
			if (kill !== null && before < kill.line && seen >= kill.line)
				setTimeout(() => child.kill("SIGKILL"), kill.afterMs);
		});
		child.once("error", reject);
		child.once("close", (code, signal) => {
			// What was killed in the middle of a line has not said it.
			const lines = text.split("\n").slice(0, -1);
			if (code === 0 || signal === "SIGKILL")
				resolve({ killed: signal === "SIGKILL", lines: lines.map((line) => JSON.parse(line) as Line) });
			else reject(new Error(`the sequencer ended with ${code ?? signal}`));
		});
	});
}

/** Everything that was ever told, held against itself: no place twice, nothing promised is missing from what is published. */
class Witness {
	readonly promised = new Map<string, Hash32>();
	readonly #published = new Map<Tick, readonly Hash32[]>();

	hear(lines: readonly Line[]): void {
		for (const line of lines) {
			if (line.kind === "receipt") this.#receipt(line.receipt);
			if (line.kind !== "published") continue;
			this.#published.set(line.tick, line.items);
		}
		for (const [place, hash] of this.promised) {
			const [tick = 0, index = 0] = place.split(":").map(Number);
			const items = this.#published.get(tick);
			if (items !== undefined) expect(items[index], `what was published at ${place}`).to.equal(hash);
		}
	}

	#receipt(receipt: Receipt): void {
		expect(verifyReceipt(receipt)).to.deep.equal({ ok: true });
		const place = `${receipt.tick}:${receipt.index}`;
		expect(this.promised.get(place) ?? receipt.itemHash, `two promises of ${place}`).to.equal(receipt.itemHash);
		this.promised.set(place, receipt.itemHash);
	}

	expectKept(journal: Journal): void {
		for (const [place, hash] of this.promised) {
			const [tick = 0, index = 0] = place.split(":").map(Number);
			expect(journal.itemsOf(tick)[index]?.itemHash, `what the journal has at ${place}`).to.equal(hash);
		}
	}
}

describe("a promising sequencer that is stopped between signing and publishing", function () {
	this.timeout(120_000);
	const random = seededRandom(1_234);
	let directory = "";

	beforeEach(async () => {
		directory = await temporaryDirectory();
	});

	afterEach(async () => {
		await rm(directory, { recursive: true });
	});

	it(`P-13: by kill -9 at any moment, never promises a place twice and loses no promise (seed ${random.seed})`, async () => {
		const witness = new Witness();
		const KILLS = 10;
		for (let kills = 0; kills < KILLS; kills++) {
			const { killed, lines } = await run(directory, 1_000_000, {
				line: 1 + random.below(40),
				afterMs: random.below(12),
			});
			expect(killed).to.equal(true);
			witness.hear(lines);
		}
		const last = await run(directory, 30, null);
		witness.hear(last.lines);
		expect(witness.promised.size).to.be.greaterThan(100);
		const journal = await openJournal(directory, IDENTITY);
		witness.expectKept(journal);
		await journal.shut();
	});

	it("P-13: with its last write torn at any byte, has all that was promised before it, and no place twice", async () => {
		const witness = new Witness();
		witness.hear((await run(directory, 6, null)).lines);
		const log = (await readdir(directory)).find((name) => name.endsWith(".log")) ?? expect.fail("no log");
		const bytes = await readFile(join(directory, log));
		let before = -1;
		for (let length = 0; length <= bytes.length; length += 1 + random.below(Math.ceil(bytes.length / 40))) {
			const torn = await temporaryDirectory();
			await cp(directory, torn, { recursive: true });
			await truncate(join(torn, log), length);
			// Nothing at all is left of the first write: an empty journal.
			const journal = await openJournal(torn, IDENTITY);
			const kept = journal.ticks.flatMap((tick) =>
				journal.itemsOf(tick).map(({ index, itemHash }) => [`${tick}:${index}`, itemHash]),
			);
			for (const [place, hash] of kept) expect(witness.promised.get(place as string)).to.equal(hash);
			expect(kept.length).to.be.at.least(before);
			before = kept.length;
			await journal.shut();
			await rm(torn, { recursive: true });
		}
		expect(before).to.be.greaterThan(0);
	});

	it("P-13: is refused a second process on the same journal, and another's journal", async () => {
		const journal = await openJournal(directory, IDENTITY);
		const codeOf = (opening: Promise<unknown>) =>
			opening.then(
				() => "opened",
				(error: { code: string }) => error.code,
			);
		expect(await codeOf(openJournal(directory, IDENTITY))).to.equal("journal-locked");
		const child = run(directory, 1, null).then(
			() => "ran",
			() => "refused",
		);
		expect(await child).to.equal("refused");
		await journal.shut();
		for (const other of [
			{ chainId: 1 },
			{ timeline: IDENTITY.slasher },
			{ slasher: IDENTITY.timeline },
			{ sequencer: IDENTITY.slasher },
		])
			expect(await codeOf(openJournal(directory, { ...IDENTITY, ...other }))).to.equal("journal-other");
		await writeFile(join(directory, "CURRENT"), "nonsense\n");
		const error = await openJournal(directory, IDENTITY).catch((thrown: unknown) => thrown);
		expect(error).to.include({ code: "journal-corrupt", recovery: "halt" });
		// The store's own advice would lose promises.
		expect(error)
			.to.have.property("message")
			.that.does.not.match(/delete/);
	});

	it("P-13: refuses a journal in which anything promised is missing or changed", async () => {
		const store = await memoryStore();
		const world = await PromiseWorld.open(store);
		for (let nonce = 0; nonce < 4; nonce++) await world.send(await transfer({ nonce }));
		const keys: string[] = [];
		for await (const [key] of store.entries("i")) keys.push(key);
		expect(keys).to.have.lengthOf(4);
		for (const key of keys) {
			const value = store.get(key) as Uint8Array;
			for (const wrong of [
				null,
				new Uint8Array(0),
				value.subarray(1),
				value.subarray(0, 20),
				Uint8Array.of(...value, 0),
			]) {
				const sequence = (store.last ?? 0) + 1;
				await store.commit(sequence, new Map([[key, wrong]]));
				const error = await Journal.over(store, IDENTITY).catch((thrown: unknown) => thrown);
				expect(error, key).to.include({ code: "journal-corrupt" });
				await store.unwind(sequence - 1);
			}
		}
		await Journal.over(store, IDENTITY);
	});

	it("P-13: at every write, before it and after it, promises nothing twice and loses nothing", async () => {
		for (const when of ["before", "after"] as const)
			for (let at = 1; at <= 12; at++) {
				const store = await memoryStore();
				const witness = new Witness();
				await useUntilCrash(crashing(store, at, when), witness, 100n);
				// Another machine's clock, a little behind.
				const again = await PromiseWorld.open(store);
				witness.expectKept(again.journal);
				await useUntilCrash(store, witness, 200n);
				expect(witness.promised.size).to.be.greaterThan(3);
			}
	});
});

/** Promises and closes a few ticks; what fails ends it, as if the process had ended. */
async function useUntilCrash(store: Store, witness: Witness, value: bigint): Promise<void> {
	try {
		const world = await PromiseWorld.open(store);
		const held = world.journal.ticks.reduce((sum, tick) => sum + world.journal.itemsOf(tick).length, 0);
		for (let i = 0; i < 8; i++) {
			const answer = await world.send(await transfer({ nonce: held + i, value }));
			if (!answer.ok) return;
			witness.hear([{ kind: "receipt", receipt: answer.receipt }]);
			if (i % 3 !== 2) continue;
			const tick = world.next;
			await world.promises.close(tick);
			const items = world.journal.itemsOf(tick).map(({ itemHash }) => itemHash);
			witness.hear([{ kind: "published", tick, items }]);
			world.nowMs += CONFIG.tickSeconds * 1_000;
		}
	} catch (error) {
		if ((error as { code?: string }).code !== "journal-failed" && (error as Error).message !== "crash") throw error;
	}
}

/** The store, but its write number `at` and all later ones fail, the first of them before or after it is on disk. */
function crashing(store: Store, at: number, when: "before" | "after"): Store {
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
			const crash = ++commits;
			if (crash < at || (crash === at && when === "after")) await store.commit(sequence, changes);
			if (crash >= at) throw new Error("crash");
		},
	};
}
