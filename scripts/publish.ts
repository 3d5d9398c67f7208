/**
 * A walk through the sequencer, for people who know Hardhat:
 *
 *   npx hardhat run scripts/publish.ts
 *
 * In Hardhat's own network it deploys a timeline with one rollup, orders two transactions there, publishes them in calldata, and derives
 * them again from L1.
 */
import { network } from "hardhat";
import { deployTimeline, registerRollups } from "../deploy/deploy.ts";
import {
	type Address,
	connectL1,
	createL1Account,
	deriveTimeline,
	type Hash32,
	type Hex,
	Sequencer,
	tickAt,
} from "../src/index.ts";

const { ethers, provider, networkHelpers } = await network.create();
const owner = await ethers.provider.getSigner(0);

// 1. A timeline whose only publisher is the sequencer, and a rollup on which alice has 10 ETH.
const sequencerKey = ethers.Wallet.createRandom();
const alice = ethers.Wallet.createRandom();
await owner.sendTransaction({ to: sequencerKey.address, value: ethers.parseEther("10") });
const { inbox, registry } = await deployTimeline(owner, { sequencer: sequencerKey.address });
const config = {
	chainId: 7_001,
	cluster: 0,
	gasLimit: 20_000_000,
	feeRecipient: sequencerKey.address.toLowerCase() as Address,
	activationTick: 60,
	settlement: ethers.ZeroAddress as Address,
	template: 1,
	genesisHash: ethers.ZeroHash as Hash32,
};
const genesis = [[alice.address, ethers.toBeHex(ethers.parseEther("10")), "0x", "0x", []]];
await registerRollups(owner, registry, [{ config, allocation: ethers.encodeRlp(genesis) as Hex }]);
// The rollup's first tick is 2 minutes after the clock's start.
await networkHelpers.time.increase(130);

// 2. A sequencer: it follows L1 through the same checks as every reader, and pays there with its own account.
const source = connectL1({ rpc: provider, inbox, finality: { depth: 64, always: true } });
const account = await createL1Account(
	(method, params) => provider.request({ method, params: [...params] }),
	sequencerKey,
);
const sequencer = await Sequencer.open(source, { account, carrier: "calldata" });
await sequencer.sync();

// 3. Two transactions of alice's for its mempool.
for (const nonce of [0, 1]) {
	const fees = { maxFeePerGas: ethers.parseUnits("10", "gwei"), maxPriorityFeePerGas: ethers.parseUnits("1", "gwei") };
	const transfer = { type: 2, chainId: config.chainId, nonce, to: owner.address, value: 1n, gasLimit: 21_000, ...fees };
	const answer = sequencer.submit(1, ethers.getBytes(await alice.signTransaction(transfer)));
	console.log(`alice's transaction ${nonce}: ${answer.ok ? answer.hash : answer.message}`);
}

// 4. A tick of them, executed ahead of L1, then published. Hardhat mines the publication at once.
const now = sequencer.safeState.l1.timestamp;
const tick = tickAt(sequencer.timeline.config, now);
await sequencer.makeTick(tick);
const [promised] = sequencer.heads();
console.log(`unsafe: tick ${tick}, block ${promised?.number} ${promised?.hash}`);
await sequencer.publish(tick);
const { mined } = await sequencer.sync();
console.log(`published in L1 block ${mined?.receipt.blockNumber} for ${mined?.receipt.gasUsed} gas`);

// 5. What everyone else sees: L1, and nothing but L1.
for await (const event of deriveTimeline({ source, until: "latest" })) {
	if (event.kind !== "tick") continue;
	for (const block of event.blocks) console.log(`safe: tick ${event.record.tick}, block ${block.number} ${block.hash}`);
}
