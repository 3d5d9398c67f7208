/** Beacon states that no chain ever had, and proofs from them as `ILookaheadOracle` takes them: what a test wants is in them, nothing else. */
import { createProof, type Node, ProofType, type SingleProof } from "@chainsafe/persistent-merkle-tree";
import { type fulu, ssz } from "@lodestar/types";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import { keccak256 } from "../../../src/primitives/hash.ts";
import type { Hash32, Hex } from "../../../src/primitives/types.ts";

export const SLOTS_PER_EPOCH = 32;
const MIXES = 65_536;

/** R-2. */
export const FULU = {
	fromEpoch: 0,
	version: "0x06000000",
	forkVersion: 269n,
	lookahead: 101n,
	validators: 150n,
	randao: 77n,
} as const;

export interface SyntheticValidator {
	/** 48 bytes. */
	readonly publicKey: Hex;
	/** 32 bytes. */
	readonly credentials: Hex;
}

export interface SyntheticOptions {
	readonly slot: number;
	readonly validators?: readonly SyntheticValidator[];
	/** 64 indices: the slot's epoch and the next one. Without: pseudorandom ones. */
	readonly lookahead?: readonly number[];
	/** Epoch -> mix. */
	readonly mixes?: ReadonlyMap<number, Hash32>;
	readonly version?: string;
}

export interface ProvedState {
	readonly timestamp: number;
	readonly header: {
		readonly slot: number;
		readonly proposerIndex: number;
		readonly parentRoot: Hash32;
		readonly stateRoot: Hash32;
		readonly bodyRoot: Hash32;
	};
	readonly forkBranch: Hash32[];
}

export interface SyntheticState {
	readonly slot: number;
	/** Of the block whose state it is: what EIP-4788 answers. */
	readonly blockRoot: Hash32;
	readonly lookahead: readonly number[];
	/** @param timestamp for which EIP-4788 answers with the block's root */
	proved(timestamp: number): ProvedState;
	/** For `publish`. */
	half(half: 0 | 1): { readonly half: 0 | 1; readonly chunks: Hash32[]; readonly branch: Hash32[] };
	/** For `recordMix`. */
	mix(epoch: number): { readonly epoch: number; readonly mix: Hash32; readonly branch: Hash32[] };
	/** For `checkValidator`. */
	validator(index: number): { readonly index: number; readonly fields: EightHashes; readonly branch: Hash32[] };
	/** Node and siblings at any generalized index. */
	at(index: bigint): { readonly node: Hash32; readonly branch: Hash32[] };
}

export type EightHashes = [Hash32, Hash32, Hash32, Hash32, Hash32, Hash32, Hash32, Hash32];

/** 32 bytes that look random, and are the same on every run. */
export const seeded = (label: string): Hash32 => bytesToHex(keccak256(new TextEncoder().encode(label)));

/** A validator whose key nobody has; credentials of an address without one. */
export const seededValidator = (index: number): SyntheticValidator => ({
	publicKey: `0x${seeded(`key ${index}`).slice(2)}${seeded(`more of key ${index}`).slice(2, 34)}`,
	credentials: credentialsOf(`0x${seeded(`account ${index}`).slice(26)}`, index % 2 === 0 ? 1 : 2),
});

/** @param kind 1 or 2: the first byte */
export const credentialsOf = (address: string, kind: number): Hex =>
	`0x${kind.toString(16).padStart(2, "0")}${"00".repeat(11)}${address.slice(2).toLowerCase()}`;

/** Hashed once: every state shares with it what it does not change. */
const EMPTY = ssz.fulu.BeaconState.defaultViewDU();
EMPTY.hashTreeRoot();

