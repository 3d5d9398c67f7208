import { buildModule } from "@nomicfoundation/ignition-core";
import { ZERO_ADDRESS } from "../../src/primitives/bytes.ts";

/**
 * The oracle of L1's proposers and the registry of their delegates: once for all timelines of an L1 (docs/spec/rights.md, sections 1 and 2). The
 * defaults are mainnet's from its Fulu fork on, without a keeper: under the next fork rights fall to the next module. Elsewhere give at least
 * `beaconGenesisTime`, `genesisForkVersion`, `fromEpoch` and `version`.
 */
export default buildModule("ProposerOracle", (m) => {
	const oracle = m.contract("LookaheadOracle", [
		m.getParameter("beaconGenesisTime", 1_606_824_023),
		m.getParameter("slotSeconds", 12),
		m.getParameter("slotsPerEpoch", 32),
		m.getParameter("keeper", ZERO_ADDRESS),
		// Four weeks.
		m.getParameter("timelockEpochs", 6_300),
		{
			fromEpoch: m.getParameter("fromEpoch", 411_392),
			version: m.getParameter("version", "0x06000000"),
			forkVersion: m.getParameter("forkVersion", 269),
			lookahead: m.getParameter("lookahead", 101),
			validators: m.getParameter("validators", 150),
			randao: m.getParameter("randao", 77),
		},
	]);
	const registry = m.contract("ProposerRegistry", [oracle, m.getParameter("genesisForkVersion", "0x00000000")]);
	return { oracle, registry };
});
