import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { formatReceipt, type Receipt } from "../../../src/codec/receipt.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { temporaryDirectory } from "../../helpers/node/snapshot.ts";
import { PromiseWorld, transfer } from "../../helpers/preconf/world.ts";

const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

function meridian(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
		const out = { stdout: "", stderr: "" };
		child.stdout.on("data", (chunk: Buffer) => {
			out.stdout += chunk;
		});
		child.stderr.on("data", (chunk: Buffer) => {
			out.stderr += chunk;
		});
		child.once("close", (code) => resolve({ code, ...out }));
	});
}

describe("meridian verify --receipt", function () {
	this.timeout(60_000);
	let directory = "";
	let receipt: Receipt;
	const file = (name: string): string => join(directory, name);

	before(async () => {
		directory = await temporaryDirectory();
		const world = await PromiseWorld.open();
		const leg = await transfer();
		const answer = await world.send(leg);
		if (!answer.ok) expect.fail(answer.message);
		receipt = answer.receipt;
		await writeFile(file("good"), formatReceipt(receipt));
		await writeFile(file("pretty"), JSON.stringify(receipt, null, 2));
		await writeFile(file("moved"), formatReceipt({ ...receipt, index: 1 }));
		await writeFile(file("hostile"), JSON.stringify({ version: 1, chainId: "\u001b[31m".repeat(50) }));
		await writeFile(file("item"), JSON.stringify({ rollupId: 1, rawTx: bytesToHex(leg.rawTx) }));
		await writeFile(file("bundle"), JSON.stringify({ legs: [{ rollupId: 1, rawTx: bytesToHex(leg.rawTx) }] }));
	});

	after(async () => {
		await rm(directory, { recursive: true });
	});

	it("says that a receipt is good, and what for", async () => {
		const plain = await meridian("verify", "--receipt", file("pretty"), "--item", file("item"));
		expect([plain.code, plain.stderr]).to.deep.equal([0, ""]);
		expect(plain.stdout).to.match(/^good: 0x.* has promised this item, 0x\w+ place 0 of tick \d+\n$/);
		const json = await meridian("verify", "--receipt", file("good"), "--json");
		expect(JSON.parse(json.stdout)).to.deep.equal({ ok: true, checked: ["signature"], receipt });
	});

	it("says in one line what is wrong, and ends with 1", async () => {
		for (const [args, reason] of [
			[[file("moved")], "signer"],
			[[file("hostile")], "field"],
			[[MAIN], "not-json"],
			[[file("good"), "--item", file("bundle")], "item"],
		] as const) {
			const { code, stderr, stdout } = await meridian("verify", "--receipt", ...args);
			expect([code, stderr], stdout).to.deep.equal([1, ""]);
			expect(stdout).to.match(new RegExp(`^not good \\(${reason}\\): [^\\n\\u001b]+\\n$`));
		}
		const json = await meridian("verify", "--receipt", file("moved"), "--json");
		expect(JSON.parse(json.stdout)).to.include({ ok: false, reason: "signer" });
	});

	it("says in one line what cannot be used, and ends with 2", async () => {
		for (const [args, message] of [
			[["--receipt", file("none")], /^error: .*none cannot be read/],
			[["--receipt", file("good"), "--item", file("hostile")], /^error: .*hostile holds no transaction or bundle/],
			[["--receipt", file("good"), "--rpc", "x"], /^error: option '--rpc <url>' argument 'x' is invalid/],
			[["--out", "x"], /^error: required option '--l1 <url>' not specified/],
			[["--l1", "http://127.0.0.1:1", "--out", "x"], /^error: required option '--inbox <address>' not specified/],
		] as const) {
			const { code, stderr } = await meridian("verify", ...args);
			expect([code, stderr.split("\n")[0]]).to.satisfy(
				([exit, line]: [number, string]) => exit === 2 && message.test(line),
				stderr,
			);
		}
	});

	it("says that L1 does not answer", async () => {
		const { code, stderr } = await meridian(
			"verify",
			"--receipt",
			file("good"),
			"--rpc",
			"http://127.0.0.1:1",
			"--give-up",
			"0",
		);
		expect(code).to.equal(1);
		expect(stderr).to.match(/^error: no useful answer from L1/m);
	});
});
