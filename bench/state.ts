/**
 * State that does not fit the caches: accounts made by deposits (1,024 a tick, commits every six ticks as a reader's), then
 * transfers among them at random. Prints what the process took at its largest.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClusterExecutor } from "../src/execute/executor.ts";
import { bytesToHex, uintToBytes } from "../src/primitives/bytes.ts";
import { keccak256 } from "../src/primitives/hash.ts";
import { MAX_DEPOSITS } from "../src/primitives/limits.ts";
import type { Address } from "../src/primitives/types.ts";
import { openStore } from "../src/store/open.ts";
import { GWEI, signTx, testAccount } from "../test/helpers/execute/accounts.ts";
import { active, deposit, registration, TIMELINE, tickOf, txItem } from "../test/helpers/execute/ticks.ts";
import { rounded } from "./measure.ts";

export interface StateBenchResult {
	readonly accounts: number;
	/** Deposits to a new account each, per second, commits included. */
	readonly accountsPerSecond: number;
	/** Transfers to a random one of them, per second, commits included. */
	readonly transfersPerSecond: number;
	readonly peakMegabytes: number;
	readonly diskMegabytes: number;
}

const TICKS_PER_COMMIT = 6;
const TRANSFERS_PER_TICK = 200;
const SENDERS = 400;

const addressOf = (index: number): Address => bytesToHex(keccak256(uintToBytes(index, 8)).subarray(12));

async function diskMegabytes(directory: string): Promise<number> {
	let bytes = 0;
	for (const name of await readdir(directory)) bytes += statSync(join(directory, name)).size;
	return Math.round(bytes / 1e6);
}

export async function runStateBench(
	options: { accounts?: number; transfers?: number } = {},
): Promise<StateBenchResult> {
	const { accounts = 1_000_000, transfers = 20_000 } = options;
	const directory = mkdtempSync(join(tmpdir(), "meridian-state-"));
	const rollup = registration({ gasLimit: 30_000_000 });
	const store = await openStore(directory);
	const executor = await createClusterExecutor({ store, config: TIMELINE, cluster: 1 });
	await executor.register(rollup);
	let tick = 0;
	let peak = 0;
	const run = async (input: Parameters<typeof tickOf>[1]): Promise<void> => {
		await executor.execute(tickOf(++tick, input));
		if (tick % TICKS_PER_COMMIT === 0) {
			await store.commit(tick, executor.takeChanges());
			// A reader prunes what is final.
			await store.prune(tick - 40 * TICKS_PER_COMMIT);
		}
		peak = Math.max(peak, process.memoryUsage.rss());
	};
	const rollups = [active(rollup)];

	const start = performance.now();
	const senders = Array.from({ length: SENDERS }, (_, i) => testAccount(`state ${i}`));
	await run({ rollups, deposits: senders.map(({ address }, i) => deposit(1, i, address, 10_000_000_000n)) });
	for (let made = 0; made < accounts; made += MAX_DEPOSITS) {
		const count = Math.min(MAX_DEPOSITS, accounts - made);
		const deposits = Array.from({ length: count }, (_, i) => deposit(1, made + i, addressOf(made + i), BigInt(1 + i)));
		await run({ rollups, deposits });
	}
	const filled = performance.now();

	const { chainId } = rollup.config;
	let signing = 0;
	for (let done = 0; done < transfers; done += TRANSFERS_PER_TICK) {
		const before = performance.now();
		const items = Array.from({ length: TRANSFERS_PER_TICK }, (_, i) => {
			const sender = senders[i % SENDERS] ?? testAccount("none");
			const to = addressOf(((done + i) * 2_654_435_761) % accounts);
			const nonce = Math.floor((done + i) / TRANSFERS_PER_TICK);
			return txItem(1, signTx(sender, { chainId, nonce, to, gas: 21_000, value: GWEI }));
		});
		signing += performance.now() - before;
		await run({ rollups, items });
	}
	const seconds = (performance.now() - filled - signing) / 1_000;
	await store.close();
	const result = {
		accounts,
		accountsPerSecond: Math.round(accounts / ((filled - start) / 1_000)),
		transfersPerSecond: Math.round(transfers / seconds),
		peakMegabytes: rounded(peak / 1e6, 0),
		diskMegabytes: await diskMegabytes(directory),
	};
	rmSync(directory, { recursive: true, force: true });
	return result;
}

if (import.meta.main) console.log(JSON.stringify(await runStateBench()));
