/** `meridian sequence`, given what cannot work or hardly: it says so in words, before it promises anything. */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { after, before, describe, it } from "mocha";
import * as deployment from "../../deploy/index.ts";
import { type BeaconChain, openBeaconAnvil } from "../../src/devnet/beacon/chain.ts";
import { type ProposerSetup, withdrawalAddress } from "../../src/devnet/beacon/setup.ts";
import { developmentKey } from "../../src/devnet/keys.ts";
import { setUp } from "../../src/devnet/setup.ts";
import type { Address, Hex } from "../../src/primitives/types.ts";
import { type Ended, meridian, meridianPaid } from "../helpers/node/commands.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";
import { SequencerProcess } from "../helpers/sequencer/processes.ts";

const OPTIONS = {
	...{ rollups: 2, slots: 1, l1: "beacon", tickSeconds: 2, slotSeconds: 4, fast: true, calldata: true },
	...{ beacon: null, key: null, keep: false, seed: 1 },
};
const POOR: Hex = `0x${"5a".repeat(32)}`;

interface Without {
	readonly inbox: Address;
	readonly slasher: Address;
}

describe("meridian sequence, given what cannot work", function () {
	this.timeout(120_000);
	let chain: BeaconChain;
	let proposers: ProposerSetup;
	let folder = "";
	/** Timelines without windows. */
	let fixed: Without;
	let open: Without;
	const owner = developmentKey(0);

	before(async () => {
		folder = await temporaryDirectory();
		chain = await openBeaconAnvil({ genesisTime: 1_800_000_000, slotSeconds: OPTIONS.slotSeconds, withdrawalAddress });
		const setup = await setUp(chain, deployment, OPTIONS);
		if (setup.proposers === null) throw new Error("no proposers");
		proposers = setup.proposers;
		const provider = new JsonRpcProvider(chain.url, undefined, { staticNetwork: true, pollingInterval: 20 });
		const without = async (sequencer: string | null): Promise<Without> => {
			const { inbox } = await deployment.deployTimeline(owner.connect(provider), { sequencer });
			return { inbox, slasher: await deployment.deployPreconfSlasher(owner.connect(provider), inbox) };
		};
		fixed = await without(owner.address);
		open = await without(null);
		provider.destroy();
	});
	after(async () => {
		await chain?.stop();
		await rm(folder, { recursive: true });
	});

	const delegate = (index: number): Hex => proposers.delegates[index]?.key ?? "0x";
	const flags = (journal: string, { inbox, slasher }: Without = proposers): string[] => [
		...["--l1", chain.url, "--beacon", chain.beaconUrl, "--inbox", inbox, "--slasher", slasher],
		...["--journal", join(folder, journal)],
	];

	/** One line that says what is wrong, one that says what to do. */
	function expectUsage(ended: Ended, message: RegExp): void {
		expect([ended.code, ended.out], ended.err).to.deep.equal([2, ""]);
		expect(ended.err).to.match(message);
		expect(ended.err).to.match(/^(deriving .+\n)?error: .+\nhint: .+\n$/);
	}

	/** Runs it as a sequencer that is let live, does something meanwhile, and ends it by Ctrl-C. */
	async function living(args: readonly string[], key: Hex, meanwhile: () => Promise<void> = async () => undefined) {
		const life = new SequencerProcess(args, key);
		try {
			await life.says(/receipts at/);
			await meanwhile();
			expect(await life.end("SIGINT")).to.equal(130);
			return life;
		} finally {
			await life.end("SIGKILL");
		}
	}

	it("no key, a key that is none, a key without ETH", async () => {
		const unset = await meridian("sequence", ...flags("keys"));
		expectUsage(unset, /No key to pay on L1 with/);
		expectUsage(await meridianPaid("0x12", "sequence", ...flags("keys")), /MERIDIAN_KEY is no private key/);
		const poor = await meridianPaid(POOR, "sequence", ...flags("keys"));
		expectUsage(poor, /The L1 account 0x[0-9a-f]{40} has no ETH to publish with\nhint: fund it, or set MERIDIAN_KEY/);
	});

	it("P-4: an address without slasher, or with another timeline's", async () => {
		for (const slasher of [`0x${"12".repeat(20)}`, proposers.inbox, fixed.slasher] as Address[])
			expectUsage(
				await meridianPaid(delegate(0), "sequence", ...flags("slashers", { inbox: proposers.inbox, slasher })),
				/There is no PreconfSlasher of this timeline at 0x[0-9a-f]{40}\nhint: check --slasher and --inbox/,
			);
	});

	it("R-18: timelines without windows, of one fixed sequencer (kind 0) or of everybody (kind 1)", async () => {
		const one = await meridianPaid(owner.privateKey, "sequence", ...flags("fixed", fixed));
		expectUsage(
			one,
			new RegExp(`no windows of L1's proposers .*: one sequencer, ${owner.address.toLowerCase()}, publ`),
		);
		const anybody = await meridianPaid(owner.privateKey, "sequence", ...flags("open", open), "--lead", "1");
		expectUsage(anybody, /no windows of L1's proposers .*: anyone may publish every tick/);
	});

	it("P-13: a journal that another process has, that is of another key, or that is no folder", async () => {
		await living(flags("one"), delegate(0), async () => {
			for (const key of [0, 1])
				expectUsage(
					await meridianPaid(delegate(key), "sequence", ...flags("one")),
					/the journal \S+one is in use already; one key must never promise from two places/,
				);
		});
		expectUsage(
			await meridianPaid(delegate(1), "sequence", ...flags("one")),
			/the journal is of .+ not of .+ give the/,
		);
		const file = flags("one/CURRENT");
		expectUsage(await meridianPaid(delegate(0), "sequence", ...file), /CURRENT.*give a directory that can be written/);
	});

	it("a port where something else listens", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		try {
			const ended = await meridianPaid(delegate(0), "sequence", ...flags("port"), "--port", String(port));
			expectUsage(ended, new RegExp(`Cannot take requests at 127.0.0.1:${port}: something else listens there`));
		} finally {
			server.close();
		}
	});

	it("P-4: without a bond, and without windows of its own, it warns and goes on", async () => {
		const { err, out } = await living(flags("stranger"), developmentKey(7).privateKey as Hex);
		expect(err).to.match(/^warning: the bond of 0x[0-9a-f]{40} is 0\.0 ETH, and .+: its receipts are not covered$/m);
		expect(err).to.match(/^none of the slots known so far is of 0x[0-9a-f]{40}; it waits for one that is$/m);
		expect(out).to.match(/^0x[0-9a-f]{40}: receipts at http:\/\/127\.0\.0\.1:\d+, journal /);
		expect(`${out}${err}`).to.not.match(/error|\n\s+at /);
	});
});
