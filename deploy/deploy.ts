/**
 * Deploys timelines, registers rollups, and deploys what is built on them through the Ignition modules, with nothing but an ethers
 * signer: in tests, on a development chain, or on a real one.
 */
import { ethers } from "ethers";
import { REGISTRY_ABI } from "../src/primitives/abi.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import type { Address, Hex, RollupConfig, RollupId, TimelineConfig } from "../src/primitives/types.ts";
import { addressOf, type Deployer, run } from "./ignition.ts";
import { mined } from "./mined.ts";
import MailboxGateway from "./modules/MailboxGateway.ts";
import OpenTimeline from "./modules/OpenTimeline.ts";
import OrderProofs from "./modules/OrderProofs.ts";
import PreconfSlasher from "./modules/PreconfSlasher.ts";
import ProposerOracle from "./modules/ProposerOracle.ts";
import ProposerTimeline from "./modules/ProposerTimeline.ts";
import Timeline from "./modules/Timeline.ts";
import TokenBridge from "./modules/TokenBridge.ts";

/** What may be chosen; the defaults are those of docs/spec/derivation.md, section 1.1, for slots of 12 seconds. */
export interface TimelineOptions extends Partial<Omit<TimelineConfig, "startBlock">> {
	/** Who publishes; `null`: anyone. Default: the signer. */
	readonly sequencer?: string | null;
	/** Wei per declared gas of an empty forced queue. */
	readonly basePrice?: bigint;
	/** Rights of L1's proposers instead of a sequencer's. */
	readonly proposers?: ProposerOptions;
}

/** What `ProposerRights` is made from (docs/spec/rights.md, section 3). */
export interface ProposerOptions {
	readonly oracle: string;
	readonly proposerRegistry: string;
	/** Default: none. */
	readonly stakedSet?: string;
	/** Seconds, at most a slot. Default: a third of a slot. */
	readonly handoverLead?: number;
	/** Default: the first number of slots that is longer than `maxLag`. */
	readonly openAfterSlots?: number;
}

export interface TimelineAddresses {
	readonly registry: Address;
	readonly rights: Address;
	readonly forcedInclusion: Address;
	readonly bridge: Address;
	readonly inbox: Address;
}

/**
 * Deploys the five contracts. Unless given, the clock starts at the L1 slot of the chain's latest block, and slots are
 * counted from there if `beaconGenesisTime` is not given either. With `proposers` both are the oracle's.
 * Throws `usage` with code `not-compiled`, `halt` with code `deployment-failed`.
 */
export async function deployTimeline(signer: Deployer, options: TimelineOptions = {}): Promise<TimelineAddresses> {
	const { sequencer = await signer.getAddress(), proposers, ...rest } = options;
	const given = proposers === undefined ? rest : { ...rest, ...(await beaconClock(signer, proposers.oracle)) };
	const parameters = { ...given, ...(await clock(signer, given)) };
	const [module, own] =
		proposers !== undefined
			? [ProposerTimeline, proposerParameters(proposers, given)]
			: sequencer === null
				? [OpenTimeline, {}]
				: [Timeline, { sequencer: ethers.getAddress(sequencer) }];
	const deployed = await run(signer, module, { [module.id]: { ...parameters, ...own } });
	return {
		registry: addressOf(deployed, "registry"),
		rights: addressOf(deployed, "rights"),
		forcedInclusion: addressOf(deployed, "forcedInclusion"),
		bridge: addressOf(deployed, "bridge"),
		inbox: addressOf(deployed, "inbox"),
	};
}

/**
 * Registers rollups, one transaction each, owned by the signer. Cluster 0 makes a new cluster.
 * Returns their numbers and clusters, in the same order. Throws the contract's error.
 */
export async function registerRollups(
	signer: Deployer,
	registry: string,
	rollups: readonly { readonly config: RollupConfig; readonly allocation: Hex }[],
): Promise<{ rollupId: RollupId; cluster: number }[]> {
	const contract = new ethers.Contract(registry, REGISTRY_ABI, signer);
	const register = contract.getFunction("register");
	const registered: { rollupId: RollupId; cluster: number }[] = [];
	for (const { config, allocation } of rollups) {
		// Estimates are exact, and the block that mines it has another timestamp: other arithmetic, a few gas more.
		const gasLimit = ((await register.estimateGas(config, allocation)) * 5n) / 4n;
		const sent = await register(config, allocation, { gasLimit });
		const receipt: ethers.TransactionReceipt = await mined(sent);
		for (const log of receipt.logs) {
			const event = contract.interface.parseLog(log);
			if (event?.name !== "RollupRegistered") continue;
			registered.push({ rollupId: Number(event.args.rollupId), cluster: Number(event.args.config.cluster) });
		}
	}
	return registered;
}

/** Deploys the proofs of order for the timeline of an Inbox, on the same L1. Throws as `deployTimeline` does. */
export async function deployOrderProofs(signer: Deployer, inbox: string): Promise<Address> {
	return addressOf(await run(signer, OrderProofs, { OrderProofs: { inbox } }), "orderProofs");
}

