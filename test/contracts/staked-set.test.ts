import { expect } from "chai";
import { ethers } from "ethers";
import { network } from "hardhat";
import { describe, it } from "mocha";
import StakedSequencerSet from "../../deploy/modules/StakedSequencerSet.ts";

describe("the module of the staked set", () => {
	it("deploys it unbound, its deployer being who may bind it", async () => {
		const { ethers: chain, ignition } = await network.create();
		const [signer] = await chain.getSigners();
		const token = await chain.deployContract("StakeToken");
		const oracle = await chain.deployContract("StakeOracleMock", [1_700_000_000, 12, 32]);
		const parameters = { token: await token.getAddress(), oracle: await oracle.getAddress() };
		const { stakedSet } = await ignition.deploy(StakedSequencerSet, { parameters: { StakedSequencerSet: parameters } });
		expect(await stakedSet.getFunction("deployer")()).to.equal(await signer?.getAddress());
		expect(await stakedSet.getFunction("slasher")()).to.equal(ethers.ZeroAddress);
		expect(await stakedSet.getFunction("exitDelay")()).to.equal(604_800n);
		expect(await stakedSet.getFunction("token")()).to.equal(parameters.token);
	});
});
