/** A timeline of L1's proposers and a staked set, with its slasher, on a development chain: every contract but the order verifier is the real one. */
import { ethers } from "ethers";
import type { PublishedTicks, TickItems } from "../src/l1/evidence.ts";
import {
	credentialsOf,
	SLOTS_PER_EPOCH,
	seeded,
	seededValidator,
	syntheticState,
} from "../test/helpers/beacon/synthetic.ts";
import { Bridge__factory } from "../typechain-types/factories/l1/Bridge__factory.ts";
import { ForcedInclusion__factory } from "../typechain-types/factories/l1/ForcedInclusion__factory.ts";
import { Inbox__factory } from "../typechain-types/factories/l1/Inbox__factory.ts";
import { PreconfSlasher__factory } from "../typechain-types/factories/l1/PreconfSlasher__factory.ts";
import { RollupRegistry__factory } from "../typechain-types/factories/l1/RollupRegistry__factory.ts";
import { ProposerRights__factory } from "../typechain-types/factories/l1/rights/ProposerRights__factory.ts";
import { StakedSequencerSet__factory } from "../typechain-types/factories/l1/rights/StakedSequencerSet__factory.ts";
import { RightsMock__factory } from "../typechain-types/factories/mocks/RightsMock__factory.ts";
import { StakeToken__factory } from "../typechain-types/factories/mocks/StakeMocks.sol/StakeToken__factory.ts";
import type { Inbox } from "../typechain-types/l1/Inbox.ts";
import type { PreconfSlasher } from "../typechain-types/l1/PreconfSlasher.ts";
import type { ProposerRights } from "../typechain-types/l1/rights/ProposerRights.ts";
import type { StakedSequencerSet } from "../typechain-types/l1/rights/StakedSequencerSet.ts";
import type { RightsMock } from "../typechain-types/mocks/RightsMock.ts";
import type { Domain } from "./commitments.ts";
import { PARAMETERS, publishTicks, TICK_SECONDS } from "./preconf-l1.ts";
import { createRightsL1, EPOCH_SECONDS, type RightsL1, SLOT_SECONDS, START_EPOCH } from "./rights-l1.ts";

const ETHER = 10n ** 18n;
const LEAD = 4;
/** Long enough for a publication of 4,096 ticks. */
const MAX_LAG = 20_000;
/** All of them name the sequencer: as many as an epoch has slots. */
export const DELEGATED = Array.from({ length: SLOTS_PER_EPOCH }, (_, index) => index);
/** Names nobody. */
export const UNDELEGATED = SLOTS_PER_EPOCH + 1;

export interface EvidenceL1 extends Pick<RightsL1, "provider" | "setRoot" | "startOf"> {
	readonly inbox: Inbox;
	readonly rights: ProposerRights;
	readonly set: StakedSequencerSet;
	readonly slasher: PreconfSlasher;
	readonly verifier: RightsMock;
	readonly domain: Domain;
	/** The delegate of all that have one; it has a bond, and a pool with a part that is leaving. */
	readonly sequencer: ethers.Wallet;
	readonly challenger: ethers.Wallet;
	/** The first epoch for which anything can be sealed. */
	readonly firstEpoch: number;
	/** Makes known who proposes, lets the set draw, seals in the epoch before, and gives the gas of sealing. */
	seal(epoch: number, proposers: readonly number[]): Promise<number>;
	/** The last tick that may be published in a block at the slot's begin. */
	tickAt(slot: number): number;
	/** In the slot's block, by the sequencer. */
	publish(ticks: readonly TickItems[], slot: number, proof?: string): Promise<PublishedTicks>;
	/** The next block is the slot's. */
	at(slot: number): Promise<void>;
}

