/** Compiler warnings: Hardhat prints them and goes on, so they are read from the compiler's output that it keeps. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binOf, runNode, type Verdict } from "./tool.ts";

interface CompilerOutput {
	readonly output: {
		readonly errors?: readonly {
			readonly severity: string;
			readonly formattedMessage?: string;
			readonly message: string;
			readonly errorCode?: string;
			readonly sourceLocation?: { readonly file: string };
		}[];
	};
}

/** Code and initcode beyond what a chain takes: test contracts are deployed on none. */
const SIZE_WARNINGS = ["5574", "3860"];

export async function checkCompiler(root: string): Promise<Verdict> {
	const built = await runNode(root, [binOf(root, "hardhat"), "build", "--no-typechain"]);
	if (!built.ok) return built;
	const outputs = globSync("artifacts/build-info/*.output.json", { cwd: root });
	const warnings = outputs.flatMap((file) => {
		const { output } = JSON.parse(readFileSync(join(root, file), "utf8")) as CompilerOutput;
		return (output.errors ?? [])
			.filter(
				({ errorCode = "", sourceLocation }) =>
					!(SIZE_WARNINGS.includes(errorCode) && sourceLocation?.file.startsWith("project/test/")),
			)
			.map((problem) => problem.formattedMessage ?? problem.message);
	});
	return { ok: warnings.length === 0, output: [...new Set(warnings)].join("\n") };
}
