import { buildModule } from "@nomicfoundation/ignition-core";

/** Proofs of order on L1, for the timeline of an Inbox. Parameter: `inbox` (address). Anyone may deploy one; none is special. */
export default buildModule("OrderProofs", (m) => ({
	orderProofs: m.contract("OrderProofs", [m.getParameter<string>("inbox")]),
}));
