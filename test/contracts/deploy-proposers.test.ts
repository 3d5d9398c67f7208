/** All that a timeline of L1's proposers needs, in one call. */
import { expect } from "chai";
import { ethers } from "ethers";
import { network } from "hardhat";
import { describe, it } from "mocha";
import { DEVELOPMENT_KEY } from "../../bench/anvil.ts";
import { deployProposerOracle } from "../../deploy/deploy.ts";
import { deployProposerTimeline, type ProposerTimelineOptions } from "../../deploy/proposers.ts";
import { isMeridianError } from "../../src/primitives/errors.ts";
import type { Address } from "../../src/primitives/types.ts";
import {
	Inbox__factory,
	LookaheadOracle__factory,
	PreconfSlasher__factory,
	ProposerRegistry__factory,
	ProposerRights__factory,
	StakedSequencerSet__factory,
	StakeToken__factory,
} from "../../typechain-types/index.ts";

const START = Date.parse("2027-01-15T08:00:00Z") / 1000;
/** Slots of 2 seconds, epochs of 8: an epoch is 16 s. */
const SHORT = { beaconGenesisTime: START - 1_600, slotSeconds: 2, slotsPerEpoch: 8, fromEpoch: 0 };
const lower = (address: string): Address => address.toLowerCase() as Address;

async function newSigner(): Promise<ethers.Wallet> {
	const { provider } = await network.create({ override: { initialDate: "2027-01-15T08:00:00Z" } });
	return new ethers.Wallet(DEVELOPMENT_KEY, new ethers.BrowserProvider(provider, undefined, { cacheTimeout: -1 }));
}

async function newToken(signer: ethers.Wallet): Promise<Address> {
	const token = await new StakeToken__factory(signer).deploy();
	await token.waitForDeployment();
	return lower(await token.getAddress());
}

