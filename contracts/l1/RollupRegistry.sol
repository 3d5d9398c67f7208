// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRollupRegistry} from "../interfaces/IRollupRegistry.sol";
import {HashChain} from "../libs/HashChain.sol";
import {Limits} from "../libs/Limits.sol";
import {TimelineClock} from "../libs/TimelineClock.sol";

/// @title The rollups of one timeline
/// @dev INV-REGISTRY-1: for each cluster the counted gas per slot is the sum of what its rollups use, or may once their pending
/// config is in force, and never above the budget.
/// INV-REGISTRY-2: a rollup's lowest gas limit never rises; its effective ticks do. So zero, which retires, is the last.
/// INV-REGISTRY-3: chain ids are unique, and ids count from 1.
/// INV-REGISTRY-4: the chain is that of the events, in order.
contract RollupRegistry is IRollupRegistry, TimelineClock {
    uint256 private immutable SLOT_SECONDS;
    uint256 private immutable MAX_LAG;
    uint256 private immutable FORCED_DELAY;
    uint256 private immutable CLUSTER_GAS_PER_SLOT;
    /// @inheritdoc IRollupRegistry
    uint64 public immutable override startBlock;

    struct Cluster {
        address owner;
        uint96 gasPerSlot;
    }

    uint32 private _rollupCount;
    uint32 private _clusterCount;
    /// @inheritdoc IRollupRegistry
    bytes32 public override configChain;
    mapping(uint32 rollupId => Rollup) private _rollups;
    mapping(uint32 clusterId => Cluster) private _clusters;
    /// @inheritdoc IRollupRegistry
    mapping(uint64 chainId => uint32 rollupId) public override rollupOfChain;

    constructor(Timing memory timing_) TimelineClock(timing_.genesisTime, timing_.tickSeconds) {
        require(timing_.genesisTime > 0, InvalidParameter("genesisTime", timing_.genesisTime));
        require(timing_.slotSeconds > 0, InvalidParameter("slotSeconds", timing_.slotSeconds));
        require(
            timing_.tickSeconds > 0 && timing_.slotSeconds % timing_.tickSeconds == 0,
            InvalidParameter("tickSeconds", timing_.tickSeconds)
        );
        require(timing_.maxLag > 0, InvalidParameter("maxLag", timing_.maxLag));
        require(timing_.forcedDelay > 0, InvalidParameter("forcedDelay", timing_.forcedDelay));
        SLOT_SECONDS = timing_.slotSeconds;
        MAX_LAG = timing_.maxLag;
        FORCED_DELAY = timing_.forcedDelay;
        CLUSTER_GAS_PER_SLOT = timing_.clusterGasPerSlot;
        require(
            _gasPerSlot(Limits.MIN_GAS_LIMIT) <= timing_.clusterGasPerSlot,
            InvalidParameter("clusterGasPerSlot", timing_.clusterGasPerSlot)
        );
        startBlock = uint64(block.number);
        configChain = HashChain.empty(address(this));
    }

    /// @inheritdoc IRollupRegistry
    function register(RollupConfig calldata config, bytes calldata allocation) external returns (uint32 rollupId) {
        _checkConfig(config, allocation.length);
        rollupId = ++_rollupCount;
        RollupConfig memory final_ = config;
        final_.cluster = _joinCluster(config.cluster);
        _moveBudget(final_.cluster, 0, config.gasLimit);
        rollupOfChain[config.chainId] = rollupId;
        // The checks keep gas limits below 2^32 and ticks below 2^40.
        _rollups[rollupId] = Rollup({
            cluster: final_.cluster,
            activationTick: uint40(config.activationTick),
            lowestGasLimit: uint32(config.gasLimit),
            gasLimit: uint32(config.gasLimit),
            pendingGasLimit: 0,
            pendingTick: 0,
            owner: msg.sender,
            chainId: config.chainId,
            settlement: config.settlement
        });
        _append(
            HashChain.registrationEntry(rollupId, msg.sender, keccak256(abi.encode(final_)), keccak256(allocation))
        );
        emit RollupRegistered(rollupId, msg.sender, final_, allocation);
    }

    /// @inheritdoc IRollupRegistry
    function scheduleConfig(uint32 rollupId, uint64 effectiveTick, uint64 gasLimit, address feeRecipient) external {
        Rollup memory known = _known(rollupId);
        require(known.owner == msg.sender, NotRollupOwner(rollupId, msg.sender, known.owner));
        require(known.lowestGasLimit != 0, RollupRetired(rollupId));
        // Zero retires.
        if (gasLimit != 0) _checkGasLimit(gasLimit);
        require(feeRecipient != address(0), ZeroFeeRecipient());
        uint256 before = _reserved(known);
        _settle(known);
        require(known.pendingTick == 0, ConfigPending(rollupId, known.pendingTick));
        _checkTick(effectiveTick, _earliestChange(known, gasLimit));

        known.pendingTick = uint40(effectiveTick);
        known.pendingGasLimit = uint32(gasLimit);
        known.lowestGasLimit = uint32(Math.min(known.lowestGasLimit, gasLimit));
        _moveBudget(known.cluster, before, _reserved(known));
        _rollups[rollupId] = known;
        _append(HashChain.configEntry(rollupId, effectiveTick, gasLimit, feeRecipient));
        emit ConfigScheduled(rollupId, effectiveTick, gasLimit, feeRecipient);
    }

    /// @inheritdoc IRollupRegistry
    function applyConfig(uint32 rollupId) external {
        Rollup memory known = _known(rollupId);
        uint256 before = _reserved(known);
        _settle(known);
        _moveBudget(known.cluster, before, _reserved(known));
        _rollups[rollupId] = known;
    }

    /// @inheritdoc IRollupRegistry
    function gate(
        uint32 rollupId
    ) external view returns (uint32 cluster, uint64 activationTick, uint64 lowestGasLimit) {
        Rollup storage known = _rollups[rollupId];
        return (known.cluster, known.activationTick, known.lowestGasLimit);
    }

    /// @inheritdoc IRollupRegistry
    function rollupInfo(uint32 rollupId) external view returns (Rollup memory) {
        return _rollups[rollupId];
    }

    /// @inheritdoc IRollupRegistry
    function clusterInfo(uint32 clusterId) external view returns (address owner, uint96 gasPerSlot) {
        Cluster storage known = _clusters[clusterId];
        return (known.owner, known.gasPerSlot);
    }

    /// @inheritdoc IRollupRegistry
    function counts() external view returns (uint32 rollups, uint32 clusters) {
        return (_rollupCount, _clusterCount);
    }

    /// @inheritdoc IRollupRegistry
    function timing() external view returns (Timing memory) {
        return
            Timing({
                genesisTime: uint64(GENESIS_TIME),
                slotSeconds: uint32(SLOT_SECONDS),
                tickSeconds: uint32(TICK_SECONDS),
                maxLag: uint32(MAX_LAG),
                forcedDelay: uint32(FORCED_DELAY),
                clusterGasPerSlot: uint64(CLUSTER_GAS_PER_SLOT)
            });
    }

    /// @dev A new cluster of the caller's for 0, else one that the caller owns.
    function _joinCluster(uint32 wanted) private returns (uint32 clusterId) {
        if (wanted == 0) {
            clusterId = ++_clusterCount;
            _clusters[clusterId].owner = msg.sender;
        } else {
            clusterId = wanted;
            address owner = _clusters[clusterId].owner;
            require(owner == msg.sender, NotClusterOwner(clusterId, msg.sender, owner));
        }
    }

    /// @dev Counts a rollup's gas limit as `next` instead of `previous`. Only a rise can exceed the budget.
    function _moveBudget(uint32 clusterId, uint256 previous, uint256 next) private {
        if (previous == next) return;
        uint256 gasPerSlot = _clusters[clusterId].gasPerSlot + _gasPerSlot(next) - _gasPerSlot(previous);
        require(gasPerSlot <= CLUSTER_GAS_PER_SLOT, ClusterBudgetExceeded(clusterId, gasPerSlot, CLUSTER_GAS_PER_SLOT));
        // The budget is below 2^64.
        _clusters[clusterId].gasPerSlot = uint96(gasPerSlot);
    }

    function _append(bytes32 added) private {
        configChain = HashChain.append(configChain, added);
    }

    function _known(uint32 rollupId) private view returns (Rollup memory known) {
        known = _rollups[rollupId];
        require(known.cluster != 0, UnknownRollup(rollupId));
    }

    /// @dev In memory: a pending config whose time has come is in force.
    function _settle(Rollup memory known) private view {
        if (known.pendingTick == 0 || _timeOf(known.pendingTick) > block.timestamp) return;
        known.gasLimit = known.pendingGasLimit;
        known.pendingGasLimit = 0;
        known.pendingTick = 0;
    }

    /// @dev What a rollup counts for in its cluster's budget: the most that it uses or is announced to use.
    function _reserved(Rollup memory known) private pure returns (uint256) {
        return Math.max(known.gasLimit, known.pendingGasLimit);
    }

    function _gasPerSlot(uint256 gasLimit) private view returns (uint256) {
        return gasLimit * (SLOT_SECONDS / TICK_SECONDS);
    }

    /// @dev A lower gas limit lowers the forced cap, and an entry above the cap is dropped when its turn comes. So it waits until
    /// no entry from before the announcement can be left: due after `forcedDelay`, looked at no later than `maxLag` after that,
    /// behind at most a full bucket. Entries queued from now on are held to the new cap.
    function _earliestChange(Rollup memory known, uint256 gasLimit) private view returns (uint256) {
        uint256 notice = FORCED_DELAY;
        if (gasLimit < known.lowestGasLimit) {
            notice += MAX_LAG + FORCED_DELAY + Limits.FORCED_BURST_TICKS * TICK_SECONDS;
        }
        return Math.max(_firstTickFrom(block.timestamp + notice), uint256(known.activationTick) + 1);
    }

    function _checkConfig(RollupConfig calldata config, uint256 allocationSize) private view {
        require(config.template == Limits.TEMPLATE, UnknownTemplate(config.template, Limits.TEMPLATE));
        require(
            config.chainId > 0 && config.chainId <= Limits.MAX_CHAIN_ID && config.chainId != block.chainid,
            InvalidChainId(config.chainId)
        );
        uint32 taken = rollupOfChain[config.chainId];
        require(taken == 0, ChainIdTaken(config.chainId, taken));
        _checkGasLimit(config.gasLimit);
        require(config.feeRecipient != address(0), ZeroFeeRecipient());
        _checkTick(config.activationTick, Math.max(_firstTickFrom(block.timestamp + 1), 1));
        require(
            allocationSize <= Limits.MAX_ALLOCATION_BYTES,
            AllocationTooLarge(allocationSize, Limits.MAX_ALLOCATION_BYTES)
        );
    }

    function _checkGasLimit(uint256 gasLimit) private pure {
        require(
            gasLimit >= Limits.MIN_GAS_LIMIT && gasLimit <= Limits.MAX_GAS_LIMIT,
            GasLimitOutOfRange(gasLimit, Limits.MIN_GAS_LIMIT, Limits.MAX_GAS_LIMIT)
        );
    }

    function _checkTick(uint256 tick, uint256 earliest) private view {
        uint256 latest = _firstTickFrom(block.timestamp) + Limits.MAX_TICKS_AHEAD;
        require(tick >= earliest && tick <= latest, TickOutOfRange(tick, earliest, latest));
    }
}
