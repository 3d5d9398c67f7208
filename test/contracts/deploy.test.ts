import { expect } from "chai";
import { ethers } from "ethers";
import { network } from "hardhat";
import { describe, it } from "mocha";
import { DEVELOPMENT_KEY } from "../../bench/anvil.ts";
import {
	deployOnRollups,
	deployOrderProofs,
	deployPreconfSlasher,
	deployProposerOracle,
	deployTimeline,
	registerRollups,
} from "../../deploy/deploy.ts";
import OpenTimeline from "../../deploy/modules/OpenTimeline.ts";
import Rollup from "../../deploy/modules/Rollup.ts";
import Timeline from "../../deploy/modules/Timeline.ts";
import { MAILBOX_ADDRESS, MAILBOX_CODE } from "../../src/execute/predeploys.ts";
import { ZERO_ADDRESS, ZERO_HASH } from "../../src/primitives/bytes.ts";
import { isMeridianError } from "../../src/primitives/errors.ts";
import {
	Inbox__factory,
	LookaheadOracle__factory,
	MailboxGateway__factory,
	OrderProofs__factory,
	PreconfSlasher__factory,
	ProposerRights__factory,
	RollupRegistry__factory,
	TokenBridge__factory,
} from "../../typechain-types/index.ts";

const DEFAULTS = [12n, 2n, 768n, 384n, 192n, 8192n, 180_000_000n];

const rollup = (chainId: number, activationTick: number, cluster: number) => ({
	chainId,
	cluster,
	gasLimit: 10_000_000,
	feeRecipient: "0x00000000000000000000000000000000000000fe" as const,
	activationTick,
	settlement: ZERO_ADDRESS,
	template: 1,
	genesisHash: ZERO_HASH,
});

