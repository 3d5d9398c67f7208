/**
 * A beacon state as a Merkle tree of which only the parts that are to be proved are kept: every other field is there as its root alone.
 * A million validators are hashed in groups, one after the other, so that no more than a group of them is ever in memory as a tree.
 */
import {
	BranchNode,
	getNodesAtDepth,
	LeafNode,
	type Node,
	setHasher,
	subtreeFillToContents,
	zeroNode,
} from "@chainsafe/persistent-merkle-tree";
import { hasher } from "@chainsafe/persistent-merkle-tree/hasher/as-sha256";
import type { ByteViews } from "@chainsafe/ssz";
import { ContainerType } from "@chainsafe/ssz";
import { ssz } from "@lodestar/types";
import { bytesToHex } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hash32, Hex } from "../../primitives/types.ts";

// The same hash in WebAssembly: four times faster than the library's default.
setHasher(hasher);

export interface StateTree {
	/** Of the state; with the kept fields below it. */
	readonly node: Node;
	readonly root: Hash32;
	/** Bytes of the validators that were asked for, by index. */
	readonly validators: ReadonlyMap<number, ValidatorRecord>;
}

export interface ValidatorRecord {
	/** SSZ roots of the eight fields, in order. */
	readonly fields: readonly Hash32[];
	/** 48 bytes. */
	readonly publicKey: Hex;
	readonly withdrawalCredentials: Hash32;
}

/** Forks whose states can be read, by the name that `Eth-Consensus-Version` gives them. */
const STATE_TYPES = { fulu: ssz.fulu.BeaconState } as const;
type StateType = (typeof STATE_TYPES)[keyof typeof STATE_TYPES];

/** Fields that are proved; the validators are besides. */
const KEPT = new Set(["fork", "proposerLookahead", "randaoMixes"]);

const Validator = ssz.phase0.Validator;
const VALIDATOR_BYTES = Validator.fixedSize ?? 0;
/** The fields' types without the library's shortcut for whole validators. */
const ValidatorFields = new ContainerType(Validator.fields);
const FIELD_DEPTH = 3;
/** Validators hashed at once: 2^12. */
const GROUP_DEPTH = 12;
const GROUP = 2 ** GROUP_DEPTH;

/**
 * @param fork name of the state's fork
 * @param validators indices of those that are to be proved
 * Throws `halt`: `unknown-fork`, `bad-state` (bytes that are no such state), `usage` with `no-validator`.
 */
export function stateTree(bytes: Uint8Array, fork: string, validators: readonly number[] = []): StateTree {
	const type: StateType | undefined = Object.entries(STATE_TYPES).find(([name]) => name === fork)?.[1];
	if (type === undefined)
		throw new MeridianError(
			"halt",
			"unknown-fork",
			`The beacon state is of the fork ${fork}, which this version cannot prove from`,
			{
				fork,
				hint: "update Meridian; until then rights fall to the next module",
			},
		);
	const data = { uint8Array: bytes, dataView: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
	try {
		return treeOf(type, data, validators);
	} catch (cause) {
		if (cause instanceof MeridianError) throw cause;
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new MeridianError(
			"halt",
			"bad-state",
			`The ${bytes.length} bytes are no ${fork} beacon state: ${why}`,
			{},
			{ cause },
		);
	}
}

function treeOf(type: StateType, data: ByteViews, wanted: readonly number[]): StateTree {
	const ranges = type.getFieldRanges(data.dataView, 0, data.uint8Array.length);
	const found = new Map<number, ValidatorRecord>();
	const fields = Object.entries(type.fields).map(([name, field], place) => {
		const { end, start } = ranges[place] ?? { start: 0, end: 0 };
		if (name === "validators") return validatorsNode(data, start, end, wanted, found);
		const node = field.tree_deserializeFromBytes(data, start, end);
		return KEPT.has(name) ? node : LeafNode.fromRoot(node.root);
	});
	const node = subtreeFillToContents(fields, type.depth);
	return { node, root: bytesToHex(node.root), validators: found };
}

function validatorsNode(
	data: ByteViews,
	start: number,
	end: number,
	wanted: readonly number[],
	found: Map<number, ValidatorRecord>,
): Node {
	const count = (end - start) / VALIDATOR_BYTES;
	if (!Number.isInteger(count)) throw new RangeError(`${end - start} bytes are no list of validators`);
	const missing = wanted.find((index) => index >= count);
	if (missing !== undefined)
		throw new MeridianError("usage", "no-validator", `There is no validator ${missing}; the state has ${count}`);
	const groups: Node[] = [];
	for (let first = 0; first < count; first += GROUP) {
		const last = Math.min(first + GROUP, count);
		const node = groupNode(data, start + first * VALIDATOR_BYTES, last - first);
		const kept = wanted.filter((index) => index >= first && index < last);
		for (const index of kept) found.set(index, recordOf(data, start + index * VALIDATOR_BYTES));
		groups.push(kept.length > 0 ? node : LeafNode.fromRoot(node.root));
	}
	return new BranchNode(joinGroups(groups), LeafNode.fromUint32(count));
}

/** The list's contents: what lies behind the last group is as deep as a group. */
function joinGroups(groups: readonly Node[]): Node {
	const limitDepth = Math.log2(ssz.phase0.Validators.limit);
	let level = groups;
	for (let depth = GROUP_DEPTH; depth < limitDepth; depth++) {
		const below = level;
		level = Array.from({ length: Math.ceil(below.length / 2) }, (_, place) => {
			const left = below[2 * place] ?? zeroNode(depth);
			return new BranchNode(left, below[2 * place + 1] ?? zeroNode(depth));
		});
	}
	return level[0] ?? zeroNode(limitDepth);
}

function groupNode(data: ByteViews, start: number, count: number): Node {
	const roots = Array.from({ length: count }, (_, index): Node => {
		const at = start + index * VALIDATOR_BYTES;
		const root = new Uint8Array(32);
		Validator.hashTreeRootInto(Validator.value_deserializeFromBytes(data, at, at + VALIDATOR_BYTES), root, 0);
		return LeafNode.fromRoot(root);
	});
	return subtreeFillToContents(roots, GROUP_DEPTH);
}

function recordOf(data: ByteViews, at: number): ValidatorRecord {
	const node = ValidatorFields.tree_deserializeFromBytes(data, at, at + VALIDATOR_BYTES);
	const { pubkey, withdrawalCredentials } = Validator.value_deserializeFromBytes(data, at, at + VALIDATOR_BYTES);
	return {
		fields: getNodesAtDepth(node, FIELD_DEPTH, 0, 2 ** FIELD_DEPTH).map(({ root }) => bytesToHex(root)),
		publicKey: bytesToHex(pubkey),
		withdrawalCredentials: bytesToHex(withdrawalCredentials),
	};
}
