/** Who may publish when one after the other is missing: proposers, oracle, keeper, staked set, everybody. */
import { RLP } from "@ethereumjs/rlp";
import { expect } from "chai";
import { ethers } from "ethers";
import { after, before, describe, it } from "mocha";
import { createL1Source } from "../../src/l1/source.ts";
import { openReader } from "../../src/node/reader.ts";
import { bytesToHex, hexToBytes } from "../../src/primitives/bytes.ts";
import {
	advanceTo,
	createProposerTimeline,
	currentSlot,
	type ProposerTimeline,
	prepareEpoch,
	publishAt,
	SLOTS_PER_EPOCH,
	startOf,
	ticksOf,
	transportOf,
} from "./support/proposers.ts";

/** Validators: one without a delegate, and one of each delegate's. */
const [NOBODYS, ALICES, BOBS] = [0, 1, 2];
const NONE = Array<number>(SLOTS_PER_EPOCH).fill(NOBODYS);
/** Windows: slots 0 to 2 alice's, 3 and 4 bob's, 5 to 7 the remainder. */
const MIXED = [NOBODYS, NOBODYS, ALICES, NOBODYS, BOBS, NOBODYS, NOBODYS, NOBODYS];
const CHAIN_ID = 800_100;

describe("ProposerRights", () => {
	const [alice, bob, winner, user] = ["alice", "bob", "winner", "user"].map(
		(name) => new ethers.Wallet(ethers.id(name)),
	);
	if (alice === undefined || bob === undefined || winner === undefined || user === undefined) expect.fail("no wallets");
	let timeline: ProposerTimeline;
	/** The epoch of the test. */
	let epoch: number;
	let publications = 0;

	const first = (): number => epoch * SLOTS_PER_EPOCH;
	const on = (wallet: ethers.Wallet): ethers.Wallet => wallet.connect(timeline.provider);
	const openProof = async (): Promise<string> =>
		ethers.AbiCoder.defaultAbiCoder().encode(["uint32"], [BigInt(await timeline.inbox.head()) >> 224n]);

	async function publishes(slot: number, publisher: ethers.Wallet, ticks?: [number, number], proof = "0x") {
		const range = ticks ?? (await lastTicks(slot));
		await publishAt(timeline, slot, on(publisher), range, proof);
		publications++;
		expect(BigInt(await timeline.inbox.head()) >> 224n).to.equal(BigInt(publications));
	}

	async function isRefused(slot: number, publisher: ethers.Wallet, owner: string) {
		await expect(publishAt(timeline, slot, on(publisher), await lastTicks(slot)))
			.to.be.revertedWithCustomError(timeline.rights, "NotSequencer")
			.withArgs(publisher.address, owner);
	}

	/** The last four ticks of the slot's window that are past when the slot begins, and not published. */
	async function lastTicks(slot: number): Promise<[number, number]> {
		await advanceTo(timeline, slot);
		const [min, max] = await ticksOf(timeline, slot);
		const last = Math.min(max, tickAt(slot));
		return [Math.max(min, last - 3, (await lastPublished()) + 1), last];
	}

	/** The tick that begins with the slot. */
	const tickAt = (slot: number): number => (startOf(timeline, slot) - timeline.genesisTime) / 2;
	const lastPublished = async (): Promise<number> =>
		Number((BigInt(await timeline.inbox.head()) >> 184n) & 0xffffffffffn);

	before(async () => {
		timeline = await createProposerTimeline();
		const { delegates, provider, registry, signer } = timeline;
		for (const wallet of [alice, bob, winner])
			await provider.send("hardhat_setBalance", [wallet.address, ethers.toQuantity(10n ** 20n)]);
		await delegates.set(ALICES, alice.address);
		await delegates.set(BOBS, bob.address);
		const allocation = bytesToHex(RLP.encode([[hexToBytes(user.address.toLowerCase()), 10n ** 21n, 0, "", []]]));
		await registry.register(
			{
				chainId: CHAIN_ID,
				cluster: 0,
				gasLimit: 30_000_000,
				feeRecipient: signer.address,
				activationTick: 30,
				settlement: ethers.ZeroAddress,
				template: 1,
				genesisHash: ethers.ZeroHash,
			},
			allocation,
		);
		epoch = Math.floor((await currentSlot(timeline)) / SLOTS_PER_EPOCH) + 1;
	});

	after(async () => await timeline.close());

	it("gives each window to the next opted-in proposer, and the rest to who was drawn (R-12, R-13, R-14)", async () => {
		epoch++;
		await prepareEpoch(timeline, epoch, MIXED, winner.address);
		await timeline.rights.connect(on(bob)).seal(epoch);
		// A gap is the next one's; nobody else's, his successor's neither.
		await isRefused(first() + 1, bob, alice.address);
		await publishes(first() + 1, alice);
		const [, left] = await ticksOf(timeline, first() + 2);
		await publishes(first() + 2, alice, [left - 3, left - 1]);
		await isRefused(first() + 3, alice, bob.address);
		// What alice left is nobody's: bob's ticks follow hers.
		const [min, max] = await ticksOf(timeline, first() + 3);
		expect(min).to.equal(left + 1);
		await expect(publishAt(timeline, first() + 3, on(bob), [left, min]))
			.to.be.revertedWithCustomError(timeline.inbox, "OutsideRight")
			.withArgs(left, min, min, max);
		await publishes(first() + 4, bob);
		await isRefused(first() + 5, bob, winner.address);
		await publishes(first() + 6, winner);
		expect(await timeline.rights.rightOf(first() + 6)).to.include.members([winner.address, 3n]);
	});

	it("gives all of an epoch to who was drawn if no proposer has opted in (R-13, R-14)", async () => {
		epoch += 2;
		await prepareEpoch(timeline, epoch, NONE, winner.address);
		await timeline.rights.seal(epoch);
		await isRefused(first(), alice, winner.address);
		await publishes(first() + 1, winner);
		await publishes(first() + 7, winner);
	});

	it("gives it to who was drawn if nobody sealed it in time (R-12)", async () => {
		epoch += 2;
		await prepareEpoch(timeline, epoch, MIXED, winner.address);
		await advanceTo(timeline, first());
		await expect(timeline.rights.seal(epoch))
			.to.be.revertedWithCustomError(timeline.rights, "NotNextEpoch")
			.withArgs(epoch, epoch + 1);
		await isRefused(first() + 2, alice, winner.address);
		await publishes(first() + 2, winner);
	});

	it("gives it to who was drawn if the oracle does not know the epoch (R-12)", async () => {
		epoch += 2;
		await prepareEpoch(timeline, epoch, [], winner.address);
		await expect(timeline.rights.seal(epoch))
			.to.be.revertedWithCustomError(timeline.rights, "EpochNotRecorded")
			.withArgs(epoch, 0);
		await publishes(first() + 2, winner);
	});

	it("opens when none of them publishes, until somebody does (R-17)", async () => {
		epoch += 2;
		await prepareEpoch(timeline, epoch, MIXED, winner.address);
		await timeline.rights.seal(epoch);
		await publishes(first() + 7, winner);
		const lastSlot = await currentSlot(timeline);
		const { stranger } = timeline;
		const recent = (slot: number): [number, number] => [tickAt(slot) - 3, tickAt(slot)];
		// Its last tick is of the slot before, by the lead. Nobody was drawn for what follows, and no proposer has opted in.
		await isRefused(first() + 8, winner, ethers.ZeroAddress);
		await expect(publishAt(timeline, lastSlot + 8, stranger, recent(lastSlot + 8), await openProof()))
			.to.be.revertedWithCustomError(timeline.rights, "NotOpen")
			.withArgs(lastSlot + 8, lastSlot + 8);
		const stale = await openProof();
		await publishes(lastSlot + 9, stranger, recent(lastSlot + 9), stale);
		await expect(publishAt(timeline, lastSlot + 10, stranger, recent(lastSlot + 10), stale))
			.to.be.revertedWithCustomError(timeline.rights, "NotNewest")
			.withArgs(publications - 1);
		await expect(
			publishAt(timeline, lastSlot + 10, stranger, recent(lastSlot + 10), await openProof()),
		).to.be.revertedWithCustomError(timeline.rights, "NotOpen");
	});

	it("returns to proposers as soon as they are back (R-16)", async () => {
		epoch = Math.floor((await currentSlot(timeline)) / SLOTS_PER_EPOCH) + 2;
		await prepareEpoch(timeline, epoch, MIXED, winner.address);
		await timeline.rights.seal(epoch);
		await publishes(first() + 2, alice);
		await publishes(first() + 3, bob);
	});

	it("matters to no forced transaction: with everybody gone derivation includes it (R-18, D-7, D-9)", async () => {
		const { addresses, forced, inbox } = timeline;
		const rawTx = await user.signTransaction({
			type: 2,
			chainId: CHAIN_ID,
			nonce: 0,
			gasLimit: 21_000,
			maxFeePerGas: 100n * 10n ** 9n,
			maxPriorityFeePerGas: 10n ** 9n,
			to: alice.address,
			value: 1_000n,
		});
		await forced.enqueue(1, 21_000, rawTx, { value: 10n ** 18n });
		const slot = await currentSlot(timeline);
		// Due after 5 slots; ticks are given up 8 slots later.
		await advanceTo(timeline, slot + 20);
		expect(BigInt(await inbox.head()) >> 224n).to.equal(BigInt(publications));

		const source = createL1Source({ rpc: transportOf(timeline), inbox: addresses.inbox, blobSources: [] });
		const reader = await openReader({ source });
		const outcomes: unknown[] = [];
		for await (const event of reader.run({ until: "latest" }))
			if (event.kind === "tick")
				for (const { class: of, outcome } of event.record.positions) outcomes.push([of, outcome?.kind]);
		expect(outcomes).to.deep.equal([[0, "included"]]);
		for (let id = 1; id <= publications; id++)
			expect(reader.index.publication(id), `publication ${id}`).to.include({ valid: true });
	});
});
