// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRollupRegistry} from "./IRollupRegistry.sol";

/// @title The queue that no sequencer can refuse
/// @notice What is queued here is executed by derivation itself once `forcedDelay` has passed, with or without sequencers.
/// One first-in-first-out queue per cluster. Data stays in calldata and logs, so it never expires; entries are never
/// removed, skipped or replaced, and nobody has power over the queue.
/// @dev Trust: none in any person. L1 cannot see what derivation has consumed, so the load of a queue is a bucket that leaks as
/// fast as derivation at least consumes (spec contracts.md, C-7); an accepted entry waits at most
/// `maxLag + forcedDelay + 32 ticks` after it is due.
/// Fees are burnt. Whoever received them (publisher, fee recipient, an owner) could fill the queue for free.
interface IForcedInclusion {
    /// @notice One transaction of a bundle.
    struct ForcedLeg {
        uint32 rollupId;
        uint32 gas;
        bytes rawTx;
    }

    /// @notice The load of a cluster's queue: entries ever queued, declared gas in the bucket at `updatedAt`. (A full word.)
    struct Queue {
        uint64 nextIndex;
        uint128 level;
        uint64 updatedAt;
    }

    /// @notice A transaction has been queued.
    event Enqueued(uint32 indexed cluster, uint64 index, address sender, uint32 rollupId, uint32 gas, bytes rawTx);
    /// @notice A bundle has been queued.
    event BundleEnqueued(uint32 indexed cluster, uint64 index, address sender, ForcedLeg[] legs);
    /// @notice Fees have been burnt.
    event Burnt(uint256 weiAmount);

    /// @notice A parameter of the constructor is out of range.
    error InvalidParameter(bytes32 name, uint256 value);
    /// @notice Empty, or larger than derivation takes.
    error InvalidTransactionSize(uint256 size, uint256 maximum);
    /// @notice No rollup has this number.
    error UnknownRollup(uint32 rollupId);
    /// @notice The rollup is announced to leave the timeline, or has left.
    error RollupRetired(uint32 rollupId);
    /// @notice The rollup would not be active yet when the entry is due.
    error RollupNotActive(uint32 rollupId, uint256 activeFrom, uint256 dueAt);
    /// @notice No valid transaction of that size has less gas.
    error GasTooLow(uint32 rollupId, uint256 gas, uint256 minimum);
    /// @notice More than a transaction may have, or than the rollup's forced cap (half its lowest gas limit) in all.
    error GasTooHigh(uint32 rollupId, uint256 gas, uint256 maximum);
    /// @notice A bundle has at least one leg and at most `maximum`.
    error InvalidLegCount(uint256 count, uint256 maximum);
    /// @notice A bundle lives within one cluster.
    error MixedClusters(uint32 cluster, uint32 rollupId, uint32 otherCluster);
    /// @notice More than the queue takes even when empty.
    error EntryTooLarge(uint256 gas, uint256 maximum);
    /// @notice The queue takes the entry at `retryAt` (a timestamp) if nothing else is queued before.
    error QueueFull(uint32 cluster, uint256 retryAt);
    /// @notice The fee now is `required`; it falls with time.
    error FeeTooLow(uint256 paid, uint256 required);
    /// @notice The caller does not take back what it paid too much; pay the exact fee.
    error RefundFailed(address sender, uint256 amount);

    /// @notice Queues a raw signed transaction. The fee is `feeFor(rollupId, gas)` at execution; what is paid beyond is returned.
    /// @dev Reverts, in this order: `InvalidTransactionSize`, `UnknownRollup`, `RollupRetired`, `RollupNotActive`,
    /// `GasTooLow`, `GasTooHigh`, `QueueFull`, `FeeTooLow`, `RefundFailed`.
    /// Warning: nothing but size and gas is checked. An invalid transaction is dropped when due, and its fee is gone.
    /// @param rollupId the rollup
    /// @param gas at least the transaction's gas limit, or it is dropped when due
    /// @param rawTx the signed transaction as its rollup takes it
    function enqueue(uint32 rollupId, uint32 gas, bytes calldata rawTx) external payable;

    /// @notice Queues a bundle: its legs are executed in order, all or nothing. The fee is that of the sum of their gas.
    /// @dev Reverts, in this order: `InvalidLegCount`; for each leg `InvalidTransactionSize`, `UnknownRollup`,
    /// `RollupRetired`, `RollupNotActive`, `GasTooLow`, `MixedClusters`, `GasTooHigh` (all legs of its rollup so far together); then
    /// `EntryTooLarge`, `QueueFull`, `FeeTooLow`, `RefundFailed`.
    function enqueueBundle(ForcedLeg[] calldata legs) external payable;

    /// @notice The fee of an entry now. It grows with the load and decays with time.
    /// @dev Reverts as `enqueue` would: `UnknownRollup`, `EntryTooLarge`, `QueueFull`.
    /// @param rollupId the rollup, or for a bundle any of its rollups
    /// @param gas the entry's declared gas in all
    function feeFor(uint32 rollupId, uint256 gas) external view returns (uint256 weiAmount);

    /// @notice Burns the fees paid so far. Anyone may call; nobody can take them.
    function burn() external;

    /// @notice The least gas that a transaction of a size may declare.
    function minimumGas(uint256 size) external pure returns (uint256);

    /// @notice The load of a cluster's queue.
    function queue(uint32 cluster) external view returns (Queue memory);

    /// @notice Declared gas that an empty queue takes at once.
    function capacity() external view returns (uint256);

    /// @notice Fee per declared gas of an empty queue, in wei.
    function basePrice() external view returns (uint256);

    /// @notice The hash chain of the entries of all clusters, in the order of enqueueing (docs/spec/contracts.md, C-1).
    function forcedChain() external view returns (bytes32);

    /// @notice Where rollups are looked up.
    function registry() external view returns (IRollupRegistry);
}
