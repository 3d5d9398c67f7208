/** L1 from addresses: what a person types, or a program has in its configuration. */
import { getAddress, Interface } from "ethers";
import type { L1Source, Timeline } from "../derive/ports.ts";
import { openArchive } from "../l1/archive.ts";
import { beaconSource } from "../l1/beacon.ts";
import type { BlobSource } from "../l1/blobs.ts";
import { httpTransport, type Provider, providerTransport, type RpcTransport } from "../l1/rpc.ts";
import { createL1Source, type FinalityRule } from "../l1/source.ts";
import { REGISTRY_ABI } from "../primitives/abi.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, ClusterId, RollupId } from "../primitives/types.ts";

export interface ConnectOptions {
	/** URL of an L1 node's JSON-RPC, or an EIP-1193 provider (Hardhat in this process). */
	readonly rpc: string | Provider;
	/** The Inbox, in any case; with capitals its checksum must be right. */
	readonly inbox: string;
	/** URL of a beacon API, for blobs. An anvil node is its own. */
	readonly beacon?: string;
	/** Folder of blobs: read first, and filled. */
	readonly archive?: string;
	readonly finality?: FinalityRule;
}

/** Throws `usage`: `bad-url`, `bad-address`. Nothing is asked of L1 yet. */
export function connectL1(options: ConnectOptions): L1Source {
	const { archive, beacon, finality, inbox } = options;
	const rpc = typeof options.rpc === "string" ? httpTransport(options.rpc) : providerTransport(options.rpc);
	const blobSources: BlobSource[] = [];
	if (beacon !== undefined) blobSources.push(beaconSource(beacon));
	else if (typeof options.rpc === "string") blobSources.push(anvilBlobs(rpc, options.rpc));
	return createL1Source({
		rpc,
		inbox: parseAddress(inbox, "inbox"),
		blobSources,
		...(archive === undefined ? {} : { archive: openArchive(archive) }),
		...(finality === undefined ? {} : { finality }),
	});
}

/**
 * The clusters of rollups, as the node says. Only a hint of what to execute: a wrong answer shows when the registrations are derived.
 * Throws `usage` (`no-rollup`) for one that is not registered, `retry` if the node cannot be read.
 */
export async function clustersOf(
	rpc: ConnectOptions["rpc"],
	timeline: Timeline,
	rollupIds: readonly RollupId[],
): Promise<ReadonlySet<ClusterId>> {
	const transport = typeof rpc === "string" ? httpTransport(rpc) : providerTransport(rpc);
	const registry = new Interface(REGISTRY_ABI);
	const clusters = new Set<ClusterId>();
	for (const rollupId of rollupIds) {
		const data = registry.encodeFunctionData("rollupInfo", [rollupId]);
		const answer = await transport.request("eth_call", [{ to: timeline.registry, data }, "latest"]);
		// The cluster is the first word of the answer.
		const cluster = typeof answer === "string" ? Number(answer.slice(0, 66)) : 0;
		if (cluster > 0) clusters.add(cluster);
		else
			throw new MeridianError("usage", "no-rollup", `rollup ${rollupId} is not registered in this timeline`, {
				rollupId,
			});
	}
	return clusters;
}

/** An address as a person writes it. Throws `usage` (`bad-address`) naming what it is the address of. */
export function parseAddress(text: string, what: string): Address {
	const reason = !/^0x[0-9a-fA-F]{40}$/.test(text)
		? "an address is 0x and 40 hex digits"
		: hasChecksum(text)
			? null
			: "its capitals do not match its checksum, so a digit is wrong; or write it in lower case";
	if (reason === null) return text.toLowerCase() as Address;
	throw new MeridianError("usage", "bad-address", `${text} is not the address of the ${what}: ${reason}`, { text });
}

function hasChecksum(text: string): boolean {
	try {
		getAddress(text);
		return true;
	} catch {
		return false;
	}
}

/** anvil serves blobs at its own address; other nodes are not asked for what they do not have. */
function anvilBlobs(rpc: RpcTransport, url: string): BlobSource {
	let anvil: BlobSource | null | undefined;
	return {
		label: `${rpc.label}, no beacon API given`,
		async candidates(request) {
			if (anvil === undefined) {
				const version = await rpc.request("web3_clientVersion", []);
				anvil = typeof version === "string" && version.startsWith("anvil/") ? beaconSource(url) : null;
			}
			return (await anvil?.candidates(request)) ?? [];
		},
	};
}
