/**
 * The part of the L1 contracts' ABI that the software uses, readable. Held equal to the compiled contracts by a test.
 */

const CONFIG =
	"(uint64 startBlock, uint64 genesisTime, uint64 beaconGenesisTime, uint32 slotSeconds, uint32 tickSeconds, uint32 maxLag, uint32 forcedDelay, uint32 maxOriginAge, uint32 ringSize, uint64 clusterGasPerSlot)";
const ROLLUP_CONFIG =
	"(uint64 chainId, uint32 cluster, uint64 gasLimit, address feeRecipient, uint64 activationTick, address settlement, uint16 template, bytes32 genesisHash)";
const MESSAGE =
	"(uint64 source, uint64 destination, uint64 nonce, address sender, address target, uint64 minGas, bytes data)";

export const INBOX_ABI = [
	`event TimelineCreated(address registry, address forcedInclusion, address bridge, address rights, ${CONFIG} config, bytes32 genesisHead)`,
	"event Published(bytes32 parent, uint256 meta, bytes32 ticksRoot, bytes32 l1OriginHash, address publisher, bytes32[] blobHashes)",
	"event PublishedCalldata(bytes32 parent, uint256 meta, bytes32 ticksRoot, bytes32 l1OriginHash, address publisher, bytes data)",
	`function timeline() view returns (address registry, address forcedInclusion, address bridge, address rights, uint64 creationBlock, ${CONFIG} config, bytes32 genesisHead)`,
	"function head() view returns (bytes32)",
	"function publish(bytes32 expectedHead, uint256 meta, bytes32 ticksRoot, bytes32 l1OriginHash, bytes proof)",
	"function publishCalldata(bytes32 expectedHead, uint256 meta, bytes32 ticksRoot, bytes32 l1OriginHash, bytes data, bytes proof)",
] as const;

export const REGISTRY_ABI = [
	`event RollupRegistered(uint32 indexed rollupId, address owner, ${ROLLUP_CONFIG} config, bytes allocation)`,
	"event ConfigScheduled(uint32 indexed rollupId, uint64 effectiveTick, uint64 gasLimit, address feeRecipient)",
	`function register(${ROLLUP_CONFIG} config, bytes allocation) returns (uint32 rollupId)`,
	"function scheduleConfig(uint32 rollupId, uint64 effectiveTick, uint64 gasLimit, address feeRecipient)",
	"function rollupInfo(uint32 rollupId) view returns ((uint32 cluster, uint40 activationTick, uint32 lowestGasLimit, uint32 gasLimit, uint32 pendingGasLimit, uint40 pendingTick, address owner, uint64 chainId, address settlement))",
] as const;

export const FORCED_INCLUSION_ABI = [
	"event Enqueued(uint32 indexed cluster, uint64 index, address sender, uint32 rollupId, uint32 gas, bytes rawTx)",
	"event BundleEnqueued(uint32 indexed cluster, uint64 index, address sender, (uint32 rollupId, uint32 gas, bytes rawTx)[] legs)",
	"function enqueue(uint32 rollupId, uint32 gas, bytes rawTx) payable",
	"function enqueueBundle((uint32 rollupId, uint32 gas, bytes rawTx)[] legs) payable",
	"function feeFor(uint32 rollupId, uint256 gas) view returns (uint256 weiAmount)",
] as const;

export const BRIDGE_ABI = [
	"event Deposited(uint32 indexed rollupId, uint64 index, address sender, address recipient, uint64 gweiAmount)",
	`event MessageSent(uint32 indexed rollupId, bytes32 id, ${MESSAGE} message)`,
	"function deposit(uint32 rollupId, address recipient) payable",
	"function sendMessage(uint32 rollupId, address target, uint64 minGas, bytes data) returns (bytes32 id)",
] as const;

export const RIGHTS_ABI = [
	"function rightOf(uint256 slot) view returns (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind)",
	"function HANDOVER_LEAD() view returns (uint256)",
] as const;

/** Of the composed module alone. */
export const PROPOSER_RIGHTS_ABI = [
	"function seal(uint256 epoch) returns (uint256 owned)",
	"function sealOf(uint256 epoch) view returns (bool isSealed, uint256 owned)",
	"function ORACLE() view returns (address)",
	"function STAKED_SET() view returns (address)",
] as const;

export const STAKED_SET_ABI = [
	"function draw(uint256 epoch) returns (address sequencer)",
	"function sequencerOf(uint256 epoch) view returns (address)",
	"function weightOf(address sequencer, uint256 epoch) view returns (uint256)",
	"function seats() view returns (address[64])",
	"function oracle() view returns (address)",
] as const;

const PROVED_STATE =
	"(uint64 timestamp, (uint64 slot, uint64 proposerIndex, bytes32 parentRoot, bytes32 stateRoot, bytes32 bodyRoot) header, bytes32[] forkBranch)";
const LAYOUT =
	"(uint64 fromEpoch, bytes4 version, uint64 forkVersion, uint64 lookahead, uint64 validators, uint64 randao)";

