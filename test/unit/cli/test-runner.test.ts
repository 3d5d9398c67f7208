import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { extendLibrary, instrumentBranches } from "../../../scripts/test/branches.ts";
import { formatCoverage } from "../../../scripts/test/coverage.ts";
import { selectTests } from "../../../scripts/test/select.ts";
import { countsOf, summaryLine } from "../../../scripts/test/summary.ts";
import { isMeridianError } from "../../../src/primitives/errors.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));

const contract = (body: string): string => `pragma solidity 0.8.37;
contract C {
    function f(uint256 a, bool b) external pure returns (uint256) {
        ${body}
    }
}
`;

describe("branch coverage", () => {
	const conditionsOf = (body: string): string[] =>
		instrumentBranches("C.sol", contract(body), contract(body)).branches.map(({ condition }) => condition);

	it("finds the conditions of if, require and ?:, nested ones too, and nothing else", () => {
		const body = `require(a > 1, Low(a));
        if (a > 3 && b) { return b ? 1 : 2; }
        for (uint256 i = 0; i < a; i++) { assert(i < 9); }
        return (a > 5 ? b : !b) ? 3 : 4;`;
		expect(conditionsOf(body)).to.deep.equal(["a > 1", "a > 3 && b", "b", "(a > 5 ? b : !b)", "a > 5"]);
	});

	it("wraps each condition whole, innermost inside, and keeps clear of comments", () => {
		const body = "if ( // why\n a == 1 // one\n || (b ? a : 2) == 2 /* two */ ) { return 1; } return 2;";
		const { source, branches } = instrumentBranches("C.sol", contract(body), contract(body));
		const [outer, inner] = branches;
		const code = source.replace(/\/\/[^\n]*/g, "").replace(/\s+/g, " ");
		const call = "__NomicFoundationCoverage.branch(";
		expect(code).to.contain(
			`if ( ${call}a == 1 || (${call}b , 0x${inner?.whenTrue}, 0x${inner?.whenFalse}) ? a : 2) == 2`,
		);
		expect(code).to.contain(`== 2 , 0x${outer?.whenTrue}, 0x${outer?.whenFalse}) /* two */ ) { return 1; }`);
	});

	it("takes lines and words from the source as written, whatever was inserted before", () => {
		const written = contract("if (a > 3) return 1; return 2;");
		const instrumented = contract("Lib.hit(1);\n\n Lib.hit(2); if (a > 3) {Lib.hit(3); return 1;} return 2;");
		const { source, branches } = instrumentBranches("C.sol", written, instrumented);
		expect(branches.map(({ line, condition }) => ({ line, condition }))).to.deep.equal([
			{ line: 4, condition: "a > 3" },
		]);
		expect(source).to.contain("if (__NomicFoundationCoverage.branch(a > 3");
	});

	it("gives every way of every condition its own tag", () => {
		const ways = ["A.sol", "B.sol"].flatMap((name) => {
			const text = contract("if (a > 3) return 1; if (b) return 2; return 3;");
			return instrumentBranches(name, text, text).branches.flatMap(({ whenTrue, whenFalse }) => [whenTrue, whenFalse]);
		});
		expect(new Set(ways).size).to.equal(8);
		expect(ways.every((tag) => /^[0-9a-f]{64}$/.test(tag))).to.equal(true);
	});

	it("adds its function inside Hardhat's library", () => {
		const extended = extendLibrary("library L {\n  function sendHit(uint256) internal pure {}\n}\n");
		expect(extended).to.match(/sendHit\(uint256\)[\s\S]*function branch\(bool taken[\s\S]*\}\n\}$/);
	});

	it("prints percentages, and every place that no test reaches", () => {
		const text = formatCoverage([
			{
				path: "contracts/A.sol",
				lines: { found: 4, hit: 3 },
				branches: { found: 2, hit: 1 },
				missing: ["7: never run"],
			},
			{ path: "contracts/I.sol", lines: { found: 0, hit: 0 }, branches: { found: 0, hit: 0 }, missing: [] },
		]);
		expect(text).to.match(/contracts\/A\.sol +75\.0 % +50\.0 %/);
		expect(text).to.match(/contracts\/I\.sol +- +-/);
		expect(text).to.match(/all +75\.0 % +50\.0 %/);
		expect(text).to.contain("  contracts/A.sol:7: never run");
	});
});

