/** One rollup's part of a tick: its block, if it comes to have one (E-5 to E-8, E-13 to E-26). */
import type { BlockHeader } from "@ethereumjs/block";
import type { ActiveRollup, Deposit, DerivedTick } from "../derive/types.ts";
import { bytesToHex, concatBytes, hexToBytes, uintToBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";
import type { RollupId } from "../primitives/types.ts";
import { BlockBuilder, type BlockFields, type BuiltBlock, type WithdrawalFields } from "./block.ts";
import { type DecodedTx, decodeTx } from "./decodeTx.ts";
import type { Log, TagHash } from "./mailbox.ts";
import type { Head, LiveRollup } from "./rollup.ts";
import type { SessionLeg } from "./sessions.ts";
import type { IncludedTx, SealedBlock, TxDropReason } from "./types.ts";

/** Gas of the cheapest transaction. */
const TX_GAS = 21_000;
const WEI_PER_GWEI = 1_000_000_000n;
const DEPOSIT = 0n;
const FEE_CREDIT = 1n;

export interface Sealed {
	readonly block: SealedBlock;
	/** What the rollup continues from. */
	readonly head: Head;
}

/** Whether a message to a rollup has been sent by now. */
export type IsSent = (id: TagHash, rollupId: RollupId, l1Origin: number) => boolean;

export class RollupTick {
	readonly #rollup: LiveRollup;
	readonly #tick: DerivedTick;
	readonly #active: ActiveRollup;
	readonly #isSent: IsSent;
	readonly #deposits: readonly Deposit[];
	/** Transactions met so far, whatever became of them (E-13). */
	#met = 0;
	/** Begun with the first transaction that might be included. */
	#builder: BlockBuilder | null = null;

	constructor(rollup: LiveRollup, tick: DerivedTick, active: ActiveRollup, isSent: IsSent) {
		this.#rollup = rollup;
		this.#tick = tick;
		this.#active = active;
		this.#isSent = isSent;
		this.#deposits = tick.deposits.get(rollup.rollupId) ?? [];
	}

	/** Counts a transaction of this rollup. @returns whether it is still to be examined (E-13) */
	meet(): boolean {
		return this.#met++ < examinedPerTick(this.#active.gasLimit);
	}

	/**
	 * The transaction, or why its bytes are none that can run here (E-14 to E-18).
	 * @param gasAllowance of a forced transaction: gas declared on L1
	 * @param sender gives it if it is known already
	 */
	decode(rawTx: Uint8Array, gasAllowance: bigint | null, sender?: () => Uint8Array | null): DecodedTx | TxDropReason {
		const decoded = decodeTx(rawTx, this.#rollup.vm.common, sender);
		if ("drop" in decoded) return decoded.drop;
		return gasAllowance !== null && decoded.tx.gasLimit > gasAllowance ? "forced-gas" : decoded;
	}

	/**
	 * Includes the transaction, or says why not and changes nothing (E-19 to E-25, X-7).
	 * @param deliveries the messages it relies on
	 */
	async run(decoded: DecodedTx, deliveries: readonly TagHash[]): Promise<IncludedTx | TxDropReason> {
		const builder = this.#started();
		const reason = builder.check(decoded);
		if (reason !== null) return reason;
		const { rollupId } = this.#rollup;
		const l1Origin = this.#tick.l1Origin.number;
		if (!deliveries.every((id) => this.#isSent(id, rollupId, l1Origin))) return "message-not-sent";
		return { rollupId, blockNumber: this.#blockNumber, ...(await builder.run(decoded)) };
	}

	/** What the last transaction returned and logged. */
	trace(): { readonly returnData: Uint8Array; readonly logs: readonly Log[] } {
		return this.#started().trace();
	}

	/** The transaction as sessions name it. */
	sessionLeg({ sender, tx }: DecodedTx): SessionLeg {
		return { chainId: this.chainId, sender: sender.bytes, nonce: tx.nonce };
	}

	get chainId(): number {
		return this.#rollup.chainId;
	}

	/** From here on everything can be undone, until `commit` or `revert`. */
	async checkpoint(): Promise<void> {
		await this.#started().checkpoint();
	}

	async commit(): Promise<void> {
		await this.#started().commit();
	}

	async revert(): Promise<void> {
		await this.#started().revert();
	}

	/** Forgets the tick. */
	abandon(): void {
		this.#builder?.abandon();
	}

	/** Ends the tick for this rollup: its block, or null if E-5 gives it none. */
	seal(): Sealed | null {
		if (this.#deposits.length === 0 && (this.#builder?.transactions ?? 0) === 0) {
			this.abandon();
			return null;
		}
		const built = this.#started().seal();
		return {
			block: this.#describe(built),
			head: {
				header: built.header,
				tick: this.#tick.tick,
				feeRecipient: this.#active.feeRecipient,
				nextWithdrawal: this.#rollup.head.nextWithdrawal + BigInt(built.withdrawals),
			},
		};
	}

	/** Of the block that is or would be made. */
	get #blockNumber(): number {
		return Number(this.#rollup.head.header.number) + 1;
	}

	#started(): BlockBuilder {
		this.#builder ??= BlockBuilder.begin(this.#rollup.vm, this.#fields());
		return this.#builder;
	}

	/** E-6. */
	#fields(): BlockFields {
		const { tick, time, l1Origin, coinbase } = this.#tick;
		const { rollupId } = this.#rollup;
		const { header } = this.#rollup.head;
		const randomness = concatBytes(hexToBytes(l1Origin.prevRandao), uintToBytes(tick, 8), uintToBytes(rollupId, 4));
		return {
			number: header.number + 1n,
			parentHash: header.hash(),
			timestamp: BigInt(time),
			gasLimit: nextGasLimit(header.gasLimit, BigInt(this.#active.gasLimit)),
			baseFee: header.calcNextBaseFee(),
			coinbase: coinbase ?? this.#active.feeRecipient,
			prevRandao: keccak256(randomness),
			parentBeaconBlockRoot: hexToBytes(l1Origin.hash),
			withdrawals: withdrawals(this.#deposits, this.#rollup.head),
		};
	}

	#describe({ header, rlp, transactions, withdrawals }: BuiltBlock): SealedBlock {
		return {
			rollupId: this.#rollup.rollupId,
			chainId: this.#rollup.chainId,
			number: Number(header.number),
			hash: bytesToHex(header.hash()),
			parentHash: bytesToHex(header.parentHash),
			stateRoot: bytesToHex(header.stateRoot),
			tick: this.#tick.tick,
			timestamp: Number(header.timestamp),
			gasUsed: Number(header.gasUsed),
			gasLimit: Number(header.gasLimit),
			baseFee: header.baseFeePerGas ?? 0n,
			transactions,
			withdrawals,
			rlp,
		};
	}
}

/** E-13: how many transactions of a rollup are looked at in one tick. @param gasLimit the target */
export const examinedPerTick = (gasLimit: number): number => Math.floor(gasLimit / TX_GAS);

/** E-7: towards the target, as fast as Ethereum lets a block move. */
export function nextGasLimit(parent: bigint, target: bigint): bigint {
	const step = parent / 1024n;
	const distance = target > parent ? target - parent : parent - target;
	if (distance < step) return target;
	return target > parent ? parent + step - 1n : parent - (step - 1n);
}

/** E-8: the deposits, then the parent's burnt base fee to whom it was due at the parent's tick. */
function withdrawals(deposits: readonly Deposit[], head: Head): WithdrawalFields[] {
	const list: Omit<WithdrawalFields, "index">[] = deposits.map(({ recipient, gwei }) => ({
		validatorIndex: DEPOSIT,
		address: recipient,
		gwei,
	}));
	const credit = feeCredit(head.header);
	if (credit > 0n) list.push({ validatorIndex: FEE_CREDIT, address: head.feeRecipient, gwei: credit });
	return list.map((withdrawal, i) => ({ index: head.nextWithdrawal + BigInt(i), ...withdrawal }));
}

/** Gwei; the genesis used no gas, so it gives none. */
function feeCredit(parent: BlockHeader): bigint {
	return ((parent.baseFeePerGas ?? 0n) * parent.gasUsed) / WEI_PER_GWEI;
}
