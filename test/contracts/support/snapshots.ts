/** What snapshots/ holds of the contracts: gas of whole transactions on EDR, and bytes of code. */
import { ethers } from "ethers";
import hre, { network } from "hardhat";
import { DEVELOPMENT_KEY } from "../../../bench/anvil.ts";
import { type GasRow, measureGas } from "../../../bench/gas-rows.ts";

const CONTRACTS = [
	"RollupRegistry",
	"Inbox",
	"ForcedInclusion",
	"Bridge",
	"SingleSequencer",
	"OpenRights",
	"ProposerRights",
	"PreconfSlasher",
	"LookaheadOracle",
	"ProposerRegistry",
];

export interface CodeSize {
	readonly deployedBytes: number;
	readonly creationBytes: number;
}

/** A chain that always begins at the same moment, so that the numbers are always the same. */
export async function gasSnapshot(): Promise<GasRow[]> {
	const connection = await network.create({ override: { initialDate: "2027-01-15T08:00:00Z" } });
	try {
		const provider = new ethers.BrowserProvider(steady(connection.provider), undefined, { cacheTimeout: -1 });
		return await measureGas({ provider, privateKey: DEVELOPMENT_KEY, wrapperVersion: 0 });
	} finally {
		await connection.close();
	}
}

/**
 * Every transaction in a block exactly one slot after the last, and its gas estimated for that moment, not for when the machine gets to
 * it: hashes, and so the zero bytes in calldata, stay the same.
 */
function steady(provider: ethers.Eip1193Provider): ethers.Eip1193Provider {
	return {
		async request(call) {
			if (call.method === "eth_sendRawTransaction" || call.method === "eth_estimateGas") {
				const latest = await provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
				await provider.request({ method: "evm_setNextBlockTimestamp", params: [Number(latest.timestamp) + 12] });
			}
			return await provider.request(call);
		},
	};
}

export async function sizeSnapshot(): Promise<Record<string, CodeSize>> {
	const sizes: Record<string, CodeSize> = {};
	for (const name of CONTRACTS) {
		const { bytecode, deployedBytecode } = await hre.artifacts.readArtifact(name);
		sizes[name] = { deployedBytes: byteLength(deployedBytecode), creationBytes: byteLength(bytecode) };
	}
	return sizes;
}

const byteLength = (hex: string): number => (hex.length - 2) / 2;

/** As the files are written. */
export const render = (value: unknown): string => `${JSON.stringify(value, null, "\t")}\n`;