export async function createEvidenceL1(funder: ethers.Wallet): Promise<EvidenceL1> {
	const l1 = await createRightsL1(funder);
	const { provider, startOf } = l1;
	const wallet = async (label: string): Promise<ethers.Wallet> => {
		const made = new ethers.Wallet(seeded(label), provider);
		await (await funder.sendTransaction({ to: made.address, value: 2n * ETHER })).wait();
		return made;
	};
	const [sequencer, challenger] = [await wallet("sequencer"), await wallet("challenger")];
	const parts = await deploy(l1, funder);
	const { inbox, rights, set, slasher } = parts;
	await (await slasher.add(sequencer.address, { value: 20n * ETHER })).wait();
	await openPool(parts, sequencer);
	await delegate(l1, funder, sequencer);
	const now = async (): Promise<number> => (await provider.getBlock("latest"))?.timestamp ?? 0;
	const at = async (slot: number): Promise<void> => {
		// Each block a slot after the last, whoever sets the clock.
		for (const time of [startOf(slot - 1), startOf(slot)]) {
			if (time <= (await now())) continue;
			await l1.at(time);
			if (time < startOf(slot)) await provider.send("evm_mine", []);
		}
	};
	const genesisTime = startOf(START_EPOCH * SLOTS_PER_EPOCH);
	const { chainId } = await provider.getNetwork();
	return {
		...parts,
		provider,
		setRoot: l1.setRoot,
		startOf,
		sequencer,
		challenger,
		domain: { chainId, slasher: await slasher.getAddress(), timeline: await inbox.getAddress() },
		firstEpoch: Math.floor(((await now()) - l1.genesisTime) / EPOCH_SECONDS) + 2,
		at,
		tickAt: (slot) => Math.floor((startOf(slot) - genesisTime) / TICK_SECONDS),
		async seal(epoch, proposers) {
			const mixes = new Map([[epoch - 2, seeded(`mix ${epoch}`)]]);
			const lookahead = [...proposers, ...proposers];
			const state = syntheticState({ slot: (epoch - 1) * SLOTS_PER_EPOCH + 1, lookahead, mixes });
			const proved = await l1.know(state);
			const { branch, chunks, half } = state.half(1);
			await (await l1.oracle.publish(proved, half, chunks, branch)).wait();
			const { branch: mixBranch, mix } = state.mix(epoch - 2);
			await (await l1.oracle.recordMix(proved, epoch - 2, mix, mixBranch)).wait();
			await (await set.draw(epoch)).wait();
			return Number((await (await rights.seal(epoch)).wait())?.gasUsed ?? 0);
		},
		async publish(ticks, slot, proof = "0x") {
			await at(slot);
			return await publishTicks(inbox.connect(sequencer), sequencer, ticks, proof);
		},
	};
}

async function deploy({ oracle, registry: delegations, startOf }: RightsL1, signer: ethers.Wallet) {
	const genesisTime = startOf(START_EPOCH * SLOTS_PER_EPOCH);
	const timing = { genesisTime, slotSeconds: SLOT_SECONDS, tickSeconds: TICK_SECONDS, maxLag: MAX_LAG };
	const limits = { forcedDelay: 384, clusterGasPerSlot: 180_000_000n };
	const registry = await new RollupRegistry__factory(signer).deploy({ ...timing, ...limits });
	const token = await new StakeToken__factory(signer).deploy();
	const set = await new StakedSequencerSet__factory(signer).deploy({
		token,
		oracle,
		minimumStake: ETHER,
		rewardPerPublication: 1n,
		exitDelay: 604_800,
	});
	const openAfter = Math.floor(MAX_LAG / SLOT_SECONDS) + 1;
	const rights = await new ProposerRights__factory(signer).deploy(registry, oracle, delegations, set, LEAD, openAfter);
	const forced = await new ForcedInclusion__factory(signer).deploy(registry, 1n);
	const bridge = await new Bridge__factory(signer).deploy(registry);
	const clock = { beaconGenesisTime: startOf(0), maxOriginAge: 192, ringSize: 64 };
	const inbox = await new Inbox__factory(signer).deploy(registry, forced, bridge, rights, clock);
	const verifier = await new RightsMock__factory(signer).deploy();
	const slasher = await new PreconfSlasher__factory(signer).deploy(inbox, verifier, set, PARAMETERS);
	await slasher.waitForDeployment();
	await (await set.bind(inbox, slasher)).wait();
	return { inbox, rights, set, slasher, token, verifier };
}

/** Both parts that are slashed have something in them. */
async function openPool({ set, token }: Awaited<ReturnType<typeof deploy>>, owner: ethers.Wallet): Promise<void> {
	const own = set.connect(owner);
	await (await token.mint(owner.address, 10n * ETHER)).wait();
	await (await token.connect(owner).approve(set, 10n * ETHER)).wait();
	await (await own.open(0, 10n * ETHER)).wait();
	await (await own.unstake(owner.address, (await set.sharesOf(owner.address, owner.address)) / 4n)).wait();
}

/** The signer is the validators' withdrawal address. */
async function delegate({ know, registry }: RightsL1, signer: ethers.Wallet, to: ethers.Wallet): Promise<void> {
	const credentials = credentialsOf(signer.address, 1);
	const validators = Array.from({ length: 2 * SLOTS_PER_EPOCH }, (_, index) => ({
		...seededValidator(index),
		...(index < DELEGATED.length ? { credentials } : {}),
	}));
	const state = syntheticState({ slot: START_EPOCH * SLOTS_PER_EPOCH + 5, validators });
	const proved = await know(state);
	for (const index of DELEGATED) {
		const { branch, fields } = state.validator(index);
		await (await registry.bindByWithdrawal(proved, index, fields, branch, to.address)).wait();
	}
	await (await registry.connect(to).accept(DELEGATED)).wait();
}
