/** Opens the L1 under a devnet: one it starts itself and gives a block per slot, or one that is there. */
import { startAnvil, startHardhatNode } from "../l1/local.ts";
import { httpTransport, type RpcTransport } from "../l1/rpc.ts";
import { isMeridianError } from "../primitives/errors.ts";
import type { BeaconChain } from "./beacon/chain.ts";
import type { Chain } from "./chain.ts";

/** Needed where slots are L1's own. */
export interface Pacing {
	/** In virtual time. */
	readonly fast: boolean;
	readonly slotSeconds: number;
}

/** Finality in sight: anvil calls final what is two of its epochs old. */
const SLOTS_PER_EPOCH = 2;

/** `anvil`, `hardhat`, `beacon`, or the URL of a chain that is there. Throws `usage` or `halt` as the nodes do. */
export async function openChain(
	l1: string,
	{ fast, slotSeconds }: Pacing = { fast: true, slotSeconds: 12 },
): Promise<Chain> {
	if (l1 === "beacon") return await (await import("./beacon/open.ts")).openBeacon(fast, slotSeconds);
	if (l1 === "anvil") return await openAnvil();
	if (l1 === "hardhat") return await openHardhat();
	return openUrl(l1);
}

async function openAnvil(): Promise<Chain> {
	const node = await startAnvil({ slotsPerEpoch: SLOTS_PER_EPOCH });
	const rpc = httpTransport(node.url);
	return {
		kind: "anvil",
		url: node.url,
		rpc,
		blobs: true,
		driven: true,
		startSlots: async () => void (await rpc.request("evm_setAutomine", [false])),
		slot: async (timestamp) => void (await rpc.request("evm_mine", [`0x${timestamp.toString(16)}`])),
		stop: () => node.stop(),
	};
}

async function openHardhat(): Promise<Chain> {
	const node = await startHardhatNode();
	const rpc = httpTransport(node.url);
	return {
		kind: "hardhat",
		url: node.url,
		rpc,
		// It takes them only one at a time with automine, and never gives the blobs back.
		blobs: false,
		driven: true,
		startSlots: async () => void (await rpc.request("evm_setAutomine", [false])),
		async slot(timestamp) {
			await rpc.request("evm_setNextBlockTimestamp", [timestamp]);
			await rpc.request("evm_mine", []);
		},
		stop: () => node.stop(),
	};
}

function openUrl(url: string): Chain {
	const rpc = httpTransport(url);
	let last: unknown = null;
	return {
		kind: "url",
		url,
		rpc,
		blobs: true,
		driven: false,
		startSlots: async () => undefined,
		async slot() {
			const latest = await rpc.request("eth_blockNumber", []);
			const idle = latest === last;
			last = latest;
			if (idle) last = await nudge(rpc, latest);
		},
		stop: async () => undefined,
	};
}

/** A development chain that mines only on demand would stand still without transactions. Others mine by themselves, and refuse. */
async function nudge(rpc: RpcTransport, latest: unknown): Promise<unknown> {
	try {
		await rpc.request("evm_mine", []);
		return await rpc.request("eth_blockNumber", []);
	} catch (error) {
		if (isMeridianError(error) && error.code.startsWith("rpc-")) return latest;
		throw error;
	}
}

/** Where blobs can be read, if the execution node does not give them. @param given what a chain by URL was given with */
export function beaconOf(chain: Chain, given: string | null): string | null {
	if (chain.kind === "beacon") return (chain as BeaconChain).beaconUrl;
	return chain.kind === "url" ? given : null;
}
