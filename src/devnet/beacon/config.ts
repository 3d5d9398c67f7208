/** The rules of the beacon chain that the devnet runs: mainnet's presets, Fulu from genesis on. */
import { type BeaconConfig, type ChainForkConfig, createBeaconConfig, createChainForkConfig } from "@lodestar/config";
import { mainnetChainConfig } from "@lodestar/config/configs";

export interface BeaconRules {
	/** Of L1. */
	readonly chainId: number;
	readonly slotSeconds: number;
}

function chainConfig({ chainId, slotSeconds }: BeaconRules): ChainForkConfig {
	return createChainForkConfig({
		...mainnetChainConfig,
		CONFIG_NAME: "devnet",
		GENESIS_DELAY: 0,
		SECONDS_PER_SLOT: slotSeconds,
		SLOT_DURATION_MS: slotSeconds * 1_000,
		DEPOSIT_CHAIN_ID: chainId,
		DEPOSIT_NETWORK_ID: chainId,
		TERMINAL_TOTAL_DIFFICULTY: 0n,
		ALTAIR_FORK_EPOCH: 0,
		BELLATRIX_FORK_EPOCH: 0,
		CAPELLA_FORK_EPOCH: 0,
		DENEB_FORK_EPOCH: 0,
		ELECTRA_FORK_EPOCH: 0,
		FULU_FORK_EPOCH: 0,
		BLOB_SCHEDULE: [],
	});
}

/** @param genesisValidatorsRoot 32 bytes; signatures are bound to it */
export function beaconConfig(rules: BeaconRules, genesisValidatorsRoot: Uint8Array): BeaconConfig {
	return createBeaconConfig(chainConfig(rules), genesisValidatorsRoot);
}

/** `fork.current_version` of every state, 4 bytes. */
export function forkVersion(rules: BeaconRules): Uint8Array {
	return chainConfig(rules).FULU_FORK_VERSION;
}
