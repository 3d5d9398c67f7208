import { buildModule } from "@nomicfoundation/ignition-core";
import { MAILBOX_ADDRESS } from "../../src/execute/predeploys.ts";

/**
 * The Mailbox as an ERC-7786 gateway; deployed on each rollup, at one address, like TokenBridge. Parameter: `mailbox` (the genesis'
 * own unless said otherwise).
 */
export default buildModule("MailboxGateway", (m) => ({
	gateway: m.contract("MailboxGateway", [m.getParameter("mailbox", MAILBOX_ADDRESS)]),
}));
