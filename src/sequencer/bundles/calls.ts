/** Synchronous calls as the Mailbox encodes them. */
import { AbiCoder, dataSlice, Interface, keccak256, type Result } from "ethers";
import { MAILBOX_ABI, REQUEST } from "../../primitives/abi.ts";
import { bytesToHex } from "../../primitives/bytes.ts";
import type { Address, Hash32, Hex } from "../../primitives/types.ts";

export interface CallRequest {
	/** Chain ids, from the leg that began to the rollup of the caller. */
	readonly path: readonly number[];
	/** Chain id. */
	readonly destination: number;
	readonly caller: Address;
	readonly target: Address;
	readonly gas: bigint;
	readonly data: Hex;
	/** Place on the tape. */
	readonly sequence: number;
}

export interface CallAnswer {
	readonly ok: boolean;
	readonly returnData: Hex;
}

/** What a tape holds. */
export interface TapeEntry extends CallAnswer {
	readonly requestHash: Hash32;
}

const mailbox = new Interface(MAILBOX_ABI);
const coder = AbiCoder.defaultAbiCoder();
const TAPE_ERRORS = ["TapeEmpty", "TapeMismatch"] as const;

export const requestHash = (request: CallRequest): Hash32 =>
	keccak256(coder.encode([`tuple${REQUEST}`], [request])) as Hash32;

export const fillData = (session: Hash32, entries: readonly TapeEntry[]): Hex =>
	mailbox.encodeFunctionData("fill", [session, entries]) as Hex;

export const serveData = (session: Hash32, requests: readonly CallRequest[]): Hex =>
	mailbox.encodeFunctionData("serve", [session, requests]) as Hex;

/** What `serve` has returned. */
export function decodeAnswers(returnData: Uint8Array): CallAnswer[] {
	const [answers] = mailbox.decodeFunctionResult("serve", returnData) as unknown as [Result[]];
	return answers.map(({ ok, returnData: data }) => ({ ok: ok as boolean, returnData: data as Hex }));
}

/**
 * The call that found no answer, if that is why something reverted: the Mailbox's error anywhere in the data, since contracts wrap
 * what they are told.
 * @param path of the caller, so that nobody's else is taken for it
 */
export function findUnanswered(data: Uint8Array, path: readonly number[]): CallRequest | null {
	const digits = bytesToHex(data);
	for (const name of TAPE_ERRORS) {
		const selector = mailbox.getError(name)?.selector.slice(2) ?? "";
		for (let at = digits.indexOf(selector, 2); at >= 0; at = digits.indexOf(selector, at + 1)) {
			const request = at % 2 === 0 ? decodeRequest(name, dataSlice(digits, at / 2 - 1)) : null;
			if (request !== null && request.path.join() === path.join()) return request;
		}
	}
	return null;
}

function decodeRequest(name: string, data: string): CallRequest | null {
	try {
		const [request] = mailbox.decodeErrorResult(name, data) as unknown as [Result];
		const { caller, data: payload, destination, gas, path, sequence, target } = request.toObject();
		return {
			path: [...path].map(Number),
			destination: Number(destination),
			caller,
			target,
			gas,
			data: payload,
			sequence: Number(sequence),
		};
	} catch {
		// The selector's four bytes by chance, or by malice.
		return null;
	}
}
