/** From nothing to a timeline with rollups, ready for its first slot. */
import { type HDNodeWallet, JsonRpcProvider, type Signer, Wallet } from "ethers";
import { tickAt, tickTime } from "../derive/clock.ts";
import { ZERO_ADDRESS, ZERO_HASH } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, Hex, RollupConfig, RollupId, TimelineConfig } from "../primitives/types.ts";
import { createL1Account, type L1Account } from "../sequencer/l1-account.ts";
import { sendCall, waitForReceipt } from "../sequencer/l1-send.ts";
import type { BeaconChain } from "./beacon/chain.ts";
import type { deployTimelineOfProposers, ProposerDeployment, ProposerSetup, ProposerTimeline } from "./beacon/setup.ts";
import type { Chain } from "./chain.ts";
import { developmentKey } from "./keys.ts";
import { clusterOf, type DevnetOptions, GAS_LIMIT, limitsOf } from "./options.ts";
import { genesisAllocation } from "./users.ts";

/** What deploys: `deploy/deploy.ts` and `deploy/proposers.ts` of the repository, which are not part of the library. */
export interface Deployment extends ProposerDeployment {
	deployTimeline(
		signer: Signer,
		options: ReturnType<typeof limitsOf> & { readonly genesisTime: number; readonly sequencer: string },
	): Promise<{ readonly registry: Address; readonly inbox: Address }>;
	registerRollups(
		signer: Signer,
		registry: string,
		rollups: readonly { readonly config: RollupConfig; readonly allocation: Hex }[],
	): Promise<readonly { readonly rollupId: RollupId; readonly cluster: number }[]>;
}

export interface DevnetRollup {
	readonly rollupId: RollupId;
	readonly chainId: number;
	readonly cluster: number;
}

export interface Setup {
	readonly inbox: Address;
	readonly rollups: readonly DevnetRollup[];
	/** Publishes, unless L1's proposers do. */
	readonly sequencer: L1Account;
	/** The delegates of L1's proposers, if the rights are theirs. */
	readonly proposers: ProposerSetup | null;
	/** Deposits and queues forced transactions. */
	readonly user: L1Account;
	/** L1 timestamp of the first slot: the rollups are active from it on. */
	readonly start: number;
	/** L1 time now. A chain that is driven jumps to the first slot; any other takes its time. */
	readonly now: number;
}

/** Slots between the last block before registering and the first slot. */
const LEAD_SLOTS = 2;
const FIRST_CHAIN_ID = 7_001;
/** What a chain given by URL lends to each of the devnet's two accounts. */
const ALLOWANCE = 10n ** 17n;
const MAINNET = 1n;

interface Keys {
	readonly owner: Wallet | HDNodeWallet;
	readonly sequencer: Wallet | HDNodeWallet;
	readonly user: Wallet | HDNodeWallet;
}

