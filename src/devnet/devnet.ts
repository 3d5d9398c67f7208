/** The main job a stranger runs: L1, rollups, a sequencer, and a reader that finds all of it again from L1 alone. */
import { blobSidecar } from "../l1/kzg.ts";
import { BLOB_BYTES } from "../primitives/limits.ts";
import { type Kept, keptOf } from "./kept.ts";
import { openChain } from "./open-chain.ts";
import type { DevnetOptions } from "./options.ts";
import type { Screen } from "./screen.ts";
import type { Deployment } from "./setup.ts";
import type { DevnetResult } from "./summary.ts";
import type { L2Contracts } from "./traffic.ts";

/** What is not part of the library: the Ignition modules and the compiled contracts of the rollups. */
export interface Repository {
	readonly deployment: Deployment;
	readonly contracts: L2Contracts;
}

export interface DevnetHooks {
	readonly screen: Screen;
	readonly signal: AbortSignal;
	/** The result, as soon as it is there; with `keep` long before the end. */
	onResult(result: DevnetResult, kept: Kept | null): void;
}

/**
 * Runs a devnet and ends everything it has started, whatever happens. Throws what L1 and deployment throw.
 * @param load called while L1 starts
 */
export async function runDevnet(
	options: DevnetOptions,
	load: () => Promise<Repository>,
	hooks: DevnetHooks,
): Promise<void> {
	const { screen, signal } = hooks;
	const say = (text: string): void => screen.event(performance.now() / 1_000, text);
	// L1 starts, and the trusted setup loads, while this process reads its own code: each takes seconds.
	const starting = openChain(options.l1, options);
	if (["anvil", "beacon"].includes(options.l1) && !options.calldata) warmKzg();
	const loading = Promise.all([load(), import("./setup.ts"), import("./world.ts"), import("./run.ts")]);
	// Both are awaited below, one after the other.
	loading.catch(() => undefined);
	const chain = await starting;
	try {
		say(chain.kind === "url" ? chain.rpc.label : `${chain.kind} started at ${chain.url}`);
		const [repository, { setUp }, { openWorld }, { Devnet }] = await loading;
		signal.throwIfAborted();
		const setup = await setUp(chain, repository.deployment, options);
		signal.throwIfAborted();
		say(`contracts deployed by Ignition; rollups registered: ${setup.rollups.length}`);
		const world = await openWorld(chain, setup, options);
		try {
			const devnet = new Devnet(world, options, repository.contracts, screen, signal);
			const result = await devnet.run();
			const keep = options.keep && !signal.aborted;
			hooks.onResult(result, keep ? keptOf(world, options) : null);
			if (keep) await devnet.keep();
		} finally {
			await world.close();
		}
	} finally {
		screen.close();
		await chain.stop();
	}
}

function warmKzg(): void {
	// Whatever is wrong with it, the first publication will say.
	blobSidecar(new Uint8Array(BLOB_BYTES)).catch(() => undefined);
}
