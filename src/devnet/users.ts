/** The people of a devnet. Their keys are functions of their names: worth nothing anywhere. */
import { RLP } from "@ethereumjs/rlp";
import { Wallet } from "ethers";
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts";
import { keccakHex } from "../primitives/hash.ts";
import type { Address, Hex } from "../primitives/types.ts";

const ETHER = 10n ** 18n;

export interface User {
	readonly name: string;
	readonly wallet: Wallet;
	readonly address: Address;
}

function user(name: string): User {
	const wallet = new Wallet(keccakHex(new TextEncoder().encode(`meridian devnet ${name}`)));
	return { name, wallet, address: wallet.address.toLowerCase() as Address };
}

/** Deploys the token and the pool on every rollup. */
export const DEPLOYER = user("deployer");
/** The sequencer refuses her. */
export const CENSORED = user("cara");
/** Deploys the contracts of the flash loan, and helps bundles along. */
export const BUILDER = user("bob the builder");
/** Takes flash loans. */
export const BORROWER = user("lou");
/** Send transactions of all kinds. */
export const USERS: readonly User[] = ["ann", "ben", "dan", "eve", "fay", "gus"].map(user);
/** Ask for promises; several, since each waits for one to be on L1 before the next. */
export const PROMISED: readonly User[] = ["pat", "pia", "pol", "pam", "pip", "pru"].map(user);
/** Has no ETH. */
export const POOR = user("poor");

/** Genesis accounts of every rollup: everyone with 1,000 ETH, in the encoding of rule E-4. */
export function genesisAllocation(): Hex {
	const accounts = [DEPLOYER, CENSORED, BUILDER, BORROWER, ...USERS, ...PROMISED]
		.map(({ address }) => address)
		.sort()
		.map((address) => [hexToBytes(address), 1_000n * ETHER, 0, new Uint8Array(0), []]);
	return bytesToHex(RLP.encode(accounts));
}
