/** A timeline whose rights are those of L1's proposers, on the devnet's own beacon chain: contracts, delegates with bonds, the first epoch made known. */
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import { Interface, type Signer } from "ethers";
import { SLASHER_ABI } from "../../primitives/abi.ts";
import { bytesToHex } from "../../primitives/bytes.ts";
import type { Address, Hex, TimelineConfig } from "../../primitives/types.ts";
import { createL1Account, type L1Account } from "../../sequencer/l1-account.ts";
import { sendCall, waitForReceipt } from "../../sequencer/l1-send.ts";
import { type DevelopmentKey, developmentKey } from "../keys.ts";
import type { BeaconChain } from "./chain.ts";
import { optIn, prepareEpoch, type RightsContracts } from "./rights.ts";

/** What a devnet's limits say of a timeline. */
type Limits = Pick<
	TimelineConfig,
	"slotSeconds" | "tickSeconds" | "maxLag" | "forcedDelay" | "maxOriginAge" | "clusterGasPerSlot"
>;

export interface ProposerTimeline extends RightsContracts {
	readonly inbox: Address;
	readonly registry: Address;
	readonly slasher: Address;
}

/** `deploy/proposers.ts` of the repository. */
export interface ProposerDeployment {
	deployProposerTimeline(
		signer: Signer,
		options: Omit<Limits, "slotSeconds"> & {
			readonly genesisTime: number;
			readonly handoverLead: number;
			readonly shared: Readonly<Record<string, number | string>>;
			readonly slasher: { readonly challengeWindow: number };
		},
	): Promise<ProposerTimeline>;
}

export interface Delegate {
	readonly name: string;
	readonly account: L1Account;
	/** Signs promises. */
	readonly key: Hex;
}

export interface ProposerSetup extends ProposerTimeline {
	readonly delegates: readonly [Delegate, ...Delegate[]];
	/** Whom each validator has named. */
	readonly delegateOf: ReadonlyMap<number, Address>;
	/** Pays for making epochs known. */
	readonly keeper: L1Account;
	/** L1 time of the first slot that belongs to them. */
	readonly start: number;
}

/** Of the development mnemonic's accounts; those before are the devnet's others. */
const WITHDRAWER = 3;
const KEEPER = 4;
const DELEGATES = [
	["north", 5],
	["south", 6],
] as const;
/** delegates accept in the first epoch, and act from the third one on. */
export const FIRST_EPOCH = 2;
const BOND = 2n * 10n ** 18n;
/** A little less than EIP-4788 remembers. */
const CHALLENGE_SLOTS = 8_000;

const slasherInterface = new Interface(SLASHER_ABI);

/** The account that all the devnet's validators withdraw to. */
export const withdrawalAddress = (): Address => developmentKey(WITHDRAWER).address.toLowerCase() as Address;

/** Deploys. What is left to do needs the timeline's rollups to be registered: `openRights`. */
export async function deployTimelineOfProposers(
	chain: BeaconChain,
	deployment: ProposerDeployment,
	owner: Signer,
	{ slotSeconds, ...limits }: Limits & { readonly genesisTime: number },
): Promise<ProposerTimeline> {
	const { config } = chain.node;
	return await deployment.deployProposerTimeline(owner, {
		...limits,
		// A slot's last tick is its window's last one.
		handoverLead: limits.tickSeconds,
		shared: {
			beaconGenesisTime: chain.genesisTime,
			slotSeconds,
			slotsPerEpoch: SLOTS_PER_EPOCH,
			fromEpoch: 0,
			version: bytesToHex(config.FULU_FORK_VERSION),
			genesisForkVersion: bytesToHex(config.GENESIS_FORK_VERSION),
		},
		slasher: { challengeWindow: CHALLENGE_SLOTS * slotSeconds },
	});
}

/** Validators name the delegates, these put up their bonds, and the first epoch that is theirs is published and sealed. All in slots of the past. */
export async function openRights(chain: BeaconChain, timeline: ProposerTimeline): Promise<ProposerSetup> {
	const { request } = chain.rpc;
	const options = { wrapperVersion: chain.wrapperVersion };
	const open = (key: DevelopmentKey): Promise<L1Account> => createL1Account(request, key, options);
	const [withdrawer, keeper] = await Promise.all([WITHDRAWER, KEEPER].map((index) => open(developmentKey(index))));
	const delegates = await Promise.all(
		DELEGATES.map(async ([name, index]): Promise<Delegate> => {
			const key = developmentKey(index);
			return { name, account: await open(key), key: key.privateKey as Hex };
		}),
	);
	const accounts = delegates.map(({ account }) => account);
	const { fromEpoch, validators } = await optIn(chain, timeline, {
		withdrawer: withdrawer as L1Account,
		delegates: accounts,
		everybody: true,
	});
	await prepareEpoch(chain, timeline, keeper as L1Account, fromEpoch);
	for (const account of accounts) await bond(chain, timeline.slasher, account);
	return {
		...timeline,
		delegates: delegates as [Delegate, ...Delegate[]],
		delegateOf: new Map(
			accounts.flatMap(({ address }, of) => (validators[of] ?? []).map((validator) => [validator, address] as const)),
		),
		keeper: keeper as L1Account,
		start: firstSlot(chain, fromEpoch),
	};
}

/** The epoch's first slot, or the next one to come. */
function firstSlot({ driven, genesisTime, slotSeconds }: BeaconChain, epoch: number): number {
	const slot = epoch * SLOTS_PER_EPOCH;
	const next = driven ? slot : Math.floor((Date.now() / 1_000 - genesisTime) / slotSeconds) + 2;
	return genesisTime + Math.max(slot, next) * slotSeconds;
}

async function bond({ rpc }: BeaconChain, slasher: Address, account: L1Account): Promise<void> {
	const data = slasherInterface.encodeFunctionData("add", [account.address]) as Hex;
	await waitForReceipt(account, await sendCall(rpc.request, account, { to: slasher, data, value: BOND }));
}
