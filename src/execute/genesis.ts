/** The genesis of a rollup (E-1 to E-4): its state, its block, and the same as a file for geth. */
import { type Block, createBlock } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { SHA256_NULL } from "@ethereumjs/util";
import type { RollupRegisteredLog } from "../derive/types.ts";
import { bytesToHex, concatBytes, hexToBytes, uintToBytes, ZERO_HASH } from "../primitives/bytes.ts";
import type { Address, Hash32, Hex, TimelineConfig } from "../primitives/types.ts";
import { NEW_ACCOUNT } from "./account.ts";
import { type GenesisAccount, parseAllocation } from "./allocation.ts";
import type { FlatState } from "./flatState.ts";
import { MAILBOX_ADDRESS, MAILBOX_CODE } from "./predeploys.ts";
import { SYSTEM_CONTRACTS, WITHDRAWAL_REQUESTS_ADDRESS } from "./systemContracts.ts";

const TEMPLATE = 1;
/** E-3. */
const PREDEPLOYED: readonly (readonly [address: Address, code: Hex])[] = [
	...SYSTEM_CONTRACTS,
	[MAILBOX_ADDRESS, MAILBOX_CODE],
];
/** Beyond it the `v` of a legacy signature is no exact number in JavaScript clients and wallets. */
const MAX_CHAIN_ID = 4_503_599_627_370_476;
const NAME = new TextEncoder().encode("meridian");
/** Wei. */
const BASE_FEE = 1_000_000_000n;

/** Seconds; one tick before the first tick that can have a block. */
function genesisTimestamp(config: TimelineConfig, activationTick: number): number {
	return config.genesisTime + (activationTick - 1) * config.tickSeconds;
}

/** E-2: so that no two rollups have the same genesis block. */
function extraData(chainId: number): Hex {
	return bytesToHex(concatBytes(NAME, uintToBytes(chainId, 8)));
}

/** All accounts of the genesis state, or null if E-1 refuses the template, the chain id or the allocation. */
export function genesisAccounts({ config, allocation }: RollupRegisteredLog): GenesisAccount[] | null {
	if (config.template !== TEMPLATE || config.chainId > MAX_CHAIN_ID) return null;
	const custom = parseAllocation(allocation);
	if (custom === null) return null;
	const system = PREDEPLOYED.map(
		([address, code]): GenesisAccount => ({ address, balance: 0n, nonce: 1n, code: hexToBytes(code), storage: [] }),
	);
	return [...system, ...custom];
}

/** Writes the accounts to an empty state. @returns the state root */
export function writeGenesisState(state: FlatState, accounts: readonly GenesisAccount[]): Uint8Array {
	for (const { address, balance, nonce, code, storage } of accounts) {
		const hex = address.slice(2);
		state.setAccount(hex, { ...NEW_ACCOUNT, balance, nonce, codeHash: state.addCode(code) });
		for (const [key, value] of storage) state.setStorage(hex, bytesToHex(key).slice(2), value);
	}
	return state.seal();
}

/** The genesis block over a state root (E-2). */
export function genesisBlock(
	common: Common,
	registration: RollupRegisteredLog,
	timeline: TimelineConfig,
	stateRoot: Uint8Array,
): Block {
	const { chainId, gasLimit, activationTick } = registration.config;
	return createBlock(
		{
			header: {
				gasLimit,
				timestamp: genesisTimestamp(timeline, activationTick),
				extraData: extraData(chainId),
				baseFeePerGas: BASE_FEE,
				stateRoot,
				requestsHash: SHA256_NULL,
			},
			withdrawals: [],
		},
		{ common },
	);
}

/** Whether the registration names another genesis than this one (E-1). */
export function contradicts(registered: Hash32, actual: Hash32): boolean {
	return registered !== ZERO_HASH && registered !== actual;
}

/**
 * The genesis as geth's `genesis.json` (an object to be written as JSON), or null for a rollup that is refused.
 * `geth init` computes the same hash from it.
 */
export function gethGenesis(
	registration: RollupRegisteredLog,
	timeline: TimelineConfig,
): Record<string, unknown> | null {
	const accounts = genesisAccounts(registration);
	if (accounts === null) return null;
	const { chainId, gasLimit, activationTick } = registration.config;
	const quantity = (value: bigint | number): string => `0x${value.toString(16)}`;
	return {
		config: gethConfig(chainId),
		nonce: "0x0",
		timestamp: quantity(genesisTimestamp(timeline, activationTick)),
		extraData: extraData(chainId),
		gasLimit: quantity(gasLimit),
		difficulty: "0x0",
		mixHash: ZERO_HASH,
		coinbase: "0x0000000000000000000000000000000000000000",
		number: "0x0",
		gasUsed: "0x0",
		parentHash: ZERO_HASH,
		baseFeePerGas: quantity(BASE_FEE),
		excessBlobGas: "0x0",
		blobGasUsed: "0x0",
		alloc: Object.fromEntries(
			accounts.map(({ address, balance, nonce, code, storage }) => [
				address,
				{
					balance: quantity(balance),
					nonce: quantity(nonce),
					...(code.length > 0 && { code: bytesToHex(code) }),
					...(storage.length > 0 && {
						storage: Object.fromEntries(
							storage.map(([key, value]) => [bytesToHex(key), `0x${bytesToHex(value).slice(2).padStart(64, "0")}`]),
						),
					}),
				},
			]),
		),
	};
}

/** Every fork up to Osaka from the beginning. */
function gethConfig(chainId: number): Record<string, unknown> {
	const blocks = [
		"homesteadBlock",
		"eip150Block",
		"eip155Block",
		"eip158Block",
		"byzantiumBlock",
		"constantinopleBlock",
		"petersburgBlock",
		"istanbulBlock",
		"muirGlacierBlock",
		"berlinBlock",
		"londonBlock",
		"arrowGlacierBlock",
		"grayGlacierBlock",
		"mergeNetsplitBlock",
	];
	const times = ["shanghaiTime", "cancunTime", "pragueTime", "osakaTime"];
	return {
		chainId,
		...Object.fromEntries([...blocks, ...times].map((name) => [name, 0])),
		terminalTotalDifficulty: 0,
		terminalTotalDifficultyPassed: true,
		depositContractAddress: WITHDRAWAL_REQUESTS_ADDRESS,
		// Ethereum's own. No rollup block has a blob (E-15), but clients refuse a genesis that does not say.
		blobSchedule: {
			cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
			prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
			osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
		},
	};
}
