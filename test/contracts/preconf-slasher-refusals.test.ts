/** The many things that sequencers do not pay for (docs/spec/preconfirmations.md; trap 25). */
import { expect } from "chai";
import { ethers } from "ethers";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { commit } from "../../bench/commitments.ts";
import { PARAMETERS } from "../../bench/preconf-l1.ts";
import { bundleHash } from "../../src/codec/itemHash.ts";
import { encodeContradiction, encodeEquivocation, FAULT, otherItem } from "../../src/l1/evidence.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Hash32 } from "../../src/primitives/types.ts";
import {
	AFTER,
	BEFORE,
	BY_PROPOSER,
	createPreconfWorld,
	item,
	items,
	type PreconfWorld,
	WINDOW,
} from "./support/preconf.ts";
import { showing, TICK } from "./support/showing.ts";

const { penalty } = PARAMETERS;
const SLOT = WINDOW.first + 1;
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

	const { at, contradicts, equivocates, evidence, full, misses, omits, voids } = showing(() => world);

	describe("takes nothing from who", () => {
		it("kept the promise, at every place, bundles too", async () => {
			const bundle = bytesToHex(bundleHash([{ rollupId: 1, rawTx: Uint8Array.of(1) }]));
			const list: Hash32[] = [...items(4), bundle];
			const published = await world.publishes(full().map(({ tick }) => ({ tick, items: list })));
			await world.windowEnds();
			for (const tick of [58, 60, 62])
				for (const [index, itemHash] of list.entries()) {
					const kept = at(index, itemHash, tick);
					await world.refused(await contradicts(kept, published), "SameItem", [itemHash]);
					const other = otherItem(published, at((index + 1) % list.length, itemHash, tick));
					const elsewhere = await evidence(kept, FAULT.contradiction, encodeContradiction(other));
					await world.refused(elsewhere, "ItemNotIncluded");
					const none = { ...other, item: ethers.ZeroHash, itemSiblings: [] };
					await world.refused(await evidence(kept, FAULT.contradiction, encodeContradiction(none)), "ItemNotIncluded");
					await world.refused(await omits(kept), "NotOmitted", [tick, 62]);
					await world.refused(await omits(kept, published), "NotTaken");
					const same = encodeEquivocation(await world.promise(kept));
					await world.refused(await evidence(kept, FAULT.equivocation, same), "SameItem");
				}
		});

		it("missed the slot: there was no payload", async () => {
			await world.setPayload(WINDOW.last - 1, true);
			await world.at(world.startOf(WINDOW.last + 1));
			await world.provider.send("evm_mine", []);
			await world.refused(await omits(at(0)), "NoPayload", [WINDOW.last]);
			// Of another 8,191 seconds, in the same place of the ring.
			await world.setPayload(WINDOW.last + 8191, true);
			await world.refused(await omits(at(0)), "NoPayload", [WINDOW.last]);
		});

		it("still has time: the window is not over, or another slot is said to be its last", async () => {
			await world.setPayload(WINDOW.last, true);
			await world.at(world.startOf(WINDOW.last));
			await world.provider.send("evm_mine", []);
			await world.refused(await omits(at(0)), "WindowNotOver");
			await world.windowEnds();
			for (let slot = WINDOW.first; slot < WINDOW.last; slot++) {
				await world.setPayload(slot, true);
				await world.refused({ ...(await omits(at(0))), slot }, "NotLastSlot", [slot]);
			}
			await world.shown(await omits(at(0)));
		});

		it("lost the right to an L1 reorg: rights answer differently, or not at all", async () => {
			const shown = await equivocates(at(0));
			await world.windowEnds();
			const omission = await omits(at(0));
			const { first, last, maxTick, minTick } = WINDOW;
			const own = { sequencer: world.sequencer.address, minTick, maxTick, kind: BY_PROPOSER };
			const answers = [
				[{ ...own, sequencer: world.neighbour.address }, "NotOwner"],
				[{ ...own, sequencer: ethers.ZeroAddress, kind: 1 }, "NotOwner"],
				[{ ...own, kind: 1 }, "NotOwner"],
				[{ ...own, kind: 0 }, "NotOwner"],
				[{ ...own, minTick: TICK + 1 }, "OutsideWindow"],
				[{ ...own, maxTick: TICK - 1 }, "OutsideWindow"],
			] as const;
			for (const [window, error] of answers) {
				await world.rights.setWindow(first, last, window);
				for (const one of [shown, omission]) await world.refused(one, error);
			}
			await world.rights.setWindow(first, last, { ...own, minTick: 0, maxTick: 0 });
			const asked = world.slasher.slash.staticCall(shown);
			await expect(asked).to.be.revertedWithCustomError(world.rights, "NothingKnown");
		});

		it("has a late predecessor, or one that never publishes", async () => {
			const late = BEFORE.maxTick;
			await world.publishes([{ tick: late, items: items(2) }], BEFORE.last, world.neighbour);
			const published = await world.publishes(full(), WINDOW.last);
			await world.windowEnds();
			const kept = at(1, item(1));
			await world.refused(await contradicts(kept, published), "SameItem");
			await world.refused(await omits(kept), "NotOmitted");
			await world.refused(await omits(kept, published), "NotTaken");
			// What the predecessor promised is not the successor's, whoever shows it from which slot.
			const theirs = await world.promise(at(0, item(0), BEFORE.maxTick), world.neighbour);
			const proof = encodeContradiction(otherItem(published, at(0)));
			const shown = { commitment: theirs, slot: BEFORE.last, fault: FAULT.contradiction, proof };
			await world.refused(shown, "OtherPublisher", [world.sequencer.address, world.neighbour.address]);
			for (const slot of [SLOT, AFTER.first])
				await world.refused({ ...shown, slot }, slot === SLOT ? "NotOwner" : "OutsideWindow");
		});

		it("lost the tick to somebody who published once nobody had for long, while the window lasted (R-17)", async () => {
			await world.rights.setOpener(world.neighbour.address);
			const took = await world.publishes(full(), WINDOW.last, world.neighbour);
			await world.windowEnds();
			for (const tick of [53, TICK]) await world.refused(await omits(at(0, item(9), tick), took), "TakenWithinWindow");
			await world.refused(await omits(at(0)), "NotOmitted");
			await world.refused(await contradicts(at(0), took), "OtherPublisher", [
				world.neighbour.address,
				world.sequencer.address,
			]);
			await world.verifier.setAnswer(ethers.toBeHex(VOID, 32));
			await world.refused(await voids(at(0), took), "OtherPublisher");
		});

		it("has a forced inclusion in the same tick: it has no index, and is no item of the publication", async () => {
			const published = await world.publishes(full());
			const kept = at(0, item(0));
			const forced = { ...otherItem(published, kept), item: item("forced") };
			await world.refused(await evidence(kept, FAULT.contradiction, encodeContradiction(forced)), "ItemNotIncluded");
			await world.refused(await contradicts(kept, published), "SameItem");
		});

		it("published the same again after an L1 reorg, on another parent with another l1Origin (P-15)", async () => {
			const fork = await world.provider.send("evm_snapshot", []);
			const gone = await world.publishes(full(), 11);
			await world.provider.send("evm_revert", [fork]);
			await world.publishes([{ tick: 50, items: items(5) }], BEFORE.last, world.neighbour);
			await world.provider.send("hardhat_mine", ["0x1"]);
			const again = await world.publishes(full(), 12);
			expect(again.header.parent).not.to.equal(gone.header.parent);
			for (const index of [0, 1, 2]) {
				await world.refused(await contradicts(at(index, item(index)), again), "SameItem");
				await world.refused(await contradicts(at(index), gone), "WrongPublication");
			}
			await world.refused(await misses(at(0, item(0), 63), again), "TickNotCovered");
		});

		it("published nothing that the evidence is about: other ticks, a valid publication, one unknown to the Inbox", async () => {
			const published = await world.publishes(full());
			await world.refused(await contradicts(at(0, item(0), 63), published), "TickNotCovered", [63, 58, 62]);
			for (const status of [0, 1]) {
				await world.verifier.setAnswer(ethers.toBeHex(status, 32));
				await world.refused(await voids(at(0), published), "NotVoid", [1, status]);
			}
			const lie = { ...published, header: { ...published.header, ticksRoot: item("lie") } };
			await world.refused(await contradicts(at(0), lie), "WrongPublication");
			const unborn = { ...published, header: { ...published.header, parent: (await world.inbox.head()) as Hash32 } };
			const asked = world.slasher.slash.staticCall(await contradicts(at(0), unborn));
			await expect(asked).to.be.revertedWithCustomError(world.inbox, "UnknownEntry");
		});

		it("signed for elsewhere: another chain, contract, timeline or domain (trap 28)", async () => {
			const { domain, sequencer } = world;
			const stranger = world.neighbour.address;
			const others = [
				{ ...domain, chainId: 1 },
				{ ...domain, slasher: stranger },
				{ ...domain, timeline: stranger },
				{ ...domain, slasher: domain.timeline, timeline: domain.slasher },
			];
			const here = await equivocates(at(0));
			for (const other of others) {
				const commitment = await commit(sequencer, other, at(0));
				await world.refused({ ...here, commitment }, "NotOwner");
				const second = encodeEquivocation(await commit(sequencer, other, at(0, item("other"))));
				await world.refused({ ...here, proof: second }, "OtherSigner");
			}
			// Another place's signature, as if it were this one's.
			const { signature } = await world.promise(at(1));
			await world.refused({ ...here, commitment: { ...here.commitment, signature } }, "NotOwner");
			const bySomebody = await world.promise(at(0, item("other")), world.neighbour);
			await world.refused({ ...here, proof: encodeEquivocation(bySomebody) }, "OtherSigner");
		});

		it("owns other slots only: every slot but the window's own is refused", async () => {
			const here = await equivocates(at(0));
			for (let slot = BEFORE.first; slot <= AFTER.last; slot++) {
				if (slot >= WINDOW.first && slot <= WINDOW.last) continue;
				await world.refused({ ...here, slot }, "NotOwner");
			}
			for (const tick of [0, WINDOW.minTick - 1, WINDOW.maxTick + 1, 2 ** 41])
				await world.refused(await equivocates(at(0, item(0), tick)), "OutsideWindow");
		});

		it("has been charged with it: the same evidence, another index, another fault of the tick", async () => {
			const published = await world.publishes(full());
			const first = await equivocates(at(0));
			await world.shown(first);
			const again = [
				first,
				{ ...first, slot: WINDOW.last },
				await equivocates(at(1)),
				await contradicts(at(0), published),
			];
			for (const one of again) await world.refused(one, "AlreadyShown", [world.sequencer.address, TICK]);
			await world.shown(await equivocates(at(0, item(0), TICK + 1)));
			await world.windowEnds();
			await world.shown(await omits(at(0, item(0), 70)));
			await world.refused(await omits(at(1, item(1), 70)), "AlreadyShown");
		});

		it("promised long ago: to the second (P-7)", async () => {
			const shown = await equivocates(at(0));
			const deadline = world.genesisTime + TICK * 2 + PARAMETERS.challengeWindow;
			const ask = async (time: number) => await world.slasher.slash.staticCall(shown, { blockTag: await mineAt(time) });
			const mineAt = async (time: number) => {
				await world.at(time);
				await world.provider.send("evm_mine", []);
				return "latest";
			};
			expect(await ask(deadline)).to.equal(penalty);
			await mineAt(deadline + 1);
			await world.refused(shown, "ChallengeOver", [TICK, deadline, deadline + 1]);
		});
	});
});
