/** The execution chain's genesis, in geth's format: Prague from the start, the contracts that must be there, and funded accounts. */
import { SYSTEM_CONTRACTS } from "../../execute/systemContracts.ts";
import { ZERO_ADDRESS, ZERO_HASH } from "../../primitives/bytes.ts";
import { developmentKey } from "../keys.ts";
import { quantity } from "./engine.ts";

const ACCOUNTS = 10;
const BALANCE = quantity(10_000n * 10n ** 18n);
const GAS_LIMIT = quantity(60_000_000);
/** Where mainnet's deposits are; here nobody has put a contract. */
const DEPOSIT_CONTRACT = "0x4242424242424242424242424242424242424242";

const FORK_BLOCKS = [
	...["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul", "berlin"],
	...["london", "mergeNetsplit"],
];

/** @param timestamp seconds; the beacon chain's slot 0 */
export function executionGenesis(chainId: number, timestamp: number): object {
	const accounts = Array.from(
		{ length: ACCOUNTS },
		(_, index) => [developmentKey(index).address, { balance: BALANCE }] as const,
	);
	const contracts = SYSTEM_CONTRACTS.map(
		([address, code]) => [address, { balance: "0x0", nonce: "0x1", code }] as const,
	);
	return {
		config: {
			chainId,
			...Object.fromEntries(FORK_BLOCKS.map((fork) => [`${fork}Block`, 0])),
			terminalTotalDifficulty: 0,
			terminalTotalDifficultyPassed: true,
			shanghaiTime: 0,
			cancunTime: 0,
			pragueTime: 0,
			depositContractAddress: DEPOSIT_CONTRACT,
			blobSchedule: {
				cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
				prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
			},
		},
		nonce: "0x0",
		timestamp: quantity(timestamp),
		extraData: "0x",
		gasLimit: GAS_LIMIT,
		difficulty: "0x0",
		mixHash: ZERO_HASH,
		coinbase: ZERO_ADDRESS,
		number: "0x0",
		gasUsed: "0x0",
		parentHash: ZERO_HASH,
		baseFeePerGas: quantity(10n ** 9n),
		excessBlobGas: "0x0",
		blobGasUsed: "0x0",
		alloc: Object.fromEntries([...contracts, ...accounts]),
	};
}
