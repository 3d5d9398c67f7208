/** What proving an epoch's proposers takes from a state as large as mainnet's: served over loopback, proved in a process of its own. */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { stateTree } from "../src/l1/beacon/tree.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import { headerOf, syntheticState } from "../test/helpers/l1/beaconState.ts";

export interface LookaheadBenchResult {
	readonly validators: number;
	/** Of the state, SSZ. */
	readonly stateMB: number;
	/** From asking for the state until the proofs of both halves, a mix and a validator are there. */
	readonly seconds: number;
	/** The largest the proving process was. */
	readonly rssMB: number;
}

export async function runLookaheadBench(validators = 1_000_000): Promise<LookaheadBenchResult> {
	const { bytes, slot } = syntheticState(validators);
	const header = headerOf(slot, stateTree(bytes, "fulu").root);
	const server = createServer((_, response) => {
		response.writeHead(200, { "content-type": "application/octet-stream", "eth-consensus-version": "fulu" });
		response.end(bytes);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	try {
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const measured = await prove(url, JSON.stringify({ header, validatorIndex: validators - 1 }));
		return { validators, stateMB: Math.round(bytes.length / 1e6), ...measured };
	} finally {
		server.close();
		server.closeAllConnections();
	}
}

async function prove(url: string, facts: string): Promise<{ readonly seconds: number; readonly rssMB: number }> {
	const child = spawn(process.execPath, [fileURLToPath(new URL("lookahead-prover.ts", import.meta.url)), url, facts], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let output = "";
	child.stdout.on("data", (chunk: Buffer) => {
		output += chunk.toString();
	});
	const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
	if (code !== 0) throw new MeridianError("halt", "bench", `The proving process ended with code ${code}`);
	return JSON.parse(output) as { seconds: number; rssMB: number };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	console.log(JSON.stringify(await runLookaheadBench(Number(process.argv[2] ?? 1_000_000))));
