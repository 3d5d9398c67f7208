/** The logs that the contracts of a timeline would emit, and the timeline itself, on a synthetic L1. */
import { Interface, type InterfaceAbi } from "ethers";
import { genesisWord, packMeta } from "../../../src/codec/header.ts";
import { BRIDGE_ABI, FORCED_INCLUSION_ABI, INBOX_ABI, REGISTRY_ABI } from "../../../src/primitives/abi.ts";
import type { Hash32, TimelineConfig } from "../../../src/primitives/types.ts";
import { GENESIS_TIME, type SyntheticL1, type SyntheticLog } from "./syntheticL1.ts";

export const INBOX = "0x1b0c500000000000000000000000000000000001";
export const REGISTRY = "0x1b0c500000000000000000000000000000000002";
export const FORCED = "0x1b0c500000000000000000000000000000000003";
export const BRIDGE = "0x1b0c500000000000000000000000000000000004";
export const RIGHTS = "0x1b0c500000000000000000000000000000000005";
export const ALICE = "0xa11ce00000000000000000000000000000000001";
export const WORD = (byte: number): Hash32 => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`;

export const CONFIG: TimelineConfig = {
	startBlock: 1,
	genesisTime: GENESIS_TIME,
	beaconGenesisTime: GENESIS_TIME,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 768,
	forcedDelay: 384,
	maxOriginAge: 192,
	ringSize: 8192,
	clusterGasPerSlot: 180_000_000n,
};

/** A log as the contract of that ABI emits it. */
function emit(address: string, abi: InterfaceAbi, event: string, values: readonly unknown[]): SyntheticLog {
	const { topics, data } = new Interface(abi).encodeEventLog(event, [...values]);
	return { address, topics, data };
}

const header = { coinbase: ALICE as Hash32, firstTick: 7, lastTick: 9, l1Origin: 2, codec: 1 };

export const publishedBlobs = (hashes: readonly string[]): SyntheticLog => {
	const meta = packMeta({ ...header, blobs: hashes.length });
	return emit(INBOX, INBOX_ABI, "Published", [WORD(1), meta, WORD(2), WORD(3), ALICE, hashes]);
};
export const publishedCalldata = (data: string): SyntheticLog => {
	const meta = packMeta({ ...header, blobs: 0 });
	return emit(INBOX, INBOX_ABI, "PublishedCalldata", [WORD(1), meta, WORD(2), WORD(3), ALICE, data]);
};
export const registered = (chainId: number | bigint = 901): SyntheticLog => {
	const config = [chainId, 1, 30_000_000, ALICE, 5, RIGHTS, 1, WORD(9)];
	return emit(REGISTRY, REGISTRY_ABI, "RollupRegistered", [1, ALICE, config, "0xc0"]);
};
export const scheduled = (): SyntheticLog =>
	emit(REGISTRY, REGISTRY_ABI, "ConfigScheduled", [1, 4000, 20_000_000, ALICE]);
export const enqueued = (): SyntheticLog =>
	emit(FORCED, FORCED_INCLUSION_ABI, "Enqueued", [1, 0, ALICE, 1, 21_000, "0x02c0"]);
export const bundleEnqueued = (): SyntheticLog =>
	emit(FORCED, FORCED_INCLUSION_ABI, "BundleEnqueued", [
		1,
		1,
		ALICE,
		[
			[1, 21_000, "0x01"],
			[2, 22_000, "0x"],
		],
	]);
export const deposited = (index = 0): SyntheticLog =>
	emit(BRIDGE, BRIDGE_ABI, "Deposited", [1, index, ALICE, ALICE, 5_000_000_000n]);

/** With the largest numbers that a sender may choose. */
export const messageSent = (): SyntheticLog =>
	emit(BRIDGE, BRIDGE_ABI, "MessageSent", [
		1,
		WORD(8),
		[1, 901, 2n ** 64n - 1n, ALICE, RIGHTS, 2n ** 64n - 1n, "0xabcd"],
	]);

/** A log that is none of the timeline's business. */
export const foreign = (topic = WORD(7)): SyntheticLog => ({ address: RIGHTS, topics: [topic], data: "0x1234" });

/** Mines the block with `TimelineCreated` and makes `timeline()` answer. */
export async function createTimeline(l1: SyntheticL1): Promise<void> {
	const creationBlock = l1.blocks.length;
	const config = Object.values(CONFIG);
	const genesisHead = genesisWord(l1.chainId, INBOX, CONFIG);
	const log = emit(INBOX, INBOX_ABI, "TimelineCreated", [REGISTRY, FORCED, BRIDGE, RIGHTS, config, genesisHead]);
	await l1.mine([{ logs: [foreign(), log] }]);
	const abi = new Interface(INBOX_ABI);
	const answer = [REGISTRY, FORCED, BRIDGE, RIGHTS, creationBlock, config, genesisHead];
	l1.calls.set(`${INBOX} ${abi.encodeFunctionData("timeline")}`, abi.encodeFunctionResult("timeline", answer));
}
