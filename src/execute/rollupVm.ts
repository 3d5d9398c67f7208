/** One rollup's EVM over its state: the seam between Meridian and ethereumjs. */
import type { Common } from "@ethereumjs/common";
import type { EVMMockBlockchainInterface } from "@ethereumjs/evm";
import { createVM, type VM } from "@ethereumjs/vm";
import { FlatState } from "./flatState.ts";
import "./jumpCache.ts";
import type { StateTables } from "./stateTables.ts";
import { HISTORY_ADDRESS, RING } from "./systemContracts.ts";

export interface RollupVm {
	readonly common: Common;
	readonly state: FlatState;
	readonly vm: VM;
}

export async function createRollupVm(common: Common, tables: StateTables): Promise<RollupVm> {
	const state = new FlatState(tables);
	const vm = await createVM({ common, stateManager: state, blockchain: historyOf(state) });
	return { common, state, vm };
}

export const slotKey = (slot: bigint): string => slot.toString(16).padStart(64, "0");

/**
 * What BLOCKHASH reads. The last 8,191 hashes stand in the state (EIP-2935), written before a block's first transaction;
 * the opcode asks for the last 256 only.
 */
function historyOf(state: FlatState): EVMMockBlockchainInterface {
	const blockchain: EVMMockBlockchainInterface = {
		getBlock: async (number) => {
			const hash = new Uint8Array(32);
			const stored = state.storageAt(HISTORY_ADDRESS.slice(2), slotKey(BigInt(number) % RING));
			hash.set(stored, 32 - stored.length);
			return { hash: () => hash };
		},
		putBlock: async () => undefined,
		shallowCopy: () => blockchain,
	};
	return blockchain;
}
