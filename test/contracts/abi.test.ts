import { expect } from "chai";
import { ethers } from "ethers";
import hre from "hardhat";
import { describe, it } from "mocha";
import {
	BRIDGE_ABI,
	FORCED_INCLUSION_ABI,
	INBOX_ABI,
	LOOKAHEAD_ORACLE_ABI,
	PROPOSER_REGISTRY_ABI,
	PROPOSER_RIGHTS_ABI,
	REGISTRY_ABI,
	RIGHTS_ABI,
	SLASHER_ABI,
	STAKED_SET_ABI,
} from "../../src/primitives/abi.ts";

const USED = {
	Inbox: INBOX_ABI,
	RollupRegistry: REGISTRY_ABI,
	ForcedInclusion: FORCED_INCLUSION_ABI,
	Bridge: BRIDGE_ABI,
};

/** Called, and no part of what a reader derives from. */
const CALLED = {
	LookaheadOracle: LOOKAHEAD_ORACLE_ABI,
	ProposerRegistry: PROPOSER_REGISTRY_ABI,
	ProposerRights: [...RIGHTS_ABI, ...PROPOSER_RIGHTS_ABI],
	PreconfSlasher: SLASHER_ABI,
	StakedSequencerSet: STAKED_SET_ABI,
};

describe("the ABI that the software uses", () => {
	for (const [name, used] of Object.entries({ ...USED, ...CALLED }))
		it(`is the compiled ${name}'s, names and indexed arguments included`, async () => {
			const compiled = new ethers.Interface((await hre.artifacts.readArtifact(name)).abi);
			const there = new Set(compiled.fragments.map((fragment) => fragment.format("full")));
			for (const fragment of new ethers.Interface(used).fragments)
				expect(there, fragment.format("full")).to.include(fragment.format("full"));
		});

	it("lacks no event that a reader must know (L-1)", async () => {
		const ours = Object.values(USED).flatMap((used) => new ethers.Interface(used).fragments.map(nameOf));
		const events: string[] = [];
		for (const name of Object.keys(USED)) {
			const { fragments } = new ethers.Interface((await hre.artifacts.readArtifact(name)).abi);
			events.push(...fragments.filter(({ type }) => type === "event").map(nameOf));
		}
		// These two change nothing for a reader.
		expect(events.filter((name) => !ours.includes(name)).sort()).to.deep.equal(["Burnt", "Pinned"]);
	});
});

const nameOf = (fragment: ethers.Fragment): string => (fragment as ethers.NamedFragment).name;
