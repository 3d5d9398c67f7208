import { buildModule } from "@nomicfoundation/ignition-core";
import { ZERO_ADDRESS } from "../../src/primitives/bytes.ts";
import { timeline } from "./Timeline.ts";

/**
 * A timeline of L1's proposers, then of a staked set, then of anyone (docs/spec/rights.md). Parameters: `oracle` and `proposerRegistry`,
 * which serve all timelines of an L1 (module `ProposerOracle`); `stakedSet`, none unless given; `handoverLead` in seconds; and
 * `openAfterSlots`, more than `maxLag`. `beaconGenesisTime` and `slotSeconds` are the oracle's (`deployTimeline` in deploy/deploy.ts reads them from it).
 */
export default buildModule("ProposerTimeline", (m) =>
	timeline(m, (m, registry) =>
		m.contract("ProposerRights", [
			registry,
			m.getParameter<string>("oracle"),
			m.getParameter<string>("proposerRegistry"),
			m.getParameter<string>("stakedSet", ZERO_ADDRESS),
			m.getParameter("handoverLead", 4),
			m.getParameter("openAfterSlots", 65),
		]),
	),
);
