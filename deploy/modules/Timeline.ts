import { buildModule, type ContractFuture, type IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

const SLOT_SECONDS = 12;

/**
 * A slot of an hour ago by this machine's clock, since a development chain's may be behind: it must not begin in the chain's future.
 * Give `genesisTime` and `beaconGenesisTime` for any other chain (`deployTimeline` in deploy/deploy.ts reads them from the chain itself).
 */
const AN_HOUR_AGO = BigInt((Math.floor(Date.now() / 1000 / SLOT_SECONDS) - 3600 / SLOT_SECONDS) * SLOT_SECONDS);

/** The five contracts of a timeline, the registry first: it holds the clock that the others read. */
export function timeline<Name extends string>(
	m: IgnitionModuleBuilder,
	makeRights: (m: IgnitionModuleBuilder, registry: ContractFuture<"RollupRegistry">) => ContractFuture<Name>,
) {
	const genesisTime = m.getParameter("genesisTime", AN_HOUR_AGO);
	const registry = m.contract("RollupRegistry", [
		{
			genesisTime,
			slotSeconds: m.getParameter("slotSeconds", SLOT_SECONDS),
			tickSeconds: m.getParameter("tickSeconds", 2),
			maxLag: m.getParameter("maxLag", 64 * SLOT_SECONDS),
			forcedDelay: m.getParameter("forcedDelay", 32 * SLOT_SECONDS),
			clusterGasPerSlot: m.getParameter("clusterGasPerSlot", 180_000_000n),
		},
	]);
	const rights = makeRights(m, registry);
	// Wei per declared gas of an empty forced queue.
	const forcedInclusion = m.contract("ForcedInclusion", [registry, m.getParameter("basePrice", 1_000_000_000n)]);
	const bridge = m.contract("Bridge", [registry]);
	const inbox = m.contract("Inbox", [
		registry,
		forcedInclusion,
		bridge,
		rights,
		{
			beaconGenesisTime: m.getParameter("beaconGenesisTime", AN_HOUR_AGO),
			maxOriginAge: m.getParameter("maxOriginAge", 16 * SLOT_SECONDS),
			ringSize: m.getParameter("ringSize", 8_192),
		},
	]);
	return { registry, rights, forcedInclusion, bridge, inbox };
}

/**
 * A timeline with one sequencer, account 0 unless `sequencer` says otherwise:
 * `npx hardhat ignition deploy deploy/modules/Timeline.ts --network localhost`.
 */
export default buildModule("Timeline", (m) =>
	timeline(m, (m) => m.contract("SingleSequencer", [m.getParameter("sequencer", m.getAccount(0))])),
);
