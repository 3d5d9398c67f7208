/** anvil as a child process: an L1 of one's own under Osaka rules, gone when it is stopped. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ethers } from "ethers";
import { MeridianError } from "../src/primitives/errors.ts";

export interface Anvil {
	readonly provider: ethers.JsonRpcProvider;
	/** Of its first, rich account. */
	readonly privateKey: string;
	stop(): Promise<void>;
}

/** The first key of the mnemonic that every development chain shares. */
export const DEVELOPMENT_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/** Starts anvil on a free port of this machine only. Throws `halt` with code `anvil-failed`. */
export async function startAnvil(): Promise<Anvil> {
	const binary = fileURLToPath(new URL("../node_modules/.bin/anvil", import.meta.url));
	const child = spawn(binary, ["--hardfork", "osaka", "--port", "0", "--no-request-size-limit"]);
	const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	const port = await new Promise<string>((resolve, reject) => {
		let said = "";
		const listen = (chunk: Buffer): void => {
			said += chunk.toString();
			const found = /Listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
			if (found !== undefined) resolve(found);
		};
		child.stdout.on("data", listen);
		child.stderr.on("data", listen);
		const failed = (why: string) =>
			reject(new MeridianError("halt", "anvil-failed", `anvil did not start (${why}): ${said.trim()}`));
		child.once("error", (error) => failed(error.message));
		child.once("exit", (code) => failed(`exit code ${code}`));
	});
	const provider = new ethers.JsonRpcProvider(`http://127.0.0.1:${port}`, undefined, {
		cacheTimeout: -1,
		pollingInterval: 20,
		staticNetwork: ethers.Network.from(31_337),
	});
	const stop = async (): Promise<void> => {
		provider.destroy();
		child.kill("SIGTERM");
		await ended;
	};
	return { provider, privateKey: DEVELOPMENT_KEY, stop };
}
