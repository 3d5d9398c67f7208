/** Runs a tool of node_modules (or a script) and keeps what it says, to be shown only if it fails. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onShutdown } from "../../src/cli/shutdown.ts";

export interface Verdict {
	readonly ok: boolean;
	/** What to show a person if not ok. */
	readonly output: string;
}

/** The script behind a package's command, so that no shell or link is needed. */
export function binOf(root: string, packageName: string, command = packageName): string {
	const folder = join(root, "node_modules", packageName);
	const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
		bin: string | Readonly<Record<string, string>>;
	};
	return join(folder, typeof manifest.bin === "string" ? manifest.bin : (manifest.bin[command] ?? ""));
}

/**
 * @param args a script and its arguments, run by this Node in `root`
 */
export function runNode(root: string, args: readonly string[]): Promise<Verdict> {
	return new Promise((resolve, reject) => {
		const environment = { ...process.env, FORCE_COLOR: "0", HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" };
		const child = spawn(process.execPath, args, { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
		const release = onShutdown(() => child.kill());
		let output = "";
		const collect = (chunk: string): void => {
			output += chunk;
		};
		child.stdout.setEncoding("utf8").on("data", collect);
		child.stderr.setEncoding("utf8").on("data", collect);
		child.once("error", reject);
		child.once("close", (code) => {
			release();
			resolve({ ok: code === 0, output: output.trim() });
		});
	});
}

/** Several verdicts as one: ok if all are. */
export async function all(verdicts: readonly Promise<Verdict>[]): Promise<Verdict> {
	const done = await Promise.all(verdicts);
	return {
		ok: done.every(({ ok }) => ok),
		output: done
			.filter(({ ok }) => !ok)
			.map(({ output }) => output)
			.join("\n"),
	};
}
