/** A raw transaction as ordering sees it: decoded by derivation's own code, and refused with its words (E-14 to E-17). */
import type { Common } from "@ethereumjs/common";
import { legsOf } from "../codec/itemHash.ts";
import { rollupCommon } from "../execute/common.ts";
import { decodeTx } from "../execute/decodeTx.ts";
import type { DropReason } from "../execute/types.ts";
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts";
import { keccakHex } from "../primitives/hash.ts";
import { MAX_TX_BYTES } from "../primitives/limits.ts";
import type { Item, Leg, RollupId } from "../primitives/types.ts";
import type { PoolTx } from "./mempool.ts";

export type DecodedPoolTx =
	| { readonly ok: true; readonly tx: PoolTx }
	| { readonly ok: false; readonly reason: DropReason; readonly message: string };

const MESSAGES: Partial<Record<DropReason, string>> = {
	undecodable: "The bytes are no valid signed transaction of type 0, 1, 2 or 4",
	"blob-transaction": "Rollups take no blob transactions",
	"no-chain-id": "The transaction names no chain id (EIP-155), so it could be replayed on other rollups",
	"wrong-chain-id": "The transaction is signed for another chain",
};

const commons = new Map<number, Common>();

function commonOf(chainId: number): Common {
	const common = commons.get(chainId) ?? rollupCommon(chainId);
	commons.set(chainId, common);
	return common;
}

export function decodePoolTx(rollupId: RollupId, chainId: number, rawTx: Uint8Array): DecodedPoolTx {
	const decoded = rawTx.length > MAX_TX_BYTES ? { drop: "undecodable" as const } : decodeTx(rawTx, commonOf(chainId));
	if ("drop" in decoded) {
		const message = MESSAGES[decoded.drop] ?? decoded.drop;
		return { ok: false, reason: decoded.drop, message: `${message} (rollup ${rollupId} is chain ${chainId})` };
	}
	const { feeCap, sender, tx } = decoded;
	return {
		ok: true,
		tx: {
			rollupId,
			rawTx,
			hash: keccakHex(rawTx),
			sender: bytesToHex(sender.bytes),
			nonce: tx.nonce,
			gasLimit: tx.gasLimit,
			maxFeePerGas: feeCap,
			maxPriorityFeePerGas: "maxPriorityFeePerGas" in tx ? tx.maxPriorityFeePerGas : feeCap,
			cost: tx.value + tx.gasLimit * feeCap,
		},
	};
}

const decodedItems = new WeakMap<Item, readonly PoolTx[]>();
const senders = new WeakMap<Leg, Uint8Array>();

/** @param txs those of its legs, all of them */
function remember(item: Item, txs: readonly PoolTx[]): void {
	decodedItems.set(item, txs);
	for (const [index, { sender }] of txs.entries()) {
		const leg = legsOf(item)[index];
		if (leg !== undefined) senders.set(leg, hexToBytes(sender));
	}
}

/**
 * The transactions of an item that was admitted once; those of rollups that L1 has taken back meanwhile are left out. Remembered, since
 * finding out who signed is what costs.
 */
export function decodeItem(
	item: Item,
	rollups: ReadonlyMap<RollupId, { readonly chainId: number }>,
): readonly PoolTx[] {
	const known = decodedItems.get(item);
	if (known !== undefined) return known;
	const legs = legsOf(item);
	const txs = legs.flatMap(({ rawTx, rollupId }) => {
		const chainId = rollups.get(rollupId)?.chainId;
		const decoded = chainId === undefined ? null : decodePoolTx(rollupId, chainId, rawTx);
		return decoded?.ok ? [decoded.tx] : [];
	});
	if (txs.length === legs.length) remember(item, txs);
	return txs;
}

/** The item of an admitted transaction, which need not be decoded again. */
export function itemOf(tx: PoolTx): Item {
	const item: Item = { kind: "tx", leg: { rollupId: tx.rollupId, rawTx: tx.rawTx } };
	remember(item, [tx]);
	return item;
}

/** Who signed the leg, if its item was decoded. */
export const knownSender = (leg: Leg): Uint8Array | null => senders.get(leg) ?? null;
