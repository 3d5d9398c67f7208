/** Proofs of what the beacon chain says, in the shapes of `ILookaheadOracle` (docs/spec/rights.md, section 1). Epochs and slots are numbers. */
import type { Hash32, Hex } from "../../primitives/types.ts";

export interface BeaconHeader {
	readonly slot: number;
	readonly proposerIndex: number;
	readonly parentRoot: Hash32;
	readonly stateRoot: Hash32;
	readonly bodyRoot: Hash32;
}

/** */
export interface ProvedState {
	/** Seconds; EIP-4788 answers for it with the header's root. */
	readonly timestamp: number;
	readonly header: BeaconHeader;
	/** Siblings of `fork.current_version`, from the leaf on. */
	readonly forkBranch: readonly Hash32[];
}

/** where a fork's state keeps what is read, as generalized indices from the state root. */
export interface Layout {
	readonly fromEpoch: number;
	/** 4 bytes. */
	readonly version: Hex;
	readonly forkVersion: bigint;
	readonly lookahead: bigint;
	readonly validators: bigint;
	readonly randao: bigint;
}

/** For `publish`. */
export interface LookaheadProof {
	readonly state: ProvedState;
	readonly epoch: number;
	/** 0: the state's own epoch, 1: the next. */
	readonly half: 0 | 1;
	readonly chunks: readonly Hash32[];
	readonly branch: readonly Hash32[];
	/** What the chunks say, slot by slot. */
	readonly proposers: readonly number[];
}

/** For `recordMix`. */
export interface MixProof {
	readonly state: ProvedState;
	readonly epoch: number;
	readonly mix: Hash32;
	readonly branch: readonly Hash32[];
}

/** For `checkValidator` and everything that begins with it. */
export interface ValidatorProof {
	readonly state: ProvedState;
	readonly validatorIndex: number;
	/** SSZ roots of the eight fields, in order. */
	readonly fields: readonly Hash32[];
	readonly branch: readonly Hash32[];
	/** 48 bytes. */
	readonly publicKey: Hex;
	/** 32 bytes. */
	readonly withdrawalCredentials: Hash32;
}
