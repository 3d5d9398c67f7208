/** One call to a contract, sent and waited for: what people do by hand. The sequencer's own publications go through `Publisher`. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatEther } from "ethers";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, Hash32, Hex } from "../primitives/types.ts";
import { offer } from "./fees.ts";
import type { L1Account, L1Receipt, Request } from "./l1-account.ts";
import type { SignedBlob } from "./l1-transaction.ts";
import { explainRevert } from "./reverts.ts";

export interface OutgoingCall {
	readonly to: Address;
	readonly data: Hex;
	/** Wei. */
	readonly value: bigint;
	readonly blobs?: readonly SignedBlob[];
	/** Estimated on L1 if not given, which tells why the contract would refuse it. */
	readonly gasLimit?: bigint;
}

export interface SendOptions {
	/** Seconds to wait for the receipt; 120 by default. */
	readonly timeout?: number;
	readonly signal?: AbortSignal;
	readonly nonce?: number;
}

const POLL_MS = 250;

/**
 * Sends the call and gives its hash. Throws `usage` with code `reverted` (the contract's reason) or `l1-funds`, and what
 * `L1Account.broadcast` throws.
 */
export async function sendCall(
	request: Request,
	account: L1Account,
	call: OutgoingCall,
	options: SendOptions = {},
): Promise<Hash32> {
	const { blobs = [], data, to, value } = call;
	await checkBalance(account, value);
	const [gasLimit, nonce, fees] = await Promise.all([
		call.gasLimit ?? estimateGas(request, account, call),
		options.nonce ?? account.nonce(),
		account.prices().then(offer),
	]);
	await checkBalance(account, value + gasLimit * fees.maxFeePerGas);
	const { hash, raw } = await account.sign({ to, data, value, gasLimit }, nonce, fees, blobs);
	await account.broadcast(raw);
	return hash;
}

/** Waits until the transaction is mined. Throws `retry` with code `l1-pending` when the time is over, `usage` with `reverted`. */
export async function waitForReceipt(
	account: L1Account,
	hash: Hash32,
	{ signal, timeout = 120 }: SendOptions = {},
): Promise<L1Receipt> {
	const deadline = Date.now() + timeout * 1_000;
	for (;;) {
		const receipt = await account.receipt(hash);
		if (receipt?.success) return receipt;
		if (receipt !== null)
			throw new MeridianError(
				"usage",
				"reverted",
				`The L1 transaction ${hash} reverted in block ${receipt.blockNumber}`,
				{ hash, hint: "the chain changed between checking and mining; run the command again" },
			);
		if (Date.now() > deadline)
			throw new MeridianError(
				"retry",
				"l1-pending",
				`The L1 transaction ${hash} is not mined after ${timeout} s; it may still be`,
				{ hash, hint: "look for its receipt before sending it again" },
			);
		await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal });
	}
}

/** Gas to send the call with. Throws `usage` (`reverted`) with the contract's reason, if it would refuse. */
export async function estimateGas(
	request: Request,
	account: L1Account,
	{ data, to, value }: Omit<OutgoingCall, "blobs">,
): Promise<bigint> {
	const call = { from: account.address, to, data, value: `0x${value.toString(16)}` };
	try {
		// Called first: nodes give a call's revert data, but not all give an estimate's.
		await request("eth_call", [call, "latest"]);
		// Of the same block: some nodes count what is pending as done, and what is done already costs less.
		const gas = BigInt(String(await request("eth_estimateGas", [call, "latest"])));
		// The fee of the forced queue and the head of a ring move; a quarter more costs nothing.
		return gas + gas / 4n;
	} catch (error) {
		throw explainRevert(error);
	}
}

async function checkBalance(account: L1Account, needed: bigint): Promise<void> {
	const balance = await account.balance();
	if (balance > 0n && balance >= needed) return;
	throw new MeridianError(
		"usage",
		"l1-funds",
		`The L1 account ${account.address} has ${formatEther(balance)} ETH and may need ${formatEther(needed)}`,
		{ address: account.address, balance, needed, hint: "fund it, or use the key of another account" },
	);
}
