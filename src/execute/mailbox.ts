/** The Mailbox as derivation sees it: its storage, its tags and its logs (docs/spec/bundles.md). */
import { bytesToHex, concatBytes, equalBytes, hexToBytes } from "../primitives/bytes.ts";
import { keccak256, keccakHex } from "../primitives/hash.ts";
import type { Hash32 } from "../primitives/types.ts";
import { MAILBOX_ADDRESS } from "./predeploys.ts";

/** A log of a receipt, as ethereumjs has it. */
export type Log = readonly [address: Uint8Array, topics: readonly Uint8Array[], data: Uint8Array];

/** The first 24 bytes of a hash, as in a tag: 48 hex digits. */
export type TagHash = string;

export const MAILBOX_BYTES: Uint8Array = hexToBytes(MAILBOX_ADDRESS);
/** As the state's tables know it. */
export const MAILBOX_HEX: string = MAILBOX_ADDRESS.slice(2);

const TAG_HASH_DIGITS = 48;

/** What a tag keeps of a hash. */
export const tagHash = (hash: Hash32): TagHash => hash.slice(2, 2 + TAG_HASH_DIGITS);

/** Where the Mailbox keeps `sent[id]`: a mapping in slot 0. As 64 hex digits. */
export function sentSlot(id: TagHash): string {
	return keccakHex(concatBytes(hexToBytes(`0x${id.padEnd(64, "0")}`), new Uint8Array(32))).slice(2);
}

export interface TapeLog {
	readonly kind: "filled" | "read" | "served";
	/** Request and answer, hex digits. */
	readonly entry: string;
	/** Of a read: the chain id of the rollup that is called. */
	readonly destination: bigint;
}

const topicOf = (signature: string): Hash32 => bytesToHex(keccak256(new TextEncoder().encode(signature)));

const KINDS: ReadonlyMap<Hash32, TapeLog["kind"]> = new Map([
	[topicOf("Filled(bytes32,bytes32)"), "filled"],
	[topicOf("Read(uint64,bytes32,bytes32)"), "read"],
	[topicOf("Served(bytes32,bytes32)"), "served"],
]);

/** What the log says of a tape, or null. The Mailbox's code is part of every genesis, so its logs have the shape it gives them. */
export function tapeLog([address, topics, data]: Log): TapeLog | null {
	const [topic] = topics;
	if (topic === undefined || !equalBytes(address, MAILBOX_BYTES)) return null;
	const kind = KINDS.get(bytesToHex(topic));
	if (kind === undefined || data.length !== (kind === "read" ? 96 : 64)) return null;
	const words = bytesToHex(data).slice(2);
	if (kind !== "read") return { kind, entry: words, destination: 0n };
	return { kind, entry: words.slice(64), destination: BigInt(`0x${words.slice(0, 64)}`) };
}
