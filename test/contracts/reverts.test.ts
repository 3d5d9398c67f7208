import { expect } from "chai";
import { ethers } from "ethers";
import hre from "hardhat";
import { describe, it } from "mocha";
import { MeridianError } from "../../src/primitives/errors.ts";
import { explainRevert, REVERT_ABI } from "../../src/sequencer/reverts.ts";

const CONTRACTS = [
	...["Inbox", "ForcedInclusion", "Bridge", "SingleSequencer", "OpenRights", "LookaheadOracle", "ProposerRegistry"],
	...["ProposerRights", "StakedSequencerSet", "PreconfSlasher"],
];

describe("reverts in words", () => {
	it("know errors as the compiled contracts have them", async () => {
		const compiled = new Set<string>();
		for (const name of CONTRACTS) {
			const { fragments } = new ethers.Interface((await hre.artifacts.readArtifact(name)).abi);
			for (const fragment of fragments) if (fragment.type === "error") compiled.add(fragment.format("full"));
		}
		for (const fragment of new ethers.Interface(REVERT_ABI).fragments)
			expect([...compiled]).to.include(fragment.format("full"));
	});

	it("name the error, its values and what to do, wherever the node puts the data", () => {
		const data = new ethers.Interface(REVERT_ABI).encodeErrorResult("UnknownRollup", [9]);
		for (const rpcData of [data, { data }, { data: { data, message: "reverted" } }]) {
			const explained = explainRevert(new MeridianError("retry", "rpc-error", "execution reverted", { rpcData }));
			expect(explained).to.include({ recovery: "usage", code: "reverted" });
			expect((explained as Error).message).to.equal("L1 would refuse it: UnknownRollup(rollupId 9)");
			expect(explained).to.have.nested.property("details.hint");
		}
	});

	it("leave alone what they do not know", () => {
		for (const details of [{}, { rpcData: "0x" }, { rpcData: "0xdeadbeef" }, { rpcData: null }]) {
			const error = new MeridianError("retry", "rpc-error", "no", details);
			expect(explainRevert(error)).to.equal(error);
		}
		expect(explainRevert("text")).to.equal("text");
	});
});
