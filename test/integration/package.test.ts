import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** What npm tells its scripts would make an npm inside believe it runs in the repository. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/.test(name)));

describe("the npm package, installed in an empty project", function () {
	this.timeout(300_000);
	let project = "";

	const inProject = async (command: string, ...args: string[]): Promise<string> =>
		(await run(command, args, { cwd: project, env: environment })).stdout;
	/** Runs a module of the project and gives back what it prints as JSON. */
	const runModule = async (source: string): Promise<unknown> => {
		const file = join(project, "run.mjs");
		writeFileSync(file, source);
		return JSON.parse(await inProject(process.execPath, file));
	};
	const meridian = (...args: string[]): Promise<string> =>
		inProject(join(project, "node_modules/.bin/meridian"), ...args);

	before(async () => {
		const folder = mkdtempSync(join(tmpdir(), "meridian-package-"));
		project = join(folder, "a project");
		mkdirSync(project);
		const packed = await run("npm", ["pack", "--json", `--pack-destination=${folder}`], {
			cwd: root,
			env: environment,
		});
		// npm says either a list of packages or an object of them, depending on its version.
		const [{ filename }] = Object.values(JSON.parse(packed.stdout)) as [{ filename: string }];
		writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
		const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
		await inProject("npm", "install", ...quiet, join(folder, filename));
	});

	after(() => {
		if (project !== "") rmSync(join(project, ".."), { recursive: true, force: true });
	});

	it("has a command that shows its help and version", async () => {
		expect(await meridian("--help")).to.match(/^Usage: meridian /);
		expect((await meridian("--version")).trim()).to.match(/^\d+\.\d+\.\d+$/);
	});

	it("says so when a command needs the repository", async () => {
		const failure = (await meridian("test").catch((error: unknown) => error)) as { code: number; stderr: string };
		expect(failure.code).to.equal(2);
		expect(failure.stderr).to.match(
			/^error: this command works only in a clone of the Meridian repository\nhint: .+\n$/,
		);
	});

	it("is a library: codec and hashes work", async () => {
		const result = await runModule(`
			import { decodeManifest, encodeManifest, itemHash } from "@meridian-based/meridian";
			const item = { kind: "tx", leg: { rollupId: 1, rawTx: Uint8Array.of(1, 2, 3) } };
			const bytes = encodeManifest([{ tick: 7, l1Origin: 5, items: [item] }]);
			const decoded = decodeManifest(bytes, { firstTick: 7, lastTick: 7, l1Origin: 5 });
			console.log(JSON.stringify({ ok: decoded.ok, tick: decoded.value?.[0]?.tick, hashBytes: itemHash(item).length }));
		`);
		expect(result).to.deep.equal({ ok: true, tick: 7, hashBytes: 32 });
	});

	it("is typed: a strict TypeScript project accepts the right use and refuses the wrong one", async () => {
		const typescript = join(root, "node_modules/typescript/bin/tsc");
		const compile = (source: string): Promise<string> => {
			writeFileSync(join(project, "use.ts"), source);
			return inProject(
				process.execPath,
				typescript,
				"--noEmit",
				"--strict",
				"--module",
				"nodenext",
				"--skipLibCheck",
				"use.ts",
			);
		};
		const use = (rollupId: string): string =>
			`import { itemHash } from "@meridian-based/meridian";
			export const hash: Uint8Array = itemHash({ kind: "tx", leg: { rollupId: ${rollupId}, rawTx: new Uint8Array(1) } });`;
		expect(await compile(use("1"))).to.equal("");
		const failure = (await compile(use('"one"')).catch((error: unknown) => error)) as { stdout: string };
		expect(failure.stdout).to.contain("'string' is not assignable to type 'number'");
	});

	it("brings the contracts and their ABIs", async () => {
		const result = await runModule(`
			import { createRequire } from "node:module";
			import abi from "@meridian-based/meridian/abi/Inbox.json" with { type: "json" };
			const source = createRequire(import.meta.url).resolve("@meridian-based/meridian/contracts/l1/Inbox.sol");
			console.log(JSON.stringify({ source, publishes: abi.some((entry) => entry.name === "publish") }));
		`);
		const { source, publishes } = result as { source: string; publishes: boolean };
		expect(publishes).to.equal(true);
		expect(existsSync(source)).to.equal(true);
	});
});
