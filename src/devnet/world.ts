/** The parts of a running devnet: L1, a sequencer, and a reader that shares nothing with it but L1. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { L1Source } from "../derive/ports.ts";
import { openArchive } from "../l1/archive.ts";
import { type ConnectOptions, connectL1 } from "../node/connect.ts";
import { openReader, type Reader } from "../node/reader.ts";
import type { Address } from "../primitives/types.ts";
import type { Carrier } from "../sequencer/fees.ts";
import { Sequencer } from "../sequencer/sequencer.ts";
import type { BeaconChain } from "./beacon/chain.ts";
import type { BeaconWorld, ProposersOptions } from "./beacon/world.ts";
import type { Chain } from "./chain.ts";
import { type Clock, jumpingClock, wallClock } from "./clock.ts";
import { beaconOf } from "./open-chain.ts";
import type { DevnetOptions } from "./options.ts";
import type { Orderer } from "./ordering.ts";
import { L1Recorder } from "./rerun.ts";
import type { Setup } from "./setup.ts";
import { CENSORED } from "./users.ts";

export interface World {
	readonly chain: Chain;
	readonly setup: Setup;
	readonly carrier: Carrier;
	readonly clock: Clock;
	readonly sequencer: Orderer;
	/** What L1's proposers have besides, if the rights are theirs. */
	readonly beacon: BeaconWorld | null;
	readonly reader: Reader;
	/** What the reader reads. */
	readonly l1: L1Recorder;
	/** Blobs the sequencer has published; given to the reader only where L1 cannot give them back. */
	readonly archive: string;
	close(): Promise<void>;
}

/** Blocks below the head that count as final on nodes that call their head final. */
const SHALLOW_FINALITY = { depth: 4, always: true };

export async function openWorld(chain: Chain, setup: Setup, options: DevnetOptions): Promise<World> {
	const folder = await mkdtemp(join(tmpdir(), "meridian-devnet-"));
	const archive = join(folder, "blobs");
	const carrier = carrierOf(chain, options);
	const blobs = beaconOf(chain, options.beacon);
	const sourceOf = (extra: Partial<ConnectOptions> = {}): L1Source =>
		connectL1({
			rpc: chain.url,
			inbox: setup.inbox,
			...(blobs === null ? {} : { beacon: blobs }),
			...(chain.kind === "hardhat" ? { finality: SHALLOW_FINALITY } : {}),
			...extra,
		});
	const clock = options.fast ? jumpingClock(setup.start) : wallClock(chain.kind === "beacon" ? now() : setup.now);
	const ordering = { carrier, refuse: new Set<Address>([CENSORED.address]) };
	const beacon = await openProposers(chain, setup, { ...ordering, sourceOf, clock, folder });
	const alone = { ...ordering, account: setup.sequencer, archive: openArchive(archive) };
	const sequencer = beacon?.proposers ?? (await Sequencer.open(sourceOf({ archive }), alone));
	const l1 = new L1Recorder(sourceOf());
	const reader = await openReader({ source: l1.source });
	const close = async (): Promise<void> => {
		await sequencer.close();
		await rm(folder, { recursive: true, force: true });
	};
	return { chain, setup, carrier, clock, sequencer, beacon, reader, l1, archive, close };
}

const now = (): number => Date.now() / 1_000;

async function openProposers(
	chain: Chain,
	{ proposers }: Setup,
	options: ProposersOptions,
): Promise<BeaconWorld | null> {
	if (proposers === null) return null;
	const { openBeaconWorld } = await import("./beacon/world.ts");
	return await openBeaconWorld(chain as BeaconChain, proposers, options);
}

function carrierOf(chain: Chain, options: DevnetOptions): Carrier {
	const readable = chain.kind === "url" ? options.beacon !== null : chain.blobs;
	return readable && !options.calldata ? "blobs" : "calldata";
}
