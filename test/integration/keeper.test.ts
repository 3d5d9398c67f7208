/** The keeper against the real contracts, on the devnet's own beacon chain: every epoch recorded, sealed and drawn before it begins. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type BeaconApi, beaconApi } from "../../src/l1/beacon/api.ts";
import { MeridianError } from "../../src/primitives/errors.ts";
import type { Address } from "../../src/primitives/types.ts";
import type { Keeper } from "../../src/sequencer/keeper/keeper.ts";
import type { Deed } from "../../src/sequencer/keeper/plan.ts";
import type { KeeperEvent } from "../../src/sequencer/keeper/types.ts";
import { createL1Account } from "../../src/sequencer/l1-account.ts";
import { LookaheadOracle__factory } from "../../typechain-types/factories/l1/rights/LookaheadOracle__factory.ts";
import { FULU_LAYOUT } from "../helpers/l1/beaconState.ts";
import { lastLine, MAIN, meridianPaid } from "../helpers/node/commands.ts";
import { DELEGATED, EPOCH, type KeptChain, openKeptChain, wallet } from "../helpers/sequencer/keeping.ts";

/** Blocks that one keeper needs for an epoch: four calls one after the other, and the block that lets it prove. */
const BLOCKS = 6;

const name = ({ epoch, kind }: Deed): string => `${kind} ${epoch}`;
const told = (event: KeeperEvent): string => {
	if (event.kind === "missed") return `missed ${event.deeds.map(name).join(", ")}`;
	if (event.kind === "unseen") return `unseen ${event.from}-${event.to}`;
	const what = event.deed === null ? "L1" : name(event.deed);
	if (event.kind === "failed" || event.kind === "given-up") return `${event.kind} ${what} ${event.error.code}`;
	if (event.kind === "mined" && !event.success) return `reverted ${what}`;
	return `${event.kind} ${what}`;
};

