/**
 * Receipts from a sequencer at work: over HTTP on loopback, each written to the disk before it leaves, while the same process executes the
 * promised ticks and publishes them on anvil. Times are the clients': from sending a transaction to having its receipt.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { HDNodeWallet, Mnemonic } from "ethers";
import * as deployment from "../deploy/index.ts";
import { tickAt, tickTime } from "../src/derive/clock.ts";
import type { Chain } from "../src/devnet/chain.ts";
import { openChain } from "../src/devnet/open-chain.ts";
import { type Setup, setUp } from "../src/devnet/setup.ts";
import { USERS } from "../src/devnet/users.ts";
import { connectL1 } from "../src/node/connect.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import { openJournal } from "../src/sequencer/preconf/journal.ts";
import { Promises } from "../src/sequencer/preconf/promises.ts";
import { servePromises } from "../src/sequencer/preconf/server.ts";
import { createPromiseSigner } from "../src/sequencer/preconf/signer.ts";
import { Sequencer } from "../src/sequencer/sequencer.ts";
import { QUICK } from "../test/helpers/sequencer/options.ts";
import { median, rounded } from "./measure.ts";
import type { ClientData, ClientResult } from "./preconf-client.ts";

export interface PreconfBench {
	/** Of a receipt, at the offered rate. */
	readonly p50Ms: number;
	readonly p99Ms: number;
	/** Receipts, when all clients send as fast as they can. */
	readonly perSecond: number;
}

export interface PreconfBenchOptions {
	readonly clients?: number;
	/** Transactions of each client: in every round at the offered rate, and then as fast as they can. */
	readonly paced?: number;
	readonly rushed?: number;
	/** Each of them longer than a slot; the middle one's times count. */
	readonly rounds?: number;
	/** Offered, all clients together. */
	readonly offeredPerSecond?: number;
}

const OPTIONS = { ...QUICK, rollups: 4 };
/** Of every development node's second account, which publishes. */
const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const FEES = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n, gasLimit: 21_000n };

/** Throws `halt` with `bench-promise` if anything that was promised is not where it was promised. */
export async function runPreconfBench(options: PreconfBenchOptions = {}): Promise<PreconfBench> {
	const { clients = 16, offeredPerSecond = 150, paced = 45, rounds = 5, rushed = 60 } = options;
	const chain = await openChain("anvil");
	const directory = await mkdtemp(join(tmpdir(), "meridian-bench-preconf-"));
	try {
		const setup = await setUp(chain, deployment, OPTIONS);
		await chain.startSlots();
		const bodies = await signAll(setup, clients, rounds * paced + rushed);
		const world = await open(chain, setup, directory);
		const running = world.run();
		const part = (from: number, to?: number) => bodies.map((own) => own.slice(from, to));
		const everyMs = (1_000 * clients) / offeredPerSecond;
		const p50: number[] = [];
		const p99: number[] = [];
		for (let round = 0; round < rounds; round++) {
			const bodiesOf = part(round * paced, (round + 1) * paced);
			const { receiptsMs } = await send({ url: world.url, bodies: bodiesOf, everyMs });
			p50.push(quantile(receiptsMs, 0.5));
			p99.push(quantile(receiptsMs, 0.99));
		}
		const rush = await send({ url: world.url, bodies: part(rounds * paced), everyMs: 0 });
		await world.stop(running);
		return {
			p50Ms: rounded(median(p50), 2),
			p99Ms: rounded(median(p99), 2),
			perSecond: Math.round(rush.receiptsMs.length / rush.seconds),
		};
	} finally {
		await chain.stop();
		await rm(directory, { recursive: true, force: true });
	}
}

function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** Transfers of as many accounts as there are clients, each on one rollup. */
async function signAll(setup: Setup, clients: number, count: number): Promise<readonly (readonly string[])[]> {
	const streams = setup.rollups.flatMap((rollup) => USERS.map((user) => ({ rollup, user }))).slice(0, clients);
	return await Promise.all(
		streams.map(async ({ rollup: { chainId, rollupId }, user: { address, wallet } }) => {
			const bodies: string[] = [];
			for (let nonce = 0; nonce < count; nonce++) {
				const tx = { type: 2, chainId, nonce, to: address, value: 1n, ...FEES };
				bodies.push(JSON.stringify({ rollupId, rawTx: await wallet.signTransaction(tx) }));
			}
			return bodies;
		}),
	);
}

async function send(data: ClientData): Promise<ClientResult> {
	const worker = new Worker(new URL("./preconf-client.ts", import.meta.url), { workerData: data });
	return await new Promise<ClientResult>((resolve, reject) => {
		worker.once("message", resolve);
		worker.once("error", reject);
	});
}

interface BenchWorld {
	readonly url: string;
	/** Mines slots, makes ticks and publishes, by the wall clock, until `stop`. */
	run(): Promise<void>;
	stop(running: Promise<void>): Promise<void>;
}

async function open(chain: Chain, setup: Setup, directory: string): Promise<BenchWorld> {
	const source = connectL1({ rpc: chain.url, inbox: setup.inbox });
	const { config, inbox, l1ChainId } = await source.timeline();
	const signer = createPromiseSigner(HDNodeWallet.fromMnemonic(MNEMONIC, "m/44'/60'/0'/0/1").privateKey);
	const identity = { chainId: l1ChainId, timeline: inbox, slasher: inbox, sequencer: signer.address };
	const journal = await openJournal(join(directory, "journal"), identity);
	const begun = performance.now();
	/** L1's time goes as the wall clock's. */
	const nowMs = (): number => setup.start * 1_000 + performance.now() - begun;
	const gate = {
		clock: () => ({ nowMs: nowMs(), errorMs: 0 }),
		ownershipOf: () => ({ firstTick: 0, lastTick: 2 ** 40, lastBlockTime: 2 ** 40 }),
	};
	const promises = new Promises({ config, identity, journal, signer, gate });
	const sequencer = await Sequencer.open(source, {
		account: setup.sequencer,
		carrier: "calldata",
		promises,
	});
	await chain.slot(setup.start);
	await sequencer.sync();
	const server = await servePromises({ promises });
	let stopped = false;
	const until = async (seconds: number): Promise<void> => {
		await sleep(Math.max(0, seconds * 1_000 - nowMs()));
	};
	const makeTicks = async (from: number): Promise<void> => {
		for (let tick = tickAt(config, from); tickTime(config, tick) < from + config.slotSeconds; tick++) {
			await until(tickTime(config, tick));
			await sequencer.makeTick(tick);
		}
	};
	return {
		url: server.url,
		async run() {
			for (let slot = setup.start; !stopped; slot += config.slotSeconds) {
				await makeTicks(slot);
				await sequencer.publish(tickAt(config, slot + config.slotSeconds));
				await until(slot + config.slotSeconds);
				await chain.slot(slot + config.slotSeconds);
				await sequencer.sync();
			}
		},
		async stop(running) {
			stopped = true;
			await running;
			await server.close();
			checkPlaces(sequencer, promises);
			await sequencer.close();
			await journal.shut();
		},
	};
}

/** What is promised in the ticks made is what these begin with. */
function checkPlaces(sequencer: Sequencer, promises: Promises): void {
	for (const { step } of sequencer.executed()) {
		if (step.kind !== "tick") continue;
		const promised = promises.itemsOf(step.tick.tick);
		if (promised.every((item, index) => step.tick.items[index] === item)) continue;
		throw new MeridianError("halt", "bench-promise", `Tick ${step.tick.tick} is not what was promised; this is a bug`);
	}
}
