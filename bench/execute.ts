/**
 * Execution beside EDR (revm behind Hardhat's N-API binding): the same raw transactions, the same block size, one engine after
 * the other in each round, medians over the rounds.
 *
 * Counted for Meridian: from the raw bytes of a tick to its sealed block (decoding, sender recovery, EVM, state root, receipts
 * root, block hash). For EDR: one JSON-RPC batch that sends the raw transactions and mines the block, which does the same. Both
 * keep their state where they keep it: Meridian on disk, EDR in memory; writing Meridian's changes to the store, six ticks at
 * a time as a reader does, is in `meridianStored`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClusterExecutor } from "../src/execute/executor.ts";
import type { ClusterExecutor } from "../src/execute/types.ts";
import { bytesToHex } from "../src/primitives/bytes.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import { openStore } from "../src/store/open.ts";
import type { Store } from "../src/store/types.ts";
import { ETHER } from "../test/helpers/execute/accounts.ts";
import { EdrChain } from "../test/helpers/execute/edr.ts";
import {
	active,
	COINBASE,
	encodeAllocation,
	registration,
	TIMELINE,
	tickOf,
	txItem,
} from "../test/helpers/execute/ticks.ts";
import { median, rounded } from "./measure.ts";
import { createMix, type Mix, type MixName } from "./traffic-execute.ts";

export interface ExecuteRow {
	readonly name: MixName;
	/** Transactions per second. */
	readonly meridian: number;
	readonly edr: number;
	/** meridian / edr, the median of the rounds' own ratios: what the machine does meanwhile hits both. */
	readonly ratio: number;
	/** Transactions per second with the store's commits. */
	readonly meridianStored: number;
}

export interface ExecuteBenchOptions {
	readonly mixes?: readonly MixName[];
	readonly rounds?: number;
	readonly blocksPerRound?: number;
	readonly transactionsPerBlock?: number;
}

const ROLLUP = registration({ gasLimit: 30_000_000 });
const { chainId } = ROLLUP.config;
const TICKS_PER_COMMIT = 6;
const BALANCE = 1_000n * ETHER;

export async function runExecuteBench(
	options: ExecuteBenchOptions = {},
): Promise<{ readonly mixes: readonly ExecuteRow[] }> {
	const {
		mixes = ["transfers", "tokens", "swaps"],
		rounds = 9,
		blocksPerRound = 12,
		transactionsPerBlock = 200,
	} = options;
	const rows: ExecuteRow[] = [];
	for (const name of mixes)
		rows.push(await benchMix(createMix(name, chainId), { rounds, blocksPerRound, transactionsPerBlock }));
	return { mixes: rows };
}

type Size = Required<Omit<ExecuteBenchOptions, "mixes">>;

async function benchMix(mix: Mix, { rounds, blocksPerRound, transactionsPerBlock }: Size): Promise<ExecuteRow> {
	const directory = mkdtempSync(join(tmpdir(), "meridian-bench-"));
	try {
		const meridian = await Meridian.create(mix, directory);
		const edr = await Edr.create(mix);
		for (const block of mix.setup) {
			await meridian.execute(block);
			await edr.execute(block);
		}
		const results: { meridian: number; edr: number; stored: number }[] = [];
		// The first two rounds are for the compilers.
		for (let round = -2; round < rounds; round++) {
			const blocks = Array.from({ length: blocksPerRound }, () => mix.block(transactionsPerBlock));
			const mine = await meridian.round(blocks);
			const theirs = await edr.round(blocks);
			if (mine.gas !== theirs.gas) throw differentWork(mix.name, mine.gas, theirs.gas);
			const transactions = blocksPerRound * transactionsPerBlock;
			const perSecond = (seconds: number) => transactions / seconds;
			if (round < 0) continue;
			results.push({
				meridian: perSecond(mine.seconds),
				edr: perSecond(theirs.seconds),
				stored: perSecond(mine.seconds + mine.commitSeconds),
			});
		}
		await meridian.close();
		return {
			name: mix.name,
			meridian: Math.round(median(results.map((result) => result.meridian))),
			edr: Math.round(median(results.map((result) => result.edr))),
			ratio: rounded(median(results.map((result) => result.meridian / result.edr)), 2),
			meridianStored: Math.round(median(results.map((result) => result.stored))),
		};
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

function differentWork(mix: MixName, mine: bigint, theirs: bigint): MeridianError {
	return new MeridianError(
		"halt",
		"bench-different-work",
		`the engines used different gas for ${mix}: ${mine} and ${theirs}; the numbers would mean nothing, please report it`,
	);
}

class Meridian {
	readonly #store: Store;
	readonly #executor: ClusterExecutor;
	#tick = 0;

	private constructor(store: Store, executor: ClusterExecutor) {
		this.#store = store;
		this.#executor = executor;
	}

	static async create(mix: Mix, directory: string): Promise<Meridian> {
		const allocation = encodeAllocation(mix.accounts.map(({ address }) => ({ address, balance: BALANCE })));
		const store = await openStore(directory);
		const executor = await createClusterExecutor({ store, config: TIMELINE, cluster: 1 });
		await executor.register({ ...ROLLUP, allocation });
		await store.commit(0, executor.takeChanges());
		return new Meridian(store, executor);
	}

	async execute(rawTxs: readonly Uint8Array[]): Promise<bigint> {
		const items = rawTxs.map((raw) => txItem(ROLLUP.rollupId, raw));
		const { blocks } = await this.#executor.execute(tickOf(++this.#tick, { rollups: [active(ROLLUP)], items }));
		return BigInt(blocks[0]?.gasUsed ?? 0);
	}

	async round(blocks: readonly (readonly Uint8Array[])[]) {
		let [gas, seconds, commitSeconds] = [0n, 0, 0];
		for (const [i, block] of blocks.entries()) {
			const start = performance.now();
			gas += await this.execute(block);
			const executed = performance.now();
			if ((i + 1) % TICKS_PER_COMMIT === 0) await this.#store.commit(this.#tick, this.#executor.takeChanges());
			seconds += (executed - start) / 1_000;
			commitSeconds += (performance.now() - executed) / 1_000;
		}
		return { gas, seconds, commitSeconds };
	}

	close(): Promise<void> {
		return this.#store.close();
	}
}

class Edr {
	readonly #chain: EdrChain;
	#time = BigInt(TIMELINE.genesisTime);

	private constructor(chain: EdrChain) {
		this.#chain = chain;
	}

	static async create(mix: Mix): Promise<Edr> {
		const accounts = mix.accounts.map(({ address }) => ({ address, balance: BALANCE }));
		const genesisTime = BigInt(TIMELINE.genesisTime);
		return new Edr(
			await EdrChain.create({ chainId, accounts, gasLimit: 30_000_000n, genesisTime, coinbase: COINBASE }),
		);
	}

	execute(rawTxs: readonly Uint8Array[]): Promise<void> {
		this.#time += 2n;
		return this.#chain.mine(rawTxs.map(bytesToHex), this.#time);
	}

	async round(blocks: readonly (readonly Uint8Array[])[]) {
		let [gas, seconds] = [0n, 0];
		for (const block of blocks) {
			const hex = block.map(bytesToHex);
			this.#time += 2n;
			const start = performance.now();
			await this.#chain.mine(hex, this.#time);
			seconds += (performance.now() - start) / 1_000;
			gas += BigInt((await this.#chain.latest()).gasUsed);
		}
		return { gas, seconds };
	}
}
