/** A timeline of L1's proposers with all that its rights and promises need (docs/spec/rights.md, preconfirmations.md), in the order they need each other. */
import { ethers } from "ethers";
import { MeridianError } from "../src/primitives/errors.ts";
import type { Address } from "../src/primitives/types.ts";
import {
	deployPreconfSlasher,
	deployProposerOracle,
	deployTimeline,
	type OracleOptions,
	type ProposerOptions,
	type SlasherOptions,
	type TimelineAddresses,
	type TimelineOptions,
} from "./deploy.ts";
import { addressOf, type Deployer, run } from "./ignition.ts";
import { mined } from "./mined.ts";
import StakedSequencerSet from "./modules/StakedSequencerSet.ts";

/** The oracle, and the registry of delegates that reads its proofs. */
type Shared = Pick<ProposerOptions, "oracle" | "proposerRegistry">;

export interface StakedSetOptions {
	/** ERC-20 without fees on transfer. */
	readonly token: string;
	/** In the token's smallest units, like all amounts. Default: that of deploy/modules/StakedSequencerSet.ts. */
	readonly minimumStake?: bigint;
	readonly rewardPerPublication?: bigint;
	/** Seconds; at least three epochs and the slasher's `challengeWindow`. Default: a week, or that if it is more. */
	readonly exitDelay?: number;
}

export interface ProposerTimelineOptions
	extends Omit<TimelineOptions, "sequencer" | "proposers" | "beaconGenesisTime" | "slotSeconds">,
		Pick<ProposerOptions, "handoverLead" | "openAfterSlots"> {
	/** Those that serve all timelines of the L1, or what they are to be made with. Default: they are made, with mainnet's clock. */
	readonly shared?: Shared | OracleOptions;
	/** Who orders what no L1 proposer has a right to. Default: nobody. */
	readonly stakedSet?: StakedSetOptions;
	/** The default `challengeWindow` is 8,000 slots, a little less than EIP-4788 remembers. */
	readonly slasher?: Omit<SlasherOptions, "stakedSet">;
}

export interface ProposerTimelineAddresses extends TimelineAddresses, Readonly<Record<keyof Shared, Address>> {
	readonly slasher: Address;
	/** Null without one. Otherwise it is bound (K-10): anybody may stake. */
	readonly stakedSet: Address | null;
}

const WEEK = 604_800;
const CHALLENGE_SLOTS = 8_000;
/** K-2: how far ahead stakes are fixed. */
const EPOCHS_AHEAD = 3;

/** Of an oracle that is told nothing else. */
const MAINNET: Clock = { slotSeconds: 12, slotsPerEpoch: 32 };

const VIEWS = [
	"function SLOT_SECONDS() view returns (uint256)",
	"function SLOTS_PER_EPOCH() view returns (uint256)",
	"function ORACLE() view returns (address)",
];

/**
 * Deploys oracle and registry unless they are given, the staked set if there is to be one, the timeline and the slasher, and binds the set
 * to both. Throws `usage` with what is wrong before it deploys anything: `no-contract`, `foreign-registry`, `bad-option`; otherwise as
 * `deployTimeline` does.
 */
export async function deployProposerTimeline(
	signer: Deployer,
	options: ProposerTimelineOptions = {},
): Promise<ProposerTimelineAddresses> {
	const { shared: given = {}, stakedSet: staked, slasher, handoverLead, openAfterSlots, ...timeline } = options;
	if (staked !== undefined) await checkContract(signer, "stakedSet.token", staked.token);
	const clock = "oracle" in given ? await sharedClock(signer, given) : { ...MAINNET, ...given };
	const { challengeWindow = CHALLENGE_SLOTS * clock.slotSeconds } = slasher ?? {};
	checkTimes(clock, options);
	const exitDelay = staked === undefined ? 0 : exitDelayOf(clock, challengeWindow, staked.exitDelay);

	const shared = "oracle" in given ? given : await deployProposerOracle(signer, given);
	const set = staked === undefined ? {} : { stakedSet: await deploySet(signer, shared, { ...staked, exitDelay }) };
	const rights = {
		...(handoverLead === undefined ? {} : { handoverLead }),
		...(openAfterSlots === undefined ? {} : { openAfterSlots }),
	};
	const addresses = await deployTimeline(signer, { ...timeline, proposers: { ...shared, ...set, ...rights } });
	const slasherAddress = await deployPreconfSlasher(signer, addresses.inbox, { ...slasher, ...set, challengeWindow });
	if (set.stakedSet !== undefined) await bind(signer, set.stakedSet, addresses.inbox, slasherAddress);
	return {
		...addresses,
		oracle: lower(shared.oracle),
		proposerRegistry: lower(shared.proposerRegistry),
		slasher: slasherAddress,
		stakedSet: set.stakedSet ?? null,
	};
}

