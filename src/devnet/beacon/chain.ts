/** An L1 with a beacon chain under it, in virtual time: anvil executes, the beacon node of this process proposes and votes. */
import { startAnvil } from "../../l1/local.ts";
import { httpTransport, type RpcTransport } from "../../l1/rpc.ts";
import { bytesToHex, uintToBytes } from "../../primitives/bytes.ts";
import type { Address, Hex } from "../../primitives/types.ts";
import type { Chain } from "../chain.ts";
import { anvilEngine } from "./anvil-engine.ts";
import type { ExecutionEngine } from "./engine.ts";
import { type ExecutionBlock, makeGenesis } from "./genesis.ts";
import { BeaconNode } from "./node.ts";
import { automine, type Waiting } from "./pump.ts";
import { serveBeaconApi } from "./rest.ts";
import { Validators } from "./validators.ts";

export interface BeaconChainOptions {
	/** Timestamp of the genesis, seconds; now by default. */
	readonly genesisTime?: number;
	/** 12 by default. */
	readonly slotSeconds?: number;
	/** 64 by default: two for each slot of an epoch. */
	readonly validators?: number;
	/** Account that validator's withdrawals go to: it may name a delegate for it. */
	readonly withdrawalAddress?: (validatorIndex: number) => Address;
}

export interface BeaconChain extends Chain {
	/** Of the beacon API. */
	readonly beaconUrl: string;
	readonly node: BeaconNode;
	/** Seconds; slot 0. */
	readonly genesisTime: number;
	readonly slotSeconds: number;
	/** Which sidecars its execution client takes: 1 has cell proofs. */
	readonly wrapperVersion: 0 | 1;
	/** Goes back so many blocks; the next slot's block then builds on the one before them. */
	reorg(depth: number): Promise<void>;
}

/** An execution client that is running. */
export interface Execution {
	readonly url: string;
	readonly rpc: RpcTransport;
	readonly engine: ExecutionEngine;
	/** What waits for a block. */
	pending(): Promise<Waiting>;
	/** Harmless a second time. */
	stop(): Promise<void>;
}

/**
 * Starts anvil, the beacon node and its API, at slot 0. Until `startSlots` a transaction that arrives gets the next slot, for itself or
 * with those that arrive together with it, so that deployments need nobody to ask for slots. `slot` fills the one that begins at a time,
 * and those before it are missed.
 */
export async function openBeaconAnvil(options: BeaconChainOptions = {}): Promise<BeaconChain> {
	const { genesisTime = Math.floor(Date.now() / 1_000) } = options;
	const anvil = await startAnvil({ timestamp: genesisTime, noMining: true, slotsPerEpoch: 32 });
	try {
		const rpc = httpTransport(anvil.url);
		const pending = async (): Promise<Waiting> => {
			const status = (await rpc.request("txpool_status", [])) as { pending: Hex; queued: Hex };
			return { ready: Number(status.pending), all: Number(status.pending) + Number(status.queued) };
		};
		const execution = { url: anvil.url, rpc, engine: await anvilEngine(rpc), pending, stop: () => anvil.stop() };
		const chain = await beaconOn(execution, options);
		// Whoever waits for a block that will not come is told so by a node that is gone.
		const pump = automine(chain.node, { pending, onFailure: () => void anvil.stop() });
		return {
			...chain,
			wrapperVersion: 1,
			driven: true,
			startSlots: () => pump.stop(),
			slot: (timestamp) => pump.fill(Math.floor((timestamp - chain.genesisTime) / chain.slotSeconds)),
			async stop() {
				await pump.stop().finally(() => chain.stop());
			},
		};
	} catch (error) {
		await anvil.stop();
		throw error;
	}
}

/** A beacon chain that begins at the execution client's block 0. Nobody fills its slots yet. */
export async function beaconOn(
	execution: Execution,
	{ slotSeconds = 12, validators: count = 64, withdrawalAddress = addressOf }: BeaconChainOptions,
): Promise<Omit<BeaconChain, "driven" | "startSlots" | "slot" | "wrapperVersion">> {
	const { engine, rpc } = execution;
	const executionBlock = (await rpc.request("eth_getBlockByNumber", ["0x0", false])) as ExecutionBlock;
	const chainId = Number(await rpc.request("eth_chainId", []));
	const validators = new Validators(count);
	const { publicKeys } = validators;
	const genesis = makeGenesis({ chainId, slotSeconds, publicKeys, withdrawalAddress, executionBlock });
	const node = new BeaconNode({ genesis, validators, engine, feeRecipient: addressOf });
	const api = await serveBeaconApi(node);
	return {
		kind: "beacon",
		url: execution.url,
		rpc,
		blobs: true,
		beaconUrl: api.url,
		node,
		genesisTime: genesis.state.genesisTime,
		slotSeconds,
		reorg: (depth) => node.setHead(node.forks.ancestor(depth)),
		async stop() {
			await api.close();
			await execution.stop();
		},
	};
}

/** An address of the validator's own that nobody has the key of. */
function addressOf(validatorIndex: number): Address {
	return bytesToHex(uintToBytes(0x1000_0000 + validatorIndex, 20));
}