describe("deployment", () => {
	it("by the Ignition module alone: the defaults are the spec's, the clock began an hour ago", async () => {
		const { ignition, ethers: chain } = await network.create();
		const single = await ignition.deploy(Timeline);
		const open = await ignition.deploy(OpenTimeline);
		for (const deployed of [single.inbox, open.inbox]) {
			const inbox = Inbox__factory.connect(await deployed.getAddress(), chain.provider);
			const { config, creationBlock } = await inbox.timeline();
			expect([...config].slice(3)).to.deep.equal(DEFAULTS);
			const latest = await chain.provider.getBlock("latest");
			expect((latest?.timestamp ?? 0) - Number(config.genesisTime)).to.be.within(0, 7200);
			expect(config.startBlock <= creationBlock).to.equal(true);
		}
	});

	it("by the Rollup module: registers with what it is given", async () => {
		const { ignition, ethers: chain } = await network.create();
		const { registry } = await ignition.deploy(Timeline);
		const address = await registry.getAddress();
		await ignition.deploy(Rollup, {
			parameters: { Rollup: { registry: address, config: { ...rollup(700_100, 5000, 0) } } },
		});
		expect(await RollupRegistry__factory.connect(address, chain.provider).rollupOfChain(700_100)).to.equal(1n);
	});

	it("by a signer: the clock is the chain's, wherever that is", async () => {
		const { provider: chain } = await network.create({ override: { initialDate: "2031-05-05T05:05:05Z" } });
		const provider = new ethers.BrowserProvider(chain, undefined, { cacheTimeout: -1 });
		const signer = new ethers.Wallet(DEVELOPMENT_KEY, provider);
		const beaconGenesisTime = 1_606_824_023;
		const { inbox, registry } = await deployTimeline(signer, { beaconGenesisTime, maxLag: 96 });
		const { config, genesisHead } = await Inbox__factory.connect(inbox, signer).timeline();
		expect(Number(config.genesisTime - config.beaconGenesisTime) % 12).to.equal(0);
		expect(config.maxLag).to.equal(96n);
		const age = Date.parse("2031-05-05T05:05:05Z") / 1000 - Number(config.genesisTime);
		expect(age).to.be.within(0, 11);
		expect(await Inbox__factory.connect(inbox, signer).head()).to.equal(genesisHead);

		const rollups = [rollup(700_001, 100, 0), rollup(700_002, 100, 1), rollup(700_003, 100, 0)];
		const registered = await registerRollups(
			signer,
			registry,
			rollups.map((config) => ({ config, allocation: "0x" })),
		);
		expect(registered).to.deep.equal([
			{ rollupId: 1, cluster: 1 },
			{ rollupId: 2, cluster: 1 },
			{ rollupId: 3, cluster: 2 },
		]);
	});

	it("that the contracts refuse says which parameter is wrong", async () => {
		const { provider: chain } = await network.create();
		const signer = new ethers.Wallet(DEVELOPMENT_KEY, new ethers.BrowserProvider(chain));
		const failed = await deployTimeline(signer, { tickSeconds: 5 }).then(
			() => expect.fail("deployed"),
			(error: unknown) => error,
		);
		expect(isMeridianError(failed) && failed.code).to.equal("deployment-failed");
		expect(String(failed)).to.include("InvalidParameter");
	});

	it("of L1's proposers: one oracle for all, and timelines that count slots as it does (R-2, R-17)", async () => {
		const { provider: chain } = await network.create({ override: { initialDate: "2027-01-15T08:00:00Z" } });
		const provider = new ethers.BrowserProvider(chain, undefined, { cacheTimeout: -1 });
		const signer = new ethers.Wallet(DEVELOPMENT_KEY, provider);
		const shared = await deployProposerOracle(signer);
		const oracle = LookaheadOracle__factory.connect(shared.oracle, signer);
		expect([...(await oracle.layoutAt(411_392))]).to.deep.equal([411_392n, "0x06000000", 269n, 101n, 150n, 77n]);
		for (const maxLag of [768, 96]) {
			const { inbox, rights } = await deployTimeline(signer, { maxLag, proposers: shared });
			const { config } = await Inbox__factory.connect(inbox, signer).timeline();
			expect([config.beaconGenesisTime, config.slotSeconds]).to.deep.equal([1_606_824_023n, 12n]);
			const module = ProposerRights__factory.connect(rights, signer);
			expect((await module.ORACLE()).toLowerCase()).to.equal(shared.oracle);
			expect((await module.REGISTRY()).toLowerCase()).to.equal(shared.proposerRegistry);
			expect(await module.STAKED_SET()).to.equal(ethers.ZeroAddress);
			expect(await module.OPEN_AFTER_SLOTS()).to.equal(BigInt(maxLag / 12 + 1));
		}
	});

	it("of the proofs of order: they look into the Inbox that they are given", async () => {
		const { provider: chain } = await network.create();
		const signer = new ethers.Wallet(
			DEVELOPMENT_KEY,
			new ethers.BrowserProvider(chain, undefined, { cacheTimeout: -1 }),
		);
		const { inbox } = await deployTimeline(signer);
		const proofs = OrderProofs__factory.connect(await deployOrderProofs(signer, inbox), signer);
		expect((await proofs.inbox()).toLowerCase()).to.equal(inbox);
	});

	it("of a slasher: for that timeline, with what it is given and the defaults", async () => {
		const { provider: chain } = await network.create();
		const signer = new ethers.Wallet(
			DEVELOPMENT_KEY,
			new ethers.BrowserProvider(chain, undefined, { cacheTimeout: -1 }),
		);
		const { inbox } = await deployTimeline(signer);
		const address = await deployPreconfSlasher(signer, inbox, { penalty: 5n * 10n ** 18n });
		const slasher = PreconfSlasher__factory.connect(address, signer);
		expect((await slasher.inbox()).toLowerCase()).to.equal(inbox);
		expect(await slasher.orderVerifier()).to.equal(ZERO_ADDRESS);
		expect(await slasher.stakedSet()).to.equal(ZERO_ADDRESS);
		expect(await slasher.parameters()).to.deep.equal([5n * 10n ** 18n, 10n ** 16n, 86_400n, 96_000n]);
	});

	/** A chain with the Mailbox where a rollup has it, and a signer who has sent so many transactions there. */
	async function rollupSigner(nonce: number): Promise<ethers.Wallet> {
		const { provider: chain } = await network.create();
		await chain.request({ method: "hardhat_setCode", params: [MAILBOX_ADDRESS, MAILBOX_CODE] });
		const signer = new ethers.Wallet(
			DEVELOPMENT_KEY,
			new ethers.BrowserProvider(chain, undefined, { cacheTimeout: -1 }),
		);
		for (let i = 0; i < nonce; i++) await signer.sendTransaction({ to: signer.address });
		return signer;
	}

	it("of token bridge and gateway on rollups: at the same addresses, with the Mailbox of the genesis", async () => {
		const signers = [await rollupSigner(0), await rollupSigner(0)] as const;
		const { gateway, tokenBridge } = await deployOnRollups([...signers], 768);
		for (const signer of signers) {
			const bridge = TokenBridge__factory.connect(tokenBridge, signer);
			expect((await bridge.mailbox()).toLowerCase()).to.equal(MAILBOX_ADDRESS);
			expect(await bridge.inclusionDelay()).to.equal(768n);
			const mailbox = await MailboxGateway__factory.connect(gateway, signer).mailbox();
			expect(mailbox.toLowerCase()).to.equal(MAILBOX_ADDRESS);
			expect(await signer.getNonce()).to.equal(2);
		}
	});

	it("of what must have one address on all rollups is refused where it would have two, before anything is sent", async () => {
		const signers = [await rollupSigner(0), await rollupSigner(1)] as const;
		const failed = await deployOnRollups([...signers], 768).then(
			() => expect.fail("deployed"),
			(error: unknown) => error,
		);
		expect(isMeridianError(failed) && failed.code).to.equal("addresses-differ");
		expect(await Promise.all(signers.map((signer) => signer.getNonce()))).to.deep.equal([0, 1]);
	});
});