interface Ran {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** What a process prints that runs these lines with what the script exports. */
const runScript = (names: string, script: string, body: string): Promise<Ran> =>
	new Promise((resolve) => {
		const url = JSON.stringify(new URL(`../../../scripts/test/${script}`, import.meta.url).href);
		const program = `import { ${names} } from ${url}; ${body}`;
		const child = execFile(process.execPath, ["--input-type=module", "--eval", program], (_error, stdout, stderr) =>
			resolve({ code: child.exitCode ?? -1, stdout, stderr }),
		);
	});

describe("meridian test: side by side", () => {
	let folder: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "meridian-lanes-"));
		await mkdir(join(folder, "node_modules/hardhat/dist/src"), { recursive: true });
		// Says who it is as long as it waits, and ends as it is told.
		const runner = `const [name, lines, code] = process.argv.slice(2);
			for (let i = 0; i < lines; i++) { console.log(name + i); await new Promise((done) => setTimeout(done, 30)); }
			if (code === "kill") process.kill(process.pid, "SIGKILL");
			process.exitCode = Number(code);`;
		await writeFile(join(folder, "node_modules/hardhat/dist/src/cli.js"), runner);
		await writeFile(join(folder, "node_modules/hardhat/package.json"), '{"type":"module"}');
	});
	after(async () => await rm(folder, { recursive: true, force: true }));

	const lanes = (...wanted: readonly string[]): Promise<Ran> => {
		const split = JSON.stringify(wanted.map((lane) => lane.split(" ")));
		const body = `console.log(await runLanes(${JSON.stringify(folder)}, ${split}, process.env));`;
		return runScript("runLanes", "lanes.ts", body);
	};

	it("prints one lane after the other, however they run", async () => {
		for (const [a, b] of [
			["a 3 0", "b 1 0"],
			["a 1 0", "b 3 0"],
		] as const) {
			const { stdout } = await lanes(a, b);
			const said = (lane: string): string[] => Array.from({ length: Number(lane[2]) }, (_, i) => `${lane[0]}${i}`);
			expect(stdout.trim().split("\n")).to.deep.equal([...said(a), ...said(b), "true"]);
		}
	});

	it("fails if any fails, and says if one was killed", async () => {
		expect((await lanes("a 1 1", "b 1 0")).stdout).to.equal("a0\nb0\nfalse\n");
		expect((await lanes("a 1 0", "b 1 kill")).stdout).to.equal("a0\nb0\nThe test runner was ended by SIGKILL\nfalse\n");
	});
});

describe("meridian test: how it ends", () => {
	const run = (body: string): Promise<Ran> => runScript("endSoon, watchRejections", "ending.ts", body);

	it("by itself, when everything is closed", async () => {
		expect(await run("endSoon(60_000);")).to.include({ code: 0 });
	});

	it("as failed, when a test has left something open, with what it is", async () => {
		const server = 'import { createServer } from "node:net"; createServer().listen(0, "127.0.0.1");';
		const { code, stderr } = await run(`${server} endSoon(50);`);
		expect(code).to.equal(1);
		expect(stderr).to.match(/something that they opened is not closed: .*TCPServerWrap/);
	});

	it("knows of promises that were rejected and that nobody handled", async () => {
		const body =
			"const seen = watchRejections(); Promise.reject(new Error('lost')); setTimeout(() => process.exit(seen.count), 10);";
		const { code, stderr } = await run(body);
		expect(code).to.equal(1);
		expect(stderr).to.match(/nobody handled it:\nError: lost/);
	});
});

describe("meridian test: which files", () => {
	it("takes a file or folder from the caller's folder or the repository, and parts of paths", () => {
		const self = "test/unit/cli/test-runner.test.ts";
		expect(selectTests(root, here, ["test-runner.test.ts"])).to.deep.equal([self]);
		expect(selectTests(root, "/", [self])).to.deep.equal([self]);
		expect(selectTests(root, "/", ["cli/test-run"])).to.deep.equal([self]);
		expect(selectTests(root, "/", ["test/unit/cli"])).to.include(self);
		expect(selectTests(root, "/", ["test/unit/cli"]).every((file) => file.startsWith("test/unit/cli/"))).to.equal(true);
		expect(selectTests(root, "/", [self, "test/unit/cli", self])).to.have.length(
			selectTests(root, "/", ["test/unit/cli"]).length,
		);
	});

	it("takes none to mean all: Hardhat then finds them itself", () => {
		expect(selectTests(root, "/", [])).to.deep.equal([]);
	});

	it("refuses a pattern that fits nothing, also beside one that does", () => {
		for (const patterns of [["no-such"], ["test/unit/cli", "no-such"]]) {
			expect(() => selectTests(root, "/", patterns)).to.satisfy((select: () => void) => {
				try {
					select();
					return false;
				} catch (error) {
					return isMeridianError(error) && error.code === "no-such-test" && error.recovery === "usage";
				}
			});
		}
	});

	it("counts what Hardhat tells of each contract's tests", () => {
		const suite = (...statuses: string[]) => ({ testResults: statuses.map((status) => ({ status })) });
		const suites = [suite("Success", "Failure"), suite(), suite("Success", "Skipped")];
		expect(countsOf(suites)).to.deep.equal({ passed: 2, failed: 1, skipped: 1 });
	});

	it("sums up in the line that scripts read", () => {
		expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).to.equal("12 passed, 0 failed");
		expect(summaryLine({ passed: 12, failed: 1, skipped: 2 })).to.equal("12 passed, 1 failed, 2 skipped");
	});
});
