import { createKeccak } from "hash-wasm";
import { bytesToHex } from "./bytes.ts";
import type { Hash32 } from "./types.ts";

// One wasm instance, used synchronously: 5 to 10 times faster than JavaScript on the short inputs that dominate here.
const hasher = await createKeccak(256);

/** Keccak-256 of the bytes, as 32 bytes. */
export function keccak256(data: Uint8Array): Uint8Array {
	return hasher.init().update(data).digest("binary");
}

/** Keccak-256 of the bytes, as 0x-prefixed hex. */
export function keccakHex(data: Uint8Array): Hash32 {
	return bytesToHex(keccak256(data));
}
