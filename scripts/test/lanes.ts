/** Test runners side by side, each in a process of its own: what they print comes out one lane after the other, not mixed. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { onShutdown } from "../../src/cli/shutdown.ts";

/** Arguments of one run of Hardhat. */
export type Lane = readonly string[];

/** Runs all of them at once. The first one is seen as it goes, each other one from when those before it are over. Whether all succeeded. */
export async function runLanes(root: string, lanes: readonly Lane[], environment: NodeJS.ProcessEnv): Promise<boolean> {
	const colors = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
	const running = lanes.map((lane) => start(root, lane, { ...environment, ...colors }));
	let succeeded = true;
	for (const { ended, show } of running) {
		show();
		succeeded = (await ended) && succeeded;
	}
	return succeeded;
}

interface Running {
	readonly ended: Promise<boolean>;
	/** From now on, and what it has printed before. */
	show(): void;
}

function start(root: string, lane: Lane, env: NodeJS.ProcessEnv): Running {
	const script = join(root, "node_modules/hardhat/dist/src/cli.js");
	const child = spawn(process.execPath, [script, ...lane], { cwd: root, stdio: ["inherit", "pipe", "pipe"], env });
	const release = onShutdown(() => child.kill());
	let shown = false;
	let kept: Buffer[] = [];
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			if (shown) process.stdout.write(chunk);
			else kept.push(chunk);
		});
	const ended = new Promise<boolean>((resolve) => {
		const fail = (why: string): void => void kept.push(Buffer.from(`The test runner ${why}\n`));
		child.once("error", (error) => fail(`could not be started (${error.message})`));
		child.once("close", (code, signal) => {
			release();
			// A runner that dies in native code after its last test says nothing itself.
			if (signal !== null) fail(`was ended by ${signal}`);
			resolve(code === 0);
		});
	});
	return {
		ended: ended.finally(() => flush()),
		show() {
			shown = true;
			flush();
		},
	};

	function flush(): void {
		if (!shown) return;
		for (const chunk of kept) process.stdout.write(chunk);
		kept = [];
	}
}
