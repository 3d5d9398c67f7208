/**
 * A beacon node with all of its chain's validators and no network: for each slot it is told to fill, the proposer that the state's
 * lookahead names builds and signs a block with every committee's votes, and the node takes the block as it would take a stranger's,
 * fully checked. Slots it is not told to fill are missed; going back to an earlier head and filling again makes a sibling.
 */
import type { BeaconConfig } from "@lodestar/config";
import { ForkSeq, SLOTS_PER_EPOCH } from "@lodestar/params";
import {
	type CachedBeaconStateElectra,
	type CachedBeaconStateFulu,
	computeTimeAtSlot,
	DataAvailabilityStatus,
	ExecutionPayloadStatus,
	getExpectedWithdrawals,
	getRandaoMix,
	processSlots,
	stateTransition,
} from "@lodestar/state-transition";
import { type fulu, ssz } from "@lodestar/types";
import { versionedHash } from "../../l1/kzg.ts";
import { bytesToHex, hexToBytes, ZERO_HASH } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address, Hash32 } from "../../primitives/types.ts";
import {
	type BuiltPayload,
	type ExecutionEngine,
	type ForkchoiceState,
	type PayloadAttributes,
	quantity,
} from "./engine.ts";
import { type BlockRecord, Forks, stateOf } from "./forks.ts";
import type { Genesis } from "./genesis.ts";
import { payloadFromJson, payloadToJson, requestsFromJson, withdrawalToJson } from "./payload.ts";
import type { Validators } from "./validators.ts";

export interface BeaconNodeOptions {
	readonly genesis: Genesis;
	readonly validators: Validators;
	readonly engine: ExecutionEngine;
	/** Who gets the priority fees of a proposer's blocks. */
	readonly feeRecipient: (validatorIndex: number) => Address;
}

/** Blocks are sealed before their state root is known, so the first run over one is without checks, and has no signature. */
const UNSIGNED = Uint8Array.of(0xc0, ...new Uint8Array(95));
const AVAILABLE = {
	executionPayloadStatus: ExecutionPayloadStatus.valid,
	dataAvailabilityStatus: DataAvailabilityStatus.Available,
};
const UNCHECKED = { ...AVAILABLE, verifyStateRoot: false, verifyProposer: false, verifySignatures: false };
const CHECKED = { ...AVAILABLE, verifyStateRoot: true, verifyProposer: true, verifySignatures: true };

export class BeaconNode {
	readonly config: BeaconConfig;
	readonly forks: Forks;
	readonly #options: BeaconNodeOptions;

	constructor(options: BeaconNodeOptions) {
		this.#options = options;
		this.config = options.genesis.config;
		this.forks = new Forks(options.genesis.state);
	}

	/** Seconds. */
	timeOf(slot: number): number {
		return computeTimeAtSlot(this.config, slot, this.forks.headState.genesisTime);
	}

	get finalizedEpoch(): number {
		return this.forks.headState.finalizedCheckpoint.epoch;
	}

	/** Fills the slot, which must be after the head's. Throws `usage` (`slot-taken`) if it is not, and what the engine throws. */
	async produce(slot: number): Promise<BlockRecord> {
		const { head, headState } = this.forks;
		if (slot <= head.header.slot)
			throw new MeridianError("usage", "slot-taken", `Slot ${slot} is not after the head's slot ${head.header.slot}`);
		const state = processSlots(headState, slot) as CachedBeaconStateFulu;
		const built = await this.#options.engine.build(this.#forkchoice(), this.#attributes(state, head));
		const block = this.#assemble(state, head, built);
		block.stateRoot = stateTransition(headState, { message: block, signature: UNSIGNED }, UNCHECKED).hashTreeRoot();
		const signed = this.#options.validators.signBlock(this.config, block);
		const record = await this.#import(signed, built);
		await this.setHead(record);
		return record;
	}

	/** From now on blocks are built on that one. What was after it is no longer canonical. */
	async setHead(block: BlockRecord): Promise<void> {
		this.forks.setHead(block);
		await this.#options.engine.setHead(this.#forkchoice());
	}

