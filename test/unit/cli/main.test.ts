import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { describe, it } from "mocha";
import { onShutdown, runShutdownHooks } from "../../../src/cli/shutdown.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const launcher = fileURLToPath(new URL("../../../meridian", import.meta.url));

const meridian = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });

describe("meridian on the command line", function () {
	this.timeout(60_000);

	it("shows its help and version on stdout, exit code 0", () => {
		const help = meridian("--help");
		expect(help.status).to.equal(0);
		expect(help.stdout).to.match(/^Usage: meridian /);
		const version = meridian("--version");
		expect(version.status).to.equal(0);
		expect(version.stdout).to.match(/^\d+\.\d+\.\d+\n$/);
	});

	it("without a command shows the help on stderr, exit code 2", () => {
		const { status, stdout, stderr } = meridian();
		expect(status).to.equal(2);
		expect(stdout).to.equal("");
		expect(stderr).to.match(/^Usage: meridian /);
	});

	for (const [args, suggestion] of [
		[["tset"], "Did you mean test?"],
		[["test", "--coverge"], "Did you mean --coverage?"],
	] as const) {
		it(`suggests what was meant by ${args.join(" ")}, exit code 2, no stack`, () => {
			const { status, stdout, stderr } = meridian(...args);
			expect(status).to.equal(2);
			expect(stdout).to.equal("");
			expect(stderr).to.match(/^error: unknown /);
			expect(stderr).to.contain(suggestion);
			expect(stderr).to.not.contain("    at ");
		});
	}

	it("tells a wrong argument in two lines, exit code 2, no stack", () => {
		const { status, stdout, stderr } = meridian("test", "no such \"file'");
		expect(status).to.equal(2);
		expect(stdout).to.equal("");
		expect(stderr).to.match(/^error: no test file fits .+\nhint: .+\n$/);
		expect(stderr).to.contain(`no such \\"file'`);
	});

	it("is quiet when nobody reads its output any more", async () => {
		const child = spawn(process.execPath, [main, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
		child.stdout.destroy();
		let stderr = "";
		child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
			stderr += chunk;
		});
		const code = await new Promise((resolve) => child.once("close", resolve));
		expect(stderr).to.equal("");
		expect(code).to.equal(0);
	});

	it("is started by the launcher from any folder, quotes and spaces intact", () => {
		const { status, stderr } = spawnSync(launcher, ["check", "--only", `it's "odd" $HOME`], {
			cwd: "/",
			encoding: "utf8",
		});
		expect(status).to.equal(2);
		expect(stderr).to.contain(JSON.stringify(`it's "odd" $HOME`));
	});
});

describe("cli shutdown hooks", () => {
	it("run once, newest first, all of them even if one throws", async () => {
		const order: string[] = [];
		onShutdown(() => order.push("first"));
		onShutdown(() => {
			order.push("second");
			throw new Error("cannot clean up");
		});
		onShutdown(async () => order.push("third"));
		await runShutdownHooks();
		await runShutdownHooks();
		expect(order).to.deep.equal(["third", "second", "first"]);
	});

	it("can be taken back", async () => {
		const order: string[] = [];
		const release = onShutdown(() => order.push("never"));
		release();
		await runShutdownHooks();
		expect(order).to.deep.equal([]);
	});
});
