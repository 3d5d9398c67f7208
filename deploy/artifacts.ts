import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Artifact, ArtifactResolver } from "@nomicfoundation/ignition-core";
import { MeridianError } from "../src/primitives/errors.ts";

const ROOT = fileURLToPath(new URL("../artifacts/contracts/l1/", import.meta.url));

/** Where each contract that the modules deploy is written. */
const SOURCES: Readonly<Record<string, string>> = {
	RollupRegistry: "RollupRegistry.sol",
	ForcedInclusion: "ForcedInclusion.sol",
	Bridge: "Bridge.sol",
	Inbox: "Inbox.sol",
	SingleSequencer: "rights/SingleSequencer.sol",
	OpenRights: "rights/OpenRights.sol",
};

/** A compiled contract. Throws `usage` with code `not-compiled` if there is none. */
async function loadArtifact(name: string): Promise<Artifact> {
	const path = `${ROOT}${SOURCES[name]}/${name}.json`;
	try {
		return JSON.parse(await readFile(path, "utf8"));
	} catch (cause) {
		throw new MeridianError(
			"usage",
			"not-compiled",
			`There is no compiled ${name} at ${path}; run \`npx hardhat build\` first`,
			{ name, path },
			{ cause },
		);
	}
}

/** The compiler's output as Hardhat leaves it, without needing Hardhat's runtime. */
export const artifactResolver: ArtifactResolver = { loadArtifact, getBuildInfo: async () => undefined };
