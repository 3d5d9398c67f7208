/**
 * Nodes of a Merkle Patricia trie and their bytes.
 *
 * A *reference* is what stands for a child inside its parent: `0xa0 ‖ hash`, or the child's whole encoding if that is shorter
 * than 32 bytes.
 */
import { keccak256 } from "../primitives/hash.ts";
import { headerSize, itemAt, LIST, stringSize, writeHeader, writeString } from "./rlp.ts";

export interface Leaf {
	readonly kind: "leaf";
	/** Nibbles, one per byte, from here to the end of the key. */
	path: Uint8Array;
	value: Uint8Array;
	reference: Uint8Array | null;
	usedAt: number;
}
export interface Extension {
	readonly kind: "extension";
	path: Uint8Array;
	child: Node | Uint8Array;
	reference: Uint8Array | null;
	usedAt: number;
}
export interface Branch {
	readonly kind: "branch";
	/** 16 of: a node, the reference of one that is not loaded, or nothing. */
	readonly children: (Node | Uint8Array | null)[];
	reference: Uint8Array | null;
	usedAt: number;
}
/** `reference` is null while the node has changes that are not in it; `usedAt` is the trie's clock when it was last needed. */
export type Node = Leaf | Extension | Branch;

export const isLoaded = (child: Node | Uint8Array | null): child is Node =>
	child !== null && !(child instanceof Uint8Array);

/** Whether the node is kept inside its parent and not on its own. */
export const isEmbedded = (reference: Uint8Array): boolean => reference[0] !== 0xa0;

// Large enough for any branch (3 + 16 * 33 + 1); longer leaves get a buffer of their own.
const scratch = new Uint8Array(1024);

/** Encoding of a node whose children all have references. The result is overwritten by the next call: copy what is kept. */
export function encodeNode(node: Node): Uint8Array {
	if (node.kind === "branch") return encodeBranch(node);
	const path = compactPath(node.path, node.kind === "leaf");
	const last = node.kind === "leaf" ? node.value : referenceOf(node.child);
	const lastSize = node.kind === "leaf" ? stringSize(last) : last.length;
	const payload = stringSize(path) + lastSize;
	const size = headerSize(payload) + payload;
	const out = size <= scratch.length ? scratch : new Uint8Array(size);
	let at = writeHeader(out, 0, LIST, payload);
	at = writeString(out, at, path);
	if (node.kind === "leaf") writeString(out, at, last);
	else out.set(last, at);
	return out.subarray(0, size);
}

function encodeBranch(node: Branch): Uint8Array {
	let payload = 1;
	for (const child of node.children) payload += child === null ? 1 : referenceOf(child).length;
	let at = writeHeader(scratch, 0, LIST, payload);
	for (const child of node.children) {
		if (child === null) {
			scratch[at++] = 0x80;
			continue;
		}
		const reference = referenceOf(child);
		scratch.set(reference, at);
		at += reference.length;
	}
	// Keys never end inside the trie (all have one length, or none is the beginning of another), so no branch has a value.
	scratch[at++] = 0x80;
	return scratch.subarray(0, at);
}

/** Reference to a node with this encoding. */
export function referenceTo(encoding: Uint8Array): Uint8Array {
	if (encoding.length < 32) return encoding.slice();
	const reference = new Uint8Array(33);
	reference[0] = 0xa0;
	reference.set(keccak256(encoding), 1);
	return reference;
}

const NOTHING = new Uint8Array(0);

function referenceOf(child: Node | Uint8Array): Uint8Array {
	return child instanceof Uint8Array ? child : (child.reference ?? NOTHING);
}

/** Hex-prefix encoding of a path. */
function compactPath(path: Uint8Array, leaf: boolean): Uint8Array {
	const odd = path.length & 1;
	const out = new Uint8Array((path.length >> 1) + 1);
	out[0] = (leaf ? 0x20 : 0) | (odd ? 0x10 | (path[0] ?? 0) : 0);
	for (let i = odd, j = 1; i < path.length; i += 2, j++) out[j] = ((path[i] ?? 0) << 4) | (path[i + 1] ?? 0);
	return out;
}

function expandPath(compact: Uint8Array): { path: Uint8Array; leaf: boolean } {
	const first = compact[0] ?? 0;
	const odd = (first & 0x10) !== 0;
	const path = new Uint8Array((compact.length - 1) * 2 + (odd ? 1 : 0));
	if (odd) path[0] = first & 0x0f;
	for (let i = 1, j = odd ? 1 : 0; i < compact.length; i++, j += 2) {
		const byte = compact[i] ?? 0;
		path[j] = byte >> 4;
		path[j + 1] = byte & 0x0f;
	}
	return { path, leaf: (first & 0x20) !== 0 };
}

/**
 * The node with this encoding.
 * @param reference its reference, kept with it
 */
export function decodeNode(bytes: Uint8Array, reference: Uint8Array, usedAt: number): Node {
	const [start, end] = itemAt(bytes, 0);
	const ends: number[] = [];
	for (let at = start; at < end; at = itemAt(bytes, at)[1]) ends.push(itemAt(bytes, at)[1]);
	if (ends.length === 17) {
		const children = new Array<Uint8Array | null>(16);
		for (let i = 0, at = start; i < 16; at = ends[i++] ?? end) {
			children[i] = bytes[at] === 0x80 ? null : bytes.slice(at, ends[i]);
		}
		return { kind: "branch", children, reference, usedAt };
	}
	const [from, to] = itemAt(bytes, start);
	const { path, leaf } = expandPath(bytes.subarray(from, to));
	const second = ends[0] ?? end;
	if (!leaf) return { kind: "extension", path, child: bytes.slice(second, end), reference, usedAt };
	const [valueFrom, valueTo] = itemAt(bytes, second);
	return { kind: "leaf", path, value: bytes.slice(valueFrom, valueTo), reference, usedAt };
}
