/**
 * The part of the L1 contracts' ABI that the software uses, readable. Held equal to the compiled contracts by a test.
 */

const CONFIG =
	"(uint64 startBlock, uint64 genesisTime, uint64 beaconGenesisTime, uint32 slotSeconds, uint32 tickSeconds, uint32 maxLag, uint32 forcedDelay, uint32 maxOriginAge, uint32 ringSize, uint64 clusterGasPerSlot)";
const ROLLUP_CONFIG =
	"(uint64 chainId, uint32 cluster, uint64 gasLimit, address feeRecipient, uint64 activationTick, address settlement, uint16 template, bytes32 genesisHash)";

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
	"function deposit(uint32 rollupId, address recipient) payable",
] as const;
