/** Two sequencers of L1's proposers as processes of their own, by the clock, on a real execution client: killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import * as deployment from "../../deploy/index.ts";
import { parseReceipt, verifyReceipt } from "../../src/codec/receipt.ts";
import { slotStart } from "../../src/derive/clock.ts";
import type { BeaconChain } from "../../src/devnet/beacon/chain.ts";
import { openBeacon } from "../../src/devnet/beacon/open.ts";
import type { Delegate, ProposerSetup } from "../../src/devnet/beacon/setup.ts";
import { developmentKey } from "../../src/devnet/keys.ts";
import { type Setup, setUp } from "../../src/devnet/setup.ts";
import { sign } from "../../src/devnet/traffic.ts";
import { PROMISED, USERS } from "../../src/devnet/users.ts";
import { coverOf } from "../../src/l1/cover.ts";
import { rightOf } from "../../src/l1/rights.ts";
import { connectL1 } from "../../src/node/connect.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Hex } from "../../src/primitives/types.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { MAIN, runNode } from "../helpers/node/commands.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";
import { QUICK } from "../helpers/sequencer/options.ts";
import { readTimeline, Witness } from "../helpers/sequencer/witness.ts";

const OPTIONS = { ...QUICK, l1: "beacon", fast: false, slotSeconds: 3, tickSeconds: 1 };
const SECONDS = 42;
const KILLS = 4;
const ASK_MS = 250;

/** `meridian sequence` of one delegate, over all its lives. */
class Process {
	readonly delegate: Delegate;
	readonly #flags: readonly string[];
	#child: ChildProcess | null = null;
	url: string | null = null;
	/** Everything it has said. */
	said = "";
	/** When it was killed, and when it was back: seconds since 1970. */
	readonly deaths: { readonly from: number; to: number }[] = [];

	constructor(delegate: Delegate, flags: readonly string[]) {
		this.delegate = delegate;
		this.#flags = flags;
	}

	/** Until it takes transactions. */
	async start(): Promise<void> {
		const env = { ...process.env, MERIDIAN_KEY: this.delegate.key, NO_COLOR: "1" };
		const child = spawn(process.execPath, [MAIN, "sequence", ...this.#flags], {
			env,
			stdio: ["ignore", "pipe", "pipe"],
		});
		this.#child = child;
		const from = this.said.length;
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (chunk: Buffer) => {
				this.said += chunk.toString();
			});
		for (;;) {
			const [, url] = /receipts at (http:\S+),/.exec(this.said.slice(from)) ?? [];
			if (url !== undefined) {
				this.url = url;
				return;
			}
			if (child.exitCode !== null) expect.fail(`${this.delegate.name} ended: ${this.said.slice(from)}`);
			await sleep(50);
		}
	}

	async kill(): Promise<void> {
		this.deaths.push({ from: Date.now() / 1_000, to: Number.POSITIVE_INFINITY });
		await this.#end("SIGKILL");
	}

	async restart(): Promise<void> {
		await this.start();
		const last = this.deaths.at(-1);
		if (last !== undefined) last.to = Date.now() / 1_000;
	}

	/** As Ctrl-C does; its exit code. */
	async interrupt(): Promise<number | null> {
		return await this.#end("SIGINT");
	}

	async #end(signal: "SIGKILL" | "SIGINT"): Promise<number | null> {
		const child = this.#child;
		this.url = null;
		this.#child = null;
		if (child === null) return null;
		const ended = once(child, "close") as Promise<[number | null]>;
		child.kill(signal);
		return (await ended)[0];
	}
}

