/**
 * One rollup of the plain executor. Within a tick its state is tried out on top of the last block, and thrown away at the tick's
 * end: the block is then what ethereumjs' `runBlock` makes of the transactions that were included, and of nothing else (E-26).
 */
import { type Block, createBlock, genWithdrawalsTrieRoot, type HeaderData } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import type { MerkleStateManager } from "@ethereumjs/statemanager";
import { createAddressFromString, createWithdrawal, type PrefixedHexString, setLengthLeft } from "@ethereumjs/util";
import { createVM, runBlock, runTx, type VM } from "@ethereumjs/vm";
import { keccak256 } from "ethers";
import type { ActiveRollup, DerivedTick } from "../../../src/derive/types.ts";
import type { Hash32, Hex, RollupId } from "../../../src/primitives/types.ts";
import { BEACON_ROOTS, HISTORY } from "./chain.ts";
import type { Genesis } from "./genesis.ts";
import type { Transaction } from "./transaction.ts";
import type { IncludedLeg, Log, ReferenceBlock } from "./types.ts";

/** What stands in a block so far. */
interface Draft {
	readonly header: HeaderData;
	/** With that header and nothing in it: what transactions see. */
	readonly block: Block;
	readonly active: ActiveRollup;
	readonly included: { readonly transaction: Transaction; readonly leg: IncludedLeg }[];
	gasUsed: bigint;
	bytes: number;
}

const RING = 8191n;
const MAX_BLOCK_BYTES = 7_340_032;
const GWEI = 1_000_000_000n;
const MAX_NONCE = 2n ** 64n - 1n;

