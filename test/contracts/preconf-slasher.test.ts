/** What sequencers pay for (docs/spec/preconfirmations.md; trap 25). */
import { expect } from "chai";
import { ethers } from "ethers";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { PARAMETERS } from "../../bench/preconf-l1.ts";
import { bundleHash } from "../../src/codec/itemHash.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import {
	BY_STAKE,
	createPreconfWorld,
	type Evidence,
	item,
	items,
	type PreconfWorld,
	WINDOW,
} from "./support/preconf.ts";
import { showing, TICK } from "./support/showing.ts";

const { livenessFee, penalty } = PARAMETERS;
const VOID = 2;
const RING_SIZE = 16;

describe("PreconfSlasher", () => {
	let world: PreconfWorld;
	let snapshot: unknown;

	before(async () => {
		world = await createPreconfWorld({ ringSize: RING_SIZE });
	});
	after(async () => await world.close());
	beforeEach(async () => {
		snapshot = await world.provider.send("evm_snapshot", []);
	});
	afterEach(async () => {
		await world.provider.send("evm_revert", [snapshot]);
	});

	const { at, contradicts, equivocates, full, misses, omits, voids } = showing(() => world);

	describe("takes", () => {
		it("the penalty for an equivocation, a tenth of it to who shows it, the rest burnt (P-6, P-8)", async () => {
			const shown = await equivocates(at(1));
			const change = async () => await world.slasher.connect(world.challenger).slash(shown);
			await expect(change).to.changeEtherBalances(
				world.chain,
				[world.slasher, world.challenger, ethers.ZeroAddress],
				[-penalty, penalty / 10n, (penalty * 9n) / 10n],
			);
			expect(await world.slasher.isShown(world.sequencer.address, TICK, false)).to.equal(true);
		});

		it("the penalty for fewer items, another item at first, middle or last place, and a bundle displaced (P-9 a, b)", async () => {
			const bundle = bytesToHex(bundleHash([1, 2].map((rollupId) => ({ rollupId, rawTx: Uint8Array.of(rollupId) }))));
			const published = await world.publishes(full().map(({ tick, items }) => ({ tick, items: [...items, bundle] })));
			expect(await world.shown(await contradicts(at(4, bundle, 58), published))).to.equal(penalty);
			for (const [place, index] of [0, 2, 3].entries())
				expect(await world.shown(await contradicts(at(index, item(`${index}?`), 59 + place), published))).to.equal(
					penalty,
				);
			expect((await world.slasher.bondOf(world.sequencer.address)).amount).to.equal(0n);
		});

		it("the penalty for a tick left out of a publication, wherever (P-9 c)", async () => {
			const present = [54, 55, 57, 61, 62, 63, 65];
			const published = await world.publishes(present.map((tick) => ({ tick, items: items(1) })));
			for (const tick of [56, 58, 60, 64])
				expect(await world.shown(await misses(at(0, item(0), tick), published))).to.equal(penalty);
		});

		it("the penalty for a void publication, once there is a verifier to say so (P-10)", async () => {
			const published = await world.publishes(full());
			await world.verifier.setAnswer(ethers.toBeHex(VOID, 32));
			expect(await world.shown(await voids(at(0, item(0)), published))).to.equal(penalty);
		});

		it("the liveness fee for ticks unpublished at the window's end, all of it burnt (P-6, P-11)", async () => {
			await world.publishes(full());
			await world.windowEnds();
			const change = async () => await world.slasher.connect(world.challenger).slash(await omits(at(0, item(0), 63)));
			await expect(change).to.changeEtherBalances(
				world.chain,
				[world.slasher, world.challenger, ethers.ZeroAddress],
				[-livenessFee, 0n, livenessFee],
			);
		});

		it("the liveness fee for a tick that its owner skipped, or that others took or skipped after the window (P-11)", async () => {
			await world.publishes(full(), 11);
			const skips = await world.publishes([{ tick: 66, items: [] }], 13);
			await world.windowEnds();
			expect(await world.shown(await omits(at(0, item(0), 64), skips))).to.equal(livenessFee);
			await world.rights.setOpener(world.challenger.address);
			const takes = await world.publishes([{ tick: 70, items: items(1) }], 15, world.challenger);
			expect(await world.shown(await omits(at(0, item(0), 70), takes))).to.equal(livenessFee);
			const next = await world.publishes([{ tick: 80, items: [] }], 16, world.neighbour);
			expect(await world.shown(await omits(at(0, item(0), 75), next))).to.equal(livenessFee);
		});

		it("both, if both are shown: his own omission is no shield for whoever equivocates (trap 27)", async () => {
			await world.windowEnds();
			const own = await omits(at(0));
			await world.slasher.connect(world.sequencer).slash(own);
			expect(await world.shown(await equivocates(at(0), WINDOW.last))).to.equal(penalty);
		});

		it("nine tenths of the penalty from whoever slashes himself (trap 27)", async () => {
			const shown = await equivocates(at(1));
			const change = async () => await world.slasher.connect(world.sequencer).slash(shown);
			await expect(change).to.changeEtherBalances(
				world.chain,
				[world.slasher, world.sequencer],
				[-penalty, penalty / 10n],
			);
			await world.refused(shown, "AlreadyShown", [world.sequencer.address, TICK]);
		});

		it("what is left, and then nothing; a fault that nobody paid for can be shown later", async () => {
			for (let tick = 60; tick < 64; tick++) await world.shown(await equivocates(at(0, item(0), tick)));
			const unpaid = await equivocates(at(0, item(0), 64));
			await world.refused(unpaid, "NothingToSlash", [world.sequencer.address]);
			await world.slasher.add(world.sequencer.address, { value: 5n });
			expect(await world.shown(unpaid)).to.equal(5n);
		});
	});

	describe("and the staked set", () => {
		const MOODS = { slashes: 0, reverts: 1, burns: 2, floods: 3 };

		beforeEach(async () => {
			const { first, last, maxTick, minTick } = WINDOW;
			await world.rights.setWindow(first, last, {
				sequencer: world.sequencer.address,
				minTick,
				maxTick,
				kind: BY_STAKE,
			});
		});

		it("slash both, and the bond whatever the set does (K-7)", async () => {
			for (const [place, [mood, value]] of Object.entries(MOODS).entries()) {
				await world.set.setMood(value);
				const shown = await equivocates(at(0, item(0), 60 + place));
				const sent = world.slasher.connect(world.challenger).slash(shown, { gasLimit: 2_000_000 });
				if (mood === "slashes") await expect(sent).not.to.emit(world.slasher, "PoolNotSlashed");
				else
					await expect(sent)
						.to.emit(world.slasher, "PoolNotSlashed")
						.withArgs(world.sequencer.address, 60 + place);
			}
			expect(await world.set.slashed(world.sequencer.address)).to.equal(10n ** 17n);
			expect((await world.slasher.bondOf(world.sequencer.address)).amount).to.equal(0n);
		});

		it("slash the pool alone if there is no bond; nobody at all if the set fails then", async () => {
			for (let tick = 60; tick < 64; tick++) await world.shown(await equivocates(at(0, item(0), tick)));
			await world.set.setMood(MOODS.reverts);
			await world.refused(await equivocates(at(0, item(0), 64)), "NothingToSlash");
			await world.set.setMood(MOODS.slashes);
			expect(await world.shown(await equivocates(at(0, item(0), 64)))).to.equal(0n);
			expect(await world.set.slashed(world.sequencer.address)).to.equal(5n * 10n ** 17n);
		});

		it("cannot be kept apart by giving too little gas (trap 27)", async () => {
			const shown = await equivocates(at(1));
			const { slasher } = world;
			for (const gasLimit of [120_000n, 200_000n, 400_000n, 520_000n]) {
				const asked = slasher.connect(world.sequencer).slash.staticCall(shown, { gasLimit });
				await expect(asked).to.be.revertedWithCustomError(slasher, "TooLittleGas");
			}
			await slasher.connect(world.sequencer).slash(shown, { gasLimit: 600_000n });
			expect(await world.set.slashed(world.sequencer.address)).to.equal(10n ** 17n);
		});

		it("are not for omissions (P-11)", async () => {
			await world.windowEnds();
			await world.refused(await omits(at(0)), "NotAProposers", [world.sequencer.address, BY_STAKE]);
		});
	});

	describe("judges by what the Inbox still has", () => {
		let shown: Evidence;

		beforeEach(async () => {
			shown = await contradicts(at(0), await world.publishes(full(), 11));
			await world.setPayload(WINDOW.last, true);
			await world.rights.setOpener(world.neighbour.address);
		});

		/** As many publications as the ring has places. */
		async function goRound(): Promise<void> {
			for (let tick = 77; tick < 77 + RING_SIZE; tick++) {
				const time = Math.max(world.genesisTime + tick * 2, (await world.now()) + 1);
				await world.publish(world.neighbour, [{ tick, items: [] }], time);
			}
		}

		it("which forgets", async () => {
			await goRound();
			const asked = world.slasher.slash.staticCall(shown);
			await expect(asked).to.be.revertedWithCustomError(world.inbox, "UnknownEntry");
		});

		it("which keeps what is pinned; whose successor, if forgotten, is not unpublished", async () => {
			await world.inbox.pin(1);
			await goRound();
			await world.refused(await omits(at(0, item(0), 70)), "NotOmitted");
			expect(await world.shown(shown)).to.equal(penalty);
		});
	});
});
