/** What a devnet has besides when the rights are those of L1's proposers: their sequencers, each with its journal and its server, and who keeps L1 informed. */
import { join } from "node:path";
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import type { L1Source } from "../../derive/ports.ts";
import { openArchive } from "../../l1/archive.ts";
import { beaconApi } from "../../l1/beacon/api.ts";
import type { ConnectOptions } from "../../node/connect.ts";
import { Keeper } from "../../sequencer/keeper/keeper.ts";
import { servePromises } from "../../sequencer/preconf/server.ts";
import { createPromiseSigner } from "../../sequencer/preconf/signer.ts";
import type { SequencerOptions } from "../../sequencer/types.ts";
import { WindowSequencer } from "../../sequencer/windows/sequencer.ts";
import type { Clock } from "../clock.ts";
import type { BeaconChain } from "./chain.ts";
import { type Proposer, Proposers } from "./proposers.ts";
import type { Delegate, ProposerSetup } from "./setup.ts";

export interface BeaconWorld {
	readonly chain: BeaconChain;
	readonly setup: ProposerSetup;
	readonly proposers: Proposers;
	/** Makes each next epoch known to the timeline. */
	readonly keeper: Keeper;
}

export interface ProposersOptions extends Pick<SequencerOptions, "carrier" | "refuse"> {
	readonly clock: Clock;
	sourceOf(extra: Partial<ConnectOptions>): L1Source;
	/** Each has a folder of its own in it. */
	readonly folder: string;
}

export async function openBeaconWorld(
	chain: BeaconChain,
	setup: ProposerSetup,
	options: ProposersOptions,
): Promise<BeaconWorld> {
	const opened: Proposer[] = [];
	try {
		for (const delegate of setup.delegates) opened.push(await openProposer(chain, setup, delegate, options));
	} catch (error) {
		await new Proposers(opened as [Proposer]).close();
		throw error;
	}
	const { keeper: account, oracle, rights } = setup;
	const clock = { genesisTime: chain.genesisTime, slotSeconds: chain.slotSeconds, slotsPerEpoch: SLOTS_PER_EPOCH };
	const keeper = new Keeper({ oracle, rights, rpc: chain.rpc, beacon: beaconApi(chain.beaconUrl), clock, account });
	return { chain, setup, proposers: new Proposers(opened as [Proposer, ...Proposer[]]), keeper };
}

async function openProposer(
	chain: BeaconChain,
	{ slasher }: ProposerSetup,
	{ account, key, name }: Delegate,
	{ clock, folder, sourceOf, ...ordering }: ProposersOptions,
): Promise<Proposer> {
	const archive = join(folder, name, "blobs");
	const windows = await WindowSequencer.open({
		...ordering,
		archive: openArchive(archive),
		source: sourceOf({ archive }),
		rpc: chain.rpc,
		account,
		signer: createPromiseSigner(key),
		slasher,
		journal: join(folder, name, "journal"),
		wrapperVersion: chain.wrapperVersion,
		now: () => clock.now() * 1_000,
	});
	return { name, windows, server: await servePromises({ promises: windows.promises }) };
}
