/** Vectors of everything that a contract computes too: flat cases of hex strings. */
import { accumulatorRoot, appendRoot, EMPTY_ACCUMULATOR } from "../../src/codec/accumulator.ts";
import { genesisWord, nextRingWord, packMeta, packRingWord, publicationHash } from "../../src/codec/header.ts";
import { bundleHash, txHash } from "../../src/codec/itemHash.ts";
import { merkleProof, merkleRoot } from "../../src/codec/merkle.ts";
import { forcedHash, orderRoot, tickHash } from "../../src/codec/order.ts";
import { bytesToHex, uintToBytes, ZERO_ADDRESS } from "../../src/primitives/bytes.ts";
import type { Address, Hash32, PublicationHeader, TimelineConfig } from "../../src/primitives/types.ts";
import { bytesOf, hexOf, quantity, type VectorFile } from "./format.ts";

const U32 = 2 ** 32 - 1;
const U40 = 2 ** 40 - 1;

export function hashVectors(): VectorFile[] {
	return [
		txHashes(),
		bundleHashes(),
		tickHashes(),
		forcedHashes(),
		orderRoots(),
		merkleRoots(),
		merkleProofs(),
		headerMetas(),
		ringWords(),
		publicationHashes(),
		genesisWords(),
		accumulators(),
	];
}

function txHashes(): VectorFile {
	const inputs: [string, number, Uint8Array][] = [
		["rollup 1, one byte", 1, Uint8Array.of(0x7f)],
		["empty transaction", 1, new Uint8Array()],
		["rollup 0", 0, bytesOf("tx", 110)],
		["last rollup id", U32, bytesOf("tx", 110)],
		["136 bytes, one Keccak block", 7, bytesOf("tx", 136)],
		["thousand bytes", 7, bytesOf("tx", 1000)],
	];
	return {
		kind: "txHash",
		description: "S-1: hash of one transaction",
		cases: inputs.map(([name, rollupId, rawTx]) => ({
			name,
			rollupId: quantity(rollupId),
			rawTx: bytesToHex(rawTx),
			hash: bytesToHex(txHash(rollupId, rawTx)),
		})),
	};
}

function bundleHashes(): VectorFile {
	const legsOf = (length: number) =>
		Array.from({ length }, (_, i) => ({ rollupId: i + 1, rawTx: bytesOf(`leg ${i}`, 20 + i) }));
	return {
		kind: "bundleHash",
		description: "S-1: hash of a bundle, legs as parallel lists",
		cases: [1, 2, 3, 64].map((length) => {
			const legs = legsOf(length);
			return {
				name: `${length} legs`,
				rollupIds: legs.map((leg) => quantity(leg.rollupId)),
				rawTxs: legs.map((leg) => bytesToHex(leg.rawTx)),
				hash: bytesToHex(bundleHash(legs)),
			};
		}),
	};
}

function tickHashes(): VectorFile {
	const inputs: [string, number, number, Uint8Array][] = [
		["no items", 1, 0, new Uint8Array(32)],
		["one item", 2, 1, bytesOf("items", 32)],
		["largest tick and count", U40, U32, bytesOf("items", 32)],
	];
	return {
		kind: "tickHash",
		description: "S-3: hash of a tick in a publication's ticksRoot",
		cases: inputs.map(([name, tick, itemCount, root]) => ({
			name,
			tick: quantity(tick),
			itemCount: quantity(itemCount),
			itemsRoot: bytesToHex(root),
			hash: bytesToHex(tickHash(tick, { count: itemCount, root })),
		})),
	};
}

function forcedHashes(): VectorFile {
	const inputs: [string, number, number][] = [
		["first entry", 1, 0],
		["another cluster", 2, 0],
		["large", U32, 2 ** 48],
	];
	return {
		kind: "forcedHash",
		description: "S-4: hash of a forced entry",
		cases: inputs.map(([name, cluster, index]) => ({
			name,
			cluster: quantity(cluster),
			index: quantity(index),
			itemHash: hexOf("item", 32),
			hash: bytesToHex(forcedHash(cluster, index, bytesOf("item", 32))),
		})),
	};
}

