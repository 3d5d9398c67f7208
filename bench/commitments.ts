/** Commitments as a wallet signs them: EIP-712 by ethers, which knows nothing of how `src` does it. */
import type { ethers } from "ethers";
import type { Promised } from "../src/l1/evidence.ts";
import type { IPreconfSlasher } from "../typechain-types/l1/PreconfSlasher.ts";

/** P-1. */
export const COMMITMENT_TYPES = {
	ItemCommitment: [
		{ name: "timeline", type: "address" },
		{ name: "tick", type: "uint64" },
		{ name: "index", type: "uint32" },
		{ name: "itemHash", type: "bytes32" },
	],
};

/** Where a commitment counts. */
export interface Domain {
	readonly chainId: bigint | number;
	readonly slasher: string;
	readonly timeline: string;
}

/** P-1, P-2. */
export async function commit(
	signer: ethers.Signer,
	{ chainId, slasher, timeline }: Domain,
	promised: Promised,
): Promise<IPreconfSlasher.CommitmentStruct> {
	const domain = { name: "Meridian", version: "1", chainId, verifyingContract: slasher };
	return { ...promised, signature: await signer.signTypedData(domain, COMMITMENT_TYPES, { timeline, ...promised }) };
}
