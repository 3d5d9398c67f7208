/**
 * Some commands only make sense in a clone of the repository (they run its tests, checks and benchmarks). Their
 * implementations are outside of `src`, so they are loaded by path, at run time: the installed package does not have them.
 */
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MeridianError } from "../primitives/errors.ts";

const packageRoot = new URL("../../", import.meta.url);

/** The absolute path of a file of the repository; `usage` error in an installed package. */
export function repositoryPath(path: string): string {
	if (!existsSync(new URL("hardhat.config.ts", packageRoot))) {
		throw new MeridianError(
			"usage",
			"needs-repository",
			"this command works only in a clone of the Meridian repository",
			{
				hint: "clone the repository and run ./meridian there; the installed package derives, inspects and publishes",
			},
		);
	}
	return fileURLToPath(new URL(path, packageRoot));
}

/** Imports a module of the repository from outside `src`; the caller says its shape. */
export async function importFromRepository<Module>(path: string): Promise<Module> {
	return (await import(pathToFileURL(repositoryPath(path)).href)) as Module;
}