async function deploySet(signer: Deployer, { oracle }: Shared, options: StakedSetOptions): Promise<Address> {
	const parameters = { ...options, token: ethers.getAddress(options.token), oracle: ethers.getAddress(oracle) };
	return addressOf(await run(signer, StakedSequencerSet, { StakedSequencerSet: parameters }), "stakedSet");
}

/** K-10: by the set's deployer, once. */
async function bind(signer: Deployer, set: Address, inbox: Address, slasher: Address): Promise<void> {
	const contract = new ethers.Contract(set, ["function bind(address inbox, address slasher)"], signer);
	const sent: ethers.TransactionResponse = await contract.getFunction("bind")(inbox, slasher);
	await mined(sent);
}

interface Clock {
	readonly slotSeconds: number;
	readonly slotsPerEpoch: number;
}

/** A registry that reads another oracle would give the delegates of another clock. */
async function sharedClock(signer: Deployer, { oracle, proposerRegistry }: Shared): Promise<Clock> {
	await checkContract(signer, "shared.oracle", oracle);
	await checkContract(signer, "shared.proposerRegistry", proposerRegistry);
	const ask = async (address: string, name: string): Promise<unknown> =>
		await new ethers.Contract(address, VIEWS, signer).getFunction(name)();
	const itsOracle = lower(String(await ask(proposerRegistry, "ORACLE")));
	if (itsOracle !== lower(oracle))
		throw new MeridianError(
			"usage",
			"foreign-registry",
			`The registry ${proposerRegistry} reads the oracle ${itsOracle}, not ${oracle}`,
			{ hint: "give the two that deployProposerOracle has made together" },
		);
	return {
		slotSeconds: Number(await ask(oracle, "SLOT_SECONDS")),
		slotsPerEpoch: Number(await ask(oracle, "SLOTS_PER_EPOCH")),
	};
}

async function checkContract(signer: Deployer, name: string, address: string): Promise<void> {
	if (ethers.isAddress(address) && (await signer.provider?.getCode(address)) !== "0x") return;
	throw new MeridianError("usage", "no-contract", `${name}: there is no contract at ${address}`, { name, address });
}

/** Refused here in words, before a constructor refuses it with a number. */
function checkTimes(
	{ slotSeconds }: Clock,
	{ handoverLead = 0, maxLag = 64 * slotSeconds, openAfterSlots }: ProposerTimelineOptions,
): void {
	if (handoverLead > slotSeconds)
		throw badOption(`handoverLead is ${handoverLead} s, and must be at most a slot: ${slotSeconds} s (R-15)`);
	if (openAfterSlots !== undefined && openAfterSlots * slotSeconds <= maxLag)
		throw badOption(
			`openAfterSlots is ${openAfterSlots} slots of ${slotSeconds} s, and must be longer than maxLag: ${maxLag} s (R-17)`,
		);
}

function exitDelayOf(
	{ slotSeconds, slotsPerEpoch }: Clock,
	challengeWindow: number,
	given: number | undefined,
): number {
	const epochs = EPOCHS_AHEAD * slotsPerEpoch * slotSeconds;
	const minimum = epochs + challengeWindow;
	const exitDelay = given ?? Math.max(WEEK, minimum);
	if (exitDelay >= minimum) return exitDelay;
	throw badOption(
		`stakedSet.exitDelay is ${exitDelay} s, and must be at least ${minimum} s: three epochs (${epochs} s) and the slasher's challengeWindow (${challengeWindow} s) (K-10)`,
	);
}

const badOption = (message: string): MeridianError => new MeridianError("usage", "bad-option", message);
const lower = (address: string): Address => address.toLowerCase() as Address;
