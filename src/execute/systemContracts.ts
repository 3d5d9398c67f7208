/** The contracts every rollup has from its genesis on (E-3), by the EIPs that call them. */
import type { Address, Hex } from "../primitives/types.ts";

/** EIP-4788: what the l1Origin was at recent ticks. */
export const BEACON_ROOTS_ADDRESS: Address = "0x000f3df6d732807ef1319fb7b8bb8522d0beac02";
/** EIP-2935: recent block hashes. */
export const HISTORY_ADDRESS: Address = "0x0000f90827f1c53a10cb7a02335b175320002935";
/** EIP-7002; here a stub. */
export const WITHDRAWAL_REQUESTS_ADDRESS: Address = "0x00000961ef480eb55e80d19ad83579a64c007002";
/** EIP-7251; here a stub. */
const CONSOLIDATION_REQUESTS_ADDRESS: Address = "0x0000bbddc7ce488642fb579f8b00f3a590007251";
/** Caller of the four. */
export const SYSTEM_ADDRESS: Address = "0xfffffffffffffffffffffffffffffffffffffffe";

/** Ring length of EIP-4788 (timestamps) and EIP-2935 (block numbers). */
export const RING = 8191n;

/** Returns nothing to the system address and reverts for everybody else: no requests, ever. */
const STUB: Hex = "0x3373fffffffffffffffffffffffffffffffffffffffe14601d575f5ffd5b00";

export const SYSTEM_CONTRACTS: readonly (readonly [address: Address, code: Hex])[] = [
	[
		BEACON_ROOTS_ADDRESS,
		"0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500",
	],
	[
		HISTORY_ADDRESS,
		"0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500",
	],
	[WITHDRAWAL_REQUESTS_ADDRESS, STUB],
	[CONSOLIDATION_REQUESTS_ADDRESS, STUB],
];
