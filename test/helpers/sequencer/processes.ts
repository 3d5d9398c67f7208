/** `meridian sequence` as its users have it: child processes on a devnet's beacon chain in real time, which a test ends at any moment. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as deployment from "../../../deploy/index.ts";
import type { BeaconChain } from "../../../src/devnet/beacon/chain.ts";
import { openBeaconClient } from "../../../src/devnet/beacon/realtime.ts";
import { type Delegate, type ProposerSetup, withdrawalAddress } from "../../../src/devnet/beacon/setup.ts";
import { type Setup, setUp } from "../../../src/devnet/setup.ts";
import { connectL1 } from "../../../src/node/connect.ts";
import type { Hex, TimelineConfig } from "../../../src/primitives/types.ts";
import { MAIN } from "../node/commands.ts";
import { temporaryDirectory } from "../node/snapshot.ts";

const EPOCH = 32;
/** What setting up takes, about, in seconds. If it takes longer, the delegates' first epoch has begun by then. */
const SETUP_SECONDS = 10;
const OPTIONS = {
	rollups: 2,
	slots: 1,
	l1: "beacon",
	fast: false,
	calldata: true,
	beacon: null,
	key: null,
	keep: false,
	seed: 1,
};

/** One life of a sequencer. */
export class SequencerProcess {
	readonly #child: ChildProcess;
	readonly #closed: Promise<unknown>;
	/** What it has said on stdout, and on stderr. */
	out = "";
	err = "";
	/** When it first took requests, and when it was over; milliseconds since 1970. */
	readyAt = Number.POSITIVE_INFINITY;
	endedAt = Number.POSITIVE_INFINITY;

	constructor(args: readonly string[], key: Hex) {
		this.#child = spawn(process.execPath, [MAIN, "sequence", ...args], {
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, NO_COLOR: "1", MERIDIAN_KEY: key },
		});
		this.#child.stdout?.on("data", (chunk: Buffer) => {
			this.out += chunk.toString();
			if (this.url !== null) this.readyAt = Math.min(this.readyAt, Date.now());
		});
		this.#child.stderr?.on("data", (chunk: Buffer) => (this.err += chunk.toString()));
		this.#closed = once(this.#child, "close").then(() => (this.endedAt = Date.now()));
	}

	/** Where it takes requests; null: not yet. */
	get url(): string | null {
		return /receipts at (http:\S+),/.exec(this.out)?.[1] ?? null;
	}

	get isRunning(): boolean {
		return this.#child.exitCode === null && this.#child.signalCode === null;
	}

	/** Until it has said that. Throws if it ends before. */
	async says(pattern: RegExp): Promise<void> {
		while (!pattern.test(this.out + this.err)) {
			if (!this.isRunning) throw new Error(`it ended with ${this.#child.exitCode}: ${this.out}${this.err}`);
			await sleep(25);
		}
	}

	/** Its exit code, once it is over; null if a signal ended it. */
	async end(signal?: "SIGINT" | "SIGKILL"): Promise<number | null> {
		if (signal !== undefined && this.isRunning) this.#child.kill(signal);
		await this.#closed;
		return this.#child.exitCode;
	}
}

export interface StartOptions {
	/** In place of the L1 node's own. */
	readonly l1?: string;
	/** Without `--beacon`. */
	readonly blind?: boolean;
	/** `--calldata` by default. */
	readonly flags?: readonly string[];
}

export class ProcessWorld {
	readonly chain: BeaconChain;
	readonly setup: Setup;
	readonly proposers: ProposerSetup;
	readonly config: TimelineConfig;
	readonly folder: string;
	/** All lives there were, in order, of each name. */
	readonly lives = new Map<string, SequencerProcess[]>();

	private constructor(parts: Pick<ProcessWorld, "chain" | "setup" | "proposers" | "config" | "folder">) {
		this.chain = parts.chain;
		this.setup = parts.setup;
		this.proposers = parts.proposers;
		this.config = parts.config;
		this.folder = parts.folder;
	}

	/** An L1 whose proposers' delegates have the next epoch's slots, or this one's; two ticks to a slot. */
	static async open(tickSeconds = 1): Promise<ProcessWorld> {
		const slotSeconds = 2 * tickSeconds;
		const headStart = 2 * EPOCH * slotSeconds - SETUP_SECONDS;
		const chain = await openBeaconClient({ slotSeconds, withdrawalAddress, headStart });
		try {
			const setup = await setUp(chain, deployment, { ...OPTIONS, slotSeconds, tickSeconds });
			const { proposers } = setup;
			if (proposers === null) throw new Error("no proposers");
			await chain.startSlots();
			const { config } = await connectL1({ rpc: chain.url, inbox: setup.inbox }).timeline();
			return new ProcessWorld({ chain, setup, proposers, config, folder: await temporaryDirectory() });
		} catch (error) {
			await chain.stop();
			throw error;
		}
	}

	get delegates(): readonly Delegate[] {
		return this.proposers.delegates;
	}

	source() {
		return connectL1({ rpc: this.chain.url, inbox: this.setup.inbox, beacon: this.chain.beaconUrl });
	}

	/** A new life, with the journal of those before. */
	start({ key, name }: Delegate, { blind = false, flags = ["--calldata"], l1 = this.chain.url }: StartOptions = {}) {
		const { beaconUrl } = this.chain;
		const beacon = blind ? [] : ["--beacon", beaconUrl];
		const at = ["--l1", l1, ...beacon, "--inbox", this.setup.inbox, "--slasher", this.proposers.slasher];
		const life = new SequencerProcess([...at, "--journal", join(this.folder, name), "--port", "0", ...flags], key);
		this.lives.set(name, [...(this.lives.get(name) ?? []), life]);
		return life;
	}

	/** Who takes requests under that name now. */
	running(name: string): SequencerProcess | null {
		const life = this.lives.get(name)?.at(-1);
		return life?.isRunning === true && life.url !== null ? life : null;
	}

	async close(): Promise<void> {
		for (const life of [...this.lives.values()].flat()) await life.end("SIGKILL");
		await this.chain.stop();
		await rm(this.folder, { recursive: true });
	}
}
