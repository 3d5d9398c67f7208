import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import type { TickRecord } from "../../src/node/records.ts";
import { importChain } from "../helpers/node/ethereumClient.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const LIBRARY = new URL("../../src/index.ts", import.meta.url);
const README = new URL("../../README.md", import.meta.url);

interface Ended {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

async function runNode(...args: string[]): Promise<Ended> {
	const child = spawn(process.execPath, args, {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, NO_COLOR: "1" },
	});
	let out = "";
	let err = "";
	child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
	const [code] = (await once(child, "close")) as [number | null];
	return { code, out, err };
}

const meridian = (...args: string[]): Promise<Ended> => runNode(MAIN, ...args);
/** What the test compares of `derive --json`. */
interface DerivedSummary {
	readonly l1: { readonly to: number };
	readonly accumulatorRoot: string;
	readonly stateHash: string;
	readonly rollups: readonly object[];
}

const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");

interface DevnetResult {
	readonly rollups: readonly { rollupId: number; chainId: number; blockNumber: number; blockHash: string }[];
	readonly readerAgrees: boolean;
}

describe("the commands on a real L1: anvil, the real contracts, blobs", function () {
	this.timeout(240_000);
	let devnet: ChildProcess;
	let directory = "";
	let out = "";
	let result: DevnetResult;
	let l1: readonly string[] = [];
	let told = "";

	before(async () => {
		directory = await temporaryDirectory();
		out = join(directory, "timeline");
		devnet = spawn(process.execPath, [MAIN, "devnet", "--fast", "--keep", "--slots", "4", "--json"], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		let printed = "";
		devnet.stderr?.on("data", (chunk: Buffer) => (told += chunk.toString()));
		await new Promise<void>((resolve, reject) => {
			devnet.once("close", () => reject(new Error(`the devnet ended: ${told}`)));
			devnet.stdout?.on("data", (chunk: Buffer) => {
				printed += chunk.toString();
				if (printed.includes("\n")) resolve();
			});
		});
		result = lastLine(printed) as DevnetResult;
		const [, flags = ""] = /meridian derive (--l1 .+)/.exec(told) ?? [];
		l1 = flags.trim().split(/\s+/);
	});

	after(async () => {
		const ended = once(devnet, "close");
		devnet.kill("SIGINT");
		await ended;
		await rm(directory, { recursive: true });
	});

	it("derive writes what the devnet's own sequencer and reader have", async () => {
		expect(result.readerAgrees, told).to.equal(true);
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
		const { code, err, out: stdout } = await runNode(file);
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
});

describe("the commands, given what cannot work", function () {
	this.timeout(60_000);
	const inbox = `0x${"a1".repeat(20)}`;

	for (const [what, args, code, message] of [
		[
			"no Inbox address",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", "0x12"],
			2,
			/^error: 0x12 is not the address of the inbox: an address is 0x and 40 hex digits\n/,
		],
		[
			"a wrong checksum",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", "0x5Fbdb2315678afecb367f032d93F642f64180aa3"],
			2,
			/its capitals do not match its checksum/,
		],
		[
			"no URL",
			["verify", "--l1", "localhost:8545", "--inbox", inbox, "--out", "x"],
			2,
			/give an http or https URL like http:\/\/127\.0\.0\.1:8545/,
		],
		[
			"an odd --until",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", inbox, "--until", "soon"],
			2,
			/give an L1 block number, latest or follow/,
		],
		[
			"nobody at the URL",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", inbox, "--give-up", "0"],
			1,
			/^error: no useful answer from L1 within 0 s: L1 RPC http:\/\/127\.0\.0\.1:2 does not answer .*\nhint: check --l1/,
		],
		[
			"nothing to look in",
			["inspect", "tick", "1"],
			2,
			/^error: nothing to look in: give --out DIR, or --l1 URL and --inbox ADDRESS\n/,
		],
		[
			"no transaction",
			["inspect", "tx", "0x12", "--out", "x"],
			2,
			/^error: 0x12 is neither a transaction hash .* nor a position like 1234\/1\/0\n/,
		],
		[
			"a directory without a store",
			["inspect", "tick", "1", "--out", "/nowhere"],
			2,
			/^error: \/nowhere was not written by derive --out/,
		],
	] as const) {
		it(`${what}: one line that says so, exit code ${code}`, async () => {
			const ended = await meridian(...args);
			expect(ended.code).to.equal(code);
			expect(ended.err).to.match(message);
			expect(ended.err).not.to.match(/\n\s+at /);
			expect(ended.out).to.equal("");
		});
	}
});
