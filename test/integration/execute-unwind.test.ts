/** Going back, restarting and discarding: whatever happened on the way, the state is that of a clean run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { DerivedTick, RollupRegisteredLog } from "../../src/derive/types.ts";
import { createClusterExecutor } from "../../src/execute/executor.ts";
import type { ClusterExecutor, RollupHead } from "../../src/execute/types.ts";
import { memoryStore, openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/types.ts";
import { type Random, seededRandom } from "../helpers/execute/random.ts";
import { active, deposit, encodeAllocation, registration, TIMELINE, tickOf, txItem } from "../helpers/execute/ticks.ts";
import { Traffic, trafficAccounts, trafficAllocation } from "../helpers/execute/traffic.ts";

/** What one commit (one L1 block of a reader) brings. */
interface Step {
	readonly registrations: readonly RollupRegisteredLog[];
	readonly ticks: readonly DerivedTick[];
}

const accounts = trafficAccounts(5);
const allocation = encodeAllocation(trafficAllocation(accounts));
const rollups = [1, 2].map((rollupId) => registration({ rollupId, allocation }));

const open = (store: Store): Promise<ClusterExecutor> => createClusterExecutor({ store, config: TIMELINE, cluster: 1 });

async function apply({ registrations, ticks }: Step, executor: ClusterExecutor): Promise<void> {
	for (const log of registrations) await executor.register(log);
	for (const tick of ticks) await executor.execute(tick);
}

/** A random history whose nonces fit a run without interruptions; `from` lets a branch continue after some of it. */
async function history(random: Random, steps: number, before: readonly Step[] = []): Promise<Step[]> {
	const executor = await open(await memoryStore());
	for (const step of before) await apply(step, executor);
	const traffics = rollups.map(({ config }) => new Traffic({ random, chainId: config.chainId, accounts, drops: true }));
	const all: Step[] = [];
	let tick = 1 + Math.max(0, ...before.flatMap(({ ticks }) => ticks.map((one) => one.tick)));
	for (let i = 0; i < steps; i++) {
		const number = before.length + i;
		// The second rollup comes later, so that going back also takes registrations back.
		const registrations = rollups.filter((_, r) => number === r * 3);
		const known = rollups.filter((_, r) => number >= r * 3);
		const ticks = Array.from({ length: random.below(4) }, () => {
			const items = known.flatMap(({ rollupId }, r) =>
				Array.from({ length: random.below(4) }, () => txItem(rollupId, traffics[r]?.next() ?? new Uint8Array(0))),
			);
			const deposits = random.below(3) === 0 ? [deposit(1, tick, random.pick(accounts).address, 7n)] : [];
			return tickOf(tick++, { rollups: known.map((log) => active(log)), items, deposits });
		});
		const step = { registrations, ticks };
		await apply(step, executor);
		for (const [r, { rollupId }] of rollups.entries()) {
			for (const { address } of accounts) traffics[r]?.correct(address, executor.getNonce(rollupId, address));
		}
		all.push(step);
	}
	return all;
}

/** Everything in the store, and the heads. */
async function snapshot(
	store: Store,
	executor: ClusterExecutor,
): Promise<{ heads: readonly RollupHead[]; content: string[] }> {
	const content: string[] = [];
	for await (const [key, value] of store.entries("")) content.push(`${key}=${Buffer.from(value).toString("hex")}`);
	return { heads: executor.heads(), content };
}

/** The same after a run without interruptions. */
async function clean(steps: readonly Step[]) {
	const store = await memoryStore();
	const executor = await open(store);
	for (const [i, step] of steps.entries()) {
		await apply(step, executor);
		await store.commit(i + 1, executor.takeChanges());
	}
	return snapshot(store, executor);
}

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "meridian-execute-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("unwinding execution", function () {
	this.timeout(120_000);

	it("D-11, trap 15: at any depth, the store and the heads are those of a clean run; and another branch follows", async () => {
		const random = seededRandom();
		const steps = await history(random, 12);
		for (const depth of [1, 2, 5, 9, 11, 12]) {
			const store = await openStore(join(directory, `${depth}`));
			const executor = await open(store);
			for (const [i, step] of steps.entries()) {
				await apply(step, executor);
				await store.commit(i + 1, executor.takeChanges());
			}
			await store.unwind(12 - depth);
			await executor.reload();
			const kept = steps.slice(0, 12 - depth);
			expect(await snapshot(store, executor), `seed ${random.seed}, depth ${depth}`).to.deep.equal(await clean(kept));
			const branch = await history(random, 3, kept);
			for (const [i, step] of branch.entries()) {
				await apply(step, executor);
				await store.commit(kept.length + i + 1, executor.takeChanges());
			}
			expect(await snapshot(store, executor)).to.deep.equal(await clean([...kept, ...branch]));
			await store.close();
		}
	});

	it("restarts between any two commits, with nothing but the store", async () => {
		const random = seededRandom();
		const steps = await history(random, 8);
		let store = await openStore(directory);
		for (const [i, step] of steps.entries()) {
			const executor = await open(store);
			await apply(step, executor);
			await store.commit(i + 1, executor.takeChanges());
			await store.close();
			store = await openStore(directory);
		}
		expect(await snapshot(store, await open(store)), `seed ${random.seed}`).to.deep.equal(await clean(steps));
		await store.close();
	});

	it("discards what was executed and not committed", async () => {
		const random = seededRandom();
		const steps = await history(random, 8);
		const store = await memoryStore();
		const executor = await open(store);
		for (const [i, step] of steps.entries()) {
			// Executed once for nothing, taken or not; then for good.
			await apply(step, executor);
			if (random.below(2) === 0) executor.takeChanges();
			await executor.reload();
			await apply(step, executor);
			await store.commit(i + 1, executor.takeChanges());
		}
		expect(await snapshot(store, executor), `seed ${random.seed}`).to.deep.equal(await clean(steps));
	});

	it("goes on executing while a commit is under way", async () => {
		const random = seededRandom();
		const steps = await history(random, 8);
		const store = await openStore(directory);
		const executor = await open(store);
		let commit: Promise<void> = Promise.resolve();
		for (const [i, step] of steps.entries()) {
			await apply(step, executor);
			await commit;
			commit = store.commit(i + 1, executor.takeChanges());
		}
		await commit;
		expect(await snapshot(store, executor), `seed ${random.seed}`).to.deep.equal(await clean(steps));
		await store.close();
	});
});
