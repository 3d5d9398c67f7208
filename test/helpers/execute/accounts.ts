/** Accounts that sign fast: native secp256k1, plain RLP. A test of thousands of transactions should not spend its time signing. */
import { RLP } from "@ethereumjs/rlp";
import { bigIntToUnpaddedBytes } from "@ethereumjs/util";
import secp256k1 from "secp256k1";
import { bytesToHex, concatBytes, hexToBytes } from "../../../src/primitives/bytes.ts";
import { keccak256 } from "../../../src/primitives/hash.ts";
import type { Address, Hex } from "../../../src/primitives/types.ts";

export interface TestAccount {
	readonly key: Uint8Array;
	readonly address: Address;
}

export interface Authorization {
	readonly chainId: bigint;
	readonly address: Address;
	readonly nonce: bigint;
	/** Who signs it. */
	readonly by: TestAccount;
}

export interface TxRequest {
	readonly type?: 0 | 1 | 2 | 4;
	/** Null: no replay protection (type 0 only). */
	readonly chainId: number | bigint | null;
	readonly nonce: number | bigint;
	readonly gas?: number | bigint;
	/** Fee cap or gas price, wei. */
	readonly feeCap?: bigint;
	readonly tip?: bigint;
	/** Null: creates a contract. */
	readonly to: Address | null;
	readonly value?: bigint;
	readonly data?: Hex | Uint8Array;
	readonly accessList?: readonly (readonly [Address, readonly Hex[]])[];
	readonly authorizations?: readonly Authorization[];
}

export const GWEI = 1_000_000_000n;
export const ETHER = 10n ** 18n;

export function testAccount(name: string | number): TestAccount {
	const key = keccak256(new TextEncoder().encode(`meridian test account ${name}`));
	const publicKey = secp256k1.publicKeyCreate(key, false).subarray(1);
	return { key, address: bytesToHex(keccak256(publicKey).subarray(12)) };
}

const integer = (value: number | bigint): Uint8Array => bigIntToUnpaddedBytes(BigInt(value));
const strip = (bytes: Uint8Array): Uint8Array => {
	const start = bytes.findIndex((byte) => byte !== 0);
	return start < 0 ? new Uint8Array(0) : bytes.subarray(start);
};

function sign(account: TestAccount, message: Uint8Array): [parity: number, r: Uint8Array, s: Uint8Array] {
	const { signature, recid } = secp256k1.ecdsaSign(keccak256(message), account.key);
	return [recid, strip(signature.subarray(0, 32)), strip(signature.subarray(32))];
}

function authorize({ chainId, address, nonce, by }: Authorization) {
	const fields = [integer(chainId), hexToBytes(address), integer(nonce)];
	const [parity, r, s] = sign(by, concatBytes(Uint8Array.of(5), RLP.encode(fields)));
	return [...fields, integer(parity), r, s];
}

/** The raw signed transaction. Type 2 unless said otherwise. */
export function signTx(account: TestAccount, request: TxRequest): Uint8Array {
	const { type = 2, chainId, nonce, gas = 100_000, feeCap = 100n * GWEI, tip = GWEI, to, value = 0n } = request;
	const { data = "0x", accessList = [], authorizations = [] } = request;
	const payload = typeof data === "string" ? hexToBytes(data) : data;
	const target = to === null ? new Uint8Array(0) : hexToBytes(to);
	if (type === 0) {
		const fields = [integer(nonce), integer(feeCap), integer(gas), target, integer(value), payload];
		const protection = chainId === null ? [] : [integer(chainId), integer(0), integer(0)];
		const [parity, r, s] = sign(account, RLP.encode([...fields, ...protection]));
		const v = chainId === null ? 27n + BigInt(parity) : 35n + 2n * BigInt(chainId) + BigInt(parity);
		return RLP.encode([...fields, integer(v), r, s]);
	}
	const access = accessList.map(([address, slots]) => [hexToBytes(address), slots.map(hexToBytes)]);
	const fees = type === 1 ? [integer(feeCap)] : [integer(tip), integer(feeCap)];
	const fields = [
		integer(chainId ?? 0),
		integer(nonce),
		...fees,
		integer(gas),
		target,
		integer(value),
		payload,
		access,
	];
	const all = type === 4 ? [...fields, authorizations.map(authorize)] : fields;
	const [parity, r, s] = sign(account, concatBytes(Uint8Array.of(type), RLP.encode(all)));
	return concatBytes(Uint8Array.of(type), RLP.encode([...all, integer(parity), r, s]));
}

/** Address of the contract that an account creates with this nonce. */
export function createdAddress(creator: Address, nonce: number | bigint): Address {
	return bytesToHex(keccak256(RLP.encode([hexToBytes(creator), integer(nonce)])).subarray(12));
}
