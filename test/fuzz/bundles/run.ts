/** A campaign: any number of random bundles, in timelines of a hundred, on as many threads as there are cores. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Chunk, ChunkResult } from "./chunk.ts";

export interface BundleFuzzOptions {
	readonly bundles: number;
	readonly seed: string;
	readonly onProgress?: ((done: number, failed: number) => void) | undefined;
}

export interface BundleFuzzResult {
	readonly bundles: number;
	readonly held: number;
	readonly dropped: number;
	/** Bundles of which some legs stayed and some did not. */
	readonly partial: number;
	/** How often L1 took back blocks of a timeline, up to 64. */
	readonly reorgs: number;
	/** Timelines in which the executors disagree, or something happened that never must. */
	readonly differences: number;
	readonly seed: string;
	readonly bundlesPerSecond: number;
	/** The first of them, in one line each. */
	readonly findings: readonly string[];
	/** How often each thing worth meeting was met. */
	readonly coverage: Readonly<Record<string, number>>;
}

const CHUNK = 100;
const MAX_FINDINGS = 20;

/** Sends one timeline to a worker and waits for what became of it. */
function ask(worker: Worker, chunk: Chunk): Promise<ChunkResult> {
	return new Promise((resolve, reject) => {
		const settle = (act: () => void): void => {
			worker.off("message", onMessage).off("error", onError).off("exit", onExit);
			act();
		};
		const onMessage = (result: ChunkResult): void => settle(() => resolve(result));
		const onError = (error: Error): void => settle(() => reject(new Error(`${chunk.seed}: ${error.stack ?? error}`)));
		const onExit = (code: number): void =>
			settle(() => reject(new Error(`${chunk.seed}: the worker ended with code ${code}`)));
		worker.on("message", onMessage).on("error", onError).on("exit", onExit);
		worker.postMessage(chunk);
	});
}

class Totals {
	bundles = 0;
	held = 0;
	partial = 0;
	reorgs = 0;
	differences = 0;
	readonly findings: string[] = [];
	readonly coverage = new Map<string, number>();

	add(result: ChunkResult): void {
		this.bundles += result.bundles;
		this.held += result.held;
		this.partial += result.partial;
		this.reorgs += result.reorgs;
		if (result.findings.length > 0) this.differences++;
		this.findings.push(...result.findings.slice(0, MAX_FINDINGS - this.findings.length));
		for (const [what, count] of result.coverage) this.coverage.set(what, (this.coverage.get(what) ?? 0) + count);
	}
}

/** The puppet and the token are compiled by Hardhat, which is loaded only if nobody has yet. */
async function compile(): Promise<void> {
	if (existsSync(new URL("../../../artifacts/contracts/mocks/l2/FuzzToken.sol/FuzzToken.json", import.meta.url)))
		return;
	const { default: hre } = await import("hardhat");
	await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
}

/** Reproducible: the same seed and number give the same bundles, however many threads there are. */
export async function runBundleFuzz({ bundles, seed, onProgress }: BundleFuzzOptions): Promise<BundleFuzzResult> {
	await compile();
	const totals = new Totals();
	const started = performance.now();
	const chunks = Array.from(
		{ length: Math.ceil(bundles / CHUNK) },
		(_, i): Chunk => ({
			seed: `${seed}/${i}`,
			bundles: Math.min(CHUNK, bundles - i * CHUNK),
		}),
	);
	const threads = Math.min(availableParallelism(), chunks.length);
	const work = async (worker: Worker): Promise<void> => {
		for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
			totals.add(await ask(worker, chunk));
			onProgress?.(Math.min(totals.bundles, bundles), totals.differences + totals.partial);
		}
	};
	const workers = Array.from({ length: threads }, () => new Worker(new URL("./worker.ts", import.meta.url)));
	try {
		await Promise.all(workers.map(work));
	} finally {
		await Promise.all(workers.map((worker) => worker.terminate()));
	}
	const { held, partial, reorgs, differences, findings, coverage } = totals;
	return {
		bundles: totals.bundles,
		held,
		dropped: totals.bundles - held,
		partial,
		reorgs,
		differences,
		seed,
		bundlesPerSecond: Math.round((1_000 * totals.bundles) / (performance.now() - started)),
		findings,
		coverage: Object.fromEntries([...coverage].sort()),
	};
}
