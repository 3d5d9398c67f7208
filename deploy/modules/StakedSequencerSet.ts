import { buildModule } from "@nomicfoundation/ignition-core";

/**
 * Sequencers by stake, for one timeline (docs/spec/rights.md, section 4). Parameters: `token` and `oracle` (addresses); amounts in the
 * token's smallest units; `exitDelay` in seconds, at least three epochs and the slasher's `challengeWindow`. Then the timeline is
 * deployed with it (module `ProposerTimeline`), its slasher (`PreconfSlasher`), and the account that deployed this one calls `bind`:
 * `deployProposerTimeline` in deploy/proposers.ts does all of it.
 */
export default buildModule("StakedSequencerSet", (m) => ({
	stakedSet: m.contract("StakedSequencerSet", [
		{
			token: m.getParameter<string>("token"),
			oracle: m.getParameter<string>("oracle"),
			minimumStake: m.getParameter("minimumStake", 1_000n * 10n ** 18n),
			rewardPerPublication: m.getParameter("rewardPerPublication", 10n ** 15n),
			exitDelay: m.getParameter("exitDelay", 604_800),
		},
	]),
}));
