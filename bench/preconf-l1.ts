/** A timeline whose windows of rights obey, with its slasher, on a development chain: for measurements and tests of evidence. */
import { ethers } from "ethers";
import { packMeta } from "../src/codec/header.ts";
import { type PublishedTicks, type TickItems, ticksRootOf } from "../src/l1/evidence.ts";
import { keccakHex } from "../src/primitives/hash.ts";
import type { Address, Hash32, PublicationHeader } from "../src/primitives/types.ts";
import { Bridge__factory } from "../typechain-types/factories/l1/Bridge__factory.ts";
import { ForcedInclusion__factory } from "../typechain-types/factories/l1/ForcedInclusion__factory.ts";
import { Inbox__factory } from "../typechain-types/factories/l1/Inbox__factory.ts";
import { PreconfSlasher__factory } from "../typechain-types/factories/l1/PreconfSlasher__factory.ts";
import { RollupRegistry__factory } from "../typechain-types/factories/l1/RollupRegistry__factory.ts";
import { RightsMock__factory } from "../typechain-types/factories/mocks/RightsMock__factory.ts";
import { StakedSetMock__factory } from "../typechain-types/factories/mocks/StakedSetMock__factory.ts";
import { WindowRights__factory } from "../typechain-types/factories/mocks/WindowRights__factory.ts";
import type { Inbox } from "../typechain-types/l1/Inbox.ts";
import type { PreconfSlasher } from "../typechain-types/l1/PreconfSlasher.ts";
import type { RightsMock } from "../typechain-types/mocks/RightsMock.ts";
import type { StakedSetMock } from "../typechain-types/mocks/StakedSetMock.ts";
import type { WindowRights } from "../typechain-types/mocks/WindowRights.ts";
import type { Domain } from "./commitments.ts";

export const SLOT_SECONDS = 12;
export const TICK_SECONDS = 2;
export const TICKS_PER_SLOT = SLOT_SECONDS / TICK_SECONDS;
const BEACON_ROOTS = "0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02";
/** EIP-4788, section "Deployment": where a chain does not have it from its genesis. */
const BEACON_ROOTS_CODE =
	"0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500";
const RING = 8191;

export const PARAMETERS = {
	penalty: 10n ** 18n,
	livenessFee: 10n ** 16n,
	exitDelay: 1_000,
	challengeWindow: 50_000,
} as const;

export interface PreconfL1 {
	readonly provider: ethers.JsonRpcApiProvider;
	readonly genesisTime: number;
	readonly inbox: Inbox;
	readonly rights: WindowRights;
	readonly slasher: PreconfSlasher;
	readonly verifier: RightsMock;
	readonly set: StakedSetMock;
	readonly domain: Domain;
	/** Publishes by calldata in a block at that time. */
	publish(from: ethers.Wallet, ticks: readonly TickItems[], time: number): Promise<PublishedTicks>;
	/** The next block's time; a slot after the block before it, if there is room. */
	at(time: number): Promise<void>;
	/** Whether the slot's block had an execution payload. */
	setPayload(slot: number, had: boolean): Promise<void>;
	startOf(slot: number): number;
	now(): Promise<number>;
}

export interface PreconfOptions {
	readonly maxLag?: number;
	readonly ringSize?: number;
	/** Without: the slasher knows no order verifier and no staked set. */
	readonly companions?: boolean;
}

