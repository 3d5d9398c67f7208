/**
 * An incremental Merkle Patricia trie over nodes that lie on disk by their path. Nodes are loaded when a change passes
 * through them; `root()` encodes and hashes only what changed since the last call, and says which nodes are new or gone.
 * Memory is bounded by `forget`, which drops nodes that have not been needed for a while (they are on disk).
 */
import { bytesToHex, concatBytes, equalBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { keccak256 } from "../primitives/hash.ts";
import {
	type Branch,
	decodeNode,
	type Extension,
	encodeNode,
	isEmbedded,
	isLoaded,
	type Leaf,
	type Node,
	referenceTo,
} from "./trieNode.ts";

/** Root of the trie without entries: `keccak(RLP(""))`. */
export const EMPTY_ROOT: Uint8Array = keccak256(Uint8Array.of(0x80));

/** A key as nibbles, and the same as hex digits (paths of stored nodes are beginnings of it). */
export interface TrieKey {
	readonly nibbles: Uint8Array;
	readonly hex: string;
}

export function trieKey(bytes: Uint8Array): TrieKey {
	const nibbles = new Uint8Array(bytes.length * 2);
	for (let i = 0; i < bytes.length; i++) {
		const byte = bytes[i] ?? 0;
		nibbles[2 * i] = byte >> 4;
		nibbles[2 * i + 1] = byte & 0x0f;
	}
	return { nibbles, hex: bytesToHex(bytes).slice(2) };
}

/** Where nodes lie, by path. */
export interface NodeStorage {
	read(path: string): Uint8Array | undefined;
	/** Null removes. The bytes are only valid during the call: copy what is kept. */
	write(path: string, encoding: Uint8Array | null): void;
}

const DIGITS = "0123456789abcdef";

export class Trie {
	readonly #storage: NodeStorage;
	/** Null: empty. Bytes: the root's reference, not loaded. */
	#root: Node | Uint8Array | null;
	/** Advanced by `forget`; nodes carry the time they were last needed. */
	#clock = 0;
	/** Loaded nodes, never less than there are; `forget` counts again. */
	#loaded = 0;

	/** @param root hash of the trie whose nodes are in the storage */
	constructor(storage: NodeStorage, root: Uint8Array = EMPTY_ROOT) {
		this.#storage = storage;
		this.#root = equalBytes(root, EMPTY_ROOT) ? null : concatBytes(Uint8Array.of(0xa0), root);
	}

	/** Upper bound of the number of nodes in memory. */
	get loaded(): number {
		return this.#loaded;
	}

	/** Sets the value of a key; not empty. */
	put(key: TrieKey, value: Uint8Array): void {
		this.#root = this.#put(this.#load(this.#root, key, 0), key, 0, value);
	}

	/** Removes a key; nothing happens if it is not there. */
	delete(key: TrieKey): void {
		this.#root = this.#delete(this.#load(this.#root, key, 0), key, 0);
	}

	/** Hash of the trie as it is now; changed nodes are written to the storage. */
	root(): Uint8Array {
		if (this.#root === null) {
			this.#storage.write("", null);
			return EMPTY_ROOT;
		}
		if (isLoaded(this.#root) && this.#root.reference === null) {
			this.#settleChildren(this.#root, "");
			const encoding = encodeNode(this.#root);
			this.#storage.write("", encoding);
			// The root is hashed even if it is short.
			this.#root.reference = concatBytes(Uint8Array.of(0xa0), keccak256(encoding));
		}
		const reference = this.#root instanceof Uint8Array ? this.#root : this.#root.reference;
		return reference === null ? EMPTY_ROOT : reference.slice(1);
	}

	/** Drops loaded nodes that were not needed since the last call; all of them if more than `keep` are left. After `root()`. */
	forget(keep: number): void {
		const root = this.#root;
		if (root === null || !isLoaded(root)) {
			this.#loaded = 0;
			return;
		}
		this.#loaded = root.usedAt < this.#clock ? 0 : this.#prune(root);
		if (this.#loaded > keep || this.#loaded === 0) {
			this.#root = root.reference;
			this.#loaded = 0;
		}
		this.#clock++;
	}

	/** @returns how many nodes are left under this one, itself included */
	#prune(node: Node): number {
		let count = 1;
		if (node.kind === "extension" && isLoaded(node.child)) {
			if (node.child.usedAt < this.#clock) node.child = referenceOr(node.child);
			else count += this.#prune(node.child);
		} else if (node.kind === "branch") {
			for (let i = 0; i < 16; i++) {
				const child = node.children[i] ?? null;
				if (!isLoaded(child)) continue;
				if (child.usedAt < this.#clock) node.children[i] = referenceOr(child);
				else count += this.#prune(child);
			}
		}
		return count;
	}

	/** Gives every changed node below this one its reference, and writes it. */
	#settleChildren(node: Node, path: string): void {
		if (node.kind === "extension") this.#settle(node.child, path + hexOf(node.path));
		else if (node.kind === "branch") {
			for (let i = 0; i < 16; i++) this.#settle(node.children[i] ?? null, path + DIGITS[i]);
		}
	}

	#settle(node: Node | Uint8Array | null, path: string): void {
		if (node === null || node instanceof Uint8Array || node.reference !== null) return;
		this.#settleChildren(node, path);
		const encoding = encodeNode(node);
		node.reference = referenceTo(encoding);
		if (!isEmbedded(node.reference)) this.#storage.write(path, encoding);
		else if (this.#storage.read(path) !== undefined) this.#storage.write(path, null);
	}

	/** The child at this place as a node, marked as needed. */
	#load(child: Node | Uint8Array | null, key: TrieKey, depth: number): Node | null {
		if (child === null) return null;
		if (!(child instanceof Uint8Array)) {
			child.usedAt = this.#clock;
			return child;
		}
		this.#loaded++;
		if (isEmbedded(child)) return decodeNode(child, child, this.#clock);
		const path = key.hex.slice(0, depth);
		const encoding = this.#storage.read(path);
		// Trust boundary: the disk. What does not have the hash its parent names would give wrong roots for ever.
		if (encoding === undefined || !equalBytes(keccak256(encoding), child.subarray(1))) {
			throw new MeridianError(
				"halt",
				"store-corrupt",
				`the trie node at path "${path}" is ${encoding === undefined ? "missing" : "damaged"}; delete the store's directory and derive again`,
				{ path },
			);
		}
		return decodeNode(encoding, child, this.#clock);
	}

	#put(node: Node | null, key: TrieKey, depth: number, value: Uint8Array): Node {
		if (node === null) return this.#leaf(key.nibbles.subarray(depth), value);
		if (node.kind === "branch") {
			const nibble = key.nibbles[depth] ?? 0;
			const child = this.#put(this.#load(node.children[nibble] ?? null, key, depth + 1), key, depth + 1, value);
			node.children[nibble] = child;
			if (child.reference === null) node.reference = null;
			return node;
		}
		const shared = sharedLength(node.path, key.nibbles, depth);
		if (shared < node.path.length) return this.#split(node, key, depth, shared, value);
		if (node.kind === "leaf") {
			if (equalBytes(node.value, value)) return node;
			node.value = value;
			node.reference = null;
			return node;
		}
		const below = depth + shared;
		const child = this.#put(this.#load(node.child, key, below), key, below, value);
		node.child = child;
		if (child.reference === null) node.reference = null;
		return node;
	}

	/** Puts a branch where a leaf's or extension's path and the key part, after `shared` nibbles. */
	#split(node: Leaf | Extension, key: TrieKey, depth: number, shared: number, value: Uint8Array): Node {
		const branch = this.#branch();
		const rest = node.path.subarray(shared + 1);
		const at = node.path[shared] ?? 0;
		if (node.kind === "leaf") branch.children[at] = this.#leaf(rest, node.value);
		else branch.children[at] = rest.length === 0 ? node.child : this.#extension(rest, node.child);
		branch.children[key.nibbles[depth + shared] ?? 0] = this.#leaf(key.nibbles.subarray(depth + shared + 1), value);
		return shared === 0 ? branch : this.#extension(node.path.subarray(0, shared), branch);
	}

	#delete(node: Node | null, key: TrieKey, depth: number): Node | null {
		if (node === null) return null;
		if (node.kind === "leaf") {
			if (!matches(node.path, key, depth)) return node;
			this.#storage.write(key.hex.slice(0, depth), null);
			return null;
		}
		if (node.kind === "extension") return this.#deleteBelowExtension(node, key, depth);
		const nibble = key.nibbles[depth] ?? 0;
		const before = this.#load(node.children[nibble] ?? null, key, depth + 1);
		if (before === null) return node;
		const child = this.#delete(before, key, depth + 1);
		node.children[nibble] = child;
		if (child !== null && child.reference !== null) return node;
		node.reference = null;
		if (child !== null) return node;
		return this.#collapse(node, key, depth);
	}

	#deleteBelowExtension(node: Extension, key: TrieKey, depth: number): Node | null {
		if (!matches(node.path, key, depth)) return node;
		const below = depth + node.path.length;
		const child = this.#delete(this.#load(node.child, key, below), key, below);
		if (child === null) return null;
		node.child = child;
		if (child.reference !== null) return node;
		node.reference = null;
		return child.kind === "branch" ? node : this.#absorb(node.path, child, key.hex.slice(0, below));
	}

	/** A branch that has lost a child: itself, or what takes its place if only one is left. */
	#collapse(branch: Branch, key: TrieKey, depth: number): Node {
		let only = -1;
		for (let i = 0; i < 16; i++) {
			if (branch.children[i] === null) continue;
			if (only >= 0) return branch;
			only = i;
		}
		const path = key.hex.slice(0, depth) + DIGITS[only];
		const child = this.#load(branch.children[only] ?? null, { nibbles: key.nibbles, hex: path }, depth + 1);
		const nibble = Uint8Array.of(only);
		// A branch has at least two children, so `child` is there.
		return child === null || child.kind === "branch"
			? this.#extension(nibble, child ?? branch)
			: this.#absorb(nibble, child, path);
	}

	/** A leaf or extension with a longer path, in the place of what led to it; it no longer lies at its own path. */
	#absorb(path: Uint8Array, child: Leaf | Extension, childPath: string): Node {
		this.#storage.write(childPath, null);
		const longer = concatBytes(path, child.path);
		return child.kind === "leaf" ? this.#leaf(longer, child.value) : this.#extension(longer, child.child);
	}

	#leaf(path: Uint8Array, value: Uint8Array): Leaf {
		this.#loaded++;
		return { kind: "leaf", path, value, reference: null, usedAt: this.#clock };
	}

	#extension(path: Uint8Array, child: Node | Uint8Array): Extension {
		this.#loaded++;
		return { kind: "extension", path, child, reference: null, usedAt: this.#clock };
	}

	#branch(): Branch {
		this.#loaded++;
		return { kind: "branch", children: new Array(16).fill(null), reference: null, usedAt: this.#clock };
	}
}

function referenceOr(node: Node): Node | Uint8Array {
	return node.reference ?? node;
}

function hexOf(nibbles: Uint8Array): string {
	let out = "";
	for (const nibble of nibbles) out += DIGITS[nibble];
	return out;
}

function sharedLength(path: Uint8Array, nibbles: Uint8Array, depth: number): number {
	let shared = 0;
	while (shared < path.length && path[shared] === nibbles[depth + shared]) shared++;
	return shared;
}

const matches = (path: Uint8Array, key: TrieKey, depth: number): boolean =>
	sharedLength(path, key.nibbles, depth) === path.length;
