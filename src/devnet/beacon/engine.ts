/**
 * The execution client as the beacon node sees it: the Engine API's three calls (Prague and Osaka forms), in its JSON. A real client
 * takes them over HTTP or in process; a development node takes what an adapter makes of them.
 */
import type { Address, Hash32, Hex } from "../../primitives/types.ts";

export interface Withdrawal {
	readonly index: Hex;
	readonly validatorIndex: Hex;
	readonly address: Address;
	/** Gwei. */
	readonly amount: Hex;
}

export interface PayloadAttributes {
	readonly timestamp: Hex;
	readonly prevRandao: Hash32;
	readonly suggestedFeeRecipient: Address;
	readonly withdrawals: readonly Withdrawal[];
	readonly parentBeaconBlockRoot: Hash32;
}

/** Hashes of execution blocks; zero for none. */
export interface ForkchoiceState {
	readonly headBlockHash: Hash32;
	readonly safeBlockHash: Hash32;
	readonly finalizedBlockHash: Hash32;
}

export interface ExecutionPayload {
	readonly parentHash: Hash32;
	readonly feeRecipient: Address;
	readonly stateRoot: Hash32;
	readonly receiptsRoot: Hash32;
	readonly logsBloom: Hex;
	readonly prevRandao: Hash32;
	readonly blockNumber: Hex;
	readonly gasLimit: Hex;
	readonly gasUsed: Hex;
	readonly timestamp: Hex;
	readonly extraData: Hex;
	readonly baseFeePerGas: Hex;
	readonly blockHash: Hash32;
	readonly transactions: readonly Hex[];
	readonly withdrawals: readonly Withdrawal[];
	readonly blobGasUsed: Hex;
	readonly excessBlobGas: Hex;
}

export interface BuiltPayload {
	readonly executionPayload: ExecutionPayload;
	/** In the order of the payload's transactions; equally many of both. */
	readonly blobsBundle: { readonly commitments: readonly Hex[]; readonly blobs: readonly Hex[] };
	/** EIP-7685: a type byte and its data each. */
	readonly executionRequests: readonly Hex[];
}

export interface NewPayload {
	readonly payload: ExecutionPayload;
	readonly versionedHashes: readonly Hash32[];
	readonly parentBeaconBlockRoot: Hash32;
	readonly executionRequests: readonly Hex[];
}

/** Every call throws `halt` (`engine`) if the client does not hold with it: it has no reason to, all blocks are its own. */
export interface ExecutionEngine {
	/** The head is that block from now on. */
	setHead(state: ForkchoiceState): Promise<void>;
	/** Sets the head and builds a block on it. */
	build(state: ForkchoiceState, attributes: PayloadAttributes): Promise<BuiltPayload>;
	/** Checks and keeps a block. */
	take(block: NewPayload): Promise<void>;
}

export const quantity = (value: number | bigint): Hex => `0x${BigInt(value).toString(16)}`;