/** Deploys everything; slots and ticks count from the latest block. */
export async function createPreconfL1(
	signer: ethers.Wallet,
	{ companions = true, maxLag = 768, ringSize = 64 }: PreconfOptions = {},
): Promise<PreconfL1> {
	const provider = signer.provider as ethers.JsonRpcApiProvider;
	const { timestamp: genesisTime } = (await provider.getBlock("latest")) ?? { timestamp: 0 };
	const startOf = (slot: number): number => genesisTime + slot * SLOT_SECONDS;
	const timing = { genesisTime, slotSeconds: SLOT_SECONDS, tickSeconds: TICK_SECONDS, maxLag, forcedDelay: 384 };
	const registry = await new RollupRegistry__factory(signer).deploy({ ...timing, clusterGasPerSlot: 180_000_000n });
	const forced = await new ForcedInclusion__factory(signer).deploy(registry, 1n);
	const bridge = await new Bridge__factory(signer).deploy(registry);
	const rights = await new WindowRights__factory(signer).deploy();
	const clock = { beaconGenesisTime: genesisTime, maxOriginAge: 192, ringSize };
	const inbox = await new Inbox__factory(signer).deploy(registry, forced, bridge, rights, clock);
	const verifier = await new RightsMock__factory(signer).deploy();
	const set = await new StakedSetMock__factory(signer).deploy();
	const [verifierOrNone, setOrNone] = companions ? [verifier, set] : [ethers.ZeroAddress, ethers.ZeroAddress];
	const slasher = await new PreconfSlasher__factory(signer).deploy(inbox, verifierOrNone, setOrNone, PARAMETERS);
	await slasher.waitForDeployment();
	await provider.send("hardhat_setCode", [BEACON_ROOTS, BEACON_ROOTS_CODE]);
	const { chainId } = await provider.getNetwork();
	const domain = { chainId, slasher: await slasher.getAddress(), timeline: await inbox.getAddress() };
	const now = async (): Promise<number> => (await provider.getBlock("latest"))?.timestamp ?? 0;
	const at = async (time: number): Promise<void> => {
		if (time - SLOT_SECONDS > (await now())) {
			await provider.send("evm_setNextBlockTimestamp", [time - SLOT_SECONDS]);
			await provider.send("evm_mine", []);
		}
		await provider.send("evm_setNextBlockTimestamp", [time]);
	};
	return {
		provider,
		genesisTime,
		inbox,
		rights,
		slasher,
		verifier,
		set,
		domain,
		startOf,
		at,
		now,
		async publish(from, ticks, time) {
			await at(time);
			return await publishTicks(inbox.connect(from), from, ticks);
		},
		async setPayload(slot, had) {
			const time = startOf(slot);
			const words = [
				[time % RING, had ? time : 0],
				[(time % RING) + RING, had ? 1 : 0],
			] as const;
			for (const [place, value] of words)
				await provider.send("hardhat_setStorageAt", [
					BEACON_ROOTS,
					ethers.toQuantity(place),
					ethers.toBeHex(value, 32),
				]);
		},
	};
}

/** By calldata. @param inbox connected to the account @param proof for the rights module */
export async function publishTicks(
	inbox: Inbox,
	from: ethers.Wallet,
	ticks: readonly TickItems[],
	proof = "0x",
): Promise<PublishedTicks> {
	const latest = await inbox.runner?.provider?.getBlock("latest");
	const publisher = from.address.toLowerCase() as Address;
	const header: PublicationHeader = {
		parent: (await inbox.head()) as Hash32,
		coinbase: publisher,
		firstTick: ticks[0]?.tick ?? 0,
		lastTick: ticks.at(-1)?.tick ?? 0,
		l1Origin: latest?.number ?? 0,
		l1OriginHash: (latest?.hash ?? ethers.ZeroHash) as Hash32,
		codec: 1,
		blobs: 0,
		ticksRoot: ticksRootOf(ticks),
	};
	const { l1OriginHash, parent, ticksRoot } = header;
	// What the data says nobody asks here: the publication's number.
	const data = ethers.toBeHex((BigInt(parent) >> 224n) + 1n, 32);
	const options = { gasLimit: 500_000 };
	const sent = await inbox.publishCalldata(parent, packMeta(header), ticksRoot, l1OriginHash, data, proof, options);
	const receipt = await sent.wait();
	const block = await receipt?.getBlock();
	return {
		header,
		publisher,
		block: { number: block?.number ?? 0, timestamp: block?.timestamp ?? 0 },
		payload: keccakHex(ethers.getBytes(data)),
		ticks,
	};
}
