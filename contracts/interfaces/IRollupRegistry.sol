// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The rollups of one timeline
/// @notice Registers rollups and announces changes of their configs. A rollup's owner can raise and lower its gas limit and
/// move its fee recipient, and retire it for good, all with notice; nobody else can, and nobody can change anything at once.
/// @dev Trust: whether `genesisHash` and `allocation` are right is for readers to decide; L1 cannot. A reader refuses a rollup
/// whose genesis does not hash to a non-zero `genesisHash`, for ever, and everything sent to it is lost.
interface IRollupRegistry {
    /// @notice Fixed at creation; the part of the timeline's configuration that the registry needs (spec section 1.1).
    struct Timing {
        uint64 genesisTime;
        uint32 slotSeconds;
        uint32 tickSeconds;
        uint32 maxLag;
        uint32 forcedDelay;
        uint64 clusterGasPerSlot;
    }

    /// @notice A rollup as registered (spec section 2). `cluster` 0 asks for a new one; the event names the one it became.
    struct RollupConfig {
        uint64 chainId;
        uint32 cluster;
        uint64 gasLimit;
        address feeRecipient;
        uint64 activationTick;
        address settlement;
        uint16 template;
        bytes32 genesisHash;
    }

    /// @notice A rollup as remembered. `gasLimit` is the one in force once `pendingTick` is behind (0: nothing is pending).
    struct Rollup {
        uint32 cluster;
        uint40 activationTick;
        uint32 lowestGasLimit;
        uint32 gasLimit;
        uint32 pendingGasLimit;
        uint40 pendingTick;
        address owner;
        uint64 chainId;
        address settlement;
    }

    /// @notice A rollup has joined the timeline.
    event RollupRegistered(uint32 indexed rollupId, address owner, RollupConfig config, bytes allocation);
    /// @notice From `effectiveTick` on a rollup has another gas limit target and fee recipient; with gas limit 0, it is no more.
    event ConfigScheduled(uint32 indexed rollupId, uint64 effectiveTick, uint64 gasLimit, address feeRecipient);

    /// @notice A parameter of the constructor is out of range or does not fit the others.
    error InvalidParameter(bytes32 name, uint256 value);
    /// @notice No genesis template has this number.
    error UnknownTemplate(uint256 template, uint256 known);
    /// @notice Zero, L1's own, or above 4,503,599,627,370,476.
    error InvalidChainId(uint256 chainId);
    /// @notice Another rollup of the timeline has the chain id: transactions would replay.
    error ChainIdTaken(uint256 chainId, uint32 rollupId);
    /// @notice A gas limit that no rollup may have.
    error GasLimitOutOfRange(uint256 gasLimit, uint256 minimum, uint256 maximum);
    /// @notice Fees of blocks that nobody published would be lost.
    error ZeroFeeRecipient();
    /// @notice The tick is too soon or absurdly late.
    error TickOutOfRange(uint256 tick, uint256 earliest, uint256 latest);
    /// @notice The genesis accounts are published in calldata; more than `maximum` bytes are refused.
    error AllocationTooLarge(uint256 size, uint256 maximum);
    /// @notice Only who created a cluster (by registering its first rollup) may add rollups to it. Owner zero: no such cluster.
    error NotClusterOwner(uint32 cluster, address caller, address owner);
    /// @notice The cluster's rollups together could use more gas per slot than a reader is promised to keep up with.
    error ClusterBudgetExceeded(uint32 cluster, uint256 gasPerSlot, uint256 budget);
    /// @notice No rollup has this number.
    error UnknownRollup(uint32 rollupId);
    /// @notice Only who registered a rollup may change its config.
    error NotRollupOwner(uint32 rollupId, address caller, address owner);
    /// @notice The rollup is announced to leave the timeline, or has left.
    error RollupRetired(uint32 rollupId);
    /// @notice One change at a time: the one announced before is not in force yet.
    error ConfigPending(uint32 rollupId, uint64 effectiveTick);

    /// @notice Registers a rollup owned by the caller.
    /// @dev Reverts, in this order: `UnknownTemplate`, `InvalidChainId`, `ChainIdTaken`, `GasLimitOutOfRange`,
    /// `ZeroFeeRecipient`, `TickOutOfRange` (the activation tick is to come, and not before tick 1), `AllocationTooLarge`,
    /// `NotClusterOwner`, `ClusterBudgetExceeded`.
    /// Warning: `genesisHash` and `allocation` are not checked here; compute them with a reader first.
    /// @param config the rollup; `cluster` 0 creates a cluster owned by the caller
    /// @param allocation the accounts of its genesis, in the encoding of spec E-4; published, not stored
    /// @return rollupId its number in the timeline, from 1
    function register(RollupConfig calldata config, bytes calldata allocation) external returns (uint32 rollupId);

    /// @notice Announces a rollup's next gas limit target and fee recipient. Both are given anew each time. Gas limit 0 retires the
    /// rollup (spec X-20): from then on nothing of it executes; deposits, messages and forced entries are refused at once.
    /// @dev Reverts, in this order: `UnknownRollup`, `NotRollupOwner`, `RollupRetired`, `GasLimitOutOfRange`, `ZeroFeeRecipient`,
    /// `ConfigPending`, `TickOutOfRange` (`time(effectiveTick)` is at least `forcedDelay` away; if the gas limit becomes lower
    /// than it ever was, so far away that every forced entry accepted under the old cap has been executed before; and it is
    /// after the rollup's activation), `ClusterBudgetExceeded`.
    function scheduleConfig(uint32 rollupId, uint64 effectiveTick, uint64 gasLimit, address feeRecipient) external;

    /// @notice Frees what a rollup no longer uses of its cluster's budget, once a lowered gas limit is in force. Anyone may call.
    /// @dev Reverts with `UnknownRollup`. Does nothing if nothing is due.
    function applyConfig(uint32 rollupId) external;

    /// @notice What it takes to accept something for a rollup, in one read. An unknown rollup has cluster 0.
    /// @return cluster the rollup's cluster
    /// @return activationTick its first tick
    /// @return lowestGasLimit the smallest gas limit it has had, has, or is announced to have; 0 if it is announced to retire
    function gate(uint32 rollupId) external view returns (uint32 cluster, uint64 activationTick, uint64 lowestGasLimit);

    /// @notice A rollup as remembered; all zero if unknown.
    function rollupInfo(uint32 rollupId) external view returns (Rollup memory);

    /// @notice The owner of a cluster, and how much of its budget its rollups may use. Owner zero: no such cluster.
    function clusterInfo(uint32 clusterId) external view returns (address owner, uint96 gasPerSlot);

    /// @notice The rollup with a chain id; 0 if none.
    function rollupOfChain(uint64 chainId) external view returns (uint32 rollupId);

    /// @notice How many rollups and clusters there are; both count from 1.
    function counts() external view returns (uint32 rollups, uint32 clusters);

    /// @notice The hash chain of registrations and configs (docs/spec/contracts.md, C-1).
    function configChain() external view returns (bytes32);

    /// @notice The L1 block in which the registry was created: where derivation starts.
    function startBlock() external view returns (uint64);

    /// @notice What was fixed at creation.
    function timing() external view returns (Timing memory);
}
