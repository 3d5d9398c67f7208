/** The publication header in its packed forms; rules H-1 to H-4. */
import { bytesToHex, concatBytes, hexToBytes, uintToBytes } from "../primitives/bytes.ts";
import { keccak256, keccakHex } from "../primitives/hash.ts";
import type { Address, Hash32, PublicationHeader, Tick, TimelineConfig } from "../primitives/types.ts";

/** The fields of the `meta` word. */
export type Meta = Pick<PublicationHeader, "coinbase" | "firstTick" | "lastTick" | "l1Origin" | "codec" | "blobs">;

/** H-1, from the highest bit: the widths of the fields after the coinbase. */
const FIELD_BITS = [40n, 16n, 32n, 4n, 4n] as const;

const bitsOf = (value: number | bigint, bits: bigint): bigint => BigInt.asUintN(Number(bits), BigInt(value));

/** H-1. Each field is taken modulo its width, as the contract has checked them. */
export function packMeta(meta: Meta): Hash32 {
	const values = [meta.firstTick, meta.lastTick - meta.firstTick, meta.l1Origin, meta.codec, meta.blobs];
	let word = BigInt(meta.coinbase);
	for (const [index, bits] of FIELD_BITS.entries()) word = (word << bits) | bitsOf(values[index] ?? 0, bits);
	return bytesToHex(uintToBytes(word, 32));
}

export function unpackMeta(word: Hash32): Meta {
	let rest = BigInt(word);
	const take = (bits: bigint): number => {
		const value = Number(bitsOf(rest, bits));
		rest >>= bits;
		return value;
	};
	const [tickBits, spanBits, originBits, codecBits, blobBits] = FIELD_BITS;
	const blobs = take(blobBits);
	const codec = take(codecBits);
	const l1Origin = take(originBits);
	const span = take(spanBits);
	const firstTick = take(tickBits);
	return { coinbase: bytesToHex(uintToBytes(rest, 20)), firstTick, lastTick: firstTick + span, l1Origin, codec, blobs };
}

/** What the Inbox's ring keeps of a publication. */
export interface RingWord {
	readonly id: number;
	readonly lastTick: Tick;
	/** The first 23 bytes of the publication hash. */
	readonly digest: string;
}

/** H-2. Id and tick are taken modulo their widths. */
export function packRingWord(id: number, lastTick: Tick, publicationHash: Hash32): Hash32 {
	const head = (bitsOf(id, 32n) << 40n) | bitsOf(lastTick, 40n);
	return bytesToHex(concatBytes(uintToBytes(head, 9), hexToBytes(publicationHash).subarray(0, 23)));
}

export function unpackRingWord(word: Hash32): RingWord {
	return {
		id: Number(BigInt(word) >> 224n),
		lastTick: Number((BigInt(word) >> 184n) & 0xffffffffffn),
		digest: `0x${word.slice(20)}`,
	};
}

/** The L1 block that carries a publication. */
export interface CarrierBlock {
	readonly number: number;
	readonly timestamp: number;
}

/** H-3: blobs by their versioned hashes, calldata by its bytes. */
export type Payload = { readonly versionedHashes: readonly Hash32[] } | { readonly data: Uint8Array };

/** H-3. */
export function publicationHash(
	header: PublicationHeader,
	publisher: Address,
	block: CarrierBlock,
	payload: Payload,
): Hash32 {
	return keccakHex(
		concatBytes(
			hexToBytes(header.parent),
			hexToBytes(packMeta(header)),
			hexToBytes(header.ticksRoot),
			hexToBytes(header.l1OriginHash),
			uintToBytes(BigInt(publisher), 32),
			uintToBytes(block.number, 16),
			uintToBytes(block.timestamp, 16),
			...("data" in payload ? [keccak256(payload.data)] : payload.versionedHashes.map(hexToBytes)),
		),
	);
}

/** The ring word after a publication: the parent's id plus one. */
export function nextRingWord(header: PublicationHeader, hash: Hash32): Hash32 {
	return packRingWord(unpackRingWord(header.parent).id + 1, header.lastTick, hash);
}

/** H-4. */
export function genesisWord(l1ChainId: number, inbox: Address, config: TimelineConfig): Hash32 {
	const words = [
		l1ChainId,
		BigInt(inbox),
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
	];
	return packRingWord(0, 0, keccakHex(concatBytes(...words.map((word) => uintToBytes(word, 32)))));
}