const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString("hex")}`;
const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.slice(2), "hex");
const uint = (value: number | bigint, bytes: number): Uint8Array =>
	Buffer.from(
		BigInt(value)
			.toString(16)
			.padStart(2 * bytes, "0"),
		"hex",
	);

/** E-7. */
function gasLimitAfter(parent: bigint, target: bigint): bigint {
	const bound = parent / 1024n;
	const distance = target > parent ? target - parent : parent - target;
	if (distance < bound) return target;
	return target > parent ? parent + bound - 1n : parent - (bound - 1n);
}

export class ReferenceRollup {
	readonly rollupId: RollupId;
	readonly chainId: number;
	readonly common: Common;
	readonly #state: MerkleStateManager;
	readonly #vm: VM;
	readonly #blocks: Block[];
	/** Of the last block's tick. */
	#feeRecipient: Hex = "0x";
	#withdrawals = 0n;
	#draft: Draft | null = null;
	/** Of the drafts that were saved, innermost last. */
	readonly #saved: { readonly included: number; readonly gasUsed: bigint; readonly bytes: number }[] = [];

	private constructor(rollupId: RollupId, { common, state }: Genesis, vm: VM, blocks: Block[]) {
		this.rollupId = rollupId;
		this.chainId = Number(common.chainId());
		this.common = common;
		this.#state = state;
		this.#vm = vm;
		this.#blocks = blocks;
	}

	static async create(rollupId: RollupId, genesis: Genesis): Promise<ReferenceRollup> {
		const { common, state, block } = genesis;
		const blocks: Block[] = [block];
		const blockchain = {
			getBlock: async (number: number) => blocks[number] ?? null,
			putBlock: async () => undefined,
			validateHeader: async () => undefined,
			shallowCopy: () => blockchain,
		};
		const vm = await createVM({ common, stateManager: state, blockchain: blockchain as never });
		return new ReferenceRollup(rollupId, genesis, vm, blocks);
	}

	get #parent(): Block {
		const parent = this.#blocks.at(-1);
		if (parent === undefined) throw new RangeError(`rollup ${this.rollupId} has no genesis`);
		return parent;
	}

	get #open(): Draft {
		if (this.#draft === null) throw new RangeError(`rollup ${this.rollupId} has no block in the making`);
		return this.#draft;
	}

	/** Whether it has been looked at in this tick. */
	get hasBegun(): boolean {
		return this.#draft !== null;
	}

	/** Between two ticks: what it returns goes back to here. The trie keeps the nodes of all states. */
	async mark(): Promise<() => Promise<void>> {
		const root = await this.#state.getStateRoot();
		const [blocks, feeRecipient, withdrawals] = [this.#blocks.length, this.#feeRecipient, this.#withdrawals];
		return async () => {
			await this.#state.setStateRoot(root);
			this.#blocks.length = blocks;
			this.#feeRecipient = feeRecipient;
			this.#withdrawals = withdrawals;
		};
	}

	/** Makes ready for the tick, once. */
	async begin(tick: DerivedTick, active: ActiveRollup): Promise<void> {
		if (this.#draft !== null) return;
		const parent = this.#parent.header;
		const { hash, prevRandao } = tick.l1Origin;
		const header = {
			number: parent.number + 1n,
			parentHash: parent.hash(),
			timestamp: tick.time,
			mixHash: bytesOf(keccak256(Buffer.concat([bytesOf(prevRandao), uint(tick.tick, 8), uint(this.rollupId, 4)]))),
			parentBeaconBlockRoot: bytesOf(hash),
			coinbase: tick.coinbase ?? active.feeRecipient,
			baseFeePerGas: parent.calcNextBaseFee(),
			gasLimit: gasLimitAfter(parent.gasLimit, BigInt(active.gasLimit)),
			blobGasUsed: 0n,
			excessBlobGas: 0n,
		};
		const block = createBlock({ header, withdrawals: [] }, { common: this.common });
		this.#draft = { header, block, active, included: [], gasUsed: 0n, bytes: 0 };
		await this.#state.checkpoint();
		await this.#systemWrites(block);
	}

	/** What EIP-4788 and EIP-2935 write before the first transaction. */
	async #systemWrites({ header }: Block): Promise<void> {
		const put = (address: string, slot: bigint, value: Uint8Array): Promise<void> =>
			this.#state.putStorage(createAddressFromString(address), setLengthLeft(uint(slot, 32), 32), value);
		await put(BEACON_ROOTS, header.timestamp % RING, uint(header.timestamp, 32));
		await put(BEACON_ROOTS, (header.timestamp % RING) + RING, header.parentBeaconBlockRoot as Uint8Array);
		await put(HISTORY, (header.number - 1n) % RING, header.parentHash);
		await this.#vm.evm.journal.cleanup();
	}

	/** Remembers everything as it is now. */
	async save(): Promise<void> {
		const { included, gasUsed, bytes } = this.#open;
		this.#saved.push({ included: included.length, gasUsed, bytes });
		await this.#state.checkpoint();
	}

	/** Forgets that it remembered, or everything since. */
	async settle(keep: boolean): Promise<void> {
		const saved = this.#saved.pop();
		if (saved === undefined) throw new RangeError("nothing was saved");
		if (keep) return this.#state.commit();
		const draft = this.#open;
		draft.included.length = saved.included;
		draft.gasUsed = saved.gasUsed;
		draft.bytes = saved.bytes;
		return this.#state.revert();
	}

	/** E-19 to E-24: why the transaction cannot stand next in the block, or null. */
	async refuses({ tx, raw, sender, feeCap }: Transaction): Promise<string | null> {
		const { block, gasUsed, bytes } = this.#open;
		if (tx.gasLimit > block.header.gasLimit - gasUsed) return "block-gas";
		if (bytes + raw.length > MAX_BLOCK_BYTES) return "block-bytes";
		if (feeCap < (block.header.baseFeePerGas ?? 0n)) return "fee-too-low";
		const address = createAddressFromString(sender);
		const account = await this.#state.getAccount(address);
		const nonce = account?.nonce ?? 0n;
		if (nonce !== tx.nonce || nonce === MAX_NONCE) return "nonce";
		if ((account?.balance ?? 0n) < tx.value + tx.gasLimit * feeCap) return "balance";
		const code = await this.#state.getCode(address);
		const delegates = code.length === 23 && hexOf(code).startsWith("0xef0100");
		return code.length > 0 && !delegates ? "sender-code" : null;
	}

	/** Runs a transaction that is not refused. */
	async run(transaction: Transaction): Promise<IncludedLeg> {
		const draft = this.#open;
		const { tx, raw } = transaction;
		const result = await runTx(this.#vm, { tx, block: draft.block, blockGasUsed: draft.gasUsed });
		const status = (result.receipt as { status: 0 | 1 }).status;
		const logs = result.receipt.logs.map(
			([address, topics, data]): Log => ({ address: hexOf(address), topics: topics.map(hexOf), data: hexOf(data) }),
		);
		const leg: IncludedLeg = {
			rollupId: this.rollupId,
			blockNumber: Number(draft.block.header.number),
			txIndex: draft.included.length,
			txHash: keccak256(raw) as Hash32,
			status,
			gasUsed: Number(result.totalGasSpent),
			logs,
		};
		draft.included.push({ transaction, leg });
		draft.gasUsed += result.totalGasSpent;
		draft.bytes += raw.length;
		return leg;
	}

	/** A slot as it is now, in the middle of a tick or between two. */
	async slot(address: string, slot: string): Promise<bigint> {
		const value = await this.#state.getStorage(createAddressFromString(address), bytesOf(slot));
		return value.length === 0 ? 0n : BigInt(hexOf(value));
	}

	async nonce(address: string): Promise<bigint> {
		return (await this.#state.getAccount(createAddressFromString(address)))?.nonce ?? 0n;
	}

	/** Ends the tick; null if it makes no block (E-5). */
	async end(tick: DerivedTick): Promise<ReferenceBlock | null> {
		const deposits = tick.deposits.get(this.rollupId) ?? [];
		const draft = this.#open;
		this.#draft = null;
		await this.#state.revert();
		if (draft.included.length === 0 && deposits.length === 0) return null;
		const transactions = draft.included.map(({ transaction }) => transaction.tx);
		const withdrawals = this.#withdrawalsOf(deposits);
		const withdrawalsRoot = await genWithdrawalsTrieRoot(withdrawals.map(createWithdrawal));
		const header = { ...draft.header, withdrawalsRoot };
		const candidate = createBlock({ header, transactions, withdrawals }, { common: this.common });
		const block = await this.#made(candidate, draft);
		this.#blocks.push(block);
		this.#feeRecipient = draft.active.feeRecipient;
		this.#withdrawals += BigInt(withdrawals.length);
		return { rollupId: this.rollupId, number: Number(block.header.number), hash: hexOf(block.hash()) };
	}

	async #made(block: Block, { included }: Draft): Promise<Block> {
		let made: Block | undefined;
		this.#vm.events.once("afterBlock", (event) => {
			made = event.block;
		});
		const { receipts, results } = await runBlock(this.#vm, { block, generate: true, skipBlockValidation: true });
		for (const [i, { leg }] of included.entries()) {
			const receipt = receipts[i] as { status: 0 | 1 } | undefined;
			const same = receipt?.status === leg.status && Number(results[i]?.totalGasSpent) === leg.gasUsed;
			if (!same) throw new RangeError(`rollup ${this.rollupId}, ${leg.txHash}: in its block it does something else`);
		}
		if (made === undefined) throw new RangeError("runBlock told of no block");
		return made;
	}

	/** E-8. */
	#withdrawalsOf(deposits: readonly { readonly recipient: Hex; readonly gwei: bigint }[]) {
		const { number, baseFeePerGas, gasUsed } = this.#parent.header;
		const credit = number === 0n ? 0n : ((baseFeePerGas ?? 0n) * gasUsed) / GWEI;
		const all: { validatorIndex: bigint; address: PrefixedHexString; amount: bigint }[] = [
			...deposits.map(({ recipient, gwei }) => ({ validatorIndex: 0n, address: recipient, amount: gwei })),
			...(credit > 0n ? [{ validatorIndex: 1n, address: this.#feeRecipient, amount: credit }] : []),
		];
		return all.map((one, i) => ({ ...one, index: this.#withdrawals + BigInt(i) }));
	}
}
