// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForcedInclusion} from "../../contracts/interfaces/IForcedInclusion.sol";
import {IRollupRegistry} from "../../contracts/interfaces/IRollupRegistry.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {TimelineFixture} from "./TimelineFixture.sol";

/// @notice Uses a timeline at random, as its users would, and keeps its own books.
abstract contract TimelineHandler is TimelineFixture {
    bytes32 private constant ROOT = keccak256("ticksRoot");
    uint64 private constant FIRST_CHAIN_ID = 900_000;

    /// @dev Every word that was ever the head, by id.
    RingWord[] public words;
    RingWord[] public pins;
    bytes32 public configChain;
    bytes32 public forcedChain;
    mapping(uint32 rollupId => bytes32) public depositChain;
    mapping(uint32 rollupId => uint256) public deposited;
    mapping(uint32 rollupId => uint64) public deposits;
    mapping(uint32 cluster => uint64) public entries;
    mapping(uint32 cluster => uint256) public declaredGas;
    uint256 public fees;
    uint256 public burnt;
    uint32 public rollups;

    constructor() {
        createTimeline();
        words.push(inbox.head());
        configChain = registry.configChain();
        forcedChain = forced.forcedChain();
        register(0, 0);
        register(1, 1);
        wait(TICK);
    }

    function timelineContracts() external view returns (address, address, address, address) {
        return (address(registry), address(forced), address(bridge), address(inbox));
    }

    function wordCount() external view returns (uint256) {
        return words.length;
    }

    function pinCount() external view returns (uint256) {
        return pins.length;
    }

    // ---------------------------------------------------------------------------------------------- what users do

    function wait(uint256 time) public {
        nextBlock(bound(time, 1, 100));
    }

    function waitLong(uint256 time) external {
        nextBlock(bound(time, 100, 3000));
    }

    function publish(uint256 start, uint256 span, bytes32 data) external {
        bytes32 originHash = nextBlock(SLOT);
        RingWord parent = words[words.length - 1];
        uint256 oldest = now_() < GENESIS + MAX_LAG ? 1 : (now_() - MAX_LAG - GENESIS) / TICK + 1;
        if (parent.lastTick() >= oldest) oldest = parent.lastTick() + 1;
        uint256 firstTick = bound(start, oldest, currentTick());
        uint256 spanned = bound(span, 0, currentTick() - firstTick);
        inbox.publishCalldata(
            parent,
            packMeta(firstTick, spanned, blockNumber() - 1, 0),
            ROOT,
            originHash,
            abi.encode(data),
            ""
        );
        words.push(inbox.head());
    }

    function pin(uint256 back) external {
        uint256 newest = words.length - 1;
        uint256 id = newest - bound(back, 0, newest < RING_SIZE - 1 ? newest : RING_SIZE - 1);
        if (id > 0) pins.push(inbox.pin(uint32(id)));
    }

    function register(uint256 gasLimit, uint256 cluster) public {
        (, uint32 clusters) = registry.counts();
        IRollupRegistry.RollupConfig memory config = rollupConfig(FIRST_CHAIN_ID + rollups);
        config.gasLimit = uint64(bound(gasLimit, 5_000_000, 12_000_000));
        config.cluster = uint32(bound(cluster, 0, clusters));
        try registry.register(config, "") returns (uint32 rollupId) {
            (config.cluster, , ) = registry.gate(rollupId);
            rollups = rollupId;
            bytes32 hash = keccak256(abi.encode(config));
            bytes memory entry = abi.encodePacked(uint8(10), rollupId, address(this), hash, keccak256(""));
            configChain = _link(configChain, keccak256(entry));
        } catch (bytes memory reason) {
            _requireReason(reason, IRollupRegistry.ClusterBudgetExceeded.selector, 0);
        }
    }

    function schedule(uint256 which, uint256 gasLimit, uint256 later) external {
        uint32 rollupId = _rollup(which);
        uint64 limit = uint64(bound(gasLimit, 5_000_000, 12_000_000));
        uint64 tick = uint64(bound(later, currentTick() + 801, currentTick() + 1600));
        try registry.scheduleConfig(rollupId, tick, limit, RECIPIENT) {
            bytes memory entry = abi.encodePacked(uint8(11), rollupId, tick, limit, RECIPIENT);
            configChain = _link(configChain, keccak256(entry));
        } catch (bytes memory reason) {
            _requireReason(
                reason,
                IRollupRegistry.ConfigPending.selector,
                IRollupRegistry.ClusterBudgetExceeded.selector
            );
        }
    }

    function applyConfig(uint256 which) external {
        registry.applyConfig(_rollup(which));
    }

    function enqueue(uint256 which, uint256 gas, bytes32 data) external {
        uint32 rollupId = _rollup(which);
        (uint32 cluster, , uint64 lowest) = registry.gate(rollupId);
        uint32 declared = uint32(bound(gas, 21_000, lowest / 2));
        vm.deal(address(this), 1000 ether);
        try forced.enqueue{value: _feeOrZero(rollupId, declared)}(rollupId, declared, abi.encode(data)) {
            bytes32 item = keccak256(abi.encodePacked(uint8(2), rollupId, keccak256(abi.encode(data))));
            _entered(cluster, item, abi.encodePacked(rollupId, declared), declared);
        } catch (bytes memory reason) {
            _requireReason(reason, IForcedInclusion.QueueFull.selector, 0);
        }
    }

    function enqueueBundle(uint256 which, uint256 gas, uint256 tooMuch) external {
        uint32 rollupId = _rollup(which);
        (uint32 cluster, , uint64 lowest) = registry.gate(rollupId);
        uint32 declared = uint32(bound(gas, 21_000, lowest / 4));
        IForcedInclusion.ForcedLeg[] memory legs = new IForcedInclusion.ForcedLeg[](2);
        legs[0] = IForcedInclusion.ForcedLeg(rollupId, declared, "a");
        legs[1] = IForcedInclusion.ForcedLeg(rollupId, declared, "b");
        vm.deal(address(this), 1000 ether);
        uint256 fee = _feeOrZero(rollupId, 2 * declared);
        try forced.enqueueBundle{value: fee + bound(tooMuch, 0, 1 ether)}(legs) {
            bytes32 item = keccak256(abi.encodePacked(uint8(3), rollupId, keccak256("a"), rollupId, keccak256("b")));
            _entered(cluster, item, abi.encodePacked(rollupId, declared, rollupId, declared), 2 * declared);
        } catch (bytes memory reason) {
            _requireReason(reason, IForcedInclusion.QueueFull.selector, 0);
        }
    }

    function burn() external {
        burnt += address(forced).balance;
        forced.burn();
    }

    function deposit(uint256 which, uint64 amount) external {
        uint32 rollupId = _rollup(which);
        uint64 gweiAmount = uint64(bound(amount, 1, type(uint64).max));
        if (now_() < timeOf(registry.rollupInfo(rollupId).activationTick)) nextBlock(SLOT);
        vm.deal(address(this), uint256(gweiAmount) * 1 gwei);
        bridge.deposit{value: uint256(gweiAmount) * 1 gwei}(rollupId, RECIPIENT);
        bytes memory entry = abi.encodePacked(
            uint8(9),
            rollupId,
            deposits[rollupId],
            address(this),
            RECIPIENT,
            gweiAmount
        );
        depositChain[rollupId] = _link(depositChain[rollupId], keccak256(entry));
        deposited[rollupId] += gweiAmount;
        ++deposits[rollupId];
    }

    receive() external payable {}

    // ---------------------------------------------------------------------------------------------- books

    function _rollup(uint256 which) private view returns (uint32) {
        return uint32(bound(which, 1, rollups));
    }

    function _feeOrZero(uint32 rollupId, uint256 gas) private view returns (uint256) {
        try forced.feeFor(rollupId, gas) returns (uint256 fee) {
            return fee;
        } catch {
            return 0;
        }
    }

    function _entered(uint32 cluster, bytes32 item, bytes memory declared, uint256 gas) private {
        bytes32 forcedHash = keccak256(abi.encodePacked(uint8(5), cluster, entries[cluster], item));
        bytes32 entry = keccak256(abi.encodePacked(uint8(8), forcedHash, address(this), declared));
        forcedChain = _link(forcedChain, entry);
        fees += 1000 ether - address(this).balance;
        declaredGas[cluster] += gas;
        ++entries[cluster];
    }

    function _link(bytes32 chain, bytes32 entry) private view returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(7), chain, uint128(blockNumber()), uint128(now_()), entry));
    }

    /// @dev A refusal that nobody can avoid; any other is a mistake of this handler's.
    function _requireReason(bytes memory reason, bytes4 either, bytes4 or) private pure {
        assertTrue(bytes4(reason) == either || (or != 0 && bytes4(reason) == or), "an unexpected refusal");
    }
}
