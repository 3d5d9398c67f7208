/** The command line as its users have it: child processes. And a devnet that goes on after its traffic, to point commands at. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

export interface Ended {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

/** Runs Node to its end. @param key of the L1 account that pays, for commands that send */
export async function runNode(args: readonly string[], key?: string): Promise<Ended> {
	const { MERIDIAN_KEY: _, ...env } = process.env;
	const child = spawn(process.execPath, args, {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...env, NO_COLOR: "1", ...(key !== undefined && { MERIDIAN_KEY: key }) },
	});
	let out = "";
	let err = "";
	child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
	const [code] = (await once(child, "close")) as [number | null];
	return { code, out, err };
}

export const meridian = (...args: string[]): Promise<Ended> => runNode([MAIN, ...args]);
export const meridianPaid = (key: string, ...args: string[]): Promise<Ended> => runNode([MAIN, ...args], key);

/** The JSON object that a command with `--json` ends with. */
export const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");

export interface DevnetResult {
	readonly rollups: readonly { rollupId: number; chainId: number; blockNumber: number; blockHash: string }[];
	readonly readerAgrees: boolean;
}

/** A devnet whose traffic is over; L1 goes on. */
export interface KeptDevnet {
	readonly result: DevnetResult;
	/** Flags that point a command at it. */
	readonly l1: readonly string[];
	/** What it has told people so far. */
	told(): string;
	stop(): Promise<void>;
}

export async function keepDevnet(slots: number): Promise<KeptDevnet> {
	const args = [MAIN, "devnet", "--fast", "--keep", "--slots", String(slots), "--json"];
	const devnet = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
	let told = "";
	let printed = "";
	devnet.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
	await new Promise<void>((resolve, reject) => {
		devnet.once("close", () => reject(new Error(`the devnet ended: ${told}`)));
		devnet.stdout.on("data", (chunk: Buffer) => {
			printed += chunk.toString();
			if (printed.includes("\n")) resolve();
		});
	});
	const [, flags = ""] = /meridian derive (--l1 .+)/.exec(told) ?? [];
	return {
		result: lastLine(printed) as DevnetResult,
		l1: flags.trim().split(/\s+/),
		told: () => told,
		stop: () => interrupt(devnet),
	};
}

async function interrupt(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, "close");
	child.kill("SIGINT");
	await ended;
}
