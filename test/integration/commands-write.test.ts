import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic } from "ethers";
import { after, before, describe, it } from "mocha";
import { sign } from "../../src/devnet/traffic.ts";
import { BORROWER, CENSORED, USERS, type User } from "../../src/devnet/users.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Hex } from "../../src/primitives/types.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";
import { TestWorld } from "../helpers/sequencer/world.ts";

const ROOT = new URL("../../", import.meta.url);
const mnemonic = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const keyOf = (index: number): string => HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`).privateKey;
const SEQUENCER_KEY = keyOf(1);
const USER_KEY = keyOf(2);
const POOR_KEY = `0x${"11".repeat(32)}`;

interface Ended {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
	readonly json: Record<string, unknown>;
}

function meridian(args: readonly string[], key?: string): Promise<Ended> {
	const { MERIDIAN_KEY: _, ...env } = process.env;
	const options = { cwd: ROOT, env: key === undefined ? env : { ...env, MERIDIAN_KEY: key } };
	return new Promise((resolve) => {
		const child = execFile(process.execPath, ["src/cli/main.ts", ...args], options, (_error, stdout, stderr) => {
			const last = stdout.trimEnd().split("\n").at(-1) ?? "";
			const json = last.startsWith("{") ? (JSON.parse(last) as Record<string, unknown>) : {};
			resolve({ code: child.exitCode ?? -1, stdout, stderr, json });
		});
	});
}

describe("meridian publish, force, bundle --force and deposit", function () {
	this.timeout(120_000);
	let test: TestWorld;
	let timeline: readonly string[];

	before(async () => {
		test = await TestWorld.open();
		const { chain, setup } = test.world;
		// These commands wait until they are mined.
		await chain.rpc.request("evm_setAutomine", [true]);
		timeline = ["--l1", chain.url, "--inbox", setup.inbox, "--give-up", "2"];
	});

	after(async () => {
		await test.close();
	});

	const transfer = async (chainId: number, nonce: number, { wallet }: User = CENSORED): Promise<Hex> =>
		bytesToHex(await sign(wallet, chainId, nonce, { to: USERS[0]?.address ?? null, value: 1n, gasLimit: 21_000n }));

	it("force: queues the transaction, says when it is due, and it is derived then", async () => {
		const tx = await transfer(7_001, 0);
		const ended = await meridian(["force", ...timeline, "--rollup", "1", "--tx", tx, "--json"], USER_KEY);
		expect(ended.code, ended.stderr).to.equal(0);
		expect(ended.json).to.include({ rollupId: 1, cluster: 1, index: 0, gas: 21_000 });
		const { chain, reader, setup } = test.world;
		const dueAt = Number(ended.json.dueAt);
		for (let time = test.time + 4; time <= dueAt + 40; time += 4) await chain.slot(Math.max(time, setup.start));
		const ticks: number[] = [];
		for await (const event of reader.run({ until: "latest" }))
			if (event.kind === "tick" && event.record.positions.some((p) => p.class === 0 && p.outcome?.kind === "included"))
				ticks.push(event.record.tick);
		expect(ticks.length).to.equal(1);
		expect(ticks[0]).to.be.at.least(Number(ended.json.dueTick));
	});

	it("bundle --force: queues it whole, says when it is due, and it holds then on both rollups (X-19)", async () => {
		const chains = [7_001, 7_002];
		const rawTxs = await Promise.all(chains.map((chainId) => transfer(chainId, 0, BORROWER)));
		const file = join(await temporaryDirectory(), "bundle.json");
		await writeFile(file, JSON.stringify(rawTxs.map((rawTx, i) => ({ rollupId: i + 1, rawTx }))));
		const ended = await meridian(["bundle", ...timeline, "--file", file, "--force", "--json"], USER_KEY);
		await rm(dirname(file), { recursive: true });
		expect(ended.code, ended.stderr).to.equal(0);
		expect(ended.json).to.include({ cluster: 1, index: 1, legs: 2, gas: 42_000 });
		const { chain, reader } = test.world;
		const latest = (await chain.rpc.request("eth_getBlockByNumber", ["latest", false])) as { timestamp: Hex };
		const dueAt = Number(ended.json.dueAt);
		for (let time = Number(latest.timestamp) + 4; time <= dueAt + 40; time += 4) await chain.slot(time);
		const held: (readonly [tick: number, rollups: readonly number[], statuses: readonly number[]])[] = [];
		for await (const event of reader.run({ until: "latest" })) {
			if (event.kind !== "tick") continue;
			for (const { class: kind, legs, outcome } of event.record.positions)
				if (kind === 0 && outcome?.kind === "held")
					held.push([
						event.record.tick,
						legs.map(({ rollupId }) => rollupId),
						outcome.legs.map(({ status }) => status),
					]);
		}
		expect(held).to.have.length(1);
		expect(held[0]?.[0]).to.be.at.least(Number(ended.json.dueTick));
		expect(held[0]?.slice(1)).to.deep.equal([
			[1, 2],
			[1, 1],
		]);
	});

	for (const [nonce, carrier] of [["--calldata"], ["--blob-proofs", "blob"]].entries())
		it(`publish ${carrier.join(" ")}: derives first, then publishes, and says what each transaction does`, async () => {
			const [good, garbage] = [await transfer(7_002, nonce), "0xdeadbeef"];
			const flags = ["--rollup", "2", "--tx", good, garbage, ...carrier, "--json"];
			const ended = await meridian(["publish", ...timeline, ...flags], SEQUENCER_KEY);
			expect(ended.code, ended.stderr).to.equal(0);
			expect(ended.json.items).to.have.nested.property("[0].status", 1);
			expect(ended.json.items).to.deep.include({ kind: "dropped", reason: "undecodable" });
			const outcomes: unknown[] = [];
			for await (const event of test.world.reader.run({ until: "latest" }))
				if (event.kind === "tick" && event.record.tick === ended.json.tick)
					outcomes.push(...event.record.positions.map((p) => p.outcome?.kind));
			expect(outcomes).to.deep.equal(["included", "dropped"]);
		});

	it("deposit: sends whole gwei and says when they arrive", async () => {
		const flags = ["--rollup", "1", "--to", USERS[0]?.address ?? "", "--amount", "0.000000005", "--json"];
		const ended = await meridian(["deposit", ...timeline, ...flags], USER_KEY);
		expect(ended.code, ended.stderr).to.equal(0);
		expect(ended.json).to.include({ rollupId: 1, index: 0, gwei: "5" });
	});

	const deposit = ["deposit", "--rollup", "1", "--to", USERS[0]?.address ?? "", "--amount", "1"];

	for (const [name, key, code, words] of [
		["no key", undefined, 2, "set MERIDIAN_KEY"],
		["a key that is none", "0x1234", 2, "MERIDIAN_KEY is no private key"],
		["a key beyond the curve's order", `0x${"ff".repeat(32)}`, 2, "MERIDIAN_KEY is no private key"],
		["an account without ETH", POOR_KEY, 2, "fund it"],
	] as const) {
		it(`says what to do about ${name}, and never shows a key`, async () => {
			const ended = await meridian([...deposit, ...timeline], key);
			expect([ended.code, ended.stdout]).to.deep.equal([code, ""]);
			expect(ended.stderr).to.include(words);
			expect(ended.stderr).not.to.match(/\n\s+at /);
			if (key !== undefined) expect(ended.stderr).not.to.include(key.slice(2));
		});
	}

	for (const [name, args, code, words] of [
		["an address without an Inbox", [...deposit, "--inbox", USERS[0]?.address ?? ""], 2, "no Meridian Inbox"],
		["a dead RPC", [...deposit, "--l1", "http://127.0.0.1:9"], 1, "no useful answer from L1"],
		["an unknown rollup", [...deposit, "--rollup", "9"], 2, "UnknownRollup(rollupId 9)"],
		["a fraction of a gwei", [...deposit, "--amount", "0.0000000001"], 2, "not whole gwei"],
		["forcing what would be dropped", ["force", "--rollup", "1", "--tx", "0x1234"], 2, "would be dropped"],
		["publishing without the right", ["publish", "--rollup", "1", "--tx", "0x1234", "--calldata"], 2, "NotSequencer"],
	] as const) {
		it(`says what to do about ${name}, before anything is paid`, async () => {
			const ended = await meridian([args[0], ...timeline, ...args.slice(1)], USER_KEY);
			expect([ended.code, ended.stdout]).to.deep.equal([code, ""]);
			expect(ended.stderr).to.include(words).and.to.include("hint:");
		});
	}
});
