/**
 * A folder of blobs, each named by its versioned hash: `<2 hex digits>/<versioned hash>.blob`, holding the blob's 131,072 bytes, its
 * commitment and its proof (48 bytes each). A file of the blob alone is taken as well, so that blobs from elsewhere can be put there by hand.
 * Nothing in the folder is believed; a file that does not check is as good as none.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { concatBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { BLOB_BYTES } from "../primitives/limits.ts";
import type { Hash32 } from "../primitives/types.ts";
import type { BlobArchive, BlobCandidate } from "./blobs.ts";
import { blobSidecar } from "./kzg.ts";

const PROOF_BYTES = 48;
const FILE_BYTES = BLOB_BYTES + 2 * PROOF_BYTES;

/** An archive in that folder, which is made when something is first stored. */
export function openArchive(folder: string): BlobArchive {
	const root = resolve(folder);
	const pathOf = (hash: Hash32): string => join(root, hash.slice(4, 6), `${hash}.blob`);
	return {
		label: `archive ${root}`,
		async candidates(request) {
			const files = await Promise.all(request.versionedHashes.map((hash) => readCandidate(pathOf(hash))));
			return files.filter((file) => file !== null);
		},
		async store(blob) {
			const { commitment, versionedHash, blobProof } = await blobSidecar(blob, { cellProofs: false, blobProof: true });
			await replaceFile(pathOf(versionedHash), concatBytes(blob, commitment, blobProof ?? new Uint8Array(PROOF_BYTES)));
			return versionedHash;
		},
	};
}

async function readCandidate(path: string): Promise<BlobCandidate | null> {
	let bytes: Uint8Array;
	try {
		bytes = new Uint8Array(await readFile(path));
	} catch {
		return null;
	}
	if (bytes.length === BLOB_BYTES) return { blob: bytes };
	if (bytes.length !== FILE_BYTES) return null;
	const proofAt = BLOB_BYTES + PROOF_BYTES;
	return {
		blob: bytes.slice(0, BLOB_BYTES),
		evidence: { commitment: bytes.slice(BLOB_BYTES, proofAt), proof: bytes.slice(proofAt) },
	};
}

/** A reader sees the old file or the new one, never a part: written beside it, flushed, renamed over it. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
	const temporary = `${path}.${randomUUID()}.tmp`;
	try {
		await mkdir(dirname(path), { recursive: true });
		const file = await open(temporary, "wx");
		try {
			await file.writeFile(bytes);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(temporary, path);
	} catch (cause) {
		await rm(temporary, { force: true }).catch(() => undefined);
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new MeridianError(
			"retry",
			"archive-write",
			`The blob archive cannot be written: ${why}`,
			{ path },
			{ cause },
		);
	}
}
