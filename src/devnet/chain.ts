/** The L1 under a devnet. During deployment a chain that the devnet starts mines every transaction at once; then it is asked for one block per slot. */
import type { RpcTransport } from "../l1/rpc.ts";

export interface Chain {
	readonly kind: "anvil" | "hardhat" | "beacon" | "url";
	readonly url: string;
	readonly rpc: RpcTransport;
	/** Whether blob transactions work and their blobs can be read back from the same address. */
	readonly blobs: boolean;
	/** Whether time is ours: blocks come when `slot` is called and have the timestamps given. */
	readonly driven: boolean;
	/** From here on one block per slot. */
	startSlots(): Promise<void>;
	/** The block of the slot that begins at that L1 time. A chain that is not driven is nudged if it has none. */
	slot(timestamp: number): Promise<void>;
	stop(): Promise<void>;
}