export function syntheticState(options: SyntheticOptions): SyntheticState {
	const { slot, validators = [], mixes = new Map<number, Hash32>(), version = FULU.version } = options;
	const lookahead = options.lookahead ?? Array.from({ length: 2 * SLOTS_PER_EPOCH }, (_, i) => seededIndex(slot, i));
	const state = EMPTY.clone();
	state.slot = slot;
	state.fork = ssz.phase0.Fork.toViewDU({
		previousVersion: hexToBytes("0x05000000"),
		currentVersion: hexToBytes(version),
		epoch: 0,
	});
	state.validators = ssz.fulu.BeaconState.fields.validators.toViewDU(validators.map(toSsz));
	state.proposerLookahead = ssz.fulu.BeaconState.fields.proposerLookahead.toViewDU([...lookahead]);
	for (const [epoch, mix] of mixes) state.randaoMixes.set(epoch % MIXES, hexToBytes(mix));
	state.commit();
	return proofsFrom(state.node, slot, lookahead, validators);
}

/** A million validators are enough for three bytes that are not zero. */
const seededIndex = (slot: number, i: number): number => Number(BigInt(seeded(`${slot} ${i}`)) % 1_000_000n);

const toSsz = ({ credentials, publicKey }: SyntheticValidator) => ({
	pubkey: hexToBytes(publicKey),
	withdrawalCredentials: hexToBytes(credentials),
	effectiveBalance: 32_000_000_000,
	slashed: false,
	activationEligibilityEpoch: 1,
	activationEpoch: 2,
	exitEpoch: Number.POSITIVE_INFINITY,
	withdrawableEpoch: Number.POSITIVE_INFINITY,
});

function proofsFrom(
	root: Node,
	slot: number,
	lookahead: fulu.ProposerLookahead | readonly number[],
	validators: readonly SyntheticValidator[],
): SyntheticState {
	const header = {
		slot,
		proposerIndex: 7,
		parentRoot: seeded(`parent of ${slot}`),
		stateRoot: bytesToHex(root.root) as Hash32,
		bodyRoot: seeded(`body of ${slot}`),
	};
	const at = (index: bigint) => {
		const { leaf, witnesses } = createProof(root, { type: ProofType.single, gindex: index }) as SingleProof;
		return { node: bytesToHex(leaf) as Hash32, branch: witnesses.map((sibling) => bytesToHex(sibling) as Hash32) };
	};
	return {
		slot,
		lookahead: [...lookahead],
		at,
		blockRoot: bytesToHex(
			ssz.phase0.BeaconBlockHeader.hashTreeRoot({
				slot,
				proposerIndex: header.proposerIndex,
				parentRoot: hexToBytes(header.parentRoot),
				stateRoot: hexToBytes(header.stateRoot),
				bodyRoot: hexToBytes(header.bodyRoot),
			}),
		),
		proved: (timestamp) => ({ timestamp, header, forkBranch: at(FULU.forkVersion).branch }),
		half(half) {
			// 16 chunks under the lookahead's root.
			const chunks = Array.from({ length: 8 }, (_, i) => at(FULU.lookahead * 16n + BigInt(half * 8 + i)).node);
			return { half, chunks, branch: at(FULU.lookahead * 2n + BigInt(half)).branch };
		},
		mix(epoch) {
			const { branch, node } = at(FULU.randao * BigInt(MIXES) + BigInt(epoch % MIXES));
			return { epoch, mix: node, branch };
		},
		validator(index) {
			const validator = toSsz(validators[index] ?? seededValidator(index));
			const { fields } = ssz.phase0.Validator;
			const roots = [
				fields.pubkey.hashTreeRoot(validator.pubkey),
				fields.withdrawalCredentials.hashTreeRoot(validator.withdrawalCredentials),
				fields.effectiveBalance.hashTreeRoot(validator.effectiveBalance),
				fields.slashed.hashTreeRoot(validator.slashed),
				fields.activationEligibilityEpoch.hashTreeRoot(validator.activationEligibilityEpoch),
				fields.activationEpoch.hashTreeRoot(validator.activationEpoch),
				fields.exitEpoch.hashTreeRoot(validator.exitEpoch),
				fields.withdrawableEpoch.hashTreeRoot(validator.withdrawableEpoch),
			].map(bytesToHex) as EightHashes;
			return { index, fields: roots, branch: at(FULU.validators * 2n ** 40n + BigInt(index)).branch };
		},
	};
}
