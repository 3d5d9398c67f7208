/**
 * Writes src/execute/predeploys.ts: the compiled code of the contracts that every rollup has from its genesis on.
 * `node scripts/predeploys.ts` compiles first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { binOf, runNode } from "./check/tool.ts";

interface Artifact {
	readonly deployedBytecode: string;
	readonly immutableReferences?: Readonly<Record<string, unknown>>;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const built = await runNode(root, [binOf(root, "hardhat"), "build", "--no-typechain"]);
const artifact = JSON.parse(
	built.ok ? readFileSync(join(root, "artifacts/contracts/l2/Mailbox.sol/Mailbox.json"), "utf8") : "{}",
) as Artifact;
const immutables = Object.keys(artifact.immutableReferences ?? {});

if (!built.ok) {
	console.error(built.output);
	process.exitCode = 1;
} else if (immutables.length > 0) {
	console.error("the Mailbox has immutables, which no genesis sets; make them constants");
	process.exitCode = 1;
} else {
	writeFileSync(
		join(root, "src/execute/predeploys.ts"),
		`/** The contracts that a rollup's genesis gives it (E-3). Made by scripts/predeploys.ts from contracts/l2; not written by hand. */
import type { Address, Hex } from "../primitives/types.ts";

/** Messages, calls and tags (docs/spec/bundles.md). */
export const MAILBOX_ADDRESS: Address = "0x6d6572696469616e000000000000000000000001";

export const MAILBOX_CODE: Hex =
	"${artifact.deployedBytecode}";
`,
	);
}