describe("a keeper, on anvil with a beacon chain", function () {
	this.timeout(120_000);
	let kept: KeptChain;
	let keeper: Keeper;
	let states = 0;

	/** Gives honest answers, and counts them. */
	const honest = (): BeaconApi => {
		const api = beaconApi(kept.chain.beaconUrl);
		return {
			...api,
			state: async (slot) => {
				states++;
				return await api.state(slot);
			},
		};
	};
	const steps = async (...keepers: readonly Keeper[]): Promise<string[]> => {
		const lines: string[] = [];
		for (const one of keepers) lines.push(...(await one.step()).events.map(told));
		return lines;
	};
	/** Fills these slots of the epoch; after each, every keeper has a look. */
	const fill = async (epoch: number, slots: readonly number[], ...keepers: readonly Keeper[]): Promise<string[]> => {
		const lines: string[] = [];
		for (const slot of slots) {
			await kept.fill(epoch * EPOCH + slot);
			lines.push(...(await steps(...keepers)));
		}
		return lines;
	};
	const epochNow = (): number => Math.floor(kept.head() / EPOCH);
	const from = (first: number, count = BLOCKS): number[] => Array.from({ length: count }, (_, i) => first + i);
	const isSealed = async (epoch: number): Promise<boolean> => (await kept.rights.sealOf(epoch)).isSealed;

	/** The epoch is recorded, and sealed and drawn as what is recorded says. */
	const expectKept = async (epoch: number): Promise<void> => {
		const proposers = (await kept.proposers(epoch)) ?? [];
		expect(proposers, `proposers of epoch ${epoch}`).to.have.length(EPOCH);
		const seal = await kept.rights.sealOf(epoch);
		// Delegates of epoch 0 have their power from epoch 2 on.
		const owned = proposers.map((index) => epoch >= 2 && index < DELEGATED);
		const bits = owned.reduce((sum, isOwned, place) => (isOwned ? sum + 2 ** place : sum), 0);
		expect([seal.isSealed, seal.owned], `seal of epoch ${epoch}`).to.deep.equal([true, BigInt(bits)]);
		// Stake of epoch 0 counts from epoch 3 on (K-2).
		const sequencer = await kept.stakedSet.sequencerOf(epoch);
		if (epoch < 3) expect(BigInt(sequencer)).to.equal(0n);
		else expect(kept.pools, `draw of epoch ${epoch}`).to.include(sequencer);
	};
	/** All of an epoch that nobody disturbs. */
	const keepWhole = async (epoch: number): Promise<void> => {
		await fill(epoch, from(0), keeper);
		await expectKept(epoch + 1);
	};

	before(async () => {
		kept = await openKeptChain();
		keeper = await kept.keeper(3, { beacon: honest() });
	});
	after(async () => await kept?.stop());

	it("records, seals and draws every epoch before it begins, from one state each (R-6, R-7, R-12, K-3 to K-5)", async () => {
		expect(epochNow(), "the deployments have left room in epoch 0").to.equal(0);
		const first = kept.head() + 1;
		expect(await fill(0, from(first, EPOCH - first), keeper)).to.deep.equal([
			...["sent publish 1", "mined publish 1", "sent seal 1", "mined seal 1"],
		]);
		await expectKept(1);
		// Nobody's stake counts before epoch 3: neither mix nor draw is paid for.
		expect(await fill(1, from(0), keeper)).to.deep.equal([
			...["sent publish 2", "mined publish 2", "sent seal 2", "mined seal 2"],
		]);
		await expectKept(2);
		const whole = ["publish 3", "seal 3", "mix 1", "draw 3"].flatMap((deed) => [`sent ${deed}`, `mined ${deed}`]);
		expect(await fill(2, from(0), keeper)).to.deep.equal(whole);
		await expectKept(3);
		expect(states).to.equal(3);
	});

	it("does so with missed slots, at the epoch's beginning and in between (trap 22)", async () => {
		expect(await fill(3, [7], keeper), "a state of epoch 2").to.deep.equal([]);
		await fill(3, [12, 13, 19, 22, 30], keeper);
		await expectKept(4);
		expect(states).to.equal(4);
	});

	it("records again what a reorg takes back, with its proof's block (R-20, trap 15)", async () => {
		expect(await fill(4, [0, 1, 2], keeper)).to.include("mined publish 5");
		await kept.chain.reorg(2);
		expect(await kept.proposers(5)).to.equal(null);
		// The node puts the publication back into its pool. It reverts: what it was proved from is gone.
		const again = await fill(4, from(3, 8), keeper);
		expect(again.filter((line) => /publish/.test(line)).at(-1)).to.equal("mined publish 5");
		await expectKept(5);
	});

	it("seals again what a reorg takes back, though the node has forgotten it (R-20)", async () => {
		await fill(5, [0, 1, 2, 3], keeper);
		expect(await isSealed(6)).to.equal(true);
		await kept.chain.reorg(1);
		expect(await isSealed(6)).to.equal(false);
		await kept.chain.rpc.request("anvil_dropAllTransactions", []);
		expect(await steps(keeper)).to.deep.equal(["sent seal 6"]);
		await fill(5, from(4), keeper);
		await expectKept(6);
	});

	it("goes on after epochs without it, and says once what they lack", async () => {
		const lines = await fill(8, from(3), keeper);
		const lost = [7, 8].map((epoch) => `missed publish ${epoch}, seal ${epoch}, draw ${epoch}`);
		expect(lines.slice(0, 2)).to.deep.equal(lost);
		expect(lines.filter((line) => line.startsWith("missed"))).to.deep.equal(lost);
		await expectKept(9);
		expect(await kept.proposers(8)).to.equal(null);
		const far = await fill(19, from(0), keeper);
		expect(far[0]).to.equal("unseen 9-11");
		expect(far.filter((line) => line.startsWith("missed"))).to.have.length(8);
		await expectKept(20);
	});

	it("leaves undone what came too late (R-19, R-21)", async () => {
		await fill(20, [27, 28], keeper);
		expect(await fill(20, [29, 30], keeper)).to.include("sent mix 19");
		// The draw that follows is mined when its epoch has begun.
		expect(await fill(20, [31], keeper)).to.deep.equal(["mined mix 19", "missed draw 21"]);
		expect((await fill(21, [28, 29, 30], keeper)).at(-1)).to.equal("sent seal 22");
		// The last slot is missed, so the seal is mined when its epoch has begun.
		expect(await fill(22, [0], keeper)).to.deep.equal(["reverted seal 22", "missed seal 22, draw 22"]);
		expect(await isSealed(22)).to.equal(false);
	});

	it("pays for nothing that somebody else has done, and loses a race without failing (R-20)", async () => {
		const other = await kept.keeper(4);
		const both = await fill(22, from(1, 7), keeper, other);
		expect(both.filter((line) => /failed|reverted|displaced/.test(line))).to.deep.equal([]);
		await expectKept(23);
		await keepWhole(23);
		expect(await steps(other)).to.deep.equal([]);
		// The other one sees the proposers recorded while its own proof is made.
		await fill(24, [0], keeper);
		await kept.fill(24 * EPOCH + 1);
		const proving: { done?: () => void } = {};
		const beacon = { ...honest() };
		const slow = await kept.keeper(5, {
			beacon: {
				...beacon,
				state: async (slot) => {
					await new Promise<void>((resolve) => {
						proving.done = resolve;
					});
					return await beacon.state(slot);
				},
			},
		});
		const late = slow.step();
		await steps(keeper);
		await kept.fill(24 * EPOCH + 2);
		while (proving.done === undefined) await sleep(5);
		proving.done();
		expect((await late).events.map(told)).to.deep.equal(["sent mix 23"]);
		await fill(24, from(3), keeper);
		await expectKept(25);
	});

	it("raises the fees of what is stuck, at the same nonce", async () => {
		expect(await fill(25, [0, 1], keeper)).to.deep.equal(["sent publish 26"]);
		const dear = async (): Promise<unknown> =>
			await kept.chain.rpc.request("anvil_setNextBlockBaseFeePerGas", [`0x${(10n ** 12n).toString(16)}`]);
		const lines: string[] = [];
		for (const slot of [2, 3, 4]) {
			await dear();
			lines.push(...(await fill(25, [slot], keeper)));
		}
		expect(lines).to.deep.equal(["sent publish 26"]);
		expect(await kept.proposers(26)).to.equal(null);
		const rest = await fill(25, from(5), keeper);
		expect(rest[0]).to.equal("mined publish 26");
		await expectKept(26);
	});

	it("waits when gas costs more than its limit, and tells", async () => {
		const poor = await kept.keeper(6, { limits: { maxFeePerGas: 1n } });
		expect(await fill(26, [0, 1], poor)).to.deep.equal(["too-dear publish 27"]);
		expect((await poor.step()).inFlight).to.equal(null);
	});

	it("takes a nonce that is used meanwhile for what it is, and gets on with another keeper of its own account", async () => {
		const account = await createL1Account(kept.chain.rpc.request, wallet(9));
		let refusals = 1;
		const first = await kept.keeper(9, {
			account: {
				...account,
				async broadcast(raw) {
					if (refusals-- > 0) throw new MeridianError("retry", "l1-nonce-used", "nonce too low");
					await account.broadcast(raw);
				},
			},
		});
		expect(await fill(26, [2], first)).to.deep.equal([]);
		const second = await kept.keeper(9);
		const lines = await fill(26, from(3, 12), first, second);
		expect(lines).to.include.members(["displaced publish 27", "mined publish 27"]);
		expect(lines.filter((line) => /failed|reverted/.test(line))).to.deep.equal([]);
		await expectKept(27);
	});

	it("believes no beacon node, and asks again at the next block", async () => {
		const api = honest();
		const lies: BeaconApi[] = [
			{ ...api, state: async (slot) => flipped(await api.state(slot)) },
			{ ...api, state: async (slot) => await api.state(slot - 1) },
			{ ...api, header: async () => await api.header(`0x${"11".repeat(32)}`) },
			beaconApi("http://127.0.0.1:1"),
			api,
		];
		let turn = 0;
		const beacon: BeaconApi = {
			label: api.label,
			header: (root) => (lies[turn] ?? api).header(root),
			state: (slot) => (lies[turn] ?? api).state(slot),
		};
		const deceived = await kept.keeper(7, { beacon });
		const lines: string[] = [];
		for (const slot of from(0, lies.length + 1)) {
			lines.push(...(await fill(27, [slot], deceived)));
			if (slot > 0) turn++;
		}
		// One of them per block, though the mix lacks a proof as well.
		expect(lines).to.deep.equal([
			...["beacon-state", "beacon-state", "beacon-header", "unreachable"].map((code) => `failed publish 28 ${code}`),
			"sent publish 28",
		]);
		await fill(27, from(7), deceived);
		await expectKept(28);
	});

	it("fails closed under a fork that the oracle or the keeper does not know, and says so once an epoch (R-3, trap 23)", async () => {
		const signer = wallet(8).connect(kept.provider);
		const made = await new LookaheadOracle__factory(signer).deploy(
			...([kept.clock.genesisTime, 12, EPOCH, signer.address, 10, { ...FULU_LAYOUT, fromEpoch: 1_000_000 }] as const),
		);
		await fill(28, [0, 1]);
		const options = { beacon: honest(), oracle: (await made.getAddress()).toLowerCase() as Address };
		const closed = await kept.keeper(8, options);
		const asked = states;
		expect(await fill(28, from(2, 3), closed)).to.deep.equal(["given-up publish 29 unknown-layout"]);
		expect(await fill(29, from(0, 3), closed)).to.deep.equal([
			"missed publish 29, seal 29, draw 29",
			"given-up publish 30 unknown-layout",
		]);
		expect(states, "no state is fetched in vain").to.equal(asked);
		// This software may be what does not know the fork; that only a state shows.
		const api = honest();
		const state: BeaconApi["state"] = async (slot) => ({ ...(await api.state(slot)), fork: "later" });
		const old = await kept.keeper(8, { beacon: { ...api, state } });
		expect(await fill(29, from(3, 3), old)).to.deep.equal(["given-up publish 30 unknown-fork"]);
		expect(states).to.equal(asked + 1);
	});

	it("keeps as a command, and ends on Ctrl-C with 130", async () => {
		const contracts = [kept.oracle, await kept.rights.getAddress(), await kept.stakedSet.getAddress()] as const;
		const [oracle, rights, stakedSet] = contracts;
		const at = ["lookahead", "keep", "--l1", kept.chain.url, "--beacon", kept.chain.beaconUrl, "--oracle", oracle];
		const key = wallet(6).privateKey;
		const wrong = await meridianPaid(key, ...at, "--rights", stakedSet);
		expect([wrong.code, wrong.err]).to.deep.equal([
			2,
			`error: There are no rights of L1's proposers at ${stakedSet.toLowerCase()}\nhint: check --rights\n`,
		]);
		const child = spawn(process.execPath, [MAIN, ...at, "--rights", rights, "--staked-set", stakedSet, "--json"], {
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, NO_COLOR: "1", MERIDIAN_KEY: key },
		});
		const closed = once(child, "close");
		let [out, err] = ["", ""];
		child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
		child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
		try {
			while (child.exitCode === null && !/^draw of epoch \d+: mined/m.test(err)) {
				await kept.fill(kept.head() + 1);
				await sleep(100);
			}
			child.kill("SIGINT");
			const [code] = (await closed) as [number | null];
			expect(code, err).to.equal(130);
		} finally {
			child.kill("SIGKILL");
		}
		const drawn = Number(/^draw of epoch (\d+): mined in L1 block \d+, \d+ gas/m.exec(err)?.[1]);
		await expectKept(drawn);
		const result = lastLine(out) as { mined: Record<string, number> };
		expect(Object.keys(result.mined)).to.deep.equal(["publish", "seal", "mix", "draw"]);
		for (const count of Object.values(result.mined)) expect(count).to.be.at.least(1);
	});
});

async function flipped({ bytes, fork }: { bytes: Uint8Array; fork: string }) {
	const copy = Uint8Array.from(bytes);
	copy[1_000] = (copy[1_000] ?? 0) ^ 1;
	return { bytes: copy, fork };
}
