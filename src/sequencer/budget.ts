/** What one tick can still take, so that what is ordered is also included. Derivation would drop the rest; nobody wants to pay for that. */
import type { DerivedTick } from "../derive/types.ts";
import { MAX_BLOCK_TX_BYTES } from "../primitives/limits.ts";
import type { RollupId } from "../primitives/types.ts";
import { decodePoolTx } from "./decode.ts";
import type { Execution } from "./execution.ts";
import type { PoolTx } from "./mempool.ts";

export interface Budget {
	/** Whether the transactions fit, all of them, beside what was taken so far, which they then join. */
	takes(...txs: readonly PoolTx[]): boolean;
}

/** What counts of a leg that is in the tick whatever the budget says. */
type OrderedLeg = Pick<PoolTx, "rollupId" | "rawTx" | "sender" | "gasLimit">;

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
export function createBudget(tick: DerivedTick, execution: Execution, ordered: readonly OrderedLeg[] = []): Budget {
	const rooms = new Map<RollupId, Room>();
	for (const rollupId of tick.rollups.keys()) rooms.set(rollupId, roomOf(rollupId, tick, execution, ordered));
	const takes = (tx: PoolTx): boolean => {
		const room = rooms.get(tx.rollupId);
		if (room === undefined || room.waiting.has(tx.sender)) return false;
		const spent = (room.spent.get(tx.sender) ?? 0n) + tx.cost;
		const balance = execution.account(tx.rollupId, tx.sender)?.balance ?? 0n;
		const fits =
			tx.gasLimit <= room.gas && tx.rawTx.length <= room.bytes && tx.maxFeePerGas >= room.baseFee && spent <= balance;
		if (fits) take(room, tx, 1);
		return fits;
	};
	return {
		takes(...txs) {
			const refused = txs.findIndex((tx) => !takes(tx));
			for (const tx of txs.slice(0, Math.max(0, refused))) take(rooms.get(tx.rollupId), tx, -1);
			return refused < 0;
		},
	};
}

/** @param sign -1 to take it back */
function take(room: Room | undefined, tx: PoolTx, sign: 1 | -1): void {
	if (room === undefined) return;
	room.gas -= BigInt(sign) * tx.gasLimit;
	room.bytes -= sign * tx.rawTx.length;
	room.spent.set(tx.sender, (room.spent.get(tx.sender) ?? 0n) + BigInt(sign) * tx.cost);
}

function roomOf(rollupId: RollupId, tick: DerivedTick, execution: Execution, ordered: readonly OrderedLeg[]): Room {
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
