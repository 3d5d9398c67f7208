/**
 * One account on L1 that sends transactions: prices, nonces, signing, broadcasting, receipts. Errors of nodes, which every
 * node words differently, become codes here and nowhere else.
 */
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Address, Hash32, Hex } from "../primitives/types.ts";
import type { Fees, L1Prices } from "./fees.ts";
import { type L1Call, type L1Signer, type SignedBlob, signTransaction } from "./l1-transaction.ts";

/** One JSON-RPC request to an L1 node; throws `MeridianError` with the node's own words in the message. */
export type Request = (method: string, params: readonly unknown[]) => Promise<unknown>;

export interface L1Receipt {
	readonly hash: Hash32;
	readonly blockNumber: number;
	/** False if the transaction reverted. */
	readonly success: boolean;
	readonly gasUsed: bigint;
	readonly effectiveGasPrice: bigint;
	readonly blobGasUsed: bigint;
	readonly blobGasPrice: bigint;
}

export interface L1Account {
	readonly address: Address;
	prices(): Promise<L1Prices>;
	/** Next nonce, counting mined transactions only. */
	nonce(): Promise<number>;
	/** Wei. */
	balance(): Promise<bigint>;
	/** Signs; gives the bytes to broadcast and the hash to ask for. */
	sign(call: L1Call, nonce: number, fees: Fees, blobs: readonly SignedBlob[]): Promise<{ raw: Hex; hash: Hash32 }>;
	/** Throws `retry` with code `l1-underpriced`, `l1-nonce-used`, `l1-other-pool` or `l1-rejected`; `usage` with `l1-funds`. */
	broadcast(raw: Hex): Promise<void>;
	receipt(hash: Hash32): Promise<L1Receipt | null>;
}

const GWEI = 1_000_000_000n;
const BLOB_TYPE = "0x03";

/** @param options.wrapperVersion 1 (EIP-7594, cell proofs) everywhere but on EDR, which takes 0 */
export async function createL1Account(
	request: Request,
	signer: L1Signer,
	options: { readonly wrapperVersion?: 0 | 1; readonly chainId?: bigint } = {},
): Promise<L1Account> {
	const address = signer.address.toLowerCase() as Address;
	const chainId = options.chainId ?? BigInt(String(await request("eth_chainId", [])));
	return {
		address,
		prices: () => prices(request),
		nonce: async () => Number(await request("eth_getTransactionCount", [address, "latest"])),
		balance: async () => BigInt(String(await request("eth_getBalance", [address, "latest"]))),
		sign: (call, nonce, fees, blobs) =>
			signTransaction(signer, { chainId, nonce, call, fees, blobs }, options.wrapperVersion ?? 1),
		broadcast: (raw) => broadcast(request, address, raw),
		receipt: async (hash) => receiptOf(await request("eth_getTransactionReceipt", [hash])),
	};
}

async function prices(request: Request): Promise<L1Prices> {
	const [block, blobBaseFee, tip] = await Promise.all([
		request("eth_getBlockByNumber", ["latest", false]) as Promise<{ baseFeePerGas?: string }>,
		request("eth_blobBaseFee", []).catch(() => "0x1"),
		request("eth_maxPriorityFeePerGas", []).catch(() => "0x0"),
	]);
	const suggested = BigInt(String(tip));
	return {
		baseFee: BigInt(block.baseFeePerGas ?? "0x0"),
		blobBaseFee: BigInt(String(blobBaseFee)),
		tip: suggested > 0n ? suggested : GWEI,
	};
}

/** What nodes say, and what it means. First match wins. */
const REFUSALS: readonly (readonly [pattern: RegExp, code: string])[] = [
	[/already ?known|already imported|known transaction/i, "l1-known"],
	[/underpriced|replacement|fee too low|max(imum)? ?fee per (blob )?gas.*(less|below|too low)/i, "l1-underpriced"],
	[/nonce too low|oldnonce|nonce.*(already been used|lower|is too low)|nonce has already/i, "l1-nonce-used"],
	[/insufficient funds|enough funds|sender doesn't have|balance/i, "l1-funds"],
	[/address already reserved|conflicting.*pool/i, "l1-other-pool"],
];

async function broadcast(request: Request, address: Address, raw: Hex): Promise<void> {
	try {
		await request("eth_sendRawTransaction", [raw]);
	} catch (error) {
		const words = error instanceof Error ? error.message : String(error);
		if (isMeridianError(error) && !isRefusal(error)) throw error;
		const code = REFUSALS.find(([pattern]) => pattern.test(words))?.[1] ?? "l1-rejected";
		if (code === "l1-known") return;
		if (code === "l1-funds")
			throw new MeridianError("usage", code, `The L1 account ${address} cannot pay for this transaction; fund it`, {
				address,
			});
		const details = { blobs: raw.startsWith(BLOB_TYPE) };
		throw new MeridianError("retry", code, `L1 refused a transaction of ${address}: ${words}`, details, {
			cause: error,
		});
	}
}

/** Whether the node answered, with a refusal, rather than not at all. */
function isRefusal(error: MeridianError): boolean {
	return error.code === "rpc-error";
}

function receiptOf(value: unknown): L1Receipt | null {
	if (value === null || value === undefined) return null;
	const receipt = value as Record<string, string | undefined>;
	return {
		hash: String(receipt.transactionHash) as Hash32,
		blockNumber: Number(receipt.blockNumber),
		success: Number(receipt.status) === 1,
		gasUsed: BigInt(receipt.gasUsed ?? 0),
		effectiveGasPrice: BigInt(receipt.effectiveGasPrice ?? 0),
		blobGasUsed: BigInt(receipt.blobGasUsed ?? 0),
		blobGasPrice: BigInt(receipt.blobGasPrice ?? 0),
	};
}
