/** What users can do without anybody's leave: force, deposit, and nothing that anyone could stop. */
import { expect } from "chai";
import { ethers } from "ethers";
import hre from "hardhat";
import { after, before, describe, it } from "mocha";
import { HostileSender__factory } from "../../typechain-types/index.ts";
import { addRollup, createTestTimeline, type TestTimeline } from "./support/timeline.ts";

/** Every function that changes anything. None is reserved to anybody but rollup owners (of their own rollups) and publishers. */
const CHANGING = {
	Inbox: ["pin", "publish", "publishCalldata"],
	RollupRegistry: ["applyConfig", "register", "scheduleConfig"],
	ForcedInclusion: ["burn", "enqueue", "enqueueBundle"],
	Bridge: ["deposit", "sendMessage"],
	OrderProofs: [],
	PreconfSlasher: ["add", "slash", "startLeaving", "stay", "take"],
	SingleSequencer: [],
	OpenRights: [],
	ProposerRights: ["seal"],
};

/** Opcodes by which code could be exchanged or removed. */
const DELEGATECALL = 0xf4;
const CALLCODE = 0xf2;
const SELFDESTRUCT = 0xff;

function opcodes(code: Uint8Array): Set<number> {
	const found = new Set<number>();
	for (let at = 0; at < code.length; at++) {
		const opcode = code[at] ?? 0;
		found.add(opcode);
		if (opcode >= 0x60 && opcode <= 0x7f) at += opcode - 0x5f;
	}
	return found;
}

describe("Users on L1", () => {
	let timeline: TestTimeline;
	let rollupId: number;

	before(async () => {
		timeline = await createTestTimeline();
		rollupId = await addRollup(timeline, 800_001);
	});

	after(async () => await timeline.close());

	it("meet no administrator, no proxy and no way to remove the code (trap 30)", async () => {
		for (const [name, expected] of Object.entries(CHANGING)) {
			const { abi, deployedBytecode } = await hre.artifacts.readArtifact(name);
			const changing = abi.filter(
				(entry) => entry.type === "function" && !["view", "pure"].includes(entry.stateMutability),
			);
			expect(changing.map((entry) => entry.name).sort(), name).to.deep.equal(expected);
			expect(abi.filter(({ type }) => type === "receive" || type === "fallback")).to.deep.equal([]);
			// The compiler appends no metadata: hardhat.config.ts.
			const used = opcodes(ethers.getBytes(deployedBytecode));
			for (const opcode of [DELEGATECALL, CALLCODE, SELFDESTRUCT]) expect(used.has(opcode), name).to.equal(false);
		}
	});

	it("force a transaction with no sequencer's help, its data in the log for good (traps 3, 4)", async () => {
		const forced = timeline.forced.connect(timeline.stranger);
		const rawTx = ethers.hexlify(ethers.randomBytes(120));
		const value = await forced.feeFor(rollupId, 100_000);
		await expect(forced.enqueue(rollupId, 100_000, rawTx, { value }))
			.to.emit(forced, "Enqueued")
			.withArgs(1, 0, timeline.stranger.address, rollupId, 100_000, rawTx);
	});

	it("each have a due time of their own: an entry's block says when it was queued (trap 8)", async () => {
		const { forced, provider } = timeline;
		const chains = new Set<string>();
		for (let i = 0; i < 2; i++) {
			await forced.enqueue(rollupId, 21_000, "0xc0", { value: 10n ** 18n });
			chains.add(await forced.forcedChain());
			await provider.send("evm_increaseTime", [100]);
		}
		const logs = await forced.queryFilter(forced.filters.Enqueued());
		const times = await Promise.all(logs.slice(-2).map(async (log) => (await log.getBlock()).timestamp));
		expect((times[1] ?? 0) - (times[0] ?? 0)).to.be.at.least(100);
		expect(chains.size).to.equal(2);
	});

	it("pay for the same bytes twice, and more the second time (trap 7)", async () => {
		const { forced, provider } = timeline;
		await provider.send("evm_increaseTime", [10_000]);
		await provider.send("evm_mine", []);
		const first = await forced.feeFor(rollupId, 5_000_000);
		await forced.enqueue(rollupId, 5_000_000, "0xc0", { value: first });
		const second = await forced.feeFor(rollupId, 5_000_000);
		expect(second > first).to.equal(true);
		await expect(forced.enqueue(rollupId, 5_000_000, "0xc0", { value: 0 }))
			.to.be.revertedWithCustomError(forced, "FeeTooLow")
			.withArgs(0, (required: bigint) => required > first);
	});

	it("lose nothing when their change cannot be returned", async () => {
		const { forced, provider, signer } = timeline;
		const refuser = await new HostileSender__factory(signer).deploy(forced, rollupId, true, { value: 10n ** 18n });
		const queued = (await forced.queue(1)).nextIndex;
		await expect(refuser.enqueue(5, 0))
			.to.be.revertedWithCustomError(forced, "RefundFailed")
			.withArgs(await refuser.getAddress(), 5);
		expect(await provider.getBalance(refuser)).to.equal(10n ** 18n);
		expect((await forced.queue(1)).nextIndex).to.equal(queued);
	});

	it("deposit for anybody, counted per rollup", async () => {
		const { bridge, stranger, provider } = timeline;
		const recipient = ethers.Wallet.createRandom().address;
		const deposit = bridge.connect(stranger).deposit(rollupId, recipient, { value: 5n * 10n ** 9n });
		await expect(deposit).to.emit(bridge, "Deposited").withArgs(rollupId, 0, stranger.address, recipient, 5);
		expect(await bridge.escrow(rollupId)).to.deep.equal([5n, 1n]);
		expect(await provider.getBalance(bridge)).to.equal(5n * 10n ** 9n);
		await expect(bridge.deposit(99, recipient, { value: 10n ** 9n }))
			.to.be.revertedWithCustomError(bridge, "UnknownRollup")
			.withArgs(99);
	});
});
