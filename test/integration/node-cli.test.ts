import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { id, Wallet } from "ethers";
import { after, before, describe, it } from "mocha";
import { sign } from "../../src/devnet/traffic.ts";
import { BORROWER } from "../../src/devnet/users.ts";
import type { ItemResult } from "../../src/execute/types.ts";
import type { TickRecord } from "../../src/node/records.ts";
import { bytesToHex, hexToBytes } from "../../src/primitives/bytes.ts";
import { keccakHex } from "../../src/primitives/hash.ts";
import type { Address, Hex } from "../../src/primitives/types.ts";
import {
	type DevnetResult,
	type KeptDevnet,
	keepDevnet,
	lastLine,
	MAIN,
	meridian,
	meridianPaid,
	runNode,
} from "../helpers/node/commands.ts";
import { importChain } from "../helpers/node/ethereumClient.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";

const LIBRARY = new URL("../../src/index.ts", import.meta.url);
/** The devnet's sequencer: anvil's second account. */
const SEQUENCER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const README = new URL("../../README.md", import.meta.url);

/** What the test compares of `derive --json`. */
interface DerivedSummary {
	readonly l1: { readonly to: number };
	readonly accumulatorRoot: string;
	readonly stateHash: string;
	readonly rollups: readonly object[];
}

