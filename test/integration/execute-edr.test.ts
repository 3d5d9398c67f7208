/**
 * Runs test/helpers/execute/edrSuite.ts in a process of its own: Hardhat's runner holds an EDR context already, and EDR asks for no more
 * than one in a process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { describe, it } from "mocha";

const MOCHA = fileURLToPath(new URL("../../node_modules/mocha/bin/mocha.js", import.meta.url));
const SUITE = fileURLToPath(new URL("../helpers/execute/edrSuite.ts", import.meta.url));

describe("execution beside EDR", function () {
	this.timeout(180_000);

	it("E-26: the same root, gas and block hash for random blocks, in a process of its own", async () => {
		// Not the runner's loader: the suite runs as everything outside of Hardhat does.
		const { NODE_OPTIONS: _, ...environment } = process.env;
		const child = spawn(process.execPath, [MOCHA, SUITE], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
		let told = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (told += chunk.toString()));
		const [code] = await once(child, "close");
		expect(code, told).to.equal(0);
		expect(told).to.include("1 passing");
	});
});
