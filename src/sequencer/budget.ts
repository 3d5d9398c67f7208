/** What one tick can still take, so that what is ordered is also included. Derivation would drop the rest; nobody wants to pay for that. */
import type { DerivedTick } from "../derive/types.ts";
import { MAX_BLOCK_TX_BYTES } from "../primitives/limits.ts";
import type { RollupId } from "../primitives/types.ts";
import type { ReadLeg } from "./bundles/read.ts";
import { decodePoolTx } from "./decode.ts";
import type { Execution } from "./execution.ts";
import type { PoolTx } from "./mempool.ts";

export interface Budget {
	/** Whether the transaction fits beside what was taken so far, which it then joins. */
	takes(tx: PoolTx): boolean;
}

interface Room {
	gas: bigint;
	bytes: number;
	readonly baseFee: bigint;
	readonly spent: Map<string, bigint>;
	/** Senders with a forced entry or a bundle in this tick: it comes first and may use up nonce and balance, so the rest of theirs waits. */
	readonly waiting: ReadonlySet<string>;
}

/** E-2: of a genesis block. */
const GENESIS_BASE_FEE = 1_000_000_000n;

/**
 * @param tick the tick as derivation makes it without any items
 * @param ordered legs that come before everything the budget takes
 */
export function createBudget(tick: DerivedTick, execution: Execution, ordered: readonly ReadLeg[] = []): Budget {
	const rooms = new Map<RollupId, Room>();
	for (const rollupId of tick.rollups.keys()) rooms.set(rollupId, roomOf(rollupId, tick, execution, ordered));
	return {
		takes(tx) {
			const room = rooms.get(tx.rollupId);
			if (room === undefined || room.waiting.has(tx.sender)) return false;
			const spent = (room.spent.get(tx.sender) ?? 0n) + tx.cost;
			const balance = execution.account(tx.rollupId, tx.sender)?.balance ?? 0n;
			const fits =
				tx.gasLimit <= room.gas && tx.rawTx.length <= room.bytes && tx.maxFeePerGas >= room.baseFee && spent <= balance;
			if (!fits) return false;
			room.gas -= tx.gasLimit;
			room.bytes -= tx.rawTx.length;
			room.spent.set(tx.sender, spent);
			return true;
		},
	};
}

function roomOf(rollupId: RollupId, tick: DerivedTick, execution: Execution, ordered: readonly ReadLeg[]): Room {
	const parent = execution.latestBlock(rollupId);
	const gasLimit = parent?.gasLimit ?? tick.rollups.get(rollupId)?.gasLimit ?? 0;
	const legs = tick.forced.flatMap(({ entry }) => entry.legs).filter((leg) => leg.rollupId === rollupId);
	const own = ordered.filter((leg) => leg.rollupId === rollupId);
	const gas = legs.reduce((sum, leg) => sum + leg.gas, 0) + own.reduce((sum, leg) => sum + Number(leg.gasLimit), 0);
	const chainId = tick.rollups.get(rollupId)?.chainId ?? 0;
	const senders = legs.map((leg) => decodePoolTx(rollupId, chainId, leg.rawTx)).map((d) => (d.ok ? d.tx.sender : ""));
	return {
		// The limit may fall by a little less than a 1,024th from block to block.
		gas: BigInt(gasLimit - Math.floor(gasLimit / 1024) - gas),
		bytes: MAX_BLOCK_TX_BYTES - [...legs, ...own].reduce((sum, leg) => sum + leg.rawTx.length, 0),
		baseFee: nextBaseFee(parent ?? { baseFee: GENESIS_BASE_FEE, gasUsed: 0, gasLimit }),
		spent: new Map(),
		waiting: new Set([...senders, ...own.map(({ sender }) => sender)]),
	};
}

/** EIP-1559. */
export function nextBaseFee(parent: {
	readonly baseFee: bigint;
	readonly gasUsed: number;
	readonly gasLimit: number;
}): bigint {
	const target = BigInt(Math.floor(parent.gasLimit / 2));
	const used = BigInt(parent.gasUsed);
	if (used === target || target === 0n) return parent.baseFee;
	const change = (parent.baseFee * (used > target ? used - target : target - used)) / target / 8n;
	if (used < target) return parent.baseFee - change;
	return parent.baseFee + (change > 0n ? change : 1n);
}
