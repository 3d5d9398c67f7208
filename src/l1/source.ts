/**
 * L1 as derivation may believe it, from nodes that may lie. What is left to trust is one thing: which chain is the canonical one. Every
 * field of a header is held to its hash, every log to the receipts root, every blob to the versioned hash in its log, and the timeline to
 * what the Inbox's constructor emitted.
 */
import type { L1Heads, L1Id, L1Source, Timeline } from "../derive/ports.ts";
import type { L1Block, TimelineLog } from "../derive/types.ts";
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Address, Hash32 } from "../primitives/types.ts";
import { type BlobArchive, type BlobSource, fetchBlobs } from "./blobs.ts";
import { type BloomBits, bloomBits, bloomHas } from "./bloom.ts";
import type { VerifiedHeader } from "./header.ts";
import { type DecodedLog, decodeLogs } from "./logs.ts";
import { createReader, type L1Reader, type Patience, persistently } from "./reader.ts";
import type { RpcTransport } from "./rpc.ts";
import { loadTimeline } from "./timeline.ts";

export interface FinalityRule {
	/** Blocks below the head that count as finalized where the node does not say, for want of a `finalized` tag. */
	readonly depth: number;
	/** Also where it does say: development nodes that call their head final would forbid every reorg. */
	readonly always?: boolean;
}

export interface L1SourceOptions {
	readonly rpc: RpcTransport;
	readonly inbox: Address;
	/** Asked first for blobs; every blob fetched elsewhere is put there. */
	readonly archive?: BlobArchive;
	/** Asked for blobs in turn, after the archive. */
	readonly blobSources?: readonly BlobSource[];
	readonly finality?: FinalityRule;
	/** With a node whose answers are not true, before it is given up. */
	readonly patience?: Patience;
}

/** Two epochs. */
const DEFAULT_FINALITY: FinalityRule = { depth: 64 };
const DEFAULT_PATIENCE: Patience = { attempts: 5, pauseMs: 200 };

/**
 * Throws as `L1Source` says. Codes of `retry`: those of the transport, `l1-moved`, `blob-unavailable`, `archive-write`. Of `halt`:
 * `l1-wrong-block`, `l1-header-hash`, `l1-receipts-root`, `l1-log`, `timeline-mismatch`. Of `usage`: `no-inbox`, `rpc-refused`.
 */
export function createL1Source(options: L1SourceOptions): L1Source {
	const { patience = DEFAULT_PATIENCE, finality = DEFAULT_FINALITY } = options;
	const reader = createReader(options.rpc);
	const inbox = options.inbox.toLowerCase() as Address;
	let known: { readonly timeline: Timeline; readonly filter: readonly BloomBits[] } | null = null;

	const readTimeline = async () => {
		if (known !== null) return known;
		const timeline = await persistently(patience, () => loadTimeline(reader, inbox));
		const addresses = [inbox, timeline.registry, timeline.forcedInclusion, timeline.bridge];
		known = { timeline, filter: addresses.map(bloomBits) };
		return known;
	};

	const readBlock = async (number: number): Promise<L1Block | null> => {
		const { timeline, filter } = await readTimeline();
		const block = await reader.header(number);
		if (block === null) return null;
		const relevant = filter.some((bits) => bloomHas(block.logsBloom, bits));
		const logs = relevant ? decodeLogs(await reader.logs(block), timeline) : [];
		return await withBlobs(block, logs, options);
	};

	return {
		timeline: async () => (await readTimeline()).timeline,
		heads: () => persistently(patience, () => readHeads(reader, finality)),
		block: (number) => persistently(patience, () => readBlock(number)),
		hashOf: async (number) => (await persistently(patience, () => reader.header(number)))?.hash ?? null,
	};
}

async function withBlobs(
	block: VerifiedHeader,
	logs: readonly DecodedLog[],
	{ archive, blobSources = [] }: L1SourceOptions,
): Promise<L1Block> {
	const { number, hash, parentHash, timestamp, prevRandao } = block;
	const wanted = [...new Set(logs.flatMap((log) => ("versionedHashes" in log ? log.versionedHashes : [])))];
	const blobs = await fetchBlobs(
		archive ? [archive, ...blobSources] : blobSources,
		{ blockNumber: number, blockHash: hash, timestamp, versionedHashes: wanted },
		archive ?? null,
	);
	return { number, hash, parentHash, timestamp, prevRandao, logs: logs.map((log) => complete(log, blobs)) };
}

function complete(log: DecodedLog, blobs: ReadonlyMap<Hash32, Uint8Array>): TimelineLog {
	if (!("versionedHashes" in log)) return log;
	const { versionedHashes, ...published } = log;
	// `fetchBlobs` gives all or throws.
	const ordered = versionedHashes.flatMap((hash) => blobs.get(hash) ?? []);
	return { ...published, data: { kind: "blobs", versionedHashes, blobs: ordered } };
}

async function readHeads(reader: L1Reader, finality: FinalityRule): Promise<L1Heads> {
	const latest = await reader.header("latest");
	if (latest === null) throw new MeridianError("retry", "l1-moved", `${reader.rpc.label} has no latest block yet`);
	const finalized = (await tagged(reader, "finalized", finality)) ?? (await deep(reader, latest, finality.depth));
	const safe = (await tagged(reader, "safe", finality)) ?? finalized;
	// Asked for one after the other; the chain may have moved in between.
	const bounded = lower(safe, latest);
	return { latest: idOf(latest), safe: idOf(bounded), finalized: idOf(lower(finalized, bounded)) };
}

async function tagged(reader: L1Reader, tag: "safe" | "finalized", finality: FinalityRule): Promise<L1Id | null> {
	if (finality.always) return null;
	try {
		return await reader.header(tag);
	} catch (error) {
		// Each node has its own words for having no such block yet, or no such tag.
		if (isMeridianError(error) && error.code === "rpc-error") return null;
		throw error;
	}
}

async function deep(reader: L1Reader, latest: L1Id, depth: number): Promise<L1Id> {
	const block = await reader.header(Math.max(0, latest.number - depth));
	if (block !== null) return block;
	throw new MeridianError("retry", "l1-moved", `${reader.rpc.label} lacks a block below its latest, ${latest.number}`);
}

const lower = (a: L1Id, b: L1Id): L1Id => (a.number <= b.number ? a : b);
const idOf = ({ number, hash }: L1Id): L1Id => ({ number, hash });
