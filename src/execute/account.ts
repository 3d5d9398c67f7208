/** Accounts as the state keeps them, and their bytes (RLP, the same in the state trie and in the store). */
import { RLP } from "@ethereumjs/rlp";
import { bytesToUint, equalBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import { encodeList, encodeString, integerBytes } from "./rlp.ts";
import { EMPTY_ROOT } from "./trie.ts";

/** Immutable: a change makes a new one. */
export interface StateAccount {
	readonly nonce: bigint;
	readonly balance: bigint;
	/** Of the last sealed block; storage written since is not in it. */
	readonly storageRoot: Uint8Array;
	readonly codeHash: Uint8Array;
}

export const EMPTY_CODE_HASH: Uint8Array = keccak256(new Uint8Array(0));

export const NEW_ACCOUNT: StateAccount = {
	nonce: 0n,
	balance: 0n,
	storageRoot: EMPTY_ROOT,
	codeHash: EMPTY_CODE_HASH,
};

export function encodeAccount({ nonce, balance, storageRoot, codeHash }: StateAccount): Uint8Array {
	return encodeList([
		encodeString(integerBytes(nonce)),
		encodeString(integerBytes(balance)),
		encodeString(storageRoot),
		encodeString(codeHash),
	]);
}

export function decodeAccount(bytes: Uint8Array): StateAccount {
	const [nonce, balance, storageRoot, codeHash] = RLP.decode(bytes) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
	return {
		nonce: bytesToUint(nonce),
		balance: bytesToUint(balance),
		// Most accounts have neither: one array for all of them.
		storageRoot: equalBytes(storageRoot, EMPTY_ROOT) ? EMPTY_ROOT : storageRoot,
		codeHash: equalBytes(codeHash, EMPTY_CODE_HASH) ? EMPTY_CODE_HASH : codeHash,
	};
}
