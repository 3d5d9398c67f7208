// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IForcedInclusion} from "../interfaces/IForcedInclusion.sol";
import {IRollupRegistry} from "../interfaces/IRollupRegistry.sol";
import {HashChain} from "../libs/HashChain.sol";
import {Limits} from "../libs/Limits.sol";
import {OrderHash} from "../libs/OrderHash.sol";
import {TimelineClock} from "../libs/TimelineClock.sol";

/// @title The queue that no sequencer can refuse
/// @dev INV-FORCED-1: a cluster's next index is the number of its entries; indices count from 0 and never change.
/// INV-FORCED-2: the chain is that of the events of all clusters, in order.
/// INV-FORCED-3: the balance and what was burnt are together the fees of all entries; nobody else ever got wei of it.
/// INV-FORCED-4: within any time t a cluster's queue takes at most `capacity + t * FORCED_GAS_PER_TICK / tickSeconds` gas.
/// INV-FORCED-5: no accepted entry is ever over its rollup's forced cap.
contract ForcedInclusion is IForcedInclusion, TimelineClock {
    /// @dev At a full bucket the price is this many times higher, and one. In between it grows with the load's square.
    uint256 private constant CONGESTION = 100;

    /// @inheritdoc IForcedInclusion
    IRollupRegistry public immutable override registry;
    /// @inheritdoc IForcedInclusion
    uint256 public immutable override basePrice;
    /// @inheritdoc IForcedInclusion
    uint256 public immutable override capacity;
    uint256 private immutable FORCED_DELAY;

    /// @inheritdoc IForcedInclusion
    bytes32 public override forcedChain;
    mapping(uint32 cluster => Queue) private _queues;

    constructor(
        IRollupRegistry registry_,
        uint256 basePrice_
    ) TimelineClock(registry_.timing().genesisTime, registry_.timing().tickSeconds) {
        // Free entries would be free spam; the bound keeps the fee's products below 2^256.
        require(basePrice_ > 0 && basePrice_ < 2 ** 80, InvalidParameter("basePrice", basePrice_));
        registry = registry_;
        basePrice = basePrice_;
        FORCED_DELAY = registry_.timing().forcedDelay;
        capacity = (FORCED_DELAY * Limits.FORCED_GAS_PER_TICK) / TICK_SECONDS + Limits.FORCED_BURST;
        // Not zero from the start, so that the first user does not pay for the slot.
        forcedChain = HashChain.empty(address(this));
    }

    /// @inheritdoc IForcedInclusion
    function enqueue(uint32 rollupId, uint32 gas, bytes calldata rawTx) external payable {
        (uint32 cluster, uint256 cap) = _checkTransaction(rollupId, gas, rawTx.length);
        _checkCap(rollupId, gas, gas, cap);
        (uint64 index, uint256 fee) = _take(cluster, gas);
        bytes32 item = OrderHash.transaction(rollupId, keccak256(rawTx));
        _append(OrderHash.forced(cluster, index, item), abi.encodePacked(rollupId, gas));
        emit Enqueued(cluster, index, msg.sender, rollupId, gas, rawTx);
        _refund(fee);
    }

    /// @inheritdoc IForcedInclusion
    function enqueueBundle(ForcedLeg[] calldata legs) external payable {
        require(legs.length > 0 && legs.length <= Limits.MAX_LEGS, InvalidLegCount(legs.length, Limits.MAX_LEGS));
        (uint32 cluster, uint256 gas, bytes memory hashes, bytes memory declared) = _readLegs(legs);
        require(gas <= capacity, EntryTooLarge(gas, capacity));
        (uint64 index, uint256 fee) = _take(cluster, gas);
        _append(OrderHash.forced(cluster, index, OrderHash.bundle(hashes)), declared);
        emit BundleEnqueued(cluster, index, msg.sender, legs);
        _refund(fee);
    }

    /// @inheritdoc IForcedInclusion
    function burn() external {
        uint256 amount = address(this).balance;
        emit Burnt(amount);
        // The zero address has no code and takes everything.
        LowLevelCall.callNoReturn(address(0), amount, "");
    }

    /// @inheritdoc IForcedInclusion
    function feeFor(uint32 rollupId, uint256 gas) external view returns (uint256 weiAmount) {
        (uint32 cluster, , ) = registry.gate(rollupId);
        require(cluster != 0, UnknownRollup(rollupId));
        require(gas <= capacity, EntryTooLarge(gas, capacity));
        (, weiAmount) = _quote(cluster, _queues[cluster], gas);
    }

    /// @inheritdoc IForcedInclusion
    function queue(uint32 cluster) external view returns (Queue memory) {
        return _queues[cluster];
    }

    /// @inheritdoc IForcedInclusion
    function minimumGas(uint256 size) public pure returns (uint256) {
        uint256 priced = Math.saturatingSub(size, Limits.FREE_TX_BYTES);
        return Limits.MIN_TX_GAS + priced * Limits.TX_GAS_PER_BYTE;
    }

    /// @dev The next index and the fee of an entry of `gas`, which is now in the bucket. The data is not looked at any more.
    function _take(uint32 cluster, uint256 gas) private returns (uint64 index, uint256 fee) {
        Queue memory load = _queues[cluster];
        index = load.nextIndex;
        uint256 level;
        (level, fee) = _quote(cluster, load, gas);
        require(msg.value >= fee, FeeTooLow(msg.value, fee));
        unchecked {
            // 2^64 entries do not happen; the level is at most the capacity, below 2^53.
            _queues[cluster] = Queue(index + 1, uint128(level), uint64(block.timestamp));
        }
    }

    /// @dev Into the chain of all entries.
    function _append(bytes32 forcedHash, bytes memory declared) private {
        forcedChain = HashChain.append(forcedChain, HashChain.forcedEntry(forcedHash, msg.sender, declared));
    }

    /// @dev Last, when all is written: the sender may do anything here, other entries included.
    function _refund(uint256 fee) private {
        uint256 excess;
        unchecked {
            // `_take` has compared the two.
            excess = msg.value - fee;
        }
        if (excess > 0) {
            require(LowLevelCall.callNoReturn(msg.sender, excess, ""), RefundFailed(msg.sender, excess));
        }
    }

    /// @dev The bucket's level with the entry in it, and the entry's fee, rounded up.
    function _quote(uint32 cluster, Queue memory load, uint256 gas) private view returns (uint256 level, uint256 fee) {
        unchecked {
            // Times are below 2^64, gas, levels and the capacity below 2^53, the base price below 2^80.
            uint256 leaked = ((block.timestamp - load.updatedAt) * Limits.FORCED_GAS_PER_TICK) / TICK_SECONDS;
            level = Math.saturatingSub(load.level, leaked) + gas;
            if (level > capacity) revert QueueFull(cluster, block.timestamp + _secondsToLeak(level - capacity));
            uint256 square = capacity * capacity;
            fee = Math.ceilDiv(gas * basePrice * (square + CONGESTION * level * level), square);
        }
    }

    function _secondsToLeak(uint256 gas) private view returns (uint256) {
        return Math.ceilDiv(gas * TICK_SECONDS, Limits.FORCED_GAS_PER_TICK);
    }

    /// @dev All but the upper bound of gas: a rollup's legs share it.
    function _checkTransaction(
        uint32 rollupId,
        uint256 gas,
        uint256 size
    ) private view returns (uint32 cluster, uint256 cap) {
        require(size > 0 && size <= Limits.MAX_TX_BYTES, InvalidTransactionSize(size, Limits.MAX_TX_BYTES));
        uint256 activationTick;
        uint256 lowestGasLimit;
        (cluster, activationTick, lowestGasLimit) = registry.gate(rollupId);
        require(cluster != 0, UnknownRollup(rollupId));
        require(lowestGasLimit != 0, RollupRetired(rollupId));
        unchecked {
            // Timestamps plus 32 bits.
            uint256 dueAt = block.timestamp + FORCED_DELAY;
            uint256 activeFrom = _timeOf(activationTick);
            require(activeFrom <= dueAt, RollupNotActive(rollupId, activeFrom, dueAt));
        }
        uint256 minimum = minimumGas(size);
        require(gas >= minimum, GasTooLow(rollupId, gas, minimum));
        cap = lowestGasLimit / 2;
    }

    /// @dev A transaction's gas, and that of all of the entry's transactions of its rollup so far.
    function _checkCap(uint32 rollupId, uint256 gas, uint256 together, uint256 cap) private pure {
        require(gas <= Limits.MAX_TX_GAS, GasTooHigh(rollupId, gas, Limits.MAX_TX_GAS));
        require(together <= cap, GasTooHigh(rollupId, together, cap));
    }

    /// @dev Checks a bundle's legs and packs what is hashed of them.
    function _readLegs(
        ForcedLeg[] calldata legs
    ) private view returns (uint32 cluster, uint256 gas, bytes memory hashes, bytes memory declared) {
        uint256[] memory together = new uint256[](legs.length);
        for (uint256 i = 0; i < legs.length; ++i) {
            ForcedLeg calldata leg = legs[i];
            (uint32 legCluster, uint256 cap) = _checkTransaction(leg.rollupId, leg.gas, leg.rawTx.length);
            if (i == 0) cluster = legCluster;
            require(legCluster == cluster, MixedClusters(cluster, leg.rollupId, legCluster));
            // A rollup's sum stands at its first leg.
            uint256 first = 0;
            while (legs[first].rollupId != leg.rollupId) ++first;
            together[first] += leg.gas;
            _checkCap(leg.rollupId, leg.gas, together[first], cap);
            gas += leg.gas;
            hashes = bytes.concat(hashes, OrderHash.leg(leg.rollupId, keccak256(leg.rawTx)));
            declared = bytes.concat(declared, abi.encodePacked(leg.rollupId, leg.gas));
        }
    }
}
