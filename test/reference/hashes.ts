/** Section 3 (H-1 to H-4) and section 5 (S-1 to S-6). Hashes and words are lower-case hex. */
import { AbiCoder, keccak256 } from "ethers";
import type { PublishedLog } from "../../src/derive/types.ts";
import type { Address, Hash32, PublicationHeader, TimelineConfig } from "../../src/primitives/types.ts";
import type { Deviation, ManifestItem } from "./types.ts";

export const bytesOf = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");

const uint = (value: number | bigint, bits: number): Buffer =>
	Buffer.from(
		BigInt(value)
			.toString(16)
			.padStart(bits / 4, "0"),
		"hex",
	);

export const keccak = (...parts: readonly Uint8Array[]): Hash32 => keccak256(Buffer.concat(parts)) as Hash32;

// ------------------------------------------------------------------------------------------ the head (H-1 to H-4)

/** H-1. */
function metaWord(header: PublicationHeader): Buffer {
	const word =
		(BigInt(header.coinbase) << 96n) |
		(BigInt(header.firstTick) << 56n) |
		(BigInt(header.lastTick - header.firstTick) << 40n) |
		(BigInt(header.l1Origin) << 8n) |
		(BigInt(header.codec) << 4n) |
		BigInt(header.blobs);
	return uint(word, 256);
}

/** H-2. */
const ringWord = (id: number, lastTick: number, publicationHash: Hash32): Hash32 =>
	`0x${uint(id, 32).toString("hex")}${uint(lastTick, 40).toString("hex")}${publicationHash.slice(2, 2 + 46)}`;

export const idOf = (word: Hash32): number => Number.parseInt(word.slice(2, 10), 16);

/** H-3: the ring word of a publication that stands in the given L1 block. */
export function headOf(log: PublishedLog, block: { number: number; timestamp: number }): Hash32 {
	const { header, data } = log;
	const payload = data.kind === "blobs" ? Buffer.concat(data.versionedHashes.map(bytesOf)) : bytesOf(keccak(data.data));
	const hash = keccak(
		bytesOf(header.parent),
		metaWord(header),
		bytesOf(header.ticksRoot),
		bytesOf(header.l1OriginHash),
		uint(BigInt(log.publisher), 256),
		uint(block.number, 128),
		uint(block.timestamp, 128),
		payload,
	);
	return ringWord(idOf(header.parent) + 1, header.lastTick, hash);
}

const CONFIG_TUPLE = "tuple(uint64,uint64,uint64,uint32,uint32,uint32,uint32,uint32,uint32,uint64)";

/** H-4. */
export function genesisWord(l1ChainId: number, inbox: Address, config: TimelineConfig): Hash32 {
	const encoded = AbiCoder.defaultAbiCoder().encode(
		[CONFIG_TUPLE],
		[
			[
				config.startBlock,
				config.genesisTime,
				config.beaconGenesisTime,
				config.slotSeconds,
				config.tickSeconds,
				config.maxLag,
				config.forcedDelay,
				config.maxOriginAge,
				config.ringSize,
				config.clusterGasPerSlot,
			],
		],
	);
	return ringWord(0, 0, keccak(uint(l1ChainId, 256), uint(BigInt(inbox), 256), bytesOf(encoded)));
}

// ------------------------------------------------------------------------------------------ items and trees (S-1 to S-6)

/** S-1. */
export function itemHash(item: ManifestItem, deviation?: Deviation): Hash32 {
	const legs = item.legs.map((leg) => Buffer.concat([uint(leg.rollupId, 32), bytesOf(keccak(leg.rawTx))]));
	const bundle = deviation === "lone-leg-hashed-as-transaction" ? legs.length > 1 : item.bundle;
	return keccak(Buffer.from([bundle ? 3 : 2]), ...legs);
}

const ZERO: Hash32 = `0x${"00".repeat(32)}`;

/** S-2, word for word. `known` keeps the roots of perfect parts, so that a growing list is not hashed anew each time. */
export function merkleRoot(leaves: readonly Hash32[], known = new Map<string, Hash32>()): Hash32 {
	const root = (from: number, count: number): Hash32 => {
		if (count === 0) return ZERO;
		const key = `${from}+${count}`;
		const before = known.get(key);
		if (before !== undefined) return before;
		let hash: Hash32;
		if (count === 1) {
			hash = keccak(Buffer.from([0]), bytesOf(leaves[from] ?? ZERO));
		} else {
			let k = 1;
			while (2 * k < count) k *= 2;
			hash = keccak(Buffer.from([1]), bytesOf(root(from, k)), bytesOf(root(from + k, count - k)));
		}
		if ((count & (count - 1)) === 0) known.set(key, hash);
		return hash;
	};
	return root(0, leaves.length);
}

/** S-6: the roots of the perfect subtrees, largest first. */
export function subtreeRoots(leaves: readonly Hash32[], known: Map<string, Hash32>): Hash32[] {
	const roots: Hash32[] = [];
	let from = 0;
	for (let bit = 31; bit >= 0; bit--) {
		const size = 2 ** bit;
		if (Math.floor(leaves.length / size) % 2 === 0) continue;
		if (!known.has(`${from}+${size}`)) merkleRoot(leaves, known);
		roots.push(known.get(`${from}+${size}`) ?? ZERO);
		from += size;
	}
	return roots;
}

/** S-3. */
export const tickHash = (tick: number, items: readonly Hash32[]): Hash32 =>
	keccak(Buffer.from([4]), uint(tick, 64), uint(items.length, 32), bytesOf(merkleRoot(items)));

/** S-4. */
export const forcedHash = (cluster: number, index: number, hash: Hash32): Hash32 =>
	keccak(Buffer.from([5]), uint(cluster, 32), uint(index, 64), bytesOf(hash));

/** S-5. */
export const orderRoot = (
	tick: number,
	forced: { count: number; root: Hash32 },
	items: { count: number; root: Hash32 },
): Hash32 =>
	keccak(
		Buffer.from([6]),
		uint(tick, 64),
		uint(forced.count, 32),
		bytesOf(forced.root),
		uint(items.count, 32),
		bytesOf(items.root),
	);
