/**
 * One block of one rollup, built transaction by transaction (E-6 to E-8, E-19 to E-26). `checkpoint`, `commit` and `revert`
 * cover everything a transaction leaves behind: state, receipts, gas and bytes.
 */
import { type Block, type BlockHeader, createBlock, createBlockHeader } from "@ethereumjs/block";
import { GWEI_TO_WEI } from "@ethereumjs/util";
import { type RunTxResult, runTx } from "@ethereumjs/vm";
import { bytesToHex, concatBytes, equalBytes, hexToBytes, uintToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { keccakHex } from "../primitives/hash.ts";
import { MAX_BLOCK_TX_BYTES } from "../primitives/limits.ts";
import type { Address, Hash32 } from "../primitives/types.ts";
import { EMPTY_CODE_HASH, NEW_ACCOUNT } from "./account.ts";
import type { DecodedTx } from "./decodeTx.ts";
import type { Log } from "./mailbox.ts";
import { encodeList, encodeString, integerBytes } from "./rlp.ts";
import { type RollupVm, slotKey } from "./rollupVm.ts";
import { BEACON_ROOTS_ADDRESS, HISTORY_ADDRESS, RING } from "./systemContracts.ts";
import { Trie, trieKey } from "./trie.ts";
import type { TxDropReason } from "./types.ts";

export interface BlockFields {
	readonly number: bigint;
	readonly parentHash: Uint8Array;
	/** Seconds. */
	readonly timestamp: bigint;
	readonly gasLimit: bigint;
	/** Wei. */
	readonly baseFee: bigint;
	readonly coinbase: Address;
	readonly prevRandao: Uint8Array;
	readonly parentBeaconBlockRoot: Uint8Array;
	readonly withdrawals: readonly WithdrawalFields[];
}

export interface WithdrawalFields {
	readonly index: bigint;
	readonly validatorIndex: bigint;
	readonly address: Address;
	readonly gwei: bigint;
}

export interface Included {
	readonly txIndex: number;
	readonly txHash: Hash32;
	readonly status: 0 | 1;
	readonly gasUsed: number;
}

export interface BuiltBlock {
	readonly header: BlockHeader;
	/** How many. */
	readonly transactions: number;
	readonly withdrawals: number;
	/** The whole block. */
	readonly rlp: Uint8Array;
}

interface Entry {
	readonly decoded: DecodedTx;
	readonly result: RunTxResult;
}

const MAX_NONCE = 2n ** 64n - 1n;
const DELEGATION = "ef0100";
/** Bloom filter of a receipt without logs. */
const NO_BLOOM = encodeString(new Uint8Array(256));

export class BlockBuilder {
	readonly #vm: RollupVm;
	readonly #fields: BlockFields;
	/** What transactions see of the block; roots and gas used are still open. */
	readonly #context: Block;
	readonly #entries: Entry[] = [];
	/** Entries and gas and bytes at each open checkpoint. */
	readonly #marks: { readonly entries: number; readonly gasUsed: bigint; readonly bytes: number }[] = [];
	#gasUsed = 0n;
	#bytes = 0;

	private constructor(vm: RollupVm, fields: BlockFields) {
		this.#vm = vm;
		this.#fields = fields;
		this.#context = createBlock({ header: headerData(fields) }, { common: vm.common });
	}

	/** Starts a block on the state: the system calls of EIP-4788 and EIP-2935. End it with `seal` or `abandon`. */
	static begin(vm: RollupVm, fields: BlockFields): BlockBuilder {
		const builder = new BlockBuilder(vm, fields);
		builder.#writeHistory();
		return builder;
	}

	get transactions(): number {
		return this.#entries.length;
	}

	/** E-19 to E-24, in order. Null: the transaction can run. */
	check({ tx, sender, raw, feeCap }: DecodedTx): TxDropReason | null {
		if (tx.gasLimit > this.#fields.gasLimit - this.#gasUsed) return "block-gas";
		if (this.#bytes + raw.length > MAX_BLOCK_TX_BYTES) return "block-bytes";
		if (feeCap < this.#fields.baseFee) return "fee-too-low";
		const account = this.#vm.state.accountAt(sender.toString().slice(2)) ?? NEW_ACCOUNT;
		if (account.nonce !== tx.nonce || account.nonce === MAX_NONCE) return "nonce";
		if (account.balance < tx.value + tx.gasLimit * feeCap) return "balance";
		const hasCode = !equalBytes(account.codeHash, EMPTY_CODE_HASH);
		return hasCode && this.#hasOwnCode(account.codeHash) ? "sender-code" : null;
	}

	/** Includes a transaction that `check` has passed. */
	async run(decoded: DecodedTx): Promise<Included> {
		const { tx, raw } = decoded;
		let result: RunTxResult;
		try {
			result = await runTx(this.#vm.vm, { tx, block: this.#context, blockGasUsed: this.#gasUsed });
		} catch (cause) {
			// Everything Ethereum may refuse has been checked: what is left is a bug, here or in the EVM, and no guess is safe.
			throw new MeridianError(
				"halt",
				"execution-internal",
				`the EVM failed on transaction ${keccakHex(raw)} of chain ${tx.common.chainId()}: ${cause instanceof Error ? cause.message : String(cause)}; this is a bug, please report it`,
				{ rawTx: bytesToHex(raw), blockNumber: Number(this.#fields.number) },
				{ cause },
			);
		}
		this.#entries.push({ decoded, result });
		this.#gasUsed += result.totalGasSpent;
		this.#bytes += raw.length;
		return {
			txIndex: this.#entries.length - 1,
			txHash: keccakHex(raw),
			status: result.execResult.exceptionError === undefined ? 1 : 0,
			gasUsed: Number(result.totalGasSpent),
		};
	}

	/** What the last transaction returned and logged. */
	trace(): { readonly returnData: Uint8Array; readonly logs: readonly Log[] } {
		const result = this.#entries.at(-1)?.result;
		return { returnData: result?.execResult.returnValue ?? new Uint8Array(0), logs: result?.receipt.logs ?? [] };
	}

	async checkpoint(): Promise<void> {
		await this.#vm.state.checkpoint();
		this.#marks.push({ entries: this.#entries.length, gasUsed: this.#gasUsed, bytes: this.#bytes });
	}

	async commit(): Promise<void> {
		await this.#vm.state.commit();
		this.#marks.pop();
	}

	async revert(): Promise<void> {
		await this.#vm.state.revert();
		const mark = this.#marks.pop();
		if (mark === undefined) return;
		this.#entries.length = mark.entries;
		this.#gasUsed = mark.gasUsed;
		this.#bytes = mark.bytes;
	}

	/** Credits the withdrawals and computes the roots. The state is then that of the block. */
	seal(): BuiltBlock {
		for (const { address, gwei } of this.#fields.withdrawals) this.#credit(address, gwei);
		// The calls of EIP-7002 and EIP-7251 find stubs that return nothing and store nothing (E-3): they change nothing.
		const withdrawals = this.#fields.withdrawals.map(encodeWithdrawal);
		const header = createBlockHeader(
			{
				...headerData(this.#fields),
				gasUsed: this.#gasUsed,
				logsBloom: this.#bloom(),
				transactionsTrie: listRoot(this.#entries.map(({ decoded }) => decoded.raw)),
				receiptTrie: listRoot(this.#entries.map(encodeReceipt)),
				withdrawalsRoot: listRoot(withdrawals),
				stateRoot: this.#vm.state.seal(),
			},
			{ common: this.#vm.common },
		);
		const transactions = this.#entries.map(({ decoded: { tx, raw } }) => (tx.type === 0 ? raw : encodeString(raw)));
		const noUncles = encodeList([]);
		return {
			header,
			transactions: transactions.length,
			withdrawals: withdrawals.length,
			rlp: encodeList([header.serialize(), encodeList(transactions), noUncles, encodeList(withdrawals)]),
		};
	}

	/** Leaves the state as it was before `begin`. */
	abandon(): void {
		this.#vm.state.discard();
	}

	/** EIP-3607, with EIP-7702's delegations excepted. */
	#hasOwnCode(codeHash: Uint8Array): boolean {
		const code = this.#vm.state.codeOf(codeHash);
		return code.length > 0 && !bytesToHex(code.subarray(0, 3)).endsWith(DELEGATION);
	}

	/**
	 * What the system calls of EIP-4788 and EIP-2935 do, whose contracts are there from the genesis on (E-3): plain writes.
	 * A chain without the contracts (a test against another client) has none.
	 */
	#writeHistory(): void {
		const { number, timestamp, parentBeaconBlockRoot, parentHash } = this.#fields;
		this.#writeSlot(BEACON_ROOTS_ADDRESS, timestamp % RING, uintToBytes(timestamp, 32));
		this.#writeSlot(BEACON_ROOTS_ADDRESS, (timestamp % RING) + RING, parentBeaconBlockRoot);
		this.#writeSlot(HISTORY_ADDRESS, (number - 1n) % RING, parentHash);
		this.#vm.state.originalStorageCache.clear();
	}

	#writeSlot(address: Address, slot: bigint, value: Uint8Array): void {
		const { state } = this.#vm;
		const hex = address.slice(2);
		if (state.accountAt(hex) === null) return;
		const zeros = value.findIndex((byte) => byte !== 0);
		state.setStorage(hex, slotKey(slot), zeros < 0 ? new Uint8Array(0) : value.slice(zeros));
	}

	#credit(address: Address, gwei: bigint): void {
		if (gwei === 0n) return;
		const { state } = this.#vm;
		const account = state.accountAt(address.slice(2)) ?? NEW_ACCOUNT;
		state.setAccount(address.slice(2), { ...account, balance: account.balance + gwei * GWEI_TO_WEI });
	}

	#bloom(): Uint8Array {
		const bloom = new Uint8Array(256);
		for (const { result } of this.#entries) {
			if (result.receipt.logs.length === 0) continue;
			result.receipt.bitvector.forEach((byte, i) => {
				bloom[i] = (bloom[i] ?? 0) | byte;
			});
		}
		return bloom;
	}
}

function headerData(fields: BlockFields) {
	return {
		number: fields.number,
		parentHash: fields.parentHash,
		timestamp: fields.timestamp,
		gasLimit: fields.gasLimit,
		baseFeePerGas: fields.baseFee,
		coinbase: fields.coinbase,
		mixHash: fields.prevRandao,
		parentBeaconBlockRoot: fields.parentBeaconBlockRoot,
		blobGasUsed: 0n,
		excessBlobGas: 0n,
	};
}

function encodeWithdrawal({ index, validatorIndex, address, gwei }: WithdrawalFields): Uint8Array {
	const fields = [integerBytes(index), integerBytes(validatorIndex), hexToBytes(address), integerBytes(gwei)];
	return encodeList(fields.map(encodeString));
}

/** A receipt's bytes as in the receipts trie (EIP-2718). ethereumjs' own takes several times as long. */
function encodeReceipt({ decoded, result }: Entry): Uint8Array {
	const { receipt } = result;
	const encoded = encodeList([
		encodeString(integerBytes(result.execResult.exceptionError === undefined ? 1n : 0n)),
		encodeString(integerBytes(receipt.cumulativeBlockGasUsed)),
		receipt.logs.length === 0 ? NO_BLOOM : encodeString(receipt.bitvector),
		encodeList(
			receipt.logs.map(([address, topics, data]) =>
				encodeList([encodeString(address), encodeList(topics.map(encodeString)), encodeString(data)]),
			),
		),
	]);
	const { type } = decoded.tx;
	return type === 0 ? encoded : concatBytes(Uint8Array.of(type), encoded);
}

/** Root of the trie from RLP(index) to the values: transactions, receipts, withdrawals. */
function listRoot(values: readonly Uint8Array[]): Uint8Array {
	const trie = new Trie({ read: () => undefined, write: () => undefined });
	for (const [i, value] of values.entries()) trie.put(trieKey(encodeString(integerBytes(BigInt(i)))), value);
	return trie.root();
}