describe("two processes of meridian sequence", function () {
	this.timeout(240_000);
	const random = seededRandom(7);
	let chain: BeaconChain;
	let setup: Setup;
	let proposers: ProposerSetup;
	let folder = "";
	let processes: readonly Process[] = [];

	before(async () => {
		folder = await temporaryDirectory();
		chain = await openBeacon(false, OPTIONS.slotSeconds);
		setup = await setUp(chain, deployment, OPTIONS);
		proposers = setup.proposers ?? expect.fail("no proposers");
		await chain.startSlots();
		processes = proposers.delegates.map((delegate) => {
			const journal = join(folder, delegate.name);
			const { slasher } = proposers;
			const l1 = ["--l1", chain.url, "--beacon", chain.beaconUrl, "--inbox", setup.inbox];
			return new Process(delegate, [...l1, "--slasher", slasher, "--journal", journal, "--calldata"]);
		});
	});

	after(async () => {
		for (const one of processes) await one.kill();
		await chain?.stop();
		await rm(folder, { recursive: true });
	});

	/** Next nonces, by user and rollup, as far as the answers have told. */
	const nonces = new Map<string, number>();

	/** Sends a transaction to one of them; a refusal for its nonce tells the right one, for the next time. */
	async function ask(one: Process, count: number, witness: Witness): Promise<void> {
		const user = [...USERS, ...PROMISED][count % (USERS.length + PROMISED.length)];
		const rollup = setup.rollups[count % setup.rollups.length];
		if (one.url === null || user === undefined || rollup === undefined) return;
		const { chainId, rollupId } = rollup;
		const account = `${user.name} ${rollupId}`;
		const nonce = nonces.get(account) ?? 0;
		const rawTx = await sign(user.wallet, chainId, nonce, { to: user.address, value: 1n, gasLimit: 21_000n });
		const response = await fetch(`${one.url}/v1/transactions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ rollupId, rawTx: bytesToHex(rawTx) }),
		}).catch(() => null);
		// Killed in the middle of it.
		if (response === null) return;
		const text = await response.text();
		const [, next] = /sender's next one is (\d+)/.exec(text) ?? [];
		if (next !== undefined) nonces.set(account, Number(next));
		if (!response.ok) return;
		nonces.set(account, nonce + 1);
		const parsed = parseReceipt(text);
		if (!parsed.ok) return expect.fail(`${parsed.what}: ${text}`);
		expect(verifyReceipt(parsed.receipt, { kind: "tx", leg: { rollupId, rawTx } })).to.deep.equal({ ok: true });
		expect(parsed.receipt.sequencer).to.equal(one.delegate.account.address);
		witness.hear(parsed.receipt);
	}

	it(`P-8, P-9, P-13, P-16: killed at any moment and started again, promise nothing twice, break nothing, and leave out no window they were there for (seed ${random.seed})`, async () => {
		const witness = new Witness();
		await Promise.all(processes.map((one) => one.start()));
		const begun = Date.now();
		const killAt = Array.from(
			{ length: KILLS },
			(_, i) => begun + (SECONDS * 1_000 * (i + random.below(8) / 10)) / KILLS,
		);
		const restarts: Promise<void>[] = [];
		for (let count = 0; Date.now() < begun + SECONDS * 1_000; count++) {
			for (const one of processes) await ask(one, count, witness);
			const [due] = killAt;
			if (due !== undefined && Date.now() >= due) {
				killAt.shift();
				const one = random.pick(processes.filter(({ url }) => url !== null));
				await one.kill();
				restarts.push(one.restart());
			}
			await sleep(ASK_MS);
		}
		await Promise.all(restarts);
		// The last receipt, as its taker would look at it.
		const last = witness.receipts.at(-1) ?? expect.fail("no receipts");
		expect(await coverOf(chain.rpc, last, { slasher: proposers.slasher })).to.include({ ok: true });
		const codes = await Promise.all(processes.map((one) => one.interrupt()));
		expect(codes).to.deep.equal([130, 130]);

		const source = connectL1({ rpc: chain.url, inbox: setup.inbox, beacon: chain.beaconUrl });
		const { config, rights } = await source.timeline();
		const found = await readTimeline(source);
		for (const { publisher, slot } of found.publications)
			expect((await rightOf(chain.rpc, rights, slot))?.sequencer, `slot ${slot}`).to.equal(publisher);
		// Four of fourteen slots or so have somebody killed in them; a slow machine loses more.
		expect(found.publications.length).to.be.greaterThan(3);
		const missing = witness.judge(found);
		for (const { sequencer, tick } of missing) {
			const one = processes.find(({ delegate }) => delegate.account.address === sequencer) ?? expect.fail(sequencer);
			const slot = await slotOf(tick);
			const [from, to] = [slotStart(config, slot - 1) - OPTIONS.slotSeconds, slotStart(config, slot + 1)];
			const wasDead = one.deaths.some((death) => death.from < to && death.to > from);
			const wasMissed = chain.node.forks.at(slot) === undefined;
			// A busy machine may be too late; then the process has said so.
			const wasLate = /(are lost|REVERTED)/.test(one.said);
			expect(wasDead || wasMissed || wasLate, `tick ${tick} of slot ${slot}: ${one.said}`).to.equal(true);
		}
		expect(witness.receipts.length - missing.length).to.be.greaterThan(10);
		expect(processes.flatMap(({ deaths }) => deaths).length).to.equal(KILLS);
	});

	for (const [what, change, message] of [
		["no key", { key: "" }, /^error: No key to pay on L1 with\n/],
		["another contract as slasher", { slasher: "inbox" }, /^error: There is no PreconfSlasher of this timeline at 0x/],
		["another key's journal", { key: "other" }, /^error: the journal is of .*\(chain, timeline, slasher, sequencer\)/],
		[
			"a port that is taken",
			{ port: "taken" },
			/^error: Cannot take requests at 127\.0\.0\.1:\d+: something else listens there\n/m,
		],
	] as const) {
		it(`with ${what} end at once, exit code 2, and say what is wrong`, async () => {
			const [north, south] = proposers.delegates as readonly [Delegate, Delegate];
			const wanted: { key?: string; slasher?: string; port?: string } = change;
			const key = wanted.key === undefined ? north.key : wanted.key === "" ? undefined : south.key;
			const flags = ["--l1", chain.url, "--beacon", chain.beaconUrl, "--inbox", setup.inbox, "--give-up", "2"];
			const slasher = wanted.slasher === undefined ? proposers.slasher : setup.inbox;
			const port = wanted.port === undefined ? "0" : new URL(chain.url).port;
			const own = ["--slasher", slasher, "--journal", join(folder, "north"), "--port", port];
			const ended = await runNode([MAIN, "sequence", ...flags, ...own], key);
			expect([ended.code, ended.out]).to.deep.equal([2, ""]);
			expect(ended.err)
				.to.match(message)
				.and.to.not.match(/\n\s+at /);
		});
	}

	it("without a bond warns that its receipts are not covered, and a journal serves one process", async () => {
		const l1 = ["--l1", chain.url, "--beacon", chain.beaconUrl, "--inbox", setup.inbox, "--slasher", proposers.slasher];
		const key = developmentKey(7);
		const stranger = { name: "stranger", key: key.privateKey as Hex, account: setup.user };
		const flags = [...l1, "--journal", join(folder, "stranger")];
		const one = new Process(stranger, flags);
		await one.start();
		expect(one.said).to.match(
			/warning: the bond of 0x\w+ is 0\.0 ETH, and a broken promise costs 1\.0: its receipts are not/,
		);
		const second = await runNode([MAIN, "sequence", ...flags], stranger.key);
		expect(second.code).to.equal(2);
		expect(second.err).to.include("one key must never promise from two places");
		expect(await one.interrupt()).to.equal(130);
	});

	/** The last slot of the tick's window; each slot is a window here. */
	async function slotOf(tick: number): Promise<number> {
		const { rights, config } = await connectL1({ rpc: chain.url, inbox: setup.inbox }).timeline();
		const first = Math.floor(
			(config.genesisTime + tick * config.tickSeconds - config.beaconGenesisTime) / config.slotSeconds,
		);
		for (let slot = first; slot <= first + 2; slot++) {
			const right = await rightOf(chain.rpc, rights, slot);
			if (right !== null && right.minTick <= tick && tick <= right.maxTick) return slot;
		}
		return expect.fail(`nobody owns tick ${tick}`);
	}
});
