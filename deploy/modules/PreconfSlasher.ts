import { buildModule } from "@nomicfoundation/ignition-core";
import { ZERO_ADDRESS } from "../../src/primitives/bytes.ts";

/**
 * Bonds and evidence for the timeline of an Inbox. Parameters: `inbox` (address); `orderVerifier` and `stakedSet`, none unless given;
 * what faults cost in wei, and times in seconds. A staked set takes orders from one slasher only, which it must be told by `bind`.
 */
export default buildModule("PreconfSlasher", (m) => ({
	slasher: m.contract("PreconfSlasher", [
		m.getParameter<string>("inbox"),
		m.getParameter("orderVerifier", ZERO_ADDRESS),
		m.getParameter("stakedSet", ZERO_ADDRESS),
		{
			penalty: m.getParameter("penalty", 10n ** 18n),
			livenessFee: m.getParameter("livenessFee", 10n ** 16n),
			// A right is fixed an epoch or two ahead: a day is more than enough.
			exitDelay: m.getParameter("exitDelay", 86_400),
			// A little less than EIP-4788 remembers.
			challengeWindow: m.getParameter("challengeWindow", 8_000 * 12),
		},
	]),
}));
