/** A campaign: any number of seeded histories, on as many threads as there are cores. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Chunk, ChunkResult, Finding } from "./chunk.ts";
import type { Coverage } from "./coverage.ts";

export interface FuzzOptions {
	readonly histories: number;
	readonly seed: string;
	readonly onProgress?: ((done: number, failed: number) => void) | undefined;
}

export interface FuzzResult {
	readonly histories: number;
	/** Histories in which the two readers disagree. */
	readonly differences: number;
	/** Histories in which one of them threw. */
	readonly throws: number;
	readonly seed: string;
	readonly historiesPerSecond: number;
	readonly findings: readonly Finding[];
	/** How often each thing worth meeting was met. */
	readonly coverage: Readonly<Record<string, number>>;
}

const CHUNK = 50;
const MAX_FINDINGS = 20;

/** Sends one chunk to a worker and waits for its answer. */
function ask(worker: Worker, chunk: Chunk): Promise<ChunkResult> {
	return new Promise((resolve, reject) => {
		const settle = (act: () => void): void => {
			worker.off("message", onMessage).off("error", onError).off("exit", onExit);
			act();
		};
		const onMessage = (result: ChunkResult): void => settle(() => resolve(result));
		const onError = (error: Error): void => settle(() => reject(error));
		const onExit = (code: number): void =>
			settle(() => reject(new Error(`a fuzz worker ended with code ${code} at history ${chunk.from}`)));
		worker.on("message", onMessage).on("error", onError).on("exit", onExit);
		worker.postMessage(chunk);
	});
}

/** Reproducible: the same seed and number give the same histories, however many threads there are. */
export async function runFuzz({ histories, seed, onProgress }: FuzzOptions): Promise<FuzzResult> {
	const findings: Finding[] = [];
	const coverage: Coverage = new Map();
	let next = 0;
	let done = 0;
	const started = performance.now();

	const work = async (worker: Worker): Promise<void> => {
		while (next < histories) {
			const chunk: Chunk = { seed, from: next, count: Math.min(CHUNK, histories - next) };
			next += chunk.count;
			const result = await ask(worker, chunk);
			findings.push(...result.findings);
			for (const [landmark, count] of result.coverage) coverage.set(landmark, (coverage.get(landmark) ?? 0) + count);
			done += chunk.count;
			onProgress?.(done, findings.length);
		}
	};
	const threads = Math.min(availableParallelism(), Math.ceil(histories / CHUNK));
	const workers = Array.from({ length: threads }, () => new Worker(new URL("./worker.ts", import.meta.url)));
	try {
		await Promise.all(workers.map(work));
	} finally {
		await Promise.all(workers.map((worker) => worker.terminate()));
	}
	return {
		histories,
		differences: findings.filter((finding) => finding.kind === "difference").length,
		throws: findings.filter((finding) => finding.kind === "throw").length,
		seed,
		historiesPerSecond: Math.round((1_000 * histories) / (performance.now() - started)),
		findings: findings.slice(0, MAX_FINDINGS),
		coverage: Object.fromEntries(coverage),
	};
}
