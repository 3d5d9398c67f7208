/** From flags to a reader at work: first contact with a limit on patience, a directory, an end that leaves everything whole. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { L1Source, Timeline } from "../../derive/ports.ts";
import { connectL1 } from "../../node/connect.ts";
import { isMeridianError, MeridianError } from "../../primitives/errors.ts";
import { memoryStore, openStore } from "../../store/open.ts";
import type { Store } from "../../store/types.ts";
import type { Output } from "../output.ts";
import { onShutdown } from "../shutdown.ts";
import type { L1Flags } from "./flags.ts";

export interface Connection {
	readonly source: L1Source;
	readonly timeline: Timeline;
}

const PAUSE_MS = 1_000;

/** The L1 source and its timeline, once L1 answers. Throws `retry` (`l1-silent`) after `giveUp` seconds. */
export async function connect(flags: L1Flags, output: Output, signal: AbortSignal): Promise<Connection> {
	const { archive, beacon, giveUp, inbox, l1 } = flags;
	const source = connectL1({
		rpc: l1,
		inbox,
		...(beacon === undefined ? {} : { beacon }),
		...(archive === undefined ? {} : { archive }),
	});
	return { source, timeline: await firstContact(() => source.timeline(), giveUp, output, signal) };
}

/** Asks until there is an answer; says once that it is waiting. */
export async function firstContact<T>(
	ask: () => Promise<T>,
	giveUpSeconds: number,
	output: Output,
	signal: AbortSignal,
): Promise<T> {
	const deadline = Date.now() + giveUpSeconds * 1_000;
	let told = false;
	while (true) {
		try {
			return await ask();
		} catch (error) {
			if (!isMeridianError(error) || error.recovery !== "retry") throw error;
			const left = deadline - Date.now();
			if (left <= 0 || signal.aborted) throw silent(error, giveUpSeconds);
			if (!told) output.note(`${error.message}; trying for ${Math.ceil(left / 1_000)} s more`);
			told = true;
			await new Promise((resolve) => setTimeout(resolve, Math.min(PAUSE_MS, left)));
		}
	}
}

const silent = (cause: MeridianError, seconds: number): MeridianError =>
	new MeridianError(
		"retry",
		"l1-silent",
		`no useful answer from L1 within ${seconds} s: ${cause.message}`,
		{ hint: "check --l1 (and that the node runs); --give-up SECONDS waits longer" },
		{ cause },
	);

/** A store in the directory, or in memory without one. */
export async function openStoreIn(out: string | undefined): Promise<Store> {
	if (out === undefined) return await memoryStore();
	await mkdir(out, { recursive: true });
	return await openStore(join(out, "store"));
}

/**
 * Runs work that Ctrl-C stops between two L1 blocks: the signal aborts, the work ends whole, then the process ends. What goes wrong
 * while it ends is nobody's business any more.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
	const controller = new AbortController();
	const running = work(controller.signal).catch((error: unknown) => {
		if (!controller.signal.aborted) throw error;
	});
	const done = onShutdown(async () => {
		controller.abort();
		await running;
	});
	try {
		await running;
	} finally {
		done();
	}
}
