import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Artifact, ArtifactResolver } from "@nomicfoundation/ignition-core";
import { MeridianError } from "../src/primitives/errors.ts";

const ROOT = fileURLToPath(new URL("../artifacts/contracts/", import.meta.url));

/** Where each contract that the modules deploy is written. */
const SOURCES: Readonly<Record<string, string>> = {
	RollupRegistry: "l1/RollupRegistry.sol",
	ForcedInclusion: "l1/ForcedInclusion.sol",
	Bridge: "l1/Bridge.sol",
	Inbox: "l1/Inbox.sol",
	SingleSequencer: "l1/rights/SingleSequencer.sol",
	OpenRights: "l1/rights/OpenRights.sol",
	ProposerRights: "l1/rights/ProposerRights.sol",
	StakedSequencerSet: "l1/rights/StakedSequencerSet.sol",
	LookaheadOracle: "l1/rights/LookaheadOracle.sol",
	ProposerRegistry: "l1/rights/ProposerRegistry.sol",
	OrderProofs: "l1/OrderProofs.sol",
	PreconfSlasher: "l1/PreconfSlasher.sol",
	TokenBridge: "l2/TokenBridge.sol",
	MailboxGateway: "l2/MailboxGateway.sol",
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
