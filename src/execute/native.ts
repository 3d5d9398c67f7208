/** The two pieces of native or wasm code the EVM is given: sender recovery and KZG. */
import { createRequire } from "node:module";
import { DasContextJs } from "@crate-crypto/node-eth-kzg";
import type { KZG } from "@ethereumjs/util";
import type * as Secp256k1 from "secp256k1";
import { hexToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";

/**
 * The native build of secp256k1. The package falls back to JavaScript, 20 times slower, without a word; a reader would then
 * silently lose most of its speed, so this halts instead (`native-secp256k1-missing`).
 */
export function loadSecp256k1(require: (module: string) => unknown): typeof Secp256k1 {
	try {
		return require("secp256k1/bindings.js") as typeof Secp256k1;
	} catch (cause) {
		throw new MeridianError(
			"halt",
			"native-secp256k1-missing",
			`the native build of the npm package secp256k1 does not load on ${process.platform}-${process.arch} with Node ${process.versions.node}; run "npm rebuild secp256k1" or reinstall with scripts enabled`,
			{ platform: process.platform, arch: process.arch, node: process.versions.node },
			{ cause },
		);
	}
}

const secp256k1 = loadSecp256k1(createRequire(import.meta.url));

/**
 * Public key (64 bytes) of a signature over a hash.
 * @param recovery 0 or 1
 * @throws if no key fits
 */
export function recoverPublicKey(hash: Uint8Array, recovery: number, r: Uint8Array, s: Uint8Array): Uint8Array {
	const signature = new Uint8Array(64);
	signature.set(r, 32 - r.length);
	signature.set(s, 64 - s.length);
	return secp256k1.ecdsaRecover(signature, recovery, hash, false).subarray(1);
}

let kzgContext: DasContextJs | undefined;

/**
 * KZG for the precompile at 0x0a, which is all the EVM asks of it. Without one, calling the precompile would throw out of the
 * EVM and stop a reader. Loading the trusted setup takes two seconds, so it waits for the first call that needs it.
 */
const pointEvaluation: Pick<KZG, "verifyProof"> = {
	verifyProof(commitment, z, y, proof) {
		kzgContext ??= DasContextJs.create({ usePrecomp: false });
		return kzgContext.verifyKzgProof(hexToBytes(commitment), hexToBytes(z), hexToBytes(y), hexToBytes(proof));
	},
};

export const kzg = pointEvaluation as KZG;

/** Signature of a hash: `r ‖ s` (64 bytes, `s` in the lower half) and the recovery id, the same each time (RFC 6979). @param key 32 bytes, valid */
export function signHash(
	hash: Uint8Array,
	key: Uint8Array,
): { readonly signature: Uint8Array; readonly recid: number } {
	return secp256k1.ecdsaSign(hash, key);
}

/** Public key (64 bytes) of a private one; null if it is none. */
export function publicKeyOf(key: Uint8Array): Uint8Array | null {
	if (key.length !== 32 || !secp256k1.privateKeyVerify(key)) return null;
	return secp256k1.publicKeyCreate(key, false).subarray(1);
}
