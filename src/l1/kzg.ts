/**
 * Blob commitments (EIP-4844) and cell proofs (EIP-7594). The arithmetic runs in one worker thread, started when first
 * asked for and never a reason for the process to stay alive.
 */
import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { bytesToHex } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { BLOB_BYTES } from "../primitives/limits.ts";
import type { Hash32 } from "../primitives/types.ts";
import type { KzgAnswers, KzgJob } from "./kzg-worker.ts";

/** What a blob transaction carries beside the blob. */
export interface BlobSidecar {
	/** 48 bytes. */
	readonly commitment: Uint8Array;
	readonly versionedHash: Hash32;
	/** Wrapper version 1 (EIP-7594): 128 proofs of 48 bytes. Empty if not asked for. */
	readonly cellProofs: readonly Uint8Array[];
	/** Wrapper version 0 (EIP-4844): one proof of 48 bytes. Null if not asked for. */
	readonly blobProof: Uint8Array | null;
}

/** `0x01 ‖ sha256(commitment)[1:]`. */
export function versionedHash(commitment: Uint8Array): Hash32 {
	const digest = createHash("sha256").update(commitment).digest();
	digest[0] = 1;
	return bytesToHex(digest);
}

/**
 * The KZG commitment (48 bytes) of a raw blob of 131,072 bytes.
 * Throws `halt` with code `not-a-blob` if the bytes are no blob: another length, or a field element out of range.
 */
export async function blobToCommitment(blob: Uint8Array): Promise<Uint8Array> {
	if (blob.length !== BLOB_BYTES)
		throw new MeridianError("halt", "not-a-blob", `A blob has ${BLOB_BYTES} bytes, this one ${blob.length}`);
	return await run({ kind: "commitment", blob });
}

/** Commitment, versioned hash and the proofs asked for (cell proofs unless told otherwise). Errors as `blobToCommitment`. */
export async function blobSidecar(
	blob: Uint8Array,
	wanted: { readonly cellProofs?: boolean; readonly blobProof?: boolean } = {},
): Promise<BlobSidecar> {
	const commitment = await blobToCommitment(blob);
	const [cellProofs, blobProof] = await Promise.all([
		(wanted.cellProofs ?? true) ? run({ kind: "cellProofs", blob }) : [],
		wanted.blobProof ? run({ kind: "blobProof", blob, commitment }) : null,
	]);
	return { commitment, versionedHash: versionedHash(commitment), cellProofs, blobProof };
}

/**
 * Whether the proof shows that the commitment is the blob's: 20 times cheaper than computing the commitment.
 * Malformed input is `false`, never an error.
 */
export async function verifyBlobProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): Promise<boolean> {
	if (blob.length !== BLOB_BYTES || commitment.length !== 48 || proof.length !== 48) return false;
	try {
		return await run({ kind: "verify", blob, commitment, proof });
	} catch (error) {
		if (error instanceof MeridianError && error.code === "not-a-blob") return false;
		throw error;
	}
}

// ------------------------------------------------------------------------------------------------ the thread

interface Pending {
	readonly resolve: (value: never) => void;
	readonly reject: (error: MeridianError) => void;
}

interface Thread {
	readonly worker: Worker;
	readonly pending: Map<number, Pending>;
}

let thread: Thread | null = null;
let nextId = 0;

function run<K extends KzgJob["kind"]>(job: KzgJob & { kind: K }): Promise<KzgAnswers[K]> {
	thread ??= startThread();
	const { worker, pending } = thread;
	return new Promise((resolve, reject) => {
		const id = nextId++;
		pending.set(id, { resolve, reject });
		worker.ref();
		worker.postMessage({ id, job });
	});
}

function startThread(): Thread {
	// The compiled package has only the JavaScript file.
	const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
	const worker = new Worker(new URL(`./kzg-worker.${extension}`, import.meta.url));
	const started: Thread = { worker, pending: new Map() };
	worker.on("message", (message: { id: number; value?: never; error?: string }) => {
		const waiting = started.pending.get(message.id);
		started.pending.delete(message.id);
		if (started.pending.size === 0) worker.unref();
		if (message.error === undefined) waiting?.resolve(message.value as never);
		else waiting?.reject(new MeridianError("halt", "not-a-blob", `The bytes are not a blob: ${message.error}`));
	});
	const lost = (reason: string): void => {
		if (thread === started) thread = null;
		for (const waiting of started.pending.values())
			waiting.reject(
				new MeridianError("retry", "kzg-thread", `The KZG thread ended: ${reason}; asking again starts a new one`),
			);
		started.pending.clear();
	};
	worker.on("error", (error) => lost(String(error)));
	worker.on("exit", (code) => lost(`exit code ${code}`));
	return started;
}
