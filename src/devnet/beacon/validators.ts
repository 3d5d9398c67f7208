/** All the validators of the chain, in one place: their keys, and what they sign. */
import { aggregateSignatures, type SecretKey } from "@chainsafe/blst";
import { BitArray } from "@chainsafe/ssz";
import type { BeaconConfig } from "@lodestar/config";
import {
	DOMAIN_BEACON_ATTESTER,
	DOMAIN_BEACON_PROPOSER,
	DOMAIN_RANDAO,
	DOMAIN_SYNC_COMMITTEE,
	MAX_COMMITTEES_PER_SLOT,
	SLOTS_PER_EPOCH,
} from "@lodestar/params";
import { type CachedBeaconStateFulu, getBlockRootAtSlot, interopSecretKeys } from "@lodestar/state-transition";
import { type altair, type electra, type fulu, ssz } from "@lodestar/types";
import { MeridianError } from "../../primitives/errors.ts";

/** The block that the validators see as the head when they vote. */
export interface Head {
	readonly root: Uint8Array;
	readonly slot: number;
}

export class Validators {
	readonly #keys: readonly SecretKey[];

	/** @param count the first so many of the well-known interop keys */
	constructor(count: number) {
		this.#keys = interopSecretKeys(count);
	}

	get publicKeys(): readonly Uint8Array[] {
		return this.#keys.map((key) => key.toPublicKey().toBytes());
	}

	/** The reveal of the slot's epoch, 96 bytes. */
	revealRandao(config: BeaconConfig, slot: number, validator: number): Uint8Array {
		const epoch = ssz.Epoch.hashTreeRoot(Math.floor(slot / SLOTS_PER_EPOCH));
		return this.#key(validator)
			.sign(signingRoot(epoch, config.getDomain(slot, DOMAIN_RANDAO)))
			.toBytes();
	}

	signBlock(config: BeaconConfig, block: fulu.BeaconBlock): fulu.SignedBeaconBlock {
		const root = ssz.fulu.BeaconBlock.hashTreeRoot(block);
		const domain = config.getDomain(block.slot, DOMAIN_BEACON_PROPOSER);
		return { message: block, signature: this.#key(block.proposerIndex).sign(signingRoot(root, domain)).toBytes() };
	}

	/** The votes of all committees of the slot before the one that `state` has been advanced to. */
	attest(config: BeaconConfig, state: CachedBeaconStateFulu, head: Head): electra.Attestation[] {
		const slot = state.slot - 1;
		const epoch = Math.floor(slot / SLOTS_PER_EPOCH);
		const committees = Array.from({ length: state.epochCtx.getCommitteeCountPerSlot(epoch) }, (_, index) =>
			Array.from(state.epochCtx.getBeaconCommittee(slot, index)),
		);
		const source =
			epoch === state.epochCtx.epoch ? state.currentJustifiedCheckpoint : state.previousJustifiedCheckpoint;
		const data = {
			slot,
			index: 0,
			beaconBlockRoot: rootAt(state, head, slot),
			source: source.toValue(),
			target: { epoch, root: rootAt(state, head, epoch * SLOTS_PER_EPOCH) },
		};
		const domain = config.getDomain(state.slot, DOMAIN_BEACON_ATTESTER, slot);
		const members = committees.flat();
		const signature = this.#signAll(members, signingRoot(ssz.phase0.AttestationData.hashTreeRoot(data), domain));
		const committeeBits = Array.from({ length: MAX_COMMITTEES_PER_SLOT }, (_, index) => index < committees.length);
		return [
			{
				aggregationBits: BitArray.fromBoolArray(members.map(() => true)),
				data,
				signature,
				committeeBits: BitArray.fromBoolArray(committeeBits),
			},
		];
	}

	/** The sync committee's votes for the head before the slot that `state` has been advanced to. */
	sync(config: BeaconConfig, state: CachedBeaconStateFulu, head: Head): altair.SyncAggregate {
		const slot = state.slot - 1;
		const domain = config.getDomain(state.slot, DOMAIN_SYNC_COMMITTEE, slot);
		const members = Array.from(state.epochCtx.currentSyncCommitteeIndexed.validatorIndices);
		return {
			syncCommitteeBits: BitArray.fromBoolArray(members.map(() => true)),
			syncCommitteeSignature: this.#signAll(members, signingRoot(rootAt(state, head, slot), domain)),
		};
	}

	/** One aggregate; who sits in a committee several times signs as often. */
	#signAll(members: readonly number[], root: Uint8Array): Uint8Array {
		const signatures = new Map([...new Set(members)].map((member) => [member, this.#key(member).sign(root)]));
		return aggregateSignatures(members.flatMap((member) => signatures.get(member) ?? [])).toBytes();
	}

	#key(validator: number): SecretKey {
		const key = this.#keys[validator];
		if (key === undefined) throw new MeridianError("halt", "no-validator", `There is no validator ${validator}`);
		return key;
	}
}

function signingRoot(objectRoot: Uint8Array, domain: Uint8Array): Uint8Array {
	return ssz.phase0.SigningData.hashTreeRoot({ objectRoot, domain });
}

/** The newest block at or before the slot. */
function rootAt(state: CachedBeaconStateFulu, head: Head, slot: number): Uint8Array {
	return head.slot <= slot ? head.root : getBlockRootAtSlot(state, slot);
}
