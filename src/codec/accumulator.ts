/** The order accumulator: the Merkle root of all order roots so far, kept as the roots of its perfect subtrees; rule S-6. */
import { bytesToHex, hexToBytes, ZERO_HASH } from "../primitives/bytes.ts";
import type { Hash32 } from "../primitives/types.ts";
import { merkleLeaf, merkleNode } from "./merkle.ts";

export interface Accumulator {
	readonly count: number;
	/** Roots of the perfect subtrees, largest first. */
	readonly roots: readonly Hash32[];
}

export const EMPTY_ACCUMULATOR: Accumulator = { count: 0, roots: [] };

/** With one more order root at the end. */
export function appendRoot(accumulator: Accumulator, orderRoot: Uint8Array): Accumulator {
	const roots = [...accumulator.roots];
	let node = merkleLeaf(orderRoot);
	// Like a carry in binary addition: each low digit 1 of the count is a subtree as large as the node.
	for (let rest = accumulator.count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
		node = merkleNode(hexToBytes(roots.pop() ?? ZERO_HASH), node);
	}
	roots.push(bytesToHex(node));
	return { count: accumulator.count + 1, roots };
}

/** 32 zero bytes if nothing was appended. */
export function accumulatorRoot(accumulator: Accumulator): Hash32 {
	const [smallest, ...larger] = [...accumulator.roots].reverse();
	if (smallest === undefined) return ZERO_HASH;
	let node = hexToBytes(smallest);
	for (const root of larger) node = merkleNode(hexToBytes(root), node);
	return bytesToHex(node);
}
