/**
 * The Merkle tree of RFC 9162 section 2.1 with Keccak-256; rule S-2. Splitting a list at the largest power of two below its length
 * is the same as pairing neighbours level by level and letting an odd last node move up unchanged, which is what happens here.
 */
import { equalBytes } from "../primitives/bytes.ts";
import { keccak256 } from "../primitives/hash.ts";

const leafInput = new Uint8Array(33);
const nodeInput = new Uint8Array(65);
nodeInput[0] = 1;

/** Hash of a leaf that holds a 32-byte element. */
export function merkleLeaf(element: Uint8Array): Uint8Array {
	leafInput.set(element, 1);
	return keccak256(leafInput);
}

export function merkleNode(left: Uint8Array, right: Uint8Array): Uint8Array {
	nodeInput.set(left, 1);
	nodeInput.set(right, 33);
	return keccak256(nodeInput);
}

/** Root of a list of 32-byte elements; 32 zero bytes for none. */
export function merkleRoot(elements: readonly Uint8Array[]): Uint8Array {
	let level = elements.map(merkleLeaf);
	while (level.length > 1) level = pairUp(level);
	return level[0] ?? new Uint8Array(32);
}

/** Siblings from the element of that index up to the root. Throws nothing: an index outside the list has no siblings. */
export function merkleProof(elements: readonly Uint8Array[], index: number): Uint8Array[] {
	const proof: Uint8Array[] = [];
	let level = elements.map(merkleLeaf);
	let at = index;
	while (level.length > 1) {
		const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
		if (sibling !== undefined) proof.push(sibling);
		level = pairUp(level);
		at = Math.floor(at / 2);
	}
	return proof;
}

/** Where an element stands: `index` of `count`, from 0. */
export interface MerklePlace {
	readonly index: number;
	readonly count: number;
}

/** Whether the proof shows that `root` is of a list of `count` elements that has `element` at `index`; RFC 9162 section 2.1.3.2. */
export function verifyMerkleProof(
	root: Uint8Array,
	element: Uint8Array,
	place: MerklePlace,
	proof: readonly Uint8Array[],
): boolean {
	if (!(place.index >= 0 && place.index < place.count)) return false;
	let node = merkleLeaf(element);
	let at = place.index;
	let last = place.count - 1;
	let used = 0;
	while (last > 0) {
		// The last node of a level with an odd number of them has no sibling there.
		if (at % 2 === 1 || at < last) {
			const sibling = proof[used++];
			if (sibling === undefined) return false;
			node = at % 2 === 1 ? merkleNode(sibling, node) : merkleNode(node, sibling);
		}
		at = Math.floor(at / 2);
		last = Math.floor(last / 2);
	}
	return used === proof.length && equalBytes(node, root);
}

function pairUp(level: readonly Uint8Array[]): Uint8Array[] {
	const next: Uint8Array[] = [];
	for (let i = 0; i + 1 < level.length; i += 2) {
		next.push(merkleNode(level[i] as Uint8Array, level[i + 1] as Uint8Array));
	}
	if (level.length % 2 === 1) next.push(level[level.length - 1] as Uint8Array);
	return next;
}