function orderRoots(): VectorFile {
	const empty = { count: 0, root: new Uint8Array(32) };
	const items = { count: 3, root: bytesOf("items", 32) };
	const forced = { count: 2, root: bytesOf("forced", 32) };
	const inputs = [
		["nothing", 1, empty, empty],
		["items only", 2, empty, items],
		["forced only", 3, forced, empty],
		["both", U40, forced, items],
	] as const;
	return {
		kind: "orderRoot",
		description: "S-5: order root of a tick",
		cases: inputs.map(([name, tick, f, i]) => ({
			name,
			tick: quantity(tick),
			forcedCount: quantity(f.count),
			forcedRoot: bytesToHex(f.root),
			itemCount: quantity(i.count),
			itemsRoot: bytesToHex(i.root),
			root: bytesToHex(orderRoot(tick, f, i)),
		})),
	};
}

/** The elements of the tree vectors: u256(0), u256(1), ... */
const elementsOf = (length: number): Uint8Array[] => Array.from({ length }, (_, i) => uintToBytes(i, 32));

function merkleRoots(): VectorFile {
	return {
		kind: "merkleRoot",
		description: "S-2: Merkle roots of 0 to 17 elements",
		cases: Array.from({ length: 18 }, (_, length) => ({
			name: `${length} elements`,
			elements: elementsOf(length).map(bytesToHex),
			root: bytesToHex(merkleRoot(elementsOf(length))),
		})),
	};
}

function merkleProofs(): VectorFile {
	const cases = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17].flatMap((length) => {
		const elements = elementsOf(length);
		return elements.map((element, index) => ({
			name: `${index} of ${length}`,
			root: bytesToHex(merkleRoot(elements)),
			element: bytesToHex(element),
			index: quantity(index),
			count: quantity(length),
			proof: merkleProof(elements, index).map(bytesToHex),
		}));
	});
	return { kind: "merkleProof", description: "S-2: inclusion proofs, siblings from the leaf up", cases };
}

type Meta = Parameters<typeof packMeta>[0];

const METAS: [string, Meta][] = [
	["zero", { coinbase: ZERO_ADDRESS, firstTick: 0, lastTick: 0, l1Origin: 0, codec: 0, blobs: 0 }],
	[
		"usual",
		{ coinbase: hexOf("coinbase", 20), firstTick: 600, lastTick: 605, l1Origin: 21_000_000, codec: 1, blobs: 1 },
	],
	["calldata", { coinbase: hexOf("coinbase", 20), firstTick: 1, lastTick: 1, l1Origin: 1, codec: 1, blobs: 0 }],
	[
		"every field at its largest",
		{ coinbase: `0x${"ff".repeat(20)}`, firstTick: U40, lastTick: U40 + 65_535, l1Origin: U32, codec: 15, blobs: 15 },
	],
	["first tick only", { coinbase: ZERO_ADDRESS, firstTick: U40, lastTick: U40, l1Origin: 0, codec: 0, blobs: 0 }],
	["span only", { coinbase: ZERO_ADDRESS, firstTick: 0, lastTick: 65_535, l1Origin: 0, codec: 0, blobs: 0 }],
];

function headerMetas(): VectorFile {
	return {
		kind: "headerMeta",
		description: "H-1: the meta word",
		cases: METAS.map(([name, meta]) => ({
			name,
			coinbase: meta.coinbase,
			firstTick: quantity(meta.firstTick),
			lastTick: quantity(meta.lastTick),
			l1Origin: quantity(meta.l1Origin),
			codec: quantity(meta.codec),
			blobs: quantity(meta.blobs),
			meta: packMeta(meta),
		})),
	};
}

function ringWords(): VectorFile {
	const hash = hexOf("publication", 32);
	const inputs: [string, number, number][] = [
		["zero", 0, 0],
		["usual", 7, 605],
		["largest", U32, U40],
	];
	return {
		kind: "ringWord",
		description: "H-2: the ring word",
		cases: inputs.map(([name, id, lastTick]) => ({
			name,
			id: quantity(id),
			lastTick: quantity(lastTick),
			publicationHash: hash,
			ringWord: packRingWord(id, lastTick, hash),
		})),
	};
}

