import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { startAnvil } from "../../src/l1/local.ts";

const ROOT = new URL("../../", import.meta.url);
const FIRST_ANVIL_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

interface Result {
	readonly rollups: readonly { rollupId: number; chainId: number; blockNumber: number; blockHash: string }[];
	readonly ticks: number;
	readonly publications: number;
	readonly items: number;
	readonly dropped: number;
	readonly reverted: number;
	readonly refused: number;
	readonly deposits: number;
	readonly forced: number;
	readonly forcedIncluded: number;
	readonly bundlesHeld: number;
	readonly bundlesDropped: number;
	readonly forcedBundles: number;
	readonly traces: { bundles: number; blocks: number; differences: number } | null;
	readonly comparedBlocks: number;
	readonly readerAgrees: boolean;
	readonly secondsToFirstTick: number;
	readonly gasPerPublication: number;
	readonly l1: { readonly carrier: string };
	readonly proposers: {
		readonly publications: number;
		readonly byOthers: number;
		readonly handedOver: number;
		readonly receipts: Readonly<Record<"given" | "kept" | "broken" | "lost" | "open", number>>;
	} | null;
}

/** A command of the CLI, with everything it prints. */
class Command {
	readonly child: ChildProcess;
	stdout = "";
	stderr = "";

	constructor(args: readonly string[], env: Record<string, string> = {}) {
		const command = ["src/cli/main.ts", ...args];
		this.child = spawn(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...env }, stdio: "pipe" });
		this.child.stdout?.on("data", (chunk: Buffer) => {
			this.stdout += chunk.toString();
		});
		this.child.stderr?.on("data", (chunk: Buffer) => {
			this.stderr += chunk.toString();
		});
	}

	async exit(): Promise<number | null> {
		if (this.child.exitCode !== null) return this.child.exitCode;
		const [code] = (await once(this.child, "close")) as [number | null];
		return code;
	}

	async until(text: string): Promise<void> {
		while (!this.stderr.includes(text) && !this.stdout.includes(text)) {
			if (this.child.exitCode !== null) expect.fail(`ended before it said "${text}": ${this.stderr}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	result(): Result {
		return JSON.parse(this.stdout.trimEnd().split("\n").at(-1) ?? "") as Result;
	}
}

async function answers(url: string): Promise<boolean> {
	try {
		await fetch(url, { method: "POST", body: "{}" });
		return true;
	} catch {
		return false;
	}
}

describe("meridian devnet", function () {
	this.timeout(180_000);
	let running: Command | null = null;

	const devnet = (args: readonly string[], env: Record<string, string> = {}): Command => {
		running = new Command(["devnet", ...args], env);
		return running;
	};

	afterEach(async () => {
		if (running?.child.exitCode === null) running.child.kill("SIGINT");
		await running?.exit();
		running = null;
	});

	it("on anvil, in blobs: everything is forced, dropped, reverted, deposited at least once, and the reader agrees", async () => {
		const command = devnet(["--fast", "--json", "--slots", "4"]);
		expect(await command.exit(), command.stderr).to.equal(0);
		const result = command.result();
		expect(result.readerAgrees).to.equal(true);
		expect(result.comparedBlocks).to.equal(result.rollups.reduce((sum, rollup) => sum + rollup.blockNumber, 0));
		expect(result.rollups.map(({ chainId }) => chainId)).to.deep.equal([7_001, 7_002, 7_003]);
		expect(result.rollups.every(({ blockHash }) => /^0x[0-9a-f]{64}$/.test(blockHash))).to.equal(true);
		expect([result.forcedIncluded, result.forced]).to.deep.equal([2, 3]);
		// The flash loan and the refused user's bundle; the loan with a leg that reverts.
		expect([result.bundlesHeld, result.forcedBundles, result.bundlesDropped]).to.deep.equal([2, 1, 1]);
		// No trace of the one that was dropped: every rollup's blocks are those of a run without it.
		expect(result.traces).to.deep.equal({ bundles: 1, blocks: result.comparedBlocks, differences: 0 });
		for (const count of [result.dropped, result.reverted, result.refused, result.deposits, result.publications])
			expect(count).to.be.greaterThan(0);
		expect(result.ticks).to.be.greaterThan(result.publications);
		expect(result.gasPerPublication).to.be.within(40_000, 70_000);
		expect(result.secondsToFirstTick).to.be.greaterThan(0);
		expect(result.l1.carrier).to.equal("blobs");
		// Lines for people, where stdout is for scripts.
		expect(command.stderr.split("\n").every((line) => line.length <= 80)).to.equal(true);
		expect(command.stdout.trimEnd().split("\n").length).to.equal(1);
	});

	it("on hardhat node, in calldata", async () => {
		const command = devnet(["--l1", "hardhat", "--fast", "--json", "--slots", "3", "--rollups", "2"]);
		expect(await command.exit(), command.stderr).to.equal(0);
		const result = command.result();
		expect([result.readerAgrees, result.forcedIncluded, result.rollups.length]).to.deep.equal([true, 2, 2]);
		expect(result.l1.carrier).to.equal("calldata");
	});

	it("on a beacon chain in virtual time: each publication from its proposer's delegate, every promise kept, windows handed over", async () => {
		const command = devnet(["--l1", "beacon", "--fast", "--json", "--slots", "6"]);
		expect(await command.exit(), command.stderr).to.equal(0);
		const { comparedBlocks, proposers, publications, readerAgrees, traces } = command.result();
		expect([readerAgrees, traces?.differences]).to.deep.equal([true, 0]);
		expect(comparedBlocks).to.be.greaterThan(10);
		expect(proposers).to.include({ publications, byOthers: 0 });
		// No slot is missed and nobody is late: most begin where the one before ended.
		expect(proposers?.handedOver).to.be.greaterThan(4);
		expect(proposers?.receipts).to.include({ broken: 0, lost: 0, open: 0 });
		expect(proposers?.receipts.kept).to.be.greaterThan(5);
		expect(command.stderr).to.match(
			/^ {2}6[4-9] {2}validator \d+ +(north|south) +(north|south) \d+-\d+ +#\d+ (north|south) /m,
		);
		expect(command.stderr).to.include("keeper: epoch 3 is sealed");
		expect(command.stderr.split("\n").every((line) => line.length <= 80)).to.equal(true);
	});

	it("on a beacon chain with a real execution client, by the clock: nothing published by others, no promise broken", async () => {
		const command = devnet(["--l1", "beacon", "--json", "--slots", "3"]);
		expect(await command.exit(), command.stderr).to.equal(0);
		const { proposers, readerAgrees } = command.result();
		expect(readerAgrees).to.equal(true);
		expect(proposers).to.include({ byOthers: 0 });
		expect(proposers?.publications).to.be.greaterThan(0);
		// A machine that is slow may miss a window; what was promised in it is lost, and nothing else.
		expect(proposers?.receipts.broken).to.equal(0);
	});

	it("on a chain that is there already, which mines only on demand, with a key of it; the chain stays", async () => {
		const node = await startAnvil();
		try {
			const flags = [
				"--l1",
				node.url,
				"--slot-seconds",
				"1",
				"--tick",
				"1",
				"--slots",
				"3",
				"--rollups",
				"1",
				"--json",
			];
			const command = devnet(flags, { MERIDIAN_KEY: FIRST_ANVIL_KEY });
			expect(await command.exit(), command.stderr).to.equal(0);
			expect([command.result().readerAgrees, command.result().forcedIncluded]).to.deep.equal([true, 2]);
			expect(command.stderr + command.stdout).not.to.include(FIRST_ANVIL_KEY.slice(2));
			expect(await answers(node.url)).to.equal(true);
		} finally {
			await node.stop();
		}
	});

	it("on Ctrl-C tells what was seen, exits with 130 and leaves no L1 behind", async () => {
		const command = devnet(["--calldata"]);
		await command.until("slot ");
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(command.stdout)?.[0] ?? "";
		expect(await answers(url)).to.equal(true);
		command.child.kill("SIGINT");
		expect(await command.exit()).to.equal(130);
		expect(command.stdout).to.include("Seen until the interruption");
		expect(await answers(url)).to.equal(false);
	});

	it("with --keep goes on afterwards, and a stranger's reader derives the same from the address it names", async () => {
		const command = devnet(["--fast", "--calldata", "--keep", "--slots", "2", "--rollups", "1", "--json"]);
		await command.until("Running on until Ctrl-C");
		while (!command.stdout.endsWith("\n")) await new Promise((resolve) => setTimeout(resolve, 20));
		const flags = /meridian derive (.*)/.exec(command.stderr)?.[1]?.split(" ") ?? [];
		const derive = new Command(["derive", ...flags, "--json"]);
		expect(await derive.exit(), derive.stderr).to.equal(0);
		const [rollup] = command.result().rollups;
		const [derived] = (derive.result().rollups ?? []) as Result["rollups"];
		expect(derived?.blockHash).to.equal(rollup?.blockHash);
		command.child.kill("SIGINT");
		expect(await command.exit()).to.equal(130);
	});

	for (const [flags, words] of [
		[["--rollups", "9"], "1 to 8"],
		[["--tick", "3"], "do not divide"],
		[["--l1", "ganache"], "anvil, hardhat, beacon or a URL"],
		[["--l1", "http://127.0.0.1:9", "--fast"], "only with an L1"],
	] as const) {
		it(`refuses ${flags.join(" ")} with what to do instead`, async () => {
			const command = devnet(flags);
			expect(await command.exit()).to.equal(2);
			expect(command.stderr).to.include(words);
		});
	}
});
