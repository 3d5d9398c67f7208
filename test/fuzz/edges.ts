/** Histories of one publication at, or one past, a cap that random data hardly ever reaches. */
import { brotliCompressSync, constants } from "node:zlib";
import type { L1Block, PublicationData, TimelineLog, VoidReason } from "../../src/derive/types.ts";
import type { TimelineConfig } from "../../src/primitives/types.ts";
import { genesisWord, itemHash, merkleRoot, tickHash } from "../reference/hashes.ts";
import type { ManifestItem, ManifestTick } from "../reference/types.ts";
import { USABLE, writeBlobs } from "./blobWriter.ts";
import { frame, manifestTree } from "./dataWriter.ts";
import type { History } from "./history.ts";
import { createRandom } from "./random.ts";
import { writeRlp } from "./rlpWriter.ts";

const CONFIG: TimelineConfig = {
	startBlock: 5,
	genesisTime: 1_200,
	beaconGenesisTime: 0,
	slotSeconds: 12,
	tickSeconds: 1,
	maxLag: 96_000,
	forcedDelay: 12_000,
	maxOriginAge: 6_000,
	ringSize: 8_192,
	clusterGasPerSlot: 180_000_000n,
};

/** An L1 with a block at tick 0, one at tick 65,532 and the publication's at tick 66,000. */
function historyOf(
	name: string,
	header: { firstTick: number; lastTick: number; ticksRoot: `0x${string}` },
	data: PublicationData,
): History {
	const random = createRandom(name);
	const genesisHead = genesisWord(1, `0x${"1b".repeat(20)}`, CONFIG);
	const blockAt = (number: number, tick: number, logs: readonly TimelineLog[]): L1Block => ({
		number,
		hash: random.hex(32),
		parentHash: random.hex(32),
		timestamp: CONFIG.genesisTime + tick,
		prevRandao: random.hex(32),
		logs,
	});
	const log: TimelineLog = {
		kind: "published",
		publisher: random.hex(20),
		header: {
			...header,
			parent: genesisHead,
			coinbase: random.hex(20),
			l1Origin: header.lastTick > 65_532 ? 6 : 5,
			l1OriginHash: random.hex(32),
			codec: 1,
			blobs: data.kind === "blobs" ? data.blobs.length : 0,
		},
		data,
	};
	const blocks = [blockAt(5, 0, []), blockAt(6, 65_532, []), blockAt(7, 66_000, [log])];
	return { seed: name, config: CONFIG, genesisHead, segments: [{ keep: 0, blocks }] };
}

