import { buildModule } from "@nomicfoundation/ignition-core";
import { MAILBOX_ADDRESS } from "../../src/execute/predeploys.ts";

/**
 * ERC-20s across rollups; deployed on each of them, at one address: it trusts itself on the others. So deploy it everywhere from
 * the same account with the same nonce, as `deployOnRollups` in deploy/deploy.ts does. Parameters: `inclusionDelay` (s; the
 * timeline's `maxLag`), `mailbox` (the genesis' own unless said otherwise).
 */
export default buildModule("TokenBridge", (m) => ({
	tokenBridge: m.contract("TokenBridge", [
		m.getParameter("mailbox", MAILBOX_ADDRESS),
		m.getParameter<number>("inclusionDelay"),
	]),
}));
