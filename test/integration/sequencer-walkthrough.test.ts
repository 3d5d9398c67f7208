import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { describe, it } from "mocha";

const ROOT = new URL("../../", import.meta.url);
const CLI = "node_modules/hardhat/dist/src/cli.js";

describe("scripts/publish.ts", function () {
	this.timeout(120_000);

	it("runs in Hardhat's own network, and what it ordered is what everyone derives", async () => {
		const args = [CLI, "run", "--no-compile", "scripts/publish.ts"];
		const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
		const said = (word: string): string | undefined =>
			new RegExp(`${word}: (tick \\d+, block \\d+ 0x[0-9a-f]{64})`).exec(stdout)?.[1];
		expect(stdout.match(/alice's transaction \d: 0x[0-9a-f]{64}/g)?.length, stdout).to.equal(2);
		expect(said("unsafe"), stdout).to.match(/block 1 0x/);
		expect(said("safe")).to.equal(said("unsafe"));
	});
});
