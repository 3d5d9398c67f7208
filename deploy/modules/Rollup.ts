import { buildModule } from "@nomicfoundation/ignition-core";

/**
 * Registers one rollup. Parameters: `registry` (address), `config` (the struct `RollupConfig`), `allocation` (bytes). The number it
 * gets stands in the event; `registerRollups` in deploy/deploy.ts returns it.
 */
export default buildModule("Rollup", (m) => {
	const registry = m.contractAt("RollupRegistry", m.getParameter<string>("registry"));
	m.call(registry, "register", [m.getParameter("config"), m.getParameter("allocation", "0x")]);
	return { registry };
});
