/** anvil with a provider and a rich account, for measurements and tests of contracts. */
import { ethers } from "ethers";
import { startAnvil } from "../src/l1/local.ts";

export interface Anvil {
	readonly provider: ethers.JsonRpcProvider;
	/** Of its first, rich account. */
	readonly privateKey: string;
	stop(): Promise<void>;
}

/** The first key of the mnemonic that every development chain shares. */
export const DEVELOPMENT_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/** Errors as `startAnvil` of src/l1/local.ts. */
export async function startBenchAnvil(): Promise<Anvil> {
	const node = await startAnvil();
	const provider = new ethers.JsonRpcProvider(node.url, undefined, {
		cacheTimeout: -1,
		pollingInterval: 20,
		staticNetwork: ethers.Network.from(31_337),
	});
	const stop = async (): Promise<void> => {
		provider.destroy();
		await node.stop();
	};
	return { provider, privateKey: DEVELOPMENT_KEY, stop };
}
