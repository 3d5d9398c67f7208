/** A timeline on a chain in this process, for the flow tests. */
import { ethers } from "ethers";
import { network } from "hardhat";
import { DEVELOPMENT_KEY } from "../../../bench/anvil.ts";
import { deployTimeline, type TimelineAddresses, type TimelineOptions } from "../../../deploy/deploy.ts";
import { packMeta } from "../../../src/codec/header.ts";
import { blobSidecar } from "../../../src/l1/kzg.ts";
import { BLOB_BYTES } from "../../../src/primitives/limits.ts";
import type { Address, Hash32 } from "../../../src/primitives/types.ts";
import { createL1Account, type L1Account } from "../../../src/sequencer/l1-account.ts";
import type { SignedBlob } from "../../../src/sequencer/l1-transaction.ts";
import {
	type Bridge,
	Bridge__factory,
	type ForcedInclusion,
	ForcedInclusion__factory,
	type Inbox,
	Inbox__factory,
	type RollupRegistry,
	RollupRegistry__factory,
} from "../../../typechain-types/index.ts";

const SLOT = 12;
const TICK = 2;

export interface TestTimeline {
	readonly provider: ethers.BrowserProvider;
	readonly signer: ethers.Wallet;
	/** An account without any role. */
	readonly stranger: ethers.Wallet;
	readonly addresses: TimelineAddresses;
	readonly inbox: Inbox;
	readonly registry: RollupRegistry;
	readonly forced: ForcedInclusion;
	readonly bridge: Bridge;
	close(): Promise<void>;
}

/**
 * Deployed by, and with the rights of, the first development account.
 * @param options what to deploy; or who finds out on the chain, having deployed there what the timeline needs
 */
export async function createTestTimeline(
	options: TimelineOptions | ((signer: ethers.Wallet) => Promise<TimelineOptions>) = {},
): Promise<TestTimeline> {
	const connection = await network.create();
	const provider = new ethers.BrowserProvider(connection.provider, undefined, { cacheTimeout: -1 });
	const signer = new ethers.Wallet(DEVELOPMENT_KEY, provider);
	const stranger = new ethers.Wallet(ethers.id("stranger"), provider);
	await provider.send("hardhat_setBalance", [stranger.address, ethers.toQuantity(10n ** 24n)]);
	const addresses = await deployTimeline(signer, typeof options === "function" ? await options(signer) : options);
	return {
		provider,
		signer,
		stranger,
		addresses,
		inbox: Inbox__factory.connect(addresses.inbox, signer),
		registry: RollupRegistry__factory.connect(addresses.registry, signer),
		forced: ForcedInclusion__factory.connect(addresses.forcedInclusion, signer),
		bridge: Bridge__factory.connect(addresses.bridge, signer),
		close: () => connection.close(),
	};
}

/** Registers a rollup in a new cluster and waits until it is active. */
export async function addRollup({ registry, provider, signer }: TestTimeline, chainId: number): Promise<number> {
	const { genesisTime } = await registry.timing();
	const latest = await provider.getBlock("latest");
	await registry.register(
		{
			chainId,
			cluster: 0,
			gasLimit: 30_000_000,
			feeRecipient: signer.address,
			activationTick: Math.floor(((latest?.timestamp ?? 0) + SLOT - Number(genesisTime)) / TICK) + 1,
			settlement: ethers.ZeroAddress,
			template: 1,
			genesisHash: ethers.ZeroHash,
		},
		"0x",
	);
	await provider.send("evm_increaseTime", [2 * SLOT]);
	await provider.send("evm_mine", []);
	return Number(await registry.rollupOfChain(chainId));
}

export interface Header {
	readonly parent: string;
	readonly meta: Hash32;
	readonly tick: number;
	readonly l1OriginHash: Hash32;
}

/** A header for one tick in the next block, which will stand one slot after the last. */
export async function nextHeader({ inbox, provider, signer }: TestTimeline, blobs: number): Promise<Header> {
	const [parent, timeline, latest] = await Promise.all([inbox.head(), inbox.timeline(), provider.getBlock("latest")]);
	const time = (latest?.timestamp ?? 0) + SLOT;
	await provider.send("evm_setNextBlockTimestamp", [time]);
	const tick = Math.floor((time - Number(timeline.config.genesisTime)) / TICK);
	const meta = packMeta({
		coinbase: signer.address.toLowerCase() as Address,
		firstTick: tick,
		lastTick: tick,
		l1Origin: latest?.number ?? 0,
		codec: 1,
		blobs,
	});
	return { parent, meta, tick, l1OriginHash: (latest?.hash ?? ethers.ZeroHash) as Hash32 };
}

/** A blob whose content is its number. */
export async function testBlob(number: number): Promise<SignedBlob> {
	const blob = new Uint8Array(BLOB_BYTES);
	blob[31] = number;
	const { commitment, versionedHash, blobProof } = await blobSidecar(blob, { cellProofs: false, blobProof: true });
	return { blob, commitment, versionedHash, proofs: blobProof === null ? [] : [blobProof] };
}

/** Sends a call to the Inbox with blobs attached; rejects with the contract's error if it reverts. */
export async function sendWithBlobs(
	{ provider, signer, addresses }: TestTimeline,
	data: string,
	blobs: readonly SignedBlob[],
	from: ethers.Wallet = signer,
): Promise<ethers.TransactionReceipt> {
	const account: L1Account = await createL1Account((method, params) => provider.send(method, [...params]), from, {
		wrapperVersion: 0,
	});
	const call = { to: addresses.inbox, data: data as Hash32, value: 0n, gasLimit: 1_000_000n };
	const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 9n, maxFeePerBlobGas: 10n ** 12n };
	const { raw, hash } = await account.sign(call, await account.nonce(), fees, blobs);
	await provider.send("eth_sendRawTransaction", [raw]);
	const receipt = await provider.getTransactionReceipt(hash);
	if (receipt === null) throw new Error(`No receipt of ${hash}`);
	return receipt;
}