/** What may be chosen of an oracle; the defaults are those of deploy/modules/ProposerOracle.ts, which are mainnet's. */
export interface OracleOptions {
	readonly beaconGenesisTime?: number;
	readonly slotSeconds?: number;
	readonly slotsPerEpoch?: number;
	readonly keeper?: string;
	readonly timelockEpochs?: number;
	/** Of the first layout: from when on, and its fork's version. */
	readonly fromEpoch?: number;
	readonly version?: Hex;
	readonly genesisForkVersion?: Hex;
}

/** Deploys the oracle and the registry that serve all timelines of an L1. Throws as `deployTimeline` does. */
export async function deployProposerOracle(
	signer: Deployer,
	options: OracleOptions = {},
): Promise<Pick<ProposerOptions, "oracle" | "proposerRegistry">> {
	const deployed = await run(signer, ProposerOracle, { ProposerOracle: { ...options } });
	return { oracle: addressOf(deployed, "oracle"), proposerRegistry: addressOf(deployed, "registry") };
}

/** What may be chosen of a slasher; the defaults are those of deploy/modules/PreconfSlasher.ts. */
export interface SlasherOptions {
	readonly orderVerifier?: string;
	readonly stakedSet?: string;
	/** Wei. */
	readonly penalty?: bigint;
	/** Wei. */
	readonly livenessFee?: bigint;
	/** Seconds. */
	readonly exitDelay?: number;
	/** Seconds. */
	readonly challengeWindow?: number;
}

/** Deploys bonds and evidence for the timeline of an Inbox, on the same L1. Throws as `deployTimeline` does. */
export async function deployPreconfSlasher(
	signer: Deployer,
	inbox: string,
	options: SlasherOptions = {},
): Promise<Address> {
	return addressOf(await run(signer, PreconfSlasher, { PreconfSlasher: { ...options, inbox } }), "slasher");
}

export interface RollupContracts {
	readonly tokenBridge: Address;
	readonly gateway: Address;
}

/**
 * Deploys token bridge and gateway on rollups, at the same addresses on all of them: on other rollups each trusts who has its own.
 * @param signers one per rollup: the same account, which has sent as many transactions on each (none, at best)
 * @param inclusionDelay seconds; the timeline's `maxLag`
 * Throws `usage` with code `addresses-differ` before anything is sent, and as `deployTimeline` does.
 */
export async function deployOnRollups(
	signers: readonly [Deployer, ...Deployer[]],
	inclusionDelay: number,
): Promise<RollupContracts> {
	const places = await Promise.all(
		signers.map(async (signer) => `${await signer.getAddress()} with nonce ${await signer.getNonce()}`),
	);
	const other = places.find((place) => place !== places[0]);
	if (other !== undefined)
		throw new MeridianError(
			"usage",
			"addresses-differ",
			`The contracts would have another address on each rollup: from ${places[0]} and from ${other}; use a new account for them`,
			{ places },
		);
	const deployed: RollupContracts[] = [];
	for (const signer of signers) {
		const bridge = await run(signer, TokenBridge, { TokenBridge: { inclusionDelay } });
		const gateway = await run(signer, MailboxGateway, {});
		deployed.push({ tokenBridge: addressOf(bridge, "tokenBridge"), gateway: addressOf(gateway, "gateway") });
	}
	return deployed[0] as RollupContracts;
}

const ORACLE_CLOCK = [
	"function BEACON_GENESIS_TIME() view returns (uint256)",
	"function SLOT_SECONDS() view returns (uint256)",
];

/** How the oracle counts slots: a timeline that counts them otherwise would give rights to others than it proved. */
async function beaconClock(
	signer: Deployer,
	oracle: string,
): Promise<{ beaconGenesisTime: number; slotSeconds: number }> {
	const contract = new ethers.Contract(oracle, ORACLE_CLOCK, signer);
	return {
		beaconGenesisTime: Number(await contract.getFunction("BEACON_GENESIS_TIME")()),
		slotSeconds: Number(await contract.getFunction("SLOT_SECONDS")()),
	};
}

function proposerParameters(
	{ oracle, proposerRegistry, stakedSet, handoverLead, openAfterSlots }: ProposerOptions,
	{ slotSeconds = 12, maxLag = 64 * slotSeconds }: TimelineOptions,
) {
	return {
		oracle: ethers.getAddress(oracle),
		proposerRegistry: ethers.getAddress(proposerRegistry),
		...(stakedSet === undefined ? {} : { stakedSet: ethers.getAddress(stakedSet) }),
		// The modules' defaults are those of slots of 12 seconds.
		maxLag,
		handoverLead: handoverLead ?? Math.floor(slotSeconds / 3),
		openAfterSlots: openAfterSlots ?? Math.floor(maxLag / slotSeconds) + 1,
	};
}

/** Both genesis times, on one grid of slots, at or before the latest block. */
async function clock(
	signer: Deployer,
	{ genesisTime, beaconGenesisTime, slotSeconds = 12 }: TimelineOptions,
): Promise<{ genesisTime: bigint; beaconGenesisTime: bigint }> {
	const now = (await signer.provider?.getBlock("latest"))?.timestamp ?? 0;
	const beacon = beaconGenesisTime ?? genesisTime ?? now - (now % slotSeconds);
	const genesis = genesisTime ?? now - ((now - beacon) % slotSeconds);
	return { genesisTime: BigInt(genesis), beaconGenesisTime: BigInt(beacon) };
}
