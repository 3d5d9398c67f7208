/** Puts branch instrumentation into Hardhat's `--coverage` build, after its own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { COVERAGE_LIBRARY_FILE_NAME } from "@nomicfoundation/edr";
import type { SolidityHooks } from "hardhat/types/hooks";
import { extendLibrary, instrumentBranches } from "./branches.ts";
import { BRANCHES_FOLDER } from "./coverage.ts";

export default async (): Promise<Partial<SolidityHooks>> => ({
	preprocessProjectFileBeforeBuilding: async (context, sourceName, fsPath, fileContent, solcVersion, next) => {
		const built = await next(context, sourceName, fsPath, fileContent, solcVersion);
		// What Hardhat did not instrument (tests) has no import of the library either.
		if (!context.globalOptions.coverage || !built.includes(COVERAGE_LIBRARY_FILE_NAME)) return built;
		const path = relative(context.config.paths.root, fsPath);
		const { source, branches } = instrumentBranches(path, readFileSync(fsPath, "utf8"), built);
		const folder = join(context.config.paths.root, BRANCHES_FOLDER);
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, `${path.replaceAll("/", "_")}.json`), JSON.stringify({ path, branches }));
		return source;
	},
	preprocessSolcInputBeforeBuilding: async (context, solcInput, next) => {
		const input = await next(context, solcInput);
		const library = input.sources[COVERAGE_LIBRARY_FILE_NAME];
		if (context.globalOptions.coverage && library !== undefined) {
			input.sources[COVERAGE_LIBRARY_FILE_NAME] = { ...library, content: extendLibrary(library.content) };
		}
		return input;
	},
});
