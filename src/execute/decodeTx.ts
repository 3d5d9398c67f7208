/** From published bytes to a transaction of a rollup, or the reason it is none (E-14 to E-17). Total: nothing is thrown. */
import type { Common } from "@ethereumjs/common";
import {
	createAccessList2930Tx,
	createEOACode7702Tx,
	createFeeMarket1559Tx,
	createLegacyTx,
	type EOACode7702TxData,
	type FeeMarketEIP1559TxData,
	type TypedTransaction,
} from "@ethereumjs/tx";
import { Address } from "@ethereumjs/util";
import { bytesToUint } from "../primitives/bytes.ts";
import { recoverSender, V_PROTECTED } from "./recoverSender.ts";
import { readTxFields, type TxFields } from "./txFields.ts";
import type { TxDropReason } from "./types.ts";

export interface DecodedTx {
	readonly tx: TypedTransaction;
	readonly sender: Address;
	/** As published; also what stands in the block. */
	readonly raw: Uint8Array;
	/** What the sender is ready to pay per gas at most, wei. */
	readonly feeCap: bigint;
}

export type Decoded = DecodedTx | { readonly drop: TxDropReason };

const BLOB_TYPE = 3;
/** `v` of a legacy signature without a chain id. */
const V_PLAIN = 27n;

/** @param ahead gives the sender's 20 bytes if they are known already */
export function decodeTx(raw: Uint8Array, common: Common, ahead?: () => Uint8Array | null): Decoded {
	if (raw[0] === BLOB_TYPE) return { drop: "blob-transaction" };
	const fields = readTxFields(raw);
	const chain = fields && chainOf(fields);
	if (fields === null || chain === undefined) return { drop: "undecodable" };
	if (chain === null) return { drop: "no-chain-id" };
	if (chain !== common.chainId()) return { drop: "wrong-chain-id" };
	return validate(raw, fields, common, ahead);
}

/** Null: replayable on every chain. Undefined: no such `v`. */
function chainOf({ type, chainId, v }: TxFields): bigint | null | undefined {
	if (type !== 0) return bytesToUint(chainId ?? v);
	const value = bytesToUint(v);
	if (value === V_PLAIN || value === V_PLAIN + 1n) return null;
	return value < V_PROTECTED ? undefined : (value - V_PROTECTED) / 2n;
}

/** The second part of E-14: what makes a transaction invalid whatever the state. */
function validate(raw: Uint8Array, fields: TxFields, common: Common, ahead?: () => Uint8Array | null): Decoded {
	try {
		const tx = construct(fields, common);
		if (tx.getMinimumGasLimit() > tx.gasLimit) return { drop: "undecodable" };
		const address = ahead?.() ?? recoverSender(fields, common.chainId());
		if (address === null) return { drop: "undecodable" };
		const sender = new Address(address);
		// ethereumjs would serialize and recover again each time it is asked.
		Object.assign(tx, { getSenderAddress: () => sender, serialize: () => raw });
		Object.freeze(tx);
		return { tx, sender, raw, feeCap: "maxFeePerGas" in tx ? tx.maxFeePerGas : tx.gasPrice };
	} catch {
		return { drop: "undecodable" };
	}
}

/** @throws what ethereumjs throws of values that no transaction may have */
function construct(fields: TxFields, common: Common): TypedTransaction {
	// An empty `v` would mean unsigned.
	const data = { ...fields, v: fields.v.length === 0 ? Uint8Array.of(0) : fields.v };
	const options = { common, freeze: false };
	switch (fields.type) {
		case 0:
			return createLegacyTx(data, options);
		case 1:
			return createAccessList2930Tx(data, options);
		case 2:
			return createFeeMarket1559Tx(data as object as FeeMarketEIP1559TxData, options);
		case 4:
			return createEOACode7702Tx(data as object as EOACode7702TxData, options);
	}
}