describe("the commands on a real L1: anvil, the real contracts, blobs", function () {
	this.timeout(240_000);
	let devnet: KeptDevnet;
	let directory = "";
	let out = "";
	let result: DevnetResult;
	let l1: readonly string[] = [];

	before(async () => {
		directory = await temporaryDirectory();
		out = join(directory, "timeline");
		devnet = await keepDevnet(4);
		({ l1, result } = devnet);
	});

	after(async () => {
		await devnet.stop();
		await rm(directory, { recursive: true });
	});

	it("derive writes what the devnet's own sequencer and reader have", async () => {
		expect(result.readerAgrees, devnet.told()).to.equal(true);
		const { code, out: stdout, err } = await meridian("derive", ...l1, "--out", out, "--json");
		expect(code, err).to.equal(0);
		const summary = lastLine(stdout) as {
			ticks: number;
			publications: number;
			void: number;
			rollups: { rollupId: number }[];
		};
		expect(summary.publications).to.be.above(2);
		expect(summary.void).to.equal(0);
		expect(summary.rollups.map(({ rollupId }) => rollupId)).to.deep.equal([1, 2, 3]);
		const lines = (await readFile(join(out, "order.jsonl"), "utf8")).trimEnd().split("\n");
		const blocks = lines.flatMap((line) => (JSON.parse(line) as TickRecord).blocks);
		for (const { blockHash, blockNumber, rollupId } of result.rollups) {
			const block = blocks.find((candidate) => candidate.rollupId === rollupId && candidate.number === blockNumber);
			expect(block?.hash).to.equal(blockHash);
		}
	});

	it("an unmodified Ethereum client imports every rollup (principle 4)", async () => {
		for (const { blockHash, blockNumber, rollupId } of result.rollups) {
			const folder = join(out, `rollup-${rollupId}`);
			const imported = await importChain(join(folder, "genesis.json"), join(folder, "blocks.rlp"));
			expect(imported.hashes[blockNumber - 1]).to.equal(blockHash);
		}
	});

	it("derive goes on where it was; with --rollup it executes that rollup's cluster only", async () => {
		const again = await meridian("derive", ...l1, "--out", out, "--json");
		expect(again.code).to.equal(0);
		const { code, out: stdout } = await meridian("derive", ...l1, "--rollup", "3", "--json");
		expect(code).to.equal(0);
		const summary = lastLine(stdout) as { rollups: { rollupId: number }[]; accumulatorRoot: string };
		expect(summary.rollups.map(({ rollupId }) => rollupId)).to.deep.equal([3]);
		const other = await meridian("derive", ...l1, "--out", out, "--rollup", "3");
		expect(other.code).to.equal(2);
		expect(other.err).to.match(/^error: the directory holds another derivation: clusters is null, not \[2\]/);
	});

	it("two processes derive the two clusters apart, at the same time, and agree on the order (principle 3)", async () => {
		const whole = lastLine((await meridian("derive", ...l1, "--out", out, "--json")).out) as DerivedSummary;
		const until = ["--until", String(whole.l1.to), "--json"];
		const apart = await Promise.all(["1", "3"].map((id) => meridian("derive", ...l1, "--rollup", id, ...until)));
		const [first, second] = apart.map(({ out: stdout }) => lastLine(stdout) as DerivedSummary);
		for (const summary of [first, second]) {
			expect(summary?.accumulatorRoot).to.equal(whole.accumulatorRoot);
			expect(summary?.stateHash).to.equal(whole.stateHash);
		}
		expect([...(first?.rollups ?? []), ...(second?.rollups ?? [])]).to.deep.equal(whole.rollups);
	});

	it("verify agrees, and says where it does not", async () => {
		const agreed = await meridian("verify", ...l1, "--out", out);
		expect(agreed.code, agreed.err).to.equal(0);
		expect(agreed.out).to.match(/^agree: \d+ ticks and \d+ blocks of 3 rollups are what L1 blocks \d+ to \d+ say\n$/);
		const file = join(out, "rollup-1", "blocks.rlp");
		const whole = await readFile(file);
		await appendFile(file, "x");
		const differs = await meridian("verify", ...l1, "--out", out, "--json");
		await writeFile(file, whole);
		expect(differs.code).to.equal(1);
		expect(lastLine(differs.out)).to.deep.include({ agrees: false });
		expect(differs.err).to.contain("rollup 1, rollup-1/blocks.rlp");
	});

	it("inspect shows a tick, a publication, and a transaction by hash and by position", async () => {
		const lines = (await readFile(join(out, "order.jsonl"), "utf8")).trimEnd().split("\n");
		const record = lines.map((line) => JSON.parse(line) as TickRecord).find(({ positions }) => positions.length > 0);
		if (record === undefined) expect.fail("no positions");
		const tick = await meridian("inspect", "tick", String(record.tick), "--out", out, "--json");
		expect(lastLine(tick.out)).to.deep.equal(record);
		const [position] = record.positions;
		const txHash = position?.legs[0]?.txHash ?? "";
		const byHash = await meridian("inspect", "tx", txHash, "--out", out, "--json");
		const where = `${record.tick}/${position?.class}/0`;
		expect(JSON.stringify(lastLine(byHash.out))).to.contain(`"position":"${where}"`);
		const byPosition = await meridian("inspect", "tx", where, ...l1);
		expect(byPosition.code, byPosition.err).to.equal(0);
		expect(byPosition.out).to.contain(txHash);
		const publication = await meridian("inspect", "publication", "1", "--out", out);
		expect(publication.out).to.match(/^publication {2}1\nverdict {6}valid, /);
		for (const line of `${publication.out}${byPosition.out}`.split("\n")) expect(line.length).to.be.at.most(80);
		const missing = await meridian("inspect", "publication", "999", "--out", out);
		expect(missing.code).to.equal(2);
		expect(missing.err).to.match(/^error: publication 999 is not in the timeline as far as it is derived\nhint: /);
	});

	it("the README's example runs as it stands there", async () => {
		const [, example = ""] =
			/<!-- example: derive -->\n```ts\n([\s\S]+?)```\n<!-- \/example -->/.exec(await readFile(README, "utf8")) ?? [];
		expect(example.split("\n").length).to.be.within(15, 25);
		const flag = (name: string): string => l1[l1.indexOf(name) + 1] ?? "";
		const program = example
			.replace('"@meridian-based/meridian"', JSON.stringify(LIBRARY.href))
			.replace(/http:\/\/127\.0\.0\.1:8545/, flag("--l1"))
			.replace(/0x[0-9a-f]{40}/, flag("--inbox"));
		const file = join(directory, "example.ts");
		await writeFile(file, program);
		const { code, err, out: stdout } = await runNode([file]);
		expect(code, err).to.equal(0);
		for (const { blockHash, blockNumber, rollupId } of result.rollups) {
			expect(stdout).to.contain(`  rollup ${rollupId} block ${blockNumber} ${blockHash}, state 0x`);
		}
	});

	it("Ctrl-C stops between two L1 blocks with what is derived so far, and exit code 130", async () => {
		const folder = join(directory, "followed");
		const args = [MAIN, "derive", ...l1, "--until", "follow", "--from", "1", "--out", folder];
		const child = spawn(process.execPath, args, {
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, NO_COLOR: "1" },
		});
		let printed = "";
		child.stdout.on("data", (chunk: Buffer) => {
			printed += chunk.toString();
			// Once: a second one ends it at once, with nothing said.
			if (!child.killed && /^tick \d+ /m.test(printed)) child.kill("SIGINT");
		});
		const [code] = (await once(child, "close")) as [number | null];
		expect(code).to.equal(130);
		expect(printed).to.match(/derived {4}L1 blocks \d+ to \d+/);
		const verified = await meridian("verify", ...l1, "--out", folder);
		expect(verified.out).to.match(/^agree: /);
	});

	describe("bundle", () => {
		const [sender, recipient] = [BORROWER, new Wallet(id("who has nothing yet")).address];
		let file = "";

		/** What an Ethereum client has on a rollup after importing all that was derived. */
		const stateOf = async (rollupId: number) => {
			const folder = join(out, `rollup-${rollupId}`);
			return await importChain(join(folder, "genesis.json"), join(folder, "blocks.rlp"));
		};

		/** A bundle of one wei to the recipient on rollups 1 and 2 as a file; the second leg so many nonces ahead. */
		const writeBundle = async (ahead: number): Promise<void> => {
			const legs = [1, 2].map(async (rollupId) => {
				const { chainId } = result.rollups.find((rollup) => rollup.rollupId === rollupId) ?? expect.fail("no rollup");
				const { nonce } = await (await stateOf(rollupId)).accountOf(sender.address);
				const call = { to: recipient.toLowerCase() as Address, value: 1n, gasLimit: 21_000n };
				const rawTx = await sign(sender.wallet, chainId, nonce + (rollupId - 1) * ahead, call);
				return { rollupId, rawTx: bytesToHex(rawTx) };
			});
			await writeFile(file, JSON.stringify(await Promise.all(legs)));
		};

		const send = (...flags: string[]) =>
			meridianPaid(SEQUENCER_KEY, "bundle", ...l1, "--file", file, "--json", ...flags);

		const derive = async (): Promise<void> => {
			const { code, err } = await meridian("derive", ...l1, "--out", out);
			expect(code, err).to.equal(0);
		};

		before(async () => {
			file = join(directory, "bundle.json");
			await derive();
		});

		it("from a file is included on both rollups, in one position, as everybody derives it (X-17)", async () => {
			await writeBundle(0);
			const sent = await send();
			expect(sent.code, sent.err).to.equal(0);
			const { result: told, tick } = lastLine(sent.out) as { tick: number; result: ItemResult };
			if (told.kind !== "held") return expect.fail(sent.out);
			expect(told.legs.map(({ rollupId, status }) => [rollupId, status])).to.deep.equal([
				[1, 1],
				[2, 1],
			]);
			await derive();
			for (const [place, { blockNumber, rollupId, txHash }] of told.legs.entries()) {
				const inspected = await meridian("inspect", "tx", txHash, "--out", out, "--json");
				expect(inspected.code, inspected.err).to.equal(0);
				const { transactions } = lastLine(inspected.out) as { transactions: readonly object[] };
				expect(transactions).to.have.length(1);
				expect(transactions[0]).to.deep.include({ position: `${tick}/1/0/${place}`, bundle: true, rollupId });
				const state = await stateOf(rollupId);
				expect(state.hashes).to.have.length(blockNumber);
				expect((await state.accountOf(recipient)).balance).to.equal(1n);
			}
			const again = await send();
			expect(again.code).to.equal(2);
			expect(again.err).to.match(/error: The bundle would be dropped: leg 0 could not run: nonce\nhint: .+\n$/);
			expect(again.out).to.equal("");
		});

		it("sent anyway is dropped whole, and inspect says why, leg by leg", async () => {
			await writeBundle(5);
			const sent = await send("--anyway");
			expect(sent.code, sent.err).to.equal(0);
			const { result: told } = lastLine(sent.out) as { result: ItemResult };
			expect(told).to.deep.equal({ kind: "dropped", reason: "leg", leg: { place: 1, reason: "nonce" } });
			const [leg] = JSON.parse(await readFile(file, "utf8")) as readonly { rawTx: Hex }[];
			const txHash = keccakHex(hexToBytes(leg?.rawTx ?? "0x"));
			await derive();
			const inspected = await meridian("inspect", "tx", txHash, "--out", out);
			expect(inspected.out, inspected.err).to.contain(
				"the bundle of 2 was dropped whole: leg 1 could not run: nonce\n",
			);
			expect(inspected.out)
				.to.match(/^ {2}leg 0 .* ran, undone$/m)
				.and.to.match(/^ {2}leg 1 .* nonce$/m);
			for (const rollupId of [1, 2])
				expect((await (await stateOf(rollupId)).accountOf(recipient)).balance).to.equal(1n);
		});
	});
});
