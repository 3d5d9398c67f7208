/** A development chain that believes in the beacon states it is told of, with oracle and registry: for measurements and tests of rights. */
import { ethers } from "ethers";
import { BEACON_ROOTS_ADDRESS, RING, SYSTEM_CONTRACTS } from "../src/execute/systemContracts.ts";
import type { Hash32 } from "../src/primitives/types.ts";
import { FULU, type ProvedState, SLOTS_PER_EPOCH, type SyntheticState } from "../test/helpers/beacon/synthetic.ts";
import { LookaheadOracle__factory } from "../typechain-types/factories/l1/rights/LookaheadOracle__factory.ts";
import { ProposerRegistry__factory } from "../typechain-types/factories/l1/rights/ProposerRegistry__factory.ts";
import type { LookaheadOracle } from "../typechain-types/l1/rights/LookaheadOracle.ts";
import type { ProposerRegistry } from "../typechain-types/l1/rights/ProposerRegistry.ts";

export const SLOT_SECONDS = 12;
export const EPOCH_SECONDS = SLOT_SECONDS * SLOTS_PER_EPOCH;
/** The chain is created in this epoch. */
export const START_EPOCH = 1_000;
export const TIMELOCK_EPOCHS = 100;
/** Hoodi's. */
export const GENESIS_FORK_VERSION = "0x10000910";

export interface RightsL1 {
	readonly provider: ethers.JsonRpcApiProvider;
	readonly oracle: LookaheadOracle;
	readonly registry: ProposerRegistry;
	readonly genesisTime: number;
	startOf(slot: number): number;
	/** The time of the next block. */
	at(time: number): Promise<void>;
	/** A block in the epoch's first slot. */
	enter(epoch: number): Promise<void>;
	/** The state's block as the one before the block of `slot`, without: of the slot after it. A block of a later time is mined if need be. */
	know(state: SyntheticState, slot?: number): Promise<ProvedState>;
	/** What EIP-4788 answers for a time. */
	setRoot(timestamp: number, root: Hash32): Promise<void>;
}

export async function createRightsL1(signer: ethers.Wallet, keeper = ethers.ZeroAddress): Promise<RightsL1> {
	const provider = signer.provider as ethers.JsonRpcApiProvider;
	const now = async (): Promise<number> => (await provider.getBlock("latest"))?.timestamp ?? 0;
	const genesisTime = (await now()) - START_EPOCH * EPOCH_SECONDS;
	for (const [address, code] of SYSTEM_CONTRACTS)
		if (address === BEACON_ROOTS_ADDRESS) await provider.send("hardhat_setCode", [address, code]);
	const oracle = await new LookaheadOracle__factory(signer).deploy(
		genesisTime,
		SLOT_SECONDS,
		SLOTS_PER_EPOCH,
		keeper,
		TIMELOCK_EPOCHS,
		FULU,
	);
	const registry = await new ProposerRegistry__factory(signer).deploy(oracle, GENESIS_FORK_VERSION);
	await registry.waitForDeployment();
	const startOf = (slot: number): number => genesisTime + slot * SLOT_SECONDS;
	const at = async (time: number): Promise<void> => await provider.send("evm_setNextBlockTimestamp", [time]);
	const mine = async (time: number): Promise<void> => {
		await at(time);
		await provider.send("evm_mine", []);
	};
	const setRoot = async (timestamp: number, root: Hash32): Promise<void> => {
		const place = BigInt(timestamp) % RING;
		const words = [
			[place, ethers.toBeHex(timestamp, 32)],
			[place + RING, root],
		] as const;
		for (const [slot, word] of words)
			await provider.send("hardhat_setStorageAt", [BEACON_ROOTS_ADDRESS, ethers.toQuantity(slot), word]);
	};
	return {
		provider,
		oracle,
		registry,
		genesisTime,
		startOf,
		at,
		setRoot,
		enter: async (epoch) => await mine(startOf(epoch * SLOTS_PER_EPOCH)),
		async know(state, slot = state.slot + 1) {
			const timestamp = startOf(slot);
			if ((await now()) < timestamp) await mine(timestamp);
			// After the block: a chain with EIP-4788 has written something of its own.
			await setRoot(timestamp, state.blockRoot);
			return state.proved(timestamp);
		},
	};
}