	/** Checks everything a receiving node checks, and lets the execution client check the rest. */
	async #import(signed: fulu.SignedBeaconBlock, built: BuiltPayload): Promise<BlockRecord> {
		const block = signed.message;
		const parent = this.forks.get(bytesToHex(block.parentRoot)) ?? this.forks.genesis;
		const state = stateTransition(stateOf(parent), signed, CHECKED) as CachedBeaconStateFulu;
		const versionedHashes = block.body.blobKzgCommitments.map(versionedHash);
		const payload = payloadToJson(block.body.executionPayload);
		await this.#options.engine.take({
			payload,
			versionedHashes,
			parentBeaconBlockRoot: parent.root,
			executionRequests: built.executionRequests,
		});
		const header = {
			slot: block.slot,
			proposerIndex: block.proposerIndex,
			parentRoot: block.parentRoot,
			stateRoot: block.stateRoot,
			bodyRoot: ssz.fulu.BeaconBlockBody.hashTreeRoot(block.body),
		};
		const record: BlockRecord = {
			root: bytesToHex(ssz.phase0.BeaconBlockHeader.hashTreeRoot(header)),
			header,
			signed,
			executionHash: payload.blockHash,
			versionedHashes,
			blobs: built.blobsBundle.blobs,
			state,
		};
		this.forks.add(record);
		return record;
	}

	#attributes(state: CachedBeaconStateFulu, head: BlockRecord): PayloadAttributes {
		const { expectedWithdrawals } = getExpectedWithdrawals(
			ForkSeq.fulu,
			// Fulu's has all that Electra's has; the library's types do not say so.
			state as unknown as CachedBeaconStateElectra,
		);
		return {
			timestamp: quantity(this.timeOf(state.slot)),
			// The mix before this block's own reveal.
			prevRandao: bytesToHex(getRandaoMix(state, Math.floor(state.slot / SLOTS_PER_EPOCH))),
			suggestedFeeRecipient: this.#options.feeRecipient(state.epochCtx.getBeaconProposer(state.slot)),
			withdrawals: expectedWithdrawals.map(withdrawalToJson),
			parentBeaconBlockRoot: head.root,
		};
	}

	#assemble(state: CachedBeaconStateFulu, head: BlockRecord, built: BuiltPayload): fulu.BeaconBlock {
		const { validators } = this.#options;
		const { slot } = state;
		const proposerIndex = state.proposerLookahead.get(slot % SLOTS_PER_EPOCH);
		const voted = { root: hexToBytes(head.root), slot: head.header.slot };
		return {
			slot,
			proposerIndex,
			parentRoot: voted.root,
			stateRoot: new Uint8Array(32),
			body: {
				randaoReveal: validators.revealRandao(this.config, slot, proposerIndex),
				eth1Data: state.eth1Data.toValue(),
				graffiti: new Uint8Array(32),
				proposerSlashings: [],
				attesterSlashings: [],
				attestations: validators.attest(this.config, state, voted),
				deposits: [],
				voluntaryExits: [],
				syncAggregate: validators.sync(this.config, state, voted),
				executionPayload: payloadFromJson(built.executionPayload),
				blsToExecutionChanges: [],
				blobKzgCommitments: built.blobsBundle.commitments.map(hexToBytes),
				executionRequests: requestsFromJson(built.executionRequests),
			},
		};
	}

	#forkchoice(): ForkchoiceState {
		const { currentJustifiedCheckpoint, finalizedCheckpoint } = this.forks.headState;
		const executionHash = (root: Uint8Array): Hash32 => this.forks.get(bytesToHex(root))?.executionHash ?? ZERO_HASH;
		return {
			headBlockHash: this.forks.head.executionHash,
			safeBlockHash: executionHash(currentJustifiedCheckpoint.root),
			finalizedBlockHash: executionHash(finalizedCheckpoint.root),
		};
	}
}
