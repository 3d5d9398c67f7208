/**
 * A walk through the reader, for people who know Hardhat:
 *
 *   npx hardhat run scripts/derive.ts                                        in Hardhat's own network
 *   INBOX=0x... npx hardhat run scripts/derive.ts --network localhost        a timeline that is there (ARCHIVE=folder of blobs)
 *
 * Without INBOX it deploys a timeline, deposits into a rollup, and lets L1 go on without any sequencer: the deposit arrives.
 */
import { Contract } from "ethers";
import { network } from "hardhat";
import { deployTimeline, registerRollups } from "../deploy/deploy.ts";
import { type Address, BRIDGE_ABI, connectL1, deriveTimeline, type Hash32, type RollupConfig } from "../src/index.ts";

const { ethers, provider, networkHelpers } = await network.create();
const signer = await ethers.provider.getSigner(0);

// 1. A timeline: one given, or a new one with one rollup and one deposit.
const inbox = process.env.INBOX ?? (await newTimeline());

async function newTimeline(): Promise<string> {
	const { bridge, inbox, registry } = await deployTimeline(signer, {
		slotSeconds: 12,
		maxLag: 96,
		forcedDelay: 60,
		maxOriginAge: 48,
	});
	const config: RollupConfig = {
		chainId: 7_001,
		cluster: 0,
		gasLimit: 20_000_000,
		feeRecipient: signer.address as Address,
		activationTick: 40,
		settlement: ethers.ZeroAddress as Address,
		template: 1,
		genesisHash: ethers.ZeroHash as Hash32,
	};
	await registerRollups(signer, registry, [{ config, allocation: "0x" }]);
	// The rollup's first tick is 80 seconds after the clock's start; before it L1 takes nothing for it.
	await slots(10);
	await new Contract(bridge, BRIDGE_ABI, signer).getFunction("deposit")(1, signer.address, {
		value: ethers.parseEther("1"),
	});
	// Nobody publishes: after maxLag derivation itself makes the tick that credits the deposit.
	await slots(20);
	return inbox;
}

/** One block each: the blocks that hardhat_mine makes in one go do not name their parents, which no reader accepts. */
async function slots(count: number): Promise<void> {
	for (let n = 0; n < count; n++) await networkHelpers.time.increase(12);
}

// 2. L1, through the same provider that Hardhat uses. Everything it says is checked.
const source = connectL1({
	rpc: provider,
	inbox,
	// Development networks call their latest block final; then no reorg could ever be followed.
	finality: { depth: 64, always: true },
	...(process.env.ARCHIVE === undefined ? {} : { archive: process.env.ARCHIVE }),
});

// 3. The timeline, event by event.
for await (const event of deriveTimeline({ source, until: "latest", onStatus: console.error })) {
	if (event.kind === "rollup") console.log(`rollup ${event.record.rollupId}: chain ${event.record.config.chainId}`);
	if (event.kind !== "tick") continue;
	const { deposits, kind, positions, tick } = event.record;
	console.log(`tick ${tick} (${kind}): ${positions.length} positions, ${deposits.length} deposits`);
	for (const block of event.blocks) console.log(`  rollup ${block.rollupId} block ${block.number} ${block.hash}`);
}
