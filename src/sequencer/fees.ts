/**
 * What a publication offers to pay on L1, and how much more when it has to be replaced.
 * All amounts in wei per gas.
 */
import { BLOB_BYTES, BLOB_USABLE_BYTES } from "../primitives/limits.ts";

export interface L1Prices {
	readonly baseFee: bigint;
	readonly blobBaseFee: bigint;
	/** What the node suggests as a tip. */
	readonly tip: bigint;
}

export interface Fees {
	readonly maxFeePerGas: bigint;
	readonly maxPriorityFeePerGas: bigint;
	/** Ignored by transactions without blobs. */
	readonly maxFeePerBlobGas: bigint;
}

export type Carrier = "blobs" | "calldata";

/** EIP-7623: a calldata-heavy transaction pays this much per non-zero byte, and compressed data has few zero bytes. */
const CALLDATA_GAS_PER_BYTE = 40n;

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A first offer: survives six full L1 blocks in a row (each raises the base fee by an eighth). */
export function offer(prices: L1Prices): Fees {
	return {
		maxFeePerGas: 2n * prices.baseFee + prices.tip,
		maxPriorityFeePerGas: prices.tip,
		maxFeePerBlobGas: max(2n * prices.blobBaseFee, 1n),
	};
}

/**
 * The least offer that nodes accept in place of `old` and that is not below a first offer at today's prices. Nodes ask 100 % more on
 * each of the three fees from a blob transaction, 10 % on two from any other.
 */
export function raise(old: Fees, prices: L1Prices, carrier: Carrier): Fees {
	const fresh = offer(prices);
	const least = (fee: bigint): bigint => (carrier === "blobs" ? max(2n * fee, 1n) : fee + fee / 8n + 1n);
	return {
		maxFeePerGas: max(least(old.maxFeePerGas), fresh.maxFeePerGas),
		maxPriorityFeePerGas: min(
			max(least(old.maxPriorityFeePerGas), fresh.maxPriorityFeePerGas),
			max(least(old.maxFeePerGas), fresh.maxFeePerGas),
		),
		maxFeePerBlobGas: max(least(old.maxFeePerBlobGas), fresh.maxFeePerBlobGas),
	};
}

/** The cheaper carrier for that many bytes of publication data, at these prices. */
export function cheaperCarrier(bytes: number, prices: L1Prices): Carrier {
	const blobs = BigInt(Math.ceil(bytes / BLOB_USABLE_BYTES));
	const blobCost = blobs * BigInt(BLOB_BYTES) * prices.blobBaseFee;
	const calldataCost = BigInt(bytes) * CALLDATA_GAS_PER_BYTE * (prices.baseFee + prices.tip);
	return calldataCost < blobCost ? "calldata" : "blobs";
}
