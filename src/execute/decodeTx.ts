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
import { bytesToUint, concatBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import { recoverPublicKey } from "./native.ts";
import { encodeList, encodeString, integerBytes } from "./rlp.ts";
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
/** `v` of a legacy signature without and with a chain id (EIP-155). */
const V_PLAIN = 27n;
const V_PROTECTED = 35n;
/** EIP-2: half of the order of secp256k1. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

export function decodeTx(raw: Uint8Array, common: Common): Decoded {
	if (raw[0] === BLOB_TYPE) return { drop: "blob-transaction" };
	const fields = readTxFields(raw);
	const chain = fields && chainOf(fields);
	if (fields === null || chain === undefined) return { drop: "undecodable" };
	if (chain === null) return { drop: "no-chain-id" };
	if (chain !== common.chainId()) return { drop: "wrong-chain-id" };
	return validate(raw, fields, common);
}

/** Null: replayable on every chain. Undefined: no such `v`. */
function chainOf({ type, chainId, v }: TxFields): bigint | null | undefined {
	if (type !== 0) return bytesToUint(chainId ?? v);
	const value = bytesToUint(v);
	if (value === V_PLAIN || value === V_PLAIN + 1n) return null;
	return value < V_PROTECTED ? undefined : (value - V_PROTECTED) / 2n;
}

/** The second part of E-14: what makes a transaction invalid whatever the state. */
function validate(raw: Uint8Array, fields: TxFields, common: Common): Decoded {
	try {
		const tx = construct(fields, common);
		if (tx.getMinimumGasLimit() > tx.gasLimit) return { drop: "undecodable" };
		const sender = recoverSender(fields, common.chainId());
		if (sender === null) return { drop: "undecodable" };
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

/** @throws if no key fits the signature */
function recoverSender(fields: TxFields, chainId: bigint): Address | null {
	const { type, r, s } = fields;
	const v = bytesToUint(fields.v);
	const parity = type === 0 ? v - V_PROTECTED - 2n * chainId : v;
	if (r.length === 0 || s.length === 0 || bytesToUint(s) > MAX_S || parity > 1n) return null;
	const publicKey = recoverPublicKey(signedHash(fields, chainId), Number(parity), r, s);
	return new Address(keccak256(publicKey).slice(12));
}

function signedHash({ type, signed }: TxFields, chainId: bigint): Uint8Array {
	if (type !== 0) return keccak256(concatBytes(Uint8Array.of(type), encodeList([signed])));
	const empty = encodeString(new Uint8Array(0));
	return keccak256(encodeList([signed, encodeString(integerBytes(chainId)), empty, empty]));
}
