/**
 * anvil as an execution client. It has no Engine API and applies no system call, so what a beacon chain does to a block is done to its
 * state before each one is mined: EIP-4788's code and storage, withdrawals, the fee recipient. Two things it cannot do: its headers do
 * not carry the beacon chain's `prevRandao`, and a block it has gone back behind is gone.
 */

import { BEACON_ROOTS_ADDRESS, RING, SYSTEM_CONTRACTS } from "../../execute/systemContracts.ts";
import { blobToCommitment } from "../../l1/kzg.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import { bytesToHex, hexToBytes, uintToBytes } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hash32, Hex } from "../../primitives/types.ts";
import {
	type BuiltPayload,
	type ExecutionEngine,
	type ExecutionPayload,
	type PayloadAttributes,
	quantity,
	type Withdrawal,
} from "./engine.ts";

type Transaction = { readonly hash: Hash32; readonly type: Hex };
type Block = Omit<ExecutionPayload, "blockNumber" | "blockHash" | "feeRecipient" | "transactions"> & {
	readonly number: Hex;
	readonly hash: Hash32;
	readonly miner: Hex;
	readonly transactions: readonly Transaction[];
};
type Call = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

const WEI_PER_GWEI = 10n ** 9n;

/** @param rpc an anvil that mines on request only */
export async function anvilEngine(rpc: RpcTransport): Promise<ExecutionEngine> {
	const call: Call = (method, ...params) => rpc.request(method, params);
	for (const [address, code] of SYSTEM_CONTRACTS) await call("anvil_setCode", address, code);
	const latest = (await call("eth_getBlockByNumber", "latest", false)) as Block;
	const numbers = new Map<Hash32, number>([[latest.hash, Number(latest.number)]]);
	/** Number of a block -> what was done to its state for the sake of the next one. */
	const edits = new Map<number, readonly Edit[]>();

	const setHead = async ({ headBlockHash }: { readonly headBlockHash: Hash32 }): Promise<void> => {
		const wanted = numbers.get(headBlockHash);
		const current = Number(await call("eth_blockNumber"));
		if (wanted === undefined || wanted > current) throw gone(headBlockHash);
		if (wanted === current) return;
		const undone = await transactionsAfter(call, numbers, wanted, current);
		await call("anvil_rollback", current - wanted);
		for (const { method, target, before } of edits.get(wanted) ?? []) await call(method, ...target, before);
		for (const raw of undone) await call("eth_sendRawTransaction", raw);
	};

	return {
		setHead,
		async build(state, attributes) {
			await setHead(state);
			const changes = await editsFor(call, attributes);
			for (const { method, target, after } of changes) await call(method, ...target, after);
			await call("anvil_setCoinbase", attributes.suggestedFeeRecipient);
			await call("evm_setNextBlockTimestamp", Number(attributes.timestamp));
			await call("evm_mine");
			const block = (await call("eth_getBlockByNumber", "latest", true)) as Block;
			numbers.set(block.hash, Number(block.number));
			edits.set(Number(block.number) - 1, changes);
			return await payloadOf(call, block, attributes);
		},
		async take({ payload }) {
			if (!numbers.has(payload.blockHash)) throw gone(payload.blockHash);
		},
	};
}

const gone = (hash: Hash32): MeridianError =>
	new MeridianError("halt", "engine", `anvil does not have the block ${hash}; it keeps no forks`);

/** Forgets the blocks. Their transactions wait for another one, as on a real node; but for blobs, which are lost with their block. */
async function transactionsAfter(
	call: Call,
	numbers: Map<Hash32, number>,
	last: number,
	current: number,
): Promise<readonly Hex[]> {
	const raws: Hex[] = [];
	for (let number = last + 1; number <= current; number++) {
		const block = (await call("eth_getBlockByNumber", quantity(number), true)) as Block;
		numbers.delete(block.hash);
		for (const { hash, type } of block.transactions)
			if (type !== "0x3") raws.push((await call("eth_getRawTransactionByHash", hash)) as Hex);
	}
	return raws;
}

/** anvil saves a block's state when it mines the next block, with what was edited in between: going back, it must be taken back by hand. */
interface Edit {
	readonly method: "anvil_setStorageAt" | "anvil_setBalance";
	/** All parameters but the value. */
	readonly target: readonly Hex[];
	readonly before: Hex;
	readonly after: Hex;
}

async function editsFor(call: Call, attributes: PayloadAttributes): Promise<readonly Edit[]> {
	const timestamp = BigInt(attributes.timestamp);
	const place = timestamp % RING;
	const store = async (slot: bigint, after: Hex): Promise<Edit> => {
		const target = [BEACON_ROOTS_ADDRESS, word(slot)];
		const before = word(BigInt(String(await call("eth_getStorageAt", ...target, "latest"))));
		return { method: "anvil_setStorageAt", target, before, after };
	};
	const credit = async (address: Hex, wei: bigint): Promise<Edit> => {
		const before = BigInt(String(await call("eth_getBalance", address, "latest")));
		return { method: "anvil_setBalance", target: [address], before: quantity(before), after: quantity(before + wei) };
	};
	return await Promise.all([
		store(place, word(timestamp)),
		store(place + RING, attributes.parentBeaconBlockRoot),
		...[...sums(attributes.withdrawals)].map(([address, wei]) => credit(address, wei)),
	]);
}

const word = (value: bigint): Hex => bytesToHex(uintToBytes(value, 32));

function sums(withdrawals: readonly Withdrawal[]): ReadonlyMap<Hex, bigint> {
	const wei = new Map<Hex, bigint>();
	for (const { address, amount } of withdrawals)
		wei.set(address, (wei.get(address) ?? 0n) + BigInt(amount) * WEI_PER_GWEI);
	return wei;
}

async function payloadOf(call: Call, block: Block, attributes: PayloadAttributes): Promise<BuiltPayload> {
	const raw = block.transactions.map(({ hash }) => call("eth_getRawTransactionByHash", hash) as Promise<Hex>);
	const carriers = block.transactions.filter(({ type }) => type === "0x3");
	const blobs = await Promise.all(
		carriers.map(({ hash }) => call("anvil_getBlobsByTransactionHash", hash) as Promise<readonly Hex[]>),
	);
	const { hash, miner, number, transactions: _, ...rest } = block;
	return {
		executionPayload: {
			...rest,
			blockHash: hash,
			blockNumber: number,
			feeRecipient: miner,
			// Its own header says otherwise (above).
			prevRandao: attributes.prevRandao,
			withdrawals: attributes.withdrawals,
			transactions: await Promise.all(raw),
		},
		blobsBundle: {
			blobs: blobs.flat(),
			commitments: await Promise.all(
				blobs.flat().map(async (blob) => bytesToHex(await blobToCommitment(hexToBytes(blob)))),
			),
		},
		executionRequests: [],
	};
}