describe("deployment of a timeline of L1's proposers", () => {
	it("without a staked set: oracle, registry, timeline and slasher that name each other", async () => {
		const signer = await newSigner();
		const deployed = await deployProposerTimeline(signer);
		const { config } = await Inbox__factory.connect(deployed.inbox, signer).timeline();
		expect([config.slotSeconds, config.maxLag]).to.deep.equal([12n, 768n]);
		const rights = ProposerRights__factory.connect(deployed.rights, signer);
		expect(lower(await rights.ORACLE())).to.equal(deployed.oracle);
		expect(lower(await rights.REGISTRY())).to.equal(deployed.proposerRegistry);
		expect([await rights.STAKED_SET(), await rights.HANDOVER_LEAD(), await rights.OPEN_AFTER_SLOTS()]).to.deep.equal([
			ethers.ZeroAddress,
			4n,
			65n,
		]);
		const registry = ProposerRegistry__factory.connect(deployed.proposerRegistry, signer);
		expect(lower(await registry.ORACLE())).to.equal(deployed.oracle);
		const slasher = PreconfSlasher__factory.connect(deployed.slasher, signer);
		expect(lower(await slasher.inbox())).to.equal(deployed.inbox);
		expect(await slasher.stakedSet()).to.equal(ethers.ZeroAddress);
		expect(await slasher.parameters()).to.deep.equal([10n ** 18n, 10n ** 16n, 86_400n, 96_000n]);
		expect(deployed.stakedSet).to.equal(null);
	});

	it("with a staked set: bound to rights and slasher, and anybody may stake (K-10)", async () => {
		const signer = await newSigner();
		const token = await newToken(signer);
		const deployed = await deployProposerTimeline(signer, {
			shared: SHORT,
			stakedSet: { token, minimumStake: 1_000n },
			slasher: { penalty: 5n * 10n ** 18n },
		});
		const oracle = LookaheadOracle__factory.connect(deployed.oracle, signer);
		expect([await oracle.SLOT_SECONDS(), await oracle.SLOTS_PER_EPOCH()]).to.deep.equal([2n, 8n]);
		const set = StakedSequencerSet__factory.connect(deployed.stakedSet ?? ethers.ZeroAddress, signer);
		expect([await set.inbox(), await set.rights(), await set.slasher(), await set.token()].map(lower)).to.deep.equal([
			deployed.inbox,
			deployed.rights,
			deployed.slasher,
			token,
		]);
		expect(await set.exitDelay()).to.equal(604_800n);
		const rights = ProposerRights__factory.connect(deployed.rights, signer);
		expect(lower(await rights.STAKED_SET())).to.equal(deployed.stakedSet);
		// A third of a slot.
		expect(await rights.HANDOVER_LEAD()).to.equal(0n);
		const slasher = PreconfSlasher__factory.connect(deployed.slasher, signer);
		expect(lower(await slasher.stakedSet())).to.equal(deployed.stakedSet);
		expect(await slasher.parameters()).to.deep.equal([5n * 10n ** 18n, 10n ** 16n, 86_400n, 16_000n]);

		const stake = StakeToken__factory.connect(token, signer);
		await (await stake.mint(signer.address, 1_000n)).wait();
		await (await stake.approve(set, 1_000n)).wait();
		await (await set.open(0, 1_000n)).wait();
		expect((await set.poolOf(signer.address)).stake).to.equal(1_000n);
	});

	it("for an oracle that is there: several timelines share it, each with its own set", async () => {
		const signer = await newSigner();
		const token = await newToken(signer);
		const shared = await deployProposerOracle(signer, SHORT);
		// Three epochs of 16 s and the window: just enough.
		const options = { shared, stakedSet: { token, exitDelay: 1_048 }, slasher: { challengeWindow: 1_000 } };
		const first = await deployProposerTimeline(signer, options);
		const second = await deployProposerTimeline(signer, { ...options, handoverLead: 1, maxLag: 16, openAfterSlots: 9 });
		for (const { oracle, proposerRegistry } of [first, second])
			expect({ oracle, proposerRegistry }).to.deep.equal(shared);
		expect(first.stakedSet).not.to.equal(second.stakedSet);
		const rights = ProposerRights__factory.connect(second.rights, signer);
		expect([await rights.HANDOVER_LEAD(), await rights.OPEN_AFTER_SLOTS()]).to.deep.equal([1n, 9n]);
	});

	it("with what would not fit is refused in words, before anything is deployed", async () => {
		const signer = await newSigner();
		const token = await newToken(signer);
		const shared = await deployProposerOracle(signer, SHORT);
		const other = await deployProposerOracle(signer, SHORT);
		const wrong: readonly (readonly [ProposerTimelineOptions, code: string, words: string])[] = [
			[
				{ shared, stakedSet: { token, exitDelay: 1_047 }, slasher: { challengeWindow: 1_000 } },
				"bad-option",
				"exitDelay is 1047 s, and must be at least 1048 s: three epochs (48 s) and the slasher's challengeWindow (1000 s)",
			],
			[{ shared: SHORT, stakedSet: { token, exitDelay: 16_047 } }, "bad-option", "must be at least 16048 s"],
			[{ stakedSet: { token, exitDelay: 86_400 } }, "bad-option", "must be at least 97152 s"],
			[{ shared, handoverLead: 3 }, "bad-option", "handoverLead is 3 s, and must be at most a slot: 2 s"],
			[{ shared, maxLag: 16, openAfterSlots: 8 }, "bad-option", "openAfterSlots is 8 slots of 2 s"],
			[{ stakedSet: { token: signer.address } }, "no-contract", "stakedSet.token: there is no contract at 0xf39F"],
			[{ shared: { ...shared, oracle: "0x12" } }, "no-contract", "shared.oracle: there is no contract at 0x12"],
			[{ shared: { ...shared, proposerRegistry: signer.address } }, "no-contract", "shared.proposerRegistry"],
			[{ shared: { ...shared, oracle: other.oracle } }, "foreign-registry", `reads the oracle ${shared.oracle}`],
		];
		const nonce = await signer.getNonce();
		for (const [options, code, words] of wrong) {
			const failed = await deployProposerTimeline(signer, options).then(
				() => expect.fail(`deployed, though ${words}`),
				(error: unknown) => error,
			);
			expect(isMeridianError(failed) && failed.code, String(failed)).to.equal(code);
			expect(String(failed)).to.include(words);
		}
		expect(await signer.getNonce()).to.equal(nonce);
	});
});
