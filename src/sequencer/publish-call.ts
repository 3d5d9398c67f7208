/**
 * The Inbox's `publish` and `publishCalldata` as calldata. The ABI's encoding of a few words and byte strings, written out: a publication's
 * data takes ethers tens of milliseconds.
 */
import { Interface } from "ethers";
import { INBOX_ABI } from "../primitives/abi.ts";
import { bytesToHex, uintToBytes } from "../primitives/bytes.ts";
import type { Hex } from "../primitives/types.ts";

const inbox = new Interface(INBOX_ABI);
const WORD = 32;

const digits = (hex: string): string => hex.slice(2);
const word = (value: number): string => digits(bytesToHex(uintToBytes(value, WORD)));
const padded = (length: number): number => Math.ceil(length / WORD) * WORD;

/** @param words the arguments before the byte strings, 32 bytes each */
export function publishCall(
	method: "publish" | "publishCalldata",
	words: readonly Hex[],
	strings: readonly Uint8Array[],
): Hex {
	const selector = inbox.getFunction(method)?.selector ?? "0x";
	const heads = words.map(digits);
	const tails: string[] = [];
	let offset = WORD * (words.length + strings.length);
	for (const bytes of strings) {
		const filling = "00".repeat(padded(bytes.length) - bytes.length);
		heads.push(word(offset));
		tails.push(word(bytes.length), digits(bytesToHex(bytes)), filling);
		offset += WORD + padded(bytes.length);
	}
	return `0x${[digits(selector), ...heads, ...tails].join("")}`;
}