const compress = (manifest: Buffer): Buffer =>
	brotliCompressSync(manifest, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

interface Edge {
	readonly name: string;
	/** What the reader must say: how many items, or why void. */
	readonly verdict: number | VoidReason;
	readonly history: () => History;
}

interface Shape {
	readonly ticks: readonly ManifestTick[];
	readonly asBlobs?: boolean;
}

/** A publication of these ticks, the first of which is tick 1. */
function say(name: string, verdict: Edge["verdict"], shape: () => Shape): Edge {
	const history = (): History => {
		const { ticks, asBlobs } = shape();
		const manifest = writeRlp(manifestTree(ticks));
		let lastTick = 1;
		const hashes = ticks.map(({ delta, items }) => {
			lastTick += delta;
			return tickHash(
				lastTick,
				items.map((item) => itemHash(item)),
			);
		});
		const data = frame(manifest.length, compress(manifest));
		return historyOf(
			name,
			{ firstTick: 1, lastTick, ticksRoot: merkleRoot(hashes) },
			asBlobs === true ? asBlobData(data) : { kind: "calldata", data },
		);
	};
	return { name, verdict, history };
}

function asBlobData(data: Buffer): PublicationData {
	const blobs = writeBlobs(data);
	return { kind: "blobs", versionedHashes: blobs.map((_, i) => `0x01${`${i}`.padStart(62, "0")}` as const), blobs };
}

const transaction = (rawTx: Buffer, rollupId = 1): ManifestItem => ({ bundle: false, legs: [{ rollupId, rawTx }] });
/** Its rollups' ids do not compress away. */
const bundle = (legs: number, random = createRandom("bundle")): ManifestItem => ({
	bundle: true,
	legs: Array.from({ length: legs }, () => ({ rollupId: random.below(2 ** 32), rawTx: Buffer.alloc(0) })),
});
const oneTick = (items: readonly ManifestItem[]): ManifestTick[] => [{ delta: 0, lag: 0, items }];
/** Empty but for one transaction, so long and random that the ratio holds. */
const ticks = (count: number): ManifestTick[] =>
	Array.from({ length: count }, (_, i) =>
		i > 0 ? { delta: 1, lag: 0, items: [] } : { delta: 0, lag: 0, items: [transaction(createRandom("x").bytes(300))] },
	);
/** Bundles of 64 legs, and what is left over as single transactions. */
function transactions(count: number): ManifestItem[] {
	const random = createRandom("transactions");
	const bundles = Array.from({ length: Math.floor(count / 64) }, () => bundle(64, random));
	return [...bundles, ...Array.from({ length: count % 64 }, () => transaction(Buffer.alloc(0), random.below(2 ** 32)))];
}

/** A manifest of exactly this many bytes, three blobs of them random, so that the ratio holds. */
function manifestOf(length: number): ManifestTick[] {
	const random = createRandom("length");
	const build = (last: number): ManifestTick[] => [
		...oneTick([
			...Array.from({ length: 3 }, () => transaction(random.bytes(131_072))),
			...Array.from({ length: 124 }, () => transaction(Buffer.alloc(131_072))),
			transaction(Buffer.alloc(last)),
		]),
	];
	const spare = length - writeRlp(manifestTree(build(100_000))).length;
	return build(100_000 + spare);
}

/** Lists in lists, canonical, `depth` deep. */
function nested(depth: number): Buffer {
	const prefixes: Buffer[] = [];
	let length = 0;
	for (let i = 0; i < depth; i++) {
		const spelled = Buffer.from(length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, "0"), "hex");
		const prefix =
			length <= 55 ? Buffer.from([0xc0 + length]) : Buffer.concat([Buffer.from([0xf7 + spelled.length]), spelled]);
		prefixes.push(prefix);
		length += prefix.length;
	}
	return Buffer.concat(prefixes.reverse());
}

function deep(): History {
	const manifest = nested(400_000);
	const data = frame(manifest.length, compress(manifest));
	return historyOf(
		"deep",
		{ firstTick: 1, lastTick: 1, ticksRoot: `0x${"00".repeat(32)}` },
		{ kind: "calldata", data },
	);
}

export const EDGES: readonly Edge[] = [
	say("4,096 ticks", 1, () => ({ ticks: ticks(4_096) })),
	say("4,097 ticks", "manifest-cap", () => ({ ticks: ticks(4_097) })),
	say("a span of 65,535 ticks", 2, () => ({
		ticks: [
			{ delta: 0, lag: 1, items: [transaction(Buffer.alloc(1))] },
			{ delta: 65_535, lag: 0, items: [transaction(Buffer.alloc(2))] },
		],
	})),
	say("100,000 transactions, bundles counted as their legs", 1_562 + 32, () => ({
		ticks: oneTick(transactions(100_000)),
	})),
	say("100,001 transactions", "manifest-cap", () => ({ ticks: oneTick(transactions(100_001)) })),
	say("a transaction of 131,072 bytes", 1, () => ({
		ticks: oneTick([transaction(createRandom("bytes").bytes(131_072))]),
	})),
	say("a transaction of 131,073 bytes", "manifest-cap", () => ({
		ticks: oneTick([transaction(createRandom("bytes").bytes(131_073))]),
	})),
	say("a bundle of 64 legs", 1, () => ({ ticks: oneTick([bundle(64)]) })),
	say("a bundle of 65 legs", "manifest-cap", () => ({ ticks: oneTick([bundle(65)]) })),
	say("a manifest of 16,777,216 bytes", 128, () => ({ ticks: manifestOf(16_777_216), asBlobs: true })),
	say("a manifest of 16,777,217 bytes", "manifest-length", () => ({ ticks: manifestOf(16_777_217) })),
	say("six blobs", 6, () => ({
		ticks: oneTick(Array.from({ length: 6 }, (_, i) => transaction(createRandom(`${i}`).bytes(USABLE - 40)))),
		asBlobs: true,
	})),
	{ name: "lists 400,000 deep", verdict: "manifest-encoding", history: deep },
];
