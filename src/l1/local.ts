/** Local L1 nodes for the devnet and for tests: started, waited for, and never left behind. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MeridianError } from "../primitives/errors.ts";

export interface LocalNode {
	readonly url: string;
	/** Ends the node and waits until it is gone. Harmless when it is gone already. */
	stop(): Promise<void>;
	/** Resolves when the process has ended, asked or not, with the last lines it printed. */
	readonly ended: Promise<string>;
}

export interface AnvilOptions {
	readonly chainId?: number;
	/** Seconds between blocks. Without it a block is mined for each transaction, or on request (`noMining`). */
	readonly blockTime?: number;
	/** Mine on request only. */
	readonly noMining?: boolean;
	/** Timestamp of the genesis block, seconds. */
	readonly timestamp?: number;
	/** anvil's finalized tag trails the head by two epochs, its safe tag by one; 32 slots each by default. */
	readonly slotsPerEpoch?: number;
	/** Further command line options, as anvil takes them. */
	readonly extra?: readonly string[];
}

/**
 * Starts anvil with Osaka rules on a free port of 127.0.0.1 and waits until it answers.
 * Throws `usage` if anvil is not installed, `halt` if it ends before it answers.
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<LocalNode> {
	const flags = ["--host", "127.0.0.1", "--port", "0", "--hardfork", "osaka", "--no-request-size-limit"];
	if (options.chainId !== undefined) flags.push("--chain-id", String(options.chainId));
	if (options.blockTime !== undefined) flags.push("--block-time", String(options.blockTime));
	if (options.noMining) flags.push("--no-mining");
	if (options.timestamp !== undefined) flags.push("--timestamp", String(options.timestamp));
	if (options.slotsPerEpoch !== undefined) flags.push("--slots-in-an-epoch", String(options.slotsPerEpoch));
	return await startNode(
		"anvil",
		[anvilBinary(), ...flags, ...(options.extra ?? [])],
		/Listening on (127\.0\.0\.1:\d+)\s/,
	);
}

export interface HardhatNodeOptions {
	readonly chainId?: number;
	/** Path of the Hardhat configuration; the one of the working directory by default. */
	readonly config?: string;
}

/** Starts `hardhat node` on a free port of 127.0.0.1 and waits until it answers. Errors as `startAnvil`. */
export async function startHardhatNode(options: HardhatNodeOptions = {}): Promise<LocalNode> {
	const cli = join(packageFolder("hardhat"), "dist/src/cli.js");
	const flags = ["node", "--hostname", "127.0.0.1", "--port", "0"];
	if (options.chainId !== undefined) flags.push("--chain-id", String(options.chainId));
	if (options.config !== undefined) flags.unshift("--config", options.config);
	return await startNode("hardhat node", [process.execPath, cli, ...flags], /at http:\/\/(127\.0\.0\.1:\d+)\//);
}

// ------------------------------------------------------------------------------------------------ processes

/**
 * The node lives as long as the pipe that is its guard's input. Whatever way this process ends, kill -9 included, the
 * system closes the pipe and the guard ends the node. It has a session of its own, so that Ctrl-C reaches only us and
 * we can end things in order.
 */
const GUARD = `exec 3<&0
"$@" </dev/null 3<&- & node=$!
{ cat <&3 >/dev/null; kill -KILL $node 2>/dev/null; } &
exec 3<&-
wait $node`;

async function startNode(name: string, command: readonly string[], ready: RegExp): Promise<LocalNode> {
	const child = spawn("/bin/sh", ["-c", GUARD, "guard", ...command], { detached: true, stdio: "pipe" });
	const output = new TailBuffer();
	const ended = new Promise<string>((resolve) => child.once("close", () => resolve(output.text)));
	const stop = async (): Promise<void> => {
		child.stdin.destroy();
		await ended;
	};
	try {
		const address = await waitForAddress(name, child, output, ready);
		return { url: `http://${address}`, stop, ended };
	} catch (error) {
		await stop();
		throw error;
	}
}

const START_SECONDS = 60;

function waitForAddress(
	name: string,
	child: ChildProcessWithoutNullStreams,
	output: TailBuffer,
	ready: RegExp,
): Promise<string> {
	return new Promise((resolve, reject) => {
		const fail = (why: string): void => {
			clearTimeout(timer);
			const last = output.text.trim().split("\n").slice(-3).join(" / ");
			reject(new MeridianError("halt", "l1-start", `${name} ${why}: ${last}`));
		};
		const timer = setTimeout(() => fail(`did not answer within ${START_SECONDS} s`), START_SECONDS * 1000);
		const listen = (chunk: Buffer): void => {
			output.add(chunk);
			const address = ready.exec(output.text)?.[1];
			if (address === undefined) return;
			clearTimeout(timer);
			resolve(address);
		};
		child.stdout.on("data", listen);
		child.stderr.on("data", (chunk: Buffer) => output.add(chunk));
		child.once("error", (error) => fail(`could not be started (${error.message})`));
		child.once("close", () => fail("ended before it answered"));
	});
}

/** The last few thousand characters of an output that may go on for days. */
class TailBuffer {
	text = "";

	add(chunk: Buffer): void {
		this.text = (this.text + chunk.toString("utf8")).slice(-8_000);
	}
}

// ------------------------------------------------------------------------------------------------ installed packages

function packageFolder(name: string, from: string = import.meta.url): string {
	try {
		return dirname(createRequire(from).resolve(`${name}/package.json`));
	} catch (cause) {
		throw new MeridianError(
			"usage",
			"not-installed",
			`The package ${name} is not installed; npm install ${name}`,
			{},
			{ cause },
		);
	}
}

/** The native program itself, not npm's wrapper around it: one process less to start and to end. */
function anvilBinary(): string {
	const wrapper = packageFolder("@foundry-rs/anvil");
	const arch = process.arch === "x64" ? "amd64" : process.arch;
	const native = packageFolder(`@foundry-rs/anvil-${process.platform}-${arch}`, join(wrapper, "package.json"));
	return join(native, "bin/anvil");
}
