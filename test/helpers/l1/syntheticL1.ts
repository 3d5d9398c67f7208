/**
 * An L1 in memory: real headers, receipts roots and blooms made by ethereumjs (not by the code under test), a JSON-RPC face, blobs, forks.
 */
import { createBlockHeader } from "@ethereumjs/block";
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import type { TransactionType } from "@ethereumjs/tx";
import {
	bytesToHex,
	createAddressFromString,
	hexToBytes,
	type PrefixedHexString,
	setLengthLeft,
} from "@ethereumjs/util";
import { Bloom, encodeReceipt } from "@ethereumjs/vm";
import type { Hash32 } from "../../../src/primitives/types.ts";

const COMMON = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka });

export interface SyntheticLog {
	readonly address: string;
	readonly topics: readonly string[];
	readonly data: string;
}

export interface SyntheticTransaction {
	readonly type?: number;
	readonly logs?: readonly SyntheticLog[];
}

type Json = Record<string, unknown>;

export interface SyntheticBlock {
	readonly number: number;
	readonly hash: Hash32;
	readonly parentHash: Hash32;
	readonly timestamp: number;
	readonly json: Json;
	readonly receipts: readonly Json[];
}

export const GENESIS_TIME = 1_900_000_000;
const hex = (value: number | bigint): PrefixedHexString => `0x${value.toString(16)}`;

export class SyntheticL1 {
	readonly chainId = 31_337;
	readonly slotSeconds = 12;
	blocks: SyntheticBlock[] = [];
	/** Blobs by versioned hash, as a beacon node has them. */
	readonly blobs = new Map<string, Uint8Array>();
	/** Answers of `eth_call`, by lower-case address and data. */
	readonly calls = new Map<string, string>();
	/** Whether `eth_getBlockReceipts` exists. */
	receiptsAtOnce = true;
	/** Blocks below the head that are final. */
	finalityDepth = 64;
	#salt = 0;

	static async create(): Promise<SyntheticL1> {
		const l1 = new SyntheticL1();
		await l1.mine();
		return l1;
	}

	get head(): SyntheticBlock {
		const head = this.blocks.at(-1);
		if (head === undefined) throw new Error("no blocks");
		return head;
	}

	/** Adds a block; two blocks of the same content on the same parent differ. */
	async mine(transactions: readonly SyntheticTransaction[] = []): Promise<SyntheticBlock> {
		const number = this.blocks.length;
		const receipts = transactions.map((transaction, index) => makeReceipt(transaction, index));
		const trie = await createMPT();
		for (const [index, receipt] of receipts.entries()) await trie.put(RLP.encode(index), receipt.encoded);
		const bloom = new Bloom();
		for (const receipt of receipts) bloom.or(receipt.bloom);
		const parentHash = this.blocks.at(-1)?.hash ?? (`0x${"00".repeat(32)}` as Hash32);
		const header = createBlockHeader(
			{
				parentHash,
				number: BigInt(number),
				timestamp: BigInt(GENESIS_TIME + number * this.slotSeconds),
				receiptTrie: trie.root(),
				logsBloom: bloom.bitvector,
				gasLimit: 36_000_000n,
				gasUsed: BigInt(21_000 * transactions.length),
				mixHash: setLengthLeft(RLP.encode(0xabc000 + ++this.#salt), 32),
				extraData: new Uint8Array([1, 2, 3]),
				baseFeePerGas: 1_000_000_007n,
			},
			{ common: COMMON },
		);
		const hash = bytesToHex(header.hash()) as Hash32;
		const place = (index: number): Json => ({
			blockHash: hash,
			blockNumber: hex(number),
			transactionIndex: hex(index),
		});
		const block: SyntheticBlock = {
			number,
			hash,
			parentHash,
			timestamp: Number(header.timestamp),
			json: {
				...rpcHeader(header.toJSON() as Json),
				hash,
				transactions: receipts.map((receipt) => receipt.json.transactionHash),
				uncles: [],
			},
			receipts: receipts.map((receipt, index) => ({ ...receipt.json, ...place(index) })),
		};
		this.blocks.push(block);
		return block;
	}

	async mineEmpty(count: number): Promise<void> {
		for (let i = 0; i < count; i++) await this.mine();
	}

	/** Forgets the last `depth` blocks; what is mined next is another chain. */
	cut(depth: number): void {
		this.blocks.length -= depth;
	}

	/** One JSON-RPC request, answered truly. Throws an object with code and message as a node's error. */
	rpc(method: string, params: readonly unknown[]): unknown {
		switch (method) {
			case "eth_chainId":
				return hex(this.chainId);
			case "eth_call": {
				const { to, data } = params[0] as { to: string; data: string };
				return this.calls.get(`${to.toLowerCase()} ${data}`) ?? "0x";
			}
			case "eth_getBlockByNumber":
				return this.#byTag(String(params[0]))?.json ?? null;
			case "eth_getBlockByHash":
				return this.#byHash(String(params[0]))?.json ?? null;
			case "eth_getBlockReceipts":
				if (!this.receiptsAtOnce) throw { code: -32601, message: "the method eth_getBlockReceipts does not exist" };
				return this.#byHash(String(params[0]))?.receipts ?? null;
			case "eth_getTransactionReceipt":
				return (
					this.blocks.flatMap((block) => block.receipts).find((receipt) => receipt.transactionHash === params[0]) ??
					null
				);
			default:
				throw { code: -32601, message: `the method ${method} does not exist` };
		}
	}

	#byTag(tag: string): SyntheticBlock | undefined {
		if (tag === "latest") return this.head;
		if (tag === "safe") return this.blocks[Math.max(0, this.head.number - Math.floor(this.finalityDepth / 2))];
		if (tag === "finalized") return this.blocks[Math.max(0, this.head.number - this.finalityDepth)];
		return this.blocks[Number(tag)];
	}

	#byHash(hash: string): SyntheticBlock | undefined {
		return this.blocks.find((block) => block.hash === hash);
	}
}

/** ethereumjs' names for header fields are not JSON-RPC's. */
function rpcHeader(json: Json): Json {
	const { uncleHash, coinbase, transactionsTrie, receiptTrie, ...rest } = json;
	return {
		...rest,
		sha3Uncles: uncleHash,
		miner: coinbase,
		transactionsRoot: transactionsTrie,
		receiptsRoot: receiptTrie,
	};
}

let transactions = 0;

function makeReceipt({ type = 2, logs = [] }: SyntheticTransaction, index: number) {
	const bloom = new Bloom();
	for (const log of logs) {
		bloom.add(hexToBytes(log.address as PrefixedHexString));
		for (const topic of log.topics) bloom.add(hexToBytes(topic as PrefixedHexString));
	}
	const cumulativeBlockGasUsed = BigInt(21_000 * (index + 1));
	const ethereumjsLogs = logs.map((log) => [
		createAddressFromString(log.address).bytes,
		log.topics.map((topic) => hexToBytes(topic as PrefixedHexString)),
		hexToBytes(log.data as PrefixedHexString),
	]);
	const receipt = {
		status: 1 as const,
		cumulativeBlockGasUsed,
		bitvector: bloom.bitvector,
		logs: ethereumjsLogs as never,
	};
	const json: Json = {
		type: hex(type),
		status: "0x1",
		cumulativeGasUsed: hex(cumulativeBlockGasUsed),
		logsBloom: bytesToHex(bloom.bitvector),
		transactionHash: hex((1n << 255n) + BigInt(transactions++)),
		logs: logs.map((log) => ({ ...log, removed: false })),
	};
	return { bloom, json, encoded: encodeReceipt(receipt, type as TransactionType) };
}
