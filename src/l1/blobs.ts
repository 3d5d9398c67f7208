/** Blobs from whoever has them. A source is never believed: each blob is held to the versioned hash that L1 committed to. */
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Hash32 } from "../primitives/types.ts";
import { blobToCommitment, verifyBlobProof, versionedHash } from "./kzg.ts";

/** The blobs of one L1 block that are needed. */
export interface BlobRequest {
	readonly blockNumber: number;
	readonly blockHash: Hash32;
	/** Of the L1 block, seconds. */
	readonly timestamp: number;
	/** Without repetition. */
	readonly versionedHashes: readonly Hash32[];
}

/** Bytes that a source says are a blob. With commitment and proof (48 bytes each) the check is 20 times cheaper. */
export interface BlobCandidate {
	readonly blob: Uint8Array;
	readonly evidence?: { readonly commitment: Uint8Array; readonly proof: Uint8Array };
}

export interface BlobSource {
	/** How messages name the source; holds no key. */
	readonly label: string;
	/** Whatever it has of the wanted blobs, in any order, more or fewer. Throws `MeridianError` if it cannot say. */
	candidates(request: BlobRequest): Promise<readonly BlobCandidate[]>;
}

/** A source that also keeps what it is given; `archive.ts`. */
export interface BlobArchive extends BlobSource {
	/**
	 * Keeps a blob; once this resolves, it survives kill -9 and loss of power. Gives its versioned hash.
	 * Throws `halt` with `not-a-blob`, and `retry` with `archive-write` if the folder cannot be written.
	 */
	store(blob: Uint8Array): Promise<Hash32>;
}

/** The versioned hash of a candidate, or null if it is no blob or its proof does not hold. */
async function identify(candidate: BlobCandidate): Promise<Hash32 | null> {
	const { blob, evidence } = candidate;
	if (evidence !== undefined)
		return (await verifyBlobProof(blob, evidence.commitment, evidence.proof))
			? versionedHash(evidence.commitment)
			: null;
	try {
		return versionedHash(await blobToCommitment(blob));
	} catch (error) {
		if (isMeridianError(error) && error.code === "not-a-blob") return null;
		throw error;
	}
}

/**
 * The blobs asked for, by versioned hash, from the sources in turn; what one does not have or gives wrongly, the next is asked for.
 * Those that did not come from the archive are put there. Throws `retry` with code `blob-unavailable` if any is nowhere to be had:
 * it names each missing blob and what each source said.
 */
export async function fetchBlobs(
	sources: readonly BlobSource[],
	request: BlobRequest,
	archive: BlobArchive | null,
): Promise<ReadonlyMap<Hash32, Uint8Array>> {
	const found = new Map<Hash32, Uint8Array>();
	const said: string[] = [];
	for (const source of sources) {
		const missing = request.versionedHashes.filter((hash) => !found.has(hash));
		if (missing.length === 0) break;
		const { blobs, complaint } = await ask(source, { ...request, versionedHashes: missing });
		for (const [hash, blob] of blobs) {
			found.set(hash, blob);
			if (archive !== null && source !== archive) await archive.store(blob);
		}
		if (complaint !== null) said.push(complaint);
	}
	const missing = request.versionedHashes.filter((hash) => !found.has(hash));
	if (missing.length > 0) throw unavailable(request, missing, said);
	return found;
}

async function ask(
	source: BlobSource,
	request: BlobRequest,
): Promise<{ blobs: ReadonlyMap<Hash32, Uint8Array>; complaint: string | null }> {
	const blobs = new Map<Hash32, Uint8Array>();
	const wanted = new Set(request.versionedHashes);
	let candidates: readonly BlobCandidate[];
	try {
		candidates = await source.candidates(request);
	} catch (error) {
		if (!isMeridianError(error)) throw error;
		return { blobs, complaint: error.message };
	}
	let others = 0;
	// Some nodes answer with every blob of the block; each costs a commitment, so stop when there is nothing left to find.
	for (let at = 0; at < candidates.length && blobs.size < wanted.size; at += wanted.size) {
		const batch = candidates.slice(at, at + wanted.size);
		for (const [index, hash] of (await Promise.all(batch.map(identify))).entries()) {
			const blob = batch[index]?.blob;
			if (hash !== null && blob !== undefined && wanted.has(hash)) blobs.set(hash, blob);
			else others++;
		}
	}
	if (blobs.size === wanted.size) return { blobs, complaint: null };
	const wrong = others === 0 ? "" : ` and ${others} that ${others === 1 ? "is" : "are"} not what was asked for`;
	return { blobs, complaint: `${source.label} gives ${blobs.size} of ${wanted.size}${wrong}` };
}

function unavailable(request: BlobRequest, missing: readonly Hash32[], said: readonly string[]): MeridianError {
	const what = `L1 block ${request.blockNumber} needs ${missing.length === 1 ? "blob" : "blobs"} ${missing.join(", ")}`;
	const where = said.length === 0 ? "no blob source is configured; give a beacon API or an archive" : said.join("; ");
	return new MeridianError("retry", "blob-unavailable", `${what}, which nobody has (${where})`, {
		missing,
		said,
		hint: "give a beacon API that still has it (--beacon), or an archive (--archive)",
	});
}
