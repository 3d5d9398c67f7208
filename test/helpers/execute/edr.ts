/**
 * A chain in EDR (revm, behind Hardhat's own N-API binding): another implementation of everything between a raw transaction
 * and a state root. It has no system contracts, and it invents the fields of its blocks.
 */
import * as edr from "@nomicfoundation/edr";
import { bytesToUint, hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Address, Hash32, Hex } from "../../../src/primitives/types.ts";

export interface EdrOptions {
	readonly chainId: number;
	readonly accounts: readonly {
		readonly address: Address;
		readonly balance: bigint;
		readonly nonce?: bigint;
		readonly code?: Uint8Array;
		readonly storage?: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
	}[];
	readonly gasLimit: bigint;
	/** Seconds. */
	readonly genesisTime: bigint;
	readonly coinbase: Address;
}

/** As `eth_getBlockByNumber` gives it, as far as it is used. */
export interface EdrBlock {
	readonly number: Hex;
	readonly hash: Hash32;
	readonly parentHash: Hash32;
	readonly stateRoot: Hash32;
	readonly receiptsRoot: Hash32;
	readonly gasUsed: Hex;
	readonly gasLimit: Hex;
	readonly baseFeePerGas: Hex;
	readonly timestamp: Hex;
	readonly miner: Address;
	readonly mixHash: Hash32;
	readonly parentBeaconBlockRoot: Hash32;
	readonly transactions: readonly Hash32[];
}

type Call = readonly [method: string, parameters: readonly unknown[]];

const BASE_FEE = 1_000_000_000n;

let shared: Promise<edr.EdrContext> | undefined;

/** EDR wants one context per process. */
async function createContext(): Promise<edr.EdrContext> {
	const context = new edr.EdrContext();
	await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory());
	return context;
}

export class EdrChain {
	readonly #provider: edr.Provider;
	#id = 0;

	private constructor(provider: edr.Provider) {
		this.#provider = provider;
	}

	static async create(options: EdrOptions): Promise<EdrChain> {
		shared ??= createContext();
		const context = await shared;
		const config = {
			allowBlocksWithSameTimestamp: true,
			allowUnlimitedContractSize: false,
			bailOnCallFailure: false,
			bailOnTransactionFailure: false,
			chainId: BigInt(options.chainId),
			coinbase: hexToBytes(options.coinbase),
			defaultTransactionGasLimit: 16_000_000n,
			genesisState: options.accounts.map(({ address, balance, nonce = 0n, code, storage = [] }) => ({
				address: hexToBytes(address),
				balance,
				nonce,
				...(code !== undefined && { code }),
				storage: storage.map(([index, value]) => ({ index: bytesToUint(index), value: bytesToUint(value) })),
			})),
			hardfork: "osaka",
			initialBaseFeePerGas: BASE_FEE,
			initialParentBeaconBlockRoot: new Uint8Array(32),
			minGasPrice: 0n,
			mining: { autoMine: false, blockGasLimit: options.gasLimit, memPool: { order: edr.MineOrdering.Fifo } },
			network: {
				genesisBlockGasLimit: options.gasLimit,
				genesisBlockTime: options.genesisTime,
				genesisBlobGas: { gasUsed: 0n, excessGas: 0n },
			},
			networkId: BigInt(options.chainId),
			observability: {},
			ownedAccounts: [],
			precompileOverrides: [],
		};
		const provider = await context.createProvider(
			edr.L1_CHAIN_TYPE,
			config as unknown as edr.ProviderConfig,
			{ enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => undefined },
			{ subscriptionCallback: () => undefined },
			new edr.ContractDecoder(),
		);
		return new EdrChain(provider);
	}

	/** Queues the transactions and mines one block with them: one JSON-RPC batch. @throws if EDR refuses one */
	async mine(rawTxs: readonly Hex[], timestamp: bigint): Promise<void> {
		await this.#batch([
			...rawTxs.map((raw): Call => ["eth_sendRawTransaction", [raw]]),
			["evm_setNextBlockTimestamp", [`0x${timestamp.toString(16)}`]],
			["evm_mine", []],
		]);
	}

	async latest(): Promise<EdrBlock> {
		const [block] = await this.#batch([["eth_getBlockByNumber", ["latest", false]]]);
		return block as EdrBlock;
	}

	async #batch(calls: readonly Call[]): Promise<unknown[]> {
		const requests = calls.map(([method, params]) => ({ jsonrpc: "2.0", id: ++this.#id, method, params }));
		const response = await this.#provider.handleRequest(JSON.stringify(requests));
		// One answer for the whole batch: all results, or the first error.
		const { result, error } = (typeof response.data === "string" ? JSON.parse(response.data) : response.data) as {
			result?: unknown[];
			error?: { message: string };
		};
		if (result === undefined) throw new Error(`EDR: ${error?.message ?? "no result"}`);
		return result;
	}
}
