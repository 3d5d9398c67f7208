/** The beacon chain's first state: Fulu, with validators that are active from the start, on top of an execution block that is there. */
import type { BeaconConfig } from "@lodestar/config";
import {
	EPOCHS_PER_HISTORICAL_VECTOR,
	FAR_FUTURE_EPOCH,
	ForkSeq,
	MIN_SEED_LOOKAHEAD,
	UNSET_DEPOSIT_REQUESTS_START_INDEX,
} from "@lodestar/params";
import {
	type BeaconStateFulu,
	type CachedBeaconStateFulu,
	computeEpochShuffling,
	computeProposerIndices,
	createCachedBeaconState,
	createPubkeyCache,
	getNextSyncCommittee,
	syncPubkeys,
} from "@lodestar/state-transition";
import { type phase0, ssz } from "@lodestar/types";
import { hexToBytes } from "../../primitives/bytes.ts";
import type { Address, Hex } from "../../primitives/types.ts";
import { type BeaconRules, beaconConfig, forkVersion } from "./config.ts";

/** As `eth_getBlockByNumber` gives it. */
export type ExecutionBlock = Readonly<
	Record<
		| "hash"
		| "parentHash"
		| "stateRoot"
		| "receiptsRoot"
		| "logsBloom"
		| "mixHash"
		| "number"
		| "gasLimit"
		| "timestamp"
		| "baseFeePerGas",
		Hex
	>
>;

export interface GenesisOptions extends BeaconRules {
	/** 48 bytes each. */
	readonly publicKeys: readonly Uint8Array[];
	/** Where the validator's withdrawals go: its credentials are `0x01`, zeros, this. */
	readonly withdrawalAddress: (validatorIndex: number) => Address;
	/** The execution chain's block under the first slot; its timestamp is the genesis time. */
	readonly executionBlock: ExecutionBlock;
}

export interface Genesis {
	readonly state: CachedBeaconStateFulu;
	readonly config: BeaconConfig;
}

const GWEI_PER_VALIDATOR = 32_000_000_000;
const types = ssz.fulu.BeaconState.fields;

export function makeGenesis(options: GenesisOptions): Genesis {
	const validators = options.publicKeys.map((pubkey, index) => newValidator(pubkey, options.withdrawalAddress(index)));
	const state = firstState(options, validators);
	const config = beaconConfig(options, state.genesisValidatorsRoot);
	const pubkeyCache = createPubkeyCache();
	syncPubkeys(pubkeyCache, validators);
	// Sync committee and lookahead are drawn from the state itself, so it is cached twice: without and with them.
	const draft = createCachedBeaconState(state, { config, pubkeyCache }, { skipSyncCommitteeCache: true });
	const { currentShuffling, effectiveBalanceIncrements } = draft.epochCtx;
	const { syncCommittee } = getNextSyncCommittee(
		ForkSeq.fulu,
		draft,
		currentShuffling.activeIndices,
		effectiveBalanceIncrements,
	);
	state.currentSyncCommittee = ssz.altair.SyncCommittee.toViewDU(syncCommittee);
	state.nextSyncCommittee = ssz.altair.SyncCommittee.toViewDU(syncCommittee);
	state.proposerLookahead = types.proposerLookahead.toViewDU(firstLookahead(draft));
	state.commit();
	return { state: createCachedBeaconState(state, { config, pubkeyCache }, { skipSyncPubkeys: true }), config };
}

function firstLookahead(state: CachedBeaconStateFulu): number[] {
	const epochs = Array.from({ length: MIN_SEED_LOOKAHEAD + 1 }, (_, epoch) => epoch);
	return epochs.flatMap((epoch) => {
		const shuffling = computeEpochShuffling(state, state.epochCtx.currentShuffling.activeIndices, epoch);
		return computeProposerIndices(ForkSeq.fulu, state, shuffling, epoch);
	});
}

function newValidator(pubkey: Uint8Array, withdrawalAddress: Address): phase0.Validator {
	const withdrawalCredentials = new Uint8Array(32);
	withdrawalCredentials[0] = 1;
	withdrawalCredentials.set(hexToBytes(withdrawalAddress), 12);
	return {
		pubkey,
		withdrawalCredentials,
		effectiveBalance: GWEI_PER_VALIDATOR,
		slashed: false,
		activationEligibilityEpoch: 0,
		activationEpoch: 0,
		exitEpoch: FAR_FUTURE_EPOCH,
		withdrawableEpoch: FAR_FUTURE_EPOCH,
	};
}

function firstState(options: GenesisOptions, validators: phase0.Validator[]): BeaconStateFulu {
	const { executionBlock } = options;
	const state = ssz.fulu.BeaconState.defaultViewDU();
	const blockHash = hexToBytes(executionBlock.hash);
	const version = forkVersion(options);
	const zeros = validators.map(() => 0);
	state.genesisTime = Number(executionBlock.timestamp);
	state.fork = ssz.phase0.Fork.toViewDU({ previousVersion: version, currentVersion: version, epoch: 0 });
	state.latestBlockHeader = ssz.phase0.BeaconBlockHeader.toViewDU({
		slot: 0,
		proposerIndex: 0,
		parentRoot: new Uint8Array(32),
		stateRoot: new Uint8Array(32),
		bodyRoot: ssz.fulu.BeaconBlockBody.hashTreeRoot(ssz.fulu.BeaconBlockBody.defaultValue()),
	});
	state.eth1Data = ssz.phase0.Eth1Data.toViewDU({
		depositRoot: new Uint8Array(32),
		depositCount: BigInt(validators.length),
		blockHash,
	} as unknown as phase0.Eth1Data);
	state.eth1DepositIndex = validators.length;
	state.randaoMixes = ssz.phase0.RandaoMixes.toViewDU(new Array(EPOCHS_PER_HISTORICAL_VECTOR).fill(blockHash));
	state.validators = types.validators.toViewDU(validators);
	state.balances = types.balances.toViewDU(validators.map(() => GWEI_PER_VALIDATOR));
	state.previousEpochParticipation = types.previousEpochParticipation.toViewDU(zeros);
	state.currentEpochParticipation = types.currentEpochParticipation.toViewDU(zeros);
	state.inactivityScores = types.inactivityScores.toViewDU(zeros);
	state.depositRequestsStartIndex = UNSET_DEPOSIT_REQUESTS_START_INDEX;
	state.genesisValidatorsRoot = state.validators.hashTreeRoot();
	state.latestExecutionPayloadHeader = executionHeader(executionBlock);
	state.commit();
	return state;
}

function executionHeader(block: ExecutionBlock): BeaconStateFulu["latestExecutionPayloadHeader"] {
	return ssz.deneb.ExecutionPayloadHeader.toViewDU({
		...ssz.deneb.ExecutionPayloadHeader.defaultValue(),
		parentHash: hexToBytes(block.parentHash),
		stateRoot: hexToBytes(block.stateRoot),
		receiptsRoot: hexToBytes(block.receiptsRoot),
		logsBloom: hexToBytes(block.logsBloom),
		prevRandao: hexToBytes(block.mixHash),
		blockNumber: Number(block.number),
		gasLimit: Number(block.gasLimit),
		timestamp: Number(block.timestamp),
		baseFeePerGas: BigInt(block.baseFeePerGas),
		blockHash: hexToBytes(block.hash),
		transactionsRoot: ssz.bellatrix.Transactions.hashTreeRoot([]),
		withdrawalsRoot: ssz.capella.Withdrawals.hashTreeRoot([]),
	});
}
