import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { describe, it } from "mocha";

describe("docs/audit.md", () => {
	it("names a test for every invariant and every revert of the contracts, and is fresh", () => {
		const script = fileURLToPath(new URL("../../scripts/audit/table.ts", import.meta.url));
		const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
		expect(stderr.replaceAll(/.*(ExperimentalWarning|--trace-warnings).*\n/g, "")).to.equal("");
		expect(status).to.equal(0);
	});
});
