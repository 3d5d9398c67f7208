/** What a devnet that goes on after its traffic tells people, so that they can point other commands at it. */
import type { Address } from "../primitives/types.ts";
import { beaconOf } from "./open-chain.ts";
import type { DevnetOptions } from "./options.ts";
import type { World } from "./world.ts";

export interface Kept {
	readonly url: string;
	readonly inbox: Address;
	/** Folder of the blobs published; null: L1's beacon chain has them. */
	readonly archive: string | null;
	/** Where else they can be read, if that has to be said. */
	readonly beacon: string | null;
	/** Null if the rights are not those of L1's proposers. */
	readonly proposers: KeptProposers | null;
}

export interface KeptProposers {
	readonly oracle: Address;
	readonly proposerRegistry: Address;
	readonly rights: Address;
	readonly slasher: Address;
	/** Who gives promises, and where. */
	readonly sequencers: readonly { readonly name: string; readonly url: string }[];
}

export function keptOf({ archive, beacon, chain, setup }: World, options: DevnetOptions): Kept {
	// Readers find anvil's blobs by themselves, and calldata in the log.
	return {
		url: chain.url,
		inbox: setup.inbox,
		archive: chain.kind === "beacon" ? null : archive,
		beacon: beaconOf(chain, options.beacon),
		proposers: beacon === null ? null : proposersOf(beacon),
	};
}

function proposersOf({ proposers, setup }: NonNullable<World["beacon"]>): KeptProposers {
	const { oracle, proposerRegistry, rights, slasher } = setup;
	const sequencers = proposers.all.map(({ name, server }) => ({ name, url: server.url }));
	return { oracle, proposerRegistry, rights, slasher, sequencers };
}

export function keptLines({ archive, beacon, inbox, proposers, url }: Kept): string[] {
	const l1 = `--l1 ${url}${beacon === null ? "" : ` --beacon ${beacon}`}`;
	const lines = [
		"Running on until Ctrl-C. Derive it yourself in another terminal:",
		`  ./meridian derive ${l1} --inbox ${inbox}`,
	];
	if (archive !== null) lines.push(`The blobs are in ${archive}, too (--archive), as long as this runs.`);
	if (proposers === null) return lines;
	const { oracle, proposerRegistry, rights, sequencers, slasher } = proposers;
	lines.push(
		"Ask for a place in the windows of",
		...sequencers.map(({ name, url: at }) => `  ${name.padEnd(6)} ${at}`),
	);
	lines.push("and hold the answer to it:");
	lines.push(
		"  curl -s URL/v1/transactions -H 'content-type: application/json' \\",
		`    -d '{"rollupId": 1, "rawTx": "0x..."}' > receipt.json`,
		`  ./meridian verify --receipt receipt.json --l1 ${url} --slasher ${slasher}`,
		`  ./meridian slash --receipt receipt.json ${l1} --inbox ${inbox}`,
	);
	const contracts = { oracle, registry: proposerRegistry, rights, slasher };
	lines.push("The contracts that lookahead, proposer and bond ask for:");
	lines.push(...Object.entries(contracts).map(([name, address]) => `  --${name.padEnd(9)} ${address}`));
	return lines;
}
