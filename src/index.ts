/** Meridian as a library. What is not exported here may change without notice. */
export { decodeBlob, encodeBlobs, joinBlobs } from "./codec/blob.ts";
export {
	type CommitmentDomain,
	commitmentDigest,
	domainSeparator,
	type ItemCommitment,
	recoverSigner,
} from "./codec/commitment.ts";
export { genesisWord, nextRingWord, packMeta, publicationHash, unpackMeta } from "./codec/header.ts";
export { bundleHash, itemHash, txHash } from "./codec/itemHash.ts";
export { decodeManifest, encodeManifest, type ManifestFrame, type ManifestTick } from "./codec/manifest.ts";
export { merkleProof, merkleRoot, verifyMerkleProof } from "./codec/merkle.ts";
export { itemsRoot, orderRoot, tickHash, ticksRoot } from "./codec/order.ts";
export { decodePublicationData, encodePublicationData } from "./codec/publicationData.ts";
export {
	formatReceipt,
	type ParsedReceipt,
	parseReceipt,
	type Receipt,
	type ReceiptFault,
	type ReceiptVerdict,
	verifyReceipt,
} from "./codec/receipt.ts";
export type { Decoded, MalformedReason } from "./codec/verdict.ts";
export { tickAt, tickTime } from "./derive/clock.ts";
export {
	type AppliedTicks,
	applyTicks,
	type BuiltPublication,
	buildPublication,
	checkPlanned,
	type PlannedTick,
	type PublicationPlan,
} from "./derive/plan.ts";
export type { L1Heads, L1Id, L1Source, Timeline } from "./derive/ports.ts";
export { genesisState } from "./derive/state.ts";
export { decodeState, encodeState, stateHash } from "./derive/stateCodec.ts";
export { step } from "./derive/step.ts";
export type {
	DerivedTick,
	L1Block,
	L1Ref,
	OrderState,
	PublicationVerdict,
	StepResult,
	TimelineLog,
	VoidReason,
} from "./derive/types.ts";
export { createClusterExecutor } from "./execute/executor.ts";
export { gethGenesis } from "./execute/genesis.ts";
export type {
	ClusterExecutor,
	DropReason,
	ItemResult,
	LegTrace,
	Outcome,
	Position,
	RollupHead,
	SealedBlock,
	TickResult,
} from "./execute/types.ts";
export { type Cover, type CoverFault, type CoverOptions, type CoverVerdict, coverOf } from "./l1/cover.ts";
export { type Evidence, encodeSlash, FAULT, type Fault } from "./l1/evidence.ts";
export { type Right, rightOf, type Window } from "./l1/rights.ts";
export { httpTransport, providerTransport, type RpcTransport } from "./l1/rpc.ts";
export { type Agreement, type VerifyOptions, verifyDirectory } from "./node/agreement.ts";
export type { Difference } from "./node/claimedFiles.ts";
export { type ConnectOptions, connectL1 } from "./node/connect.ts";
export type { Totals } from "./node/cursor.ts";
export { deriveTimeline } from "./node/deriveTimeline.ts";
export { type FaultOptions, findFault, type Judgement } from "./node/fault.ts";
export type { Place } from "./node/keys.ts";
export {
	openReader,
	type Reader,
	type ReaderEvent,
	type ReaderOptions,
	type ReaderSummary,
	type RunOptions,
	type TimelineHead,
} from "./node/reader.ts";
export type {
	BlockRecord,
	DepositRecord,
	LegRecord,
	OutcomeRecord,
	PositionRecord,
	PublicationRecord,
	TickRecord,
} from "./node/records.ts";
export type { RollupRecord, TimelineIndex } from "./node/timelineIndex.ts";
export { BRIDGE_ABI, FORCED_INCLUSION_ABI, INBOX_ABI, MAILBOX_ABI, REGISTRY_ABI } from "./primitives/abi.ts";
export { isMeridianError, MeridianError, type Recovery } from "./primitives/errors.ts";
export type {
	Address,
	ClusterId,
	Hash32,
	Hex,
	Item,
	Leg,
	PublicationHeader,
	RollupConfig,
	RollupId,
	Tick,
	TimelineConfig,
} from "./primitives/types.ts";
export { bindLegs, boundTag, deliveryTag, helperTag, type UnsignedLeg } from "./sequencer/bundles/bind.ts";
export { buildBundle } from "./sequencer/bundles/build.ts";
export type { BuildFailure, BuildLimits, BuildOptions, Built, HelperSigner } from "./sequencer/bundles/types.ts";
export { createL1Account, type L1Account, type L1Receipt, type Request } from "./sequencer/l1-account.ts";
export type { L1Signer } from "./sequencer/l1-transaction.ts";
export { type GateOptions, L1Gate } from "./sequencer/preconf/gate.ts";
export { type Journal, openJournal } from "./sequencer/preconf/journal.ts";
export { type PromiseOptions, Promises } from "./sequencer/preconf/promises.ts";
export { type PromiseServer, type PromiseServerOptions, servePromises } from "./sequencer/preconf/server.ts";
export { createPromiseSigner, type PromiseSigner } from "./sequencer/preconf/signer.ts";
export type {
	ClockReading,
	OwnedTicks,
	Ownership,
	PromiseAnswer,
	PromiseGate,
	PromiseIdentity,
	PromiseLimits,
	PromiseRefusal,
} from "./sequencer/preconf/types.ts";
export type { Rejection } from "./sequencer/rejection.ts";
export { Sequencer } from "./sequencer/sequencer.ts";
export type {
	PublishReport,
	SequencerOptions,
	Submission,
	SyncReport,
	UnsafeTick,
} from "./sequencer/types.ts";
export { type BookOptions, WindowBook } from "./sequencer/windows/book.ts";
export { type FollowOptions, followWindows, type WindowEvent } from "./sequencer/windows/follow.ts";
export {
	type WindowOptions,
	type WindowPublication,
	WindowSequencer,
	type WindowSync,
} from "./sequencer/windows/sequencer.ts";
export { memoryStore, openStore, type StoreOptions } from "./store/open.ts";
export type { Changes, Store } from "./store/types.ts";
