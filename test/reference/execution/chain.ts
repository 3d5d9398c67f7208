/** What every rollup's chain has in common: Osaka from the genesis on, and the addresses that the rules name. */
import { createRequire } from "node:module";
import { paramsBlock } from "@ethereumjs/block";
import { type Common, createCustomCommon, Mainnet } from "@ethereumjs/common";
import { paramsEVM } from "@ethereumjs/evm";
import { paramsTx } from "@ethereumjs/tx";
import { paramsVM } from "@ethereumjs/vm";
import { createKeccak } from "hash-wasm";
import type * as Secp256k1 from "secp256k1";
import type { Address } from "../../../src/primitives/types.ts";

export const MAILBOX: Address = "0x6d6572696469616e000000000000000000000001";
export const BEACON_ROOTS: Address = "0x000f3df6d732807ef1319fb7b8bb8522d0beac02";
export const HISTORY: Address = "0x0000f90827f1c53a10cb7a02335b175320002935";
export const WITHDRAWAL_REQUESTS: Address = "0x00000961ef480eb55e80d19ad83579a64c007002";
export const CONSOLIDATION_REQUESTS: Address = "0x0000bbddc7ce488642fb579f8b00f3a590007251";
export const SYSTEM_CALLER: Address = "0xfffffffffffffffffffffffffffffffffffffffe";

const secp256k1 = createRequire(import.meta.url)("secp256k1") as typeof Secp256k1;
const hasher = await createKeccak(256);

/** ethereumjs' own is in JavaScript: half of all time would go by in it. */
const keccak256 = (data: Uint8Array): Uint8Array => hasher.init().update(data).digest("binary");

function ecrecover(hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array, chainId?: bigint): Uint8Array {
	const parity = v === 0n || v === 1n ? v : chainId === undefined ? v - 27n : v - 35n - 2n * chainId;
	const signature = Buffer.concat([Buffer.alloc(32 - r.length), r, Buffer.alloc(32 - s.length), s]);
	return secp256k1.ecdsaRecover(signature, Number(parity), hash, false).subarray(1);
}

const osaka = Mainnet.hardforks.findIndex(({ name }) => name === "osaka");
const hardforks = Mainnet.hardforks
	.slice(0, osaka + 1)
	.filter(({ name }) => name !== "dao")
	.map(({ name, timestamp }) => (timestamp === undefined ? { name, block: 0 } : { name, block: null, timestamp: 0 }));

export function commonOf(chainId: number): Common {
	// At the deposit contract's address nothing may ever log (E-26: no requests), so it is one of the stubs'.
	const chain = { name: `chain ${chainId}`, chainId, hardforks, depositContractAddress: WITHDRAWAL_REQUESTS };
	const common = createCustomCommon(chain, Mainnet, { hardfork: "osaka", customCrypto: { keccak256, ecrecover } });
	// Nothing changes from here on. ethereumjs would copy it and merge the same parameters again for every transaction.
	for (const params of [paramsTx, paramsBlock, paramsEVM, paramsVM]) common.updateParams(params);
	common.updateParams = () => undefined;
	common.copy = () => common;
	return common;
}