export const LOOKAHEAD_ORACLE_ABI = [
	`function publish(${PROVED_STATE} state, uint256 half, bytes32[] chunks, bytes32[] branch) returns (uint256 epoch)`,
	`function recordMix(${PROVED_STATE} state, uint256 epoch, bytes32 mix, bytes32[] branch)`,
	"function mixOf(uint256 epoch) view returns (bytes32 mix)",
	"function proposersOf(uint256 epoch) view returns (uint256[] validatorIndices)",
	`function layoutAt(uint256 epoch) view returns (${LAYOUT})`,
	"function BEACON_GENESIS_TIME() view returns (uint256)",
	"function SLOT_SECONDS() view returns (uint256)",
	"function SLOTS_PER_EPOCH() view returns (uint256)",
] as const;

export const PROPOSER_REGISTRY_ABI = [
	`function bindByWithdrawal(${PROVED_STATE} state, uint256 validatorIndex, bytes32[8] fields, bytes32[] branch, address delegate)`,
	`function bindByKey(${PROVED_STATE} state, uint256 validatorIndex, bytes32[8] fields, bytes32[] branch, address delegate, bytes publicKey, bytes signature)`,
	"function accept(uint256[] validatorIndices)",
	"function resign(uint256[] validatorIndices)",
	"function delegateOf(uint256 validatorIndex, uint256 epoch) view returns (address)",
	"function namedBy(uint256 validatorIndex) view returns (address)",
	"function nonceOf(uint256 validatorIndex) view returns (uint64)",
	"function signingRoot(uint256 validatorIndex, address delegate) view returns (bytes32)",
	"function SIGNING_ID() view returns (bytes32)",
	"function DOMAIN() view returns (bytes32)",
	"function ORACLE() view returns (address)",
] as const;

export const SLASHER_ABI = [
	"event Slashed(address indexed sequencer, uint64 indexed tick, uint8 fault, uint256 amount, uint256 reward, address challenger)",
	"function inbox() view returns (address)",
	"function bondOf(address sequencer) view returns (uint256 amount, uint256 leavesAt)",
	"function add(address sequencer) payable",
	"function startLeaving()",
	"function stay()",
	"function take(address recipient)",
	"function slash(((uint64 tick, uint32 index, bytes32 itemHash, bytes signature) commitment, uint64 slot, uint8 fault, bytes proof) evidence) returns (uint256 amount)",
	"function parameters() view returns ((uint128 penalty, uint128 livenessFee, uint64 exitDelay, uint64 challengeWindow))",
] as const;

export const REQUEST =
	"(uint64[] path, uint64 destination, address caller, address target, uint64 gas, bytes data, uint64 sequence)";

/** The Mailbox of every rollup (docs/spec/bundles.md). */
export const MAILBOX_ABI = [
	"event Sent(bytes32 indexed id, (uint64 source, uint64 destination, uint64 nonce, address sender, address target, uint64 minGas, bytes data) message)",
	"event Delivered(bytes32 indexed id)",
	"event Filled(bytes32 requestHash, bytes32 answerHash)",
	"event Read(uint64 destination, bytes32 requestHash, bytes32 answerHash)",
	"event Served(bytes32 requestHash, bytes32 answerHash)",
	"error MissingTag(bytes32 tag)",
	"error OwnChain(uint64 chainId)",
	"error WrongDestination(uint64 destination, uint256 chainId)",
	"error AlreadyDelivered(bytes32 id)",
	"error InvalidTarget(address target)",
	"error TooLittleGas(uint256 named)",
	"error DeliveryFailed(bytes32 id, bytes returnData)",
	"error NowServing()",
	"error NotDelivering()",
	"error TapeNotEmpty(uint256 left)",
	`error TapeEmpty(${REQUEST} request)`,
	`error TapeMismatch(${REQUEST} request, bytes24 found)`,
	"error DestinationInPath(uint64 destination)",
	"error InvalidPath(uint256 length)",
	"function send(uint64 destination, address target, uint64 minGas, bytes data) returns (bytes32 id)",
	"function deliver((uint64 source, uint64 destination, uint64 nonce, address sender, address target, uint64 minGas, bytes data) message)",
	"function context() view returns (uint64 source, address sender)",
	"function fill(bytes32 sessionId, (bytes32 requestHash, bool ok, bytes returnData)[] entries)",
	"function call(uint64 destination, address target, uint64 gas, bytes data) returns (bytes returnData)",
	"function tryCall(uint64 destination, address target, uint64 gas, bytes data) returns (bool ok, bytes returnData)",
	`function serve(bytes32 sessionId, ${REQUEST}[] requests) returns ((bool ok, bytes returnData)[] answers)`,
	"function aliasOf(uint64 chainId, address caller) view returns (address)",
	"function sent(bytes32 id) view returns (bool)",
	"function delivered(bytes32 id) view returns (bool)",
	"function nonce() view returns (uint64)",
	"function serving() view returns (bool)",
	"function tape() view returns (bytes24 session, uint16 next, uint16 count)",
] as const;
