/** From a validator's withdrawal address to its publication, with the real oracle and the real registry. */
import { expect } from "chai";
import { ethers } from "ethers";
import { after, before, describe, it } from "mocha";
import { createRightsL1, type RightsL1, START_EPOCH } from "../../bench/rights-l1.ts";
import { ProposerRights__factory } from "../../typechain-types/index.ts";
import {
	credentialsOf,
	SLOTS_PER_EPOCH,
	type SyntheticOptions,
	seededValidator,
	syntheticState,
} from "../helpers/beacon/synthetic.ts";
import { publishAt, type SlotTimeline, ticksOf } from "./support/proposers.ts";
import { createTestTimeline } from "./support/timeline.ts";

const VALIDATOR = 1;
/** Of the epoch: slots 0 to 5 are its delegate's window. */
const PROPOSES_AT = 5;

describe("ProposerRights with what the beacon chain proves", () => {
	const alice = new ethers.Wallet(ethers.id("alice"));
	const validators = [
		seededValidator(0),
		{ ...seededValidator(VALIDATOR), credentials: credentialsOf(alice.address, 1) },
	];
	let timeline: SlotTimeline;
	let l1: RightsL1;

	before(async () => {
		const made: RightsL1[] = [];
		const base = await createTestTimeline(async (signer) => {
			const chain = await createRightsL1(signer);
			made.push(chain);
			return {
				proposers: {
					oracle: await chain.oracle.getAddress(),
					proposerRegistry: await chain.registry.getAddress(),
				},
			};
		});
		l1 = made[0] ?? expect.fail("no L1");
		await base.provider.send("hardhat_setBalance", [alice.address, ethers.toQuantity(10n ** 20n)]);
		timeline = {
			...base,
			rights: ProposerRights__factory.connect(base.addresses.rights, base.signer),
			beaconGenesisTime: l1.genesisTime,
			genesisTime: Number((await base.inbox.timeline()).config.genesisTime),
		};
	});

	after(async () => await timeline.close());

	const stateAt = (epoch: number, rest: Partial<SyntheticOptions> = {}) =>
		syntheticState({ slot: epoch * SLOTS_PER_EPOCH, validators, ...rest });

	it("binds, accepts, proves the lookahead, seals, and lets the delegate publish in its window (R-6, R-8, R-12, R-16)", async () => {
		const on = alice.connect(timeline.provider);
		const known = stateAt(START_EPOCH);
		const { branch, fields } = known.validator(VALIDATOR);
		await l1.registry.connect(on).bindByWithdrawal(await l1.know(known), VALIDATOR, fields, branch, alice.address);
		await l1.registry.connect(on).accept([VALIDATOR]);

		// Effective from the second epoch after on; known and sealed in the one before.
		const epoch = START_EPOCH + 2;
		await l1.enter(epoch - 1);
		await expect(timeline.rights.seal(epoch))
			.to.be.revertedWithCustomError(timeline.rights, "EpochNotRecorded")
			.withArgs(epoch, 0);
		const lookahead = Array.from({ length: 2 * SLOTS_PER_EPOCH }, (_, index) =>
			index % SLOTS_PER_EPOCH === PROPOSES_AT ? VALIDATOR : 0,
		);
		const next = stateAt(epoch - 1, { lookahead });
		const { branch: lookaheadBranch, chunks } = next.half(1);
		await l1.oracle.publish(await l1.know(next), 1, chunks, lookaheadBranch);
		await expect(timeline.rights.seal(epoch))
			.to.emit(timeline.rights, "Sealed")
			.withArgs(epoch, 1 << PROPOSES_AT, [alice.address]);

		const first = epoch * SLOTS_PER_EPOCH;
		const [min, max] = await ticksOf(timeline, first);
		await expect(publishAt(timeline, first + 2, timeline.stranger, [min + 3, min + 4]))
			.to.be.revertedWithCustomError(timeline.rights, "NotSequencer")
			.withArgs(timeline.stranger.address, alice.address);
		await publishAt(timeline, first + PROPOSES_AT, on, [max - 3, max]);
		expect(BigInt(await timeline.inbox.head()) >> 224n).to.equal(1n);
		await expect(publishAt(timeline, first + PROPOSES_AT + 1, on, [max + 1, max + 2]))
			.to.be.revertedWithCustomError(timeline.rights, "NotSequencer")
			.withArgs(alice.address, ethers.ZeroAddress);
	});
});
