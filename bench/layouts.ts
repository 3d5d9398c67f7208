/** Ways to write the same transactions down, for `bench codec` to compare. */
import { RLP } from "@ethereumjs/rlp";
import { encodeManifest, type ManifestTick } from "../src/codec/manifest.ts";
import { concatBytes } from "../src/primitives/bytes.ts";
import type { TrafficTx } from "./traffic.ts";

/** Meridian's manifest: the transactions in turn over ticks of one publication. */
export function manifestTicks(transactions: readonly TrafficTx[], ticks: number): ManifestTick[] {
	const perTick = Math.ceil(transactions.length / ticks);
	return Array.from({ length: ticks }, (_, index) => ({
		tick: 1_000 + index,
		l1Origin: 500,
		items: transactions.slice(index * perTick, (index + 1) * perTick).map((tx) => ({
			kind: "tx" as const,
			leg: { rollupId: tx.chainId - 7_000, rawTx: tx.raw },
		})),
	}));
}

export const meridianLayout = (transactions: readonly TrafficTx[]): Uint8Array =>
	encodeManifest(manifestTicks(transactions, 6));

/** Raw transactions of one chain in a list, as the first optimistic rollups published them. */
export const rlpLayout = (transactions: readonly TrafficTx[]): Uint8Array =>
	RLP.encode(transactions.map((tx) => tx.raw));

/** Columns in the manner of the OP Stack's span batches: parities, types, signatures, recipients, data, nonces, gas limits. */
export function spanLayout(transactions: readonly TrafficTx[]): Uint8Array {
	return concatBytes(
		bits(transactions.map((tx) => tx.yParity === 1)),
		bits(transactions.map((tx) => tx.legacy)),
		...transactions.flatMap((tx) => [tx.r, tx.s]),
		...transactions.map((tx) => tx.to),
		...transactions.map(({ data, feeCap, legacy, tip, value }) =>
			legacy
				? RLP.encode([value, feeCap, data])
				: concatBytes(Uint8Array.of(2), RLP.encode([value, tip, feeCap, data, []])),
		),
		...transactions.map((tx) => varint(tx.nonce)),
		...transactions.map((tx) => varint(tx.gas)),
	);
}

function bits(flags: readonly boolean[]): Uint8Array {
	const out = new Uint8Array(Math.ceil(flags.length / 8));
	for (const [index, flag] of flags.entries()) {
		if (flag) out[index >> 3] = (out[index >> 3] ?? 0) | (1 << (index & 7));
	}
	return out;
}

function varint(value: number): Uint8Array {
	const bytes: number[] = [];
	let rest = value;
	for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
	return Uint8Array.of(...bytes, rest);
}
