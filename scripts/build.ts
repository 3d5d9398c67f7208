/** Makes what `npm pack` ships besides the contracts: JavaScript and types in dist/, ABIs in abi/. Run by `npm run build`, and before packing. */
import { spawnSync } from "node:child_process";
import { chmodSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { binOf } from "./check/tool.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const runTool = (...args: string[]): void => {
	// npm reads what `npm pack --json` prints on stdout: the tools' words go to stderr.
	const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
	if (status !== 0) process.exit(1);
};

function writeAbis(): void {
	mkdirSync(join(root, "abi"));
	for (const file of globSync("artifacts/contracts/**/*.sol/*.json", {
		cwd: root,
		exclude: ["artifacts/contracts/{mocks,examples}/**"],
	})) {
		const { abi } = JSON.parse(readFileSync(join(root, file), "utf8")) as { abi: readonly unknown[] };
		if (abi.length > 0) writeFileSync(join(root, "abi", basename(file)), `${JSON.stringify(abi, null, "\t")}\n`);
	}
}

for (const folder of ["dist", "abi"]) rmSync(join(root, folder), { recursive: true, force: true });
runTool(binOf(root, "hardhat"), "build");
runTool(binOf(root, "typescript", "tsc"), "--project", "tsconfig.build.json");
chmodSync(join(root, "dist/cli/main.js"), 0o755);
writeAbis();