function publicationHashes(): VectorFile {
	const parent = packRingWord(6, 599, hexOf("parent", 32));
	const block = { number: 21_000_003, timestamp: 1_763_000_015 };
	const publisher: Address = hexOf("publisher", 20);
	const headerOf = (meta: Meta): PublicationHeader => ({
		...meta,
		parent,
		ticksRoot: hexOf("ticksRoot", 32),
		l1OriginHash: hexOf("l1Origin", 32),
	});
	const blobCase = (blobs: number) => {
		const versionedHashes = Array.from({ length: blobs }, (_, i): Hash32 => `0x01${hexOf(`blob ${i}`, 31).slice(2)}`);
		const header = headerOf({ ...METAS[1]?.[1], blobs } as Meta);
		const hash = publicationHash(header, publisher, block, { versionedHashes });
		return { name: `${blobs} blobs`, header, payload: { versionedHashes }, hash };
	};
	const dataCase = (length: number) => {
		const data = bytesOf("calldata", length);
		const header = headerOf({ ...METAS[1]?.[1], blobs: 0 } as Meta);
		const hash = publicationHash(header, publisher, block, { data });
		return { name: `${length} bytes of calldata`, header, payload: { data: bytesToHex(data) }, hash };
	};
	return {
		kind: "publicationHash",
		description: "H-3: publication hash and the ring word that follows; `versionedHashes` or `data`",
		cases: [blobCase(1), blobCase(2), blobCase(6), dataCase(7), dataCase(300)].map(
			({ hash, header, name, payload }) => ({
				name,
				parent,
				meta: packMeta(header),
				ticksRoot: header.ticksRoot,
				l1OriginHash: header.l1OriginHash,
				publisher,
				blockNumber: quantity(block.number),
				timestamp: quantity(block.timestamp),
				...payload,
				hash,
				ringWord: nextRingWord(header, hash),
			}),
		),
	};
}

const MAINNET_LIKE: TimelineConfig = {
	startBlock: 21_000_000,
	genesisTime: 1_763_000_015,
	beaconGenesisTime: 1_606_824_023,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 768,
	forcedDelay: 384,
	maxOriginAge: 192,
	ringSize: 8_192,
	clusterGasPerSlot: 180_000_000n,
};

function genesisWords(): VectorFile {
	const inbox = hexOf("inbox", 20);
	return {
		kind: "genesisWord",
		description: "H-4: the ring word before the first publication",
		cases: [1, 31_337, 17_000].map((l1ChainId) => ({
			name: `chain ${l1ChainId}`,
			l1ChainId: quantity(l1ChainId),
			inbox,
			config: Object.fromEntries(Object.entries(MAINNET_LIKE).map(([key, value]) => [key, quantity(value)])),
			ringWord: genesisWord(l1ChainId, inbox, MAINNET_LIKE),
		})),
	};
}

function accumulators(): VectorFile {
	return {
		kind: "accumulator",
		description: "S-6: the accumulator after appending u256(0), u256(1), ...: its subtree roots and its root",
		cases: Array.from({ length: 18 }, (_, length) => {
			const accumulator = elementsOf(length).reduce(appendRoot, EMPTY_ACCUMULATOR);
			return {
				name: `${length} order roots`,
				orderRoots: elementsOf(length).map(bytesToHex),
				count: quantity(accumulator.count),
				roots: accumulator.roots,
				root: accumulatorRoot(accumulator),
			};
		}),
	};
}

/** Proofs that must not verify. */
export function invalidProofs(): VectorFile {
	const elements = elementsOf(5);
	const root = merkleRoot(elements);
	const proof = merkleProof(elements, 2);
	const [first = new Uint8Array(32), ...rest] = proof;
	const flipped = first.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
	const lone = merkleProof(elements, 4);
	const inputs: [string, { element?: Uint8Array; index?: number; count?: number; proof?: Uint8Array[] }][] = [
		["wrong index", { index: 3 }],
		["index with bits left over", { index: 2 + 8 }],
		["index equal to the count", { index: 5 }],
		["no elements", { index: 0, count: 0, proof: [] }],
		["fewer elements", { count: 4 }],
		["more elements", { count: 9 }],
		["wrong element", { element: uintToBytes(3, 32) }],
		["one sibling missing", { proof: rest }],
		["one sibling too many", { proof: [...proof, new Uint8Array(32)] }],
		["a flipped bit", { proof: [flipped, ...rest] }],
		["siblings swapped", { proof: [...proof].reverse() }],
		["a lone last element, one sibling too many", { element: uintToBytes(4, 32), index: 4, proof: [...lone, ...lone] }],
		["a node shown as an element", { element: first, index: 0, count: 2, proof: rest }],
	];
	return {
		kind: "merkleProof",
		description: "S-2: proofs that show nothing",
		cases: inputs.map(([name, changed]) => ({
			name,
			root: bytesToHex(root),
			element: bytesToHex(changed.element ?? uintToBytes(2, 32)),
			index: quantity(changed.index ?? 2),
			count: quantity(changed.count ?? 5),
			proof: (changed.proof ?? proof).map(bytesToHex),
		})),
	};
}