/** Throws what the L1 and `Deployment` throw; `usage` with `unfunded` or `no-key` for a chain given by URL. */
export async function setUp(chain: Chain, deployment: Deployment, options: DevnetOptions): Promise<Setup> {
	const keys = chain.kind === "url" ? strangersKeys(options.key) : developmentKeys();
	const provider = new JsonRpcProvider(chain.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
	// Only asked while a transaction is waited for.
	provider.pollingInterval = 50;
	try {
		const owner = keys.owner.connect(provider);
		const request = chain.rpc.request.bind(chain.rpc);
		if (chain.kind === "url") await lend(chain, keys);
		const latest = await latestTimestamp(chain);
		const limits = limitsOf(options);
		const genesisTime = latest - ((latest - (isBeacon(chain) ? chain.genesisTime : 0)) % limits.slotSeconds);
		const sequencer = await createL1Account(request, keys.sequencer);
		const timeline = { ...limits, genesisTime };
		const { inbox, registry, proposers } = isBeacon(chain)
			? await onBeacon(chain, deployment, owner, timeline)
			: { ...(await deployment.deployTimeline(owner, { ...timeline, sequencer: sequencer.address })), proposers: null };
		const config = timeline as TimelineConfig;
		const start = proposers?.start ?? (await firstSlot(chain, config));
		const rollups = rollupConfigs(options.rollups, tickAt(config, start), sequencer.address);
		const allocation = genesisAllocation();
		const registered = await deployment.registerRollups(
			owner,
			registry,
			rollups.map((rollup) => ({ config: rollup, allocation })),
		);
		return {
			inbox,
			proposers,
			rollups: registered.map(({ cluster, rollupId }, i) => ({ rollupId, cluster, chainId: rollups[i]?.chainId ?? 0 })),
			sequencer,
			user: await createL1Account(request, keys.user),
			start,
			now: chain.driven ? start : await latestTimestamp(chain),
		};
	} finally {
		provider.destroy();
	}
}

const isBeacon = (chain: Chain): chain is BeaconChain => chain.kind === "beacon";

async function onBeacon(
	chain: BeaconChain,
	deployment: Deployment,
	owner: Signer,
	timeline: Parameters<typeof deployTimelineOfProposers>[3],
): Promise<ProposerTimeline & { readonly proposers: ProposerSetup }> {
	const { deployTimelineOfProposers, openRights } = await import("./beacon/setup.ts");
	const deployed = await deployTimelineOfProposers(chain, deployment, owner, timeline);
	return { ...deployed, proposers: await openRights(chain, deployed) };
}

function rollupConfigs(count: number, activationTick: number, feeRecipient: Address): readonly RollupConfig[] {
	return Array.from({ length: count }, (_, i) => ({
		chainId: FIRST_CHAIN_ID + i,
		// Zero asks for a new cluster: the first rollup makes cluster 1, the last one of three or more makes cluster 2.
		cluster: i === 0 || clusterOf(i + 1, count) === 2 ? 0 : 1,
		gasLimit: GAS_LIMIT,
		feeRecipient,
		activationTick,
		settlement: ZERO_ADDRESS,
		template: 1,
		genesisHash: ZERO_HASH,
	}));
}

/** The slots begin here: far enough ahead that rollups registered now are active from the first of them on. */
async function firstSlot(chain: Chain, config: TimelineConfig): Promise<number> {
	const latest = await latestTimestamp(chain);
	const slots = Math.floor((latest - config.genesisTime) / config.slotSeconds) + LEAD_SLOTS;
	const start = config.genesisTime + slots * config.slotSeconds;
	return tickTime(config, tickAt(config, start));
}

async function latestTimestamp(chain: Chain): Promise<number> {
	const block = (await chain.rpc.request("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
	return Number(block.timestamp);
}

function developmentKeys(): Keys {
	return { owner: developmentKey(0), sequencer: developmentKey(1), user: developmentKey(2) };
}

/** On a chain that is not ours two accounts nobody else knows, lent some ETH: three senders cannot share one nonce. */
function strangersKeys(key: string | null): Keys {
	if (key === null)
		throw new MeridianError(
			"usage",
			"no-key",
			"A devnet on a chain given by URL needs the key of a funded account there; set MERIDIAN_KEY",
		);
	const fresh = (): Wallet => new Wallet(Wallet.createRandom().privateKey);
	return { owner: new Wallet(key), sequencer: fresh(), user: fresh() };
}

async function lend(chain: Chain, keys: Keys): Promise<void> {
	const request = chain.rpc.request.bind(chain.rpc);
	if (BigInt(String(await request("eth_chainId", []))) === MAINNET)
		throw new MeridianError(
			"usage",
			"mainnet",
			`${chain.rpc.label} is Ethereum's mainnet; a devnet would burn real ETH`,
			{
				hint: "use a development chain or a testnet",
			},
		);
	const owner = await createL1Account(request, keys.owner as Wallet);
	for (const wallet of [keys.sequencer, keys.user]) {
		const call = { to: wallet.address as Address, data: "0x", value: ALLOWANCE } as const;
		await waitForReceipt(owner, await sendCall(request, owner, call));
	}
}
