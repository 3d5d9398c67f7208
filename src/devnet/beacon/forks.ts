/** Every block the node has taken, on whatever fork, and which of them are canonical now. */
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import type { CachedBeaconStateFulu } from "@lodestar/state-transition";
import { type fulu, type phase0, ssz } from "@lodestar/types";
import { bytesToHex } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hash32, Hex } from "../../primitives/types.ts";

export interface BlockRecord {
	readonly root: Hash32;
	readonly header: phase0.BeaconBlockHeader;
	/** Null for genesis. */
	readonly signed: fulu.SignedBeaconBlock | null;
	/** Hash of its execution block. */
	readonly executionHash: Hash32;
	readonly versionedHashes: readonly Hash32[];
	readonly blobs: readonly Hex[];
	/** After the block. Dropped when it is old. */
	state: CachedBeaconStateFulu | null;
}

/** States of so many epochs before the head stay. */
const STATE_EPOCHS = 8;

export class Forks {
	readonly genesis: BlockRecord;
	#head: BlockRecord;
	readonly #blocks = new Map<Hash32, BlockRecord>();
	readonly #canonical = new Map<number, BlockRecord>();

	constructor(state: CachedBeaconStateFulu) {
		const header = state.latestBlockHeader.toValue();
		header.stateRoot = state.hashTreeRoot();
		this.genesis = {
			root: bytesToHex(ssz.phase0.BeaconBlockHeader.hashTreeRoot(header)),
			header,
			signed: null,
			executionHash: bytesToHex(state.latestExecutionPayloadHeader.blockHash),
			versionedHashes: [],
			blobs: [],
			state,
		};
		this.#head = this.genesis;
		this.#blocks.set(this.genesis.root, this.genesis);
		this.#canonical.set(0, this.genesis);
	}

	get head(): BlockRecord {
		return this.#head;
	}

	get headState(): CachedBeaconStateFulu {
		return stateOf(this.#head);
	}

	add(block: BlockRecord): void {
		this.#blocks.set(block.root, block);
	}

	get(root: Hash32): BlockRecord | undefined {
		return this.#blocks.get(root);
	}

	/** The canonical block of the slot; undefined if it was missed. */
	at(slot: number): BlockRecord | undefined {
		return this.#canonical.get(slot);
	}

	/** The newest canonical block before the slot; genesis if there is none. */
	lastBefore(slot: number): BlockRecord {
		let block: BlockRecord | undefined = this.#head;
		while (block !== undefined && block.header.slot >= slot) block = this.#parentOf(block);
		return block ?? this.genesis;
	}

	childrenOf(root: Hash32): BlockRecord[] {
		return [...this.#blocks.values()].filter(
			({ header, signed }) => signed !== null && bytesToHex(header.parentRoot) === root,
		);
	}

	isCanonical(block: BlockRecord): boolean {
		return this.#canonical.get(block.header.slot) === block;
	}

	/** The canonical block that many blocks (not slots) before the head. */
	ancestor(depth: number): BlockRecord {
		let block = this.#head;
		for (let i = 0; i < depth; i++) block = this.#parentOf(block) ?? block;
		return block;
	}

	setHead(head: BlockRecord): void {
		for (const slot of this.#canonical.keys()) if (slot > head.header.slot) this.#canonical.delete(slot);
		let block: BlockRecord | undefined = head;
		while (block !== undefined && !this.isCanonical(block)) {
			this.#canonical.set(block.header.slot, block);
			const parent = this.#parentOf(block);
			for (let slot = (parent?.header.slot ?? 0) + 1; slot < block.header.slot; slot++) this.#canonical.delete(slot);
			block = parent;
		}
		this.#head = head;
		const oldest = head.header.slot - STATE_EPOCHS * SLOTS_PER_EPOCH;
		for (const old of this.#blocks.values()) if (old.header.slot < oldest) old.state = null;
	}

	#parentOf(block: BlockRecord): BlockRecord | undefined {
		return this.#blocks.get(bytesToHex(block.header.parentRoot));
	}
}

/** The state after a block. Throws `halt` (`no-state`) if it is too old. */
export function stateOf(block: BlockRecord): CachedBeaconStateFulu {
	if (block.state !== null) return block.state;
	throw new MeridianError("halt", "no-state", `The state of slot ${block.header.slot} is no longer kept`);
}
