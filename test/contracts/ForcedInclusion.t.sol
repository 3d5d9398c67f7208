// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForcedInclusion} from "../../contracts/interfaces/IForcedInclusion.sol";
import {IRollupRegistry} from "../../contracts/interfaces/IRollupRegistry.sol";
import {ForcedInclusion} from "../../contracts/l1/ForcedInclusion.sol";
import {RollupRegistry} from "../../contracts/l1/RollupRegistry.sol";
import {HostileSender} from "../../contracts/mocks/HostileSender.sol";
import {TimelineFixture} from "./TimelineFixture.sol";
import {Vm} from "./Vm.sol";

contract ForcedInclusionTest is TimelineFixture {
    uint256 private constant LEAK_PER_TICK = 1_250_000;
    uint32 private first;
    uint32 private second;
    uint256 private capacity;

    receive() external payable {}

    function setUp() public {
        createTimeline();
        first = registry.register(rollupConfig(700), "");
        IRollupRegistry.RollupConfig memory config = rollupConfig(701);
        config.cluster = 1;
        second = registry.register(config, "");
        vm.warp(now_() + TICK);
        capacity = forced.capacity();
        vm.deal(address(this), 1000 ether);
    }

    function test_ConstructorFixesCapacityAndPrice_C7() public {
        assertEq(capacity, 192 * LEAK_PER_TICK + 2 ** 25, "capacity");
        assertEq(forced.basePrice(), PRICE, "price");
        assertEq(address(forced.registry()), address(registry), "registry");
        assertEq(forced.forcedChain(), keccak256(abi.encode(block.chainid, forced)), "C-1: the empty chain");
        uint256[2] memory prices = [uint256(0), 2 ** 80];
        for (uint256 i = 0; i < prices.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IForcedInclusion.InvalidParameter.selector, bytes32("basePrice"), prices[i])
            );
            new ForcedInclusion(registry, prices[i]);
        }
    }

    // ---------------------------------------------------------------------------------------------- enqueueing

    function test_Enqueues_INV_FORCED_1() public {
        bytes32 chain = forced.forcedChain();
        for (uint64 index = 0; index < 3; ++index) {
            uint256 fee = forced.feeFor(first, 50_000);
            bytes memory rawTx = abi.encodePacked("transaction", index);
            vm.recordLogs();
            forced.enqueue{value: fee}(first, 50_000, rawTx);
            Vm.Log memory log = vm.getRecordedLogs()[0];
            assertEq(log.topics[0], IForcedInclusion.Enqueued.selector, "topic");
            assertEq(log.topics[1], bytes32(uint256(1)), "cluster");
            bytes memory data = abi.encode(index, address(this), first, uint32(50_000), rawTx);
            assertEq(keccak256(log.data), keccak256(data), "data");
            bytes32 item = keccak256(abi.encodePacked(uint8(2), first, keccak256(rawTx)));
            chain = _link(chain, index, item, abi.encodePacked(first, uint32(50_000)));
            assertEq(forced.forcedChain(), chain, "C-2, INV-FORCED-2");
            assertEq(forced.queue(1).nextIndex, index + 1, "next index");
        }
        assertEq(forced.queue(1).level, 150_000, "level");
    }

    function test_EnqueuesABundle() public {
        bytes32 chain = forced.forcedChain();
        IForcedInclusion.ForcedLeg[] memory legs = new IForcedInclusion.ForcedLeg[](3);
        legs[0] = IForcedInclusion.ForcedLeg(first, 100_000, "a");
        legs[1] = IForcedInclusion.ForcedLeg(second, 200_000, "bb");
        legs[2] = IForcedInclusion.ForcedLeg(first, 300_000, "ccc");
        vm.recordLogs();
        forced.enqueueBundle{value: forced.feeFor(second, 600_000)}(legs);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IForcedInclusion.BundleEnqueued.selector, "topic");
        assertEq(log.topics[1], bytes32(uint256(1)), "cluster");
        assertEq(keccak256(log.data), keccak256(abi.encode(uint64(0), address(this), legs)), "data");
        bytes32 item = keccak256(
            abi.encodePacked(
                abi.encodePacked(uint8(3), first, keccak256("a")),
                abi.encodePacked(second, keccak256("bb"), first, keccak256("ccc"))
            )
        );
        bytes memory declared = abi.encodePacked(
            first,
            uint32(100_000),
            second,
            uint32(200_000),
            first,
            uint32(300_000)
        );
        assertEq(forced.forcedChain(), _link(chain, 0, item, declared), "C-2, INV-FORCED-2");
        assertEq(forced.queue(1).level, 600_000, "level");
    }

    function _link(bytes32 chain, uint64 index, bytes32 item, bytes memory declared) private view returns (bytes32) {
        bytes32 forcedHash = keccak256(abi.encodePacked(uint8(5), uint32(1), index, item));
        bytes32 added = keccak256(abi.encodePacked(uint8(8), forcedHash, address(this), declared));
        return keccak256(abi.encodePacked(uint8(7), chain, uint128(blockNumber()), uint128(now_()), added));
    }

    // ---------------------------------------------------------------------------------------------- reverts, in order

    function test_RevertsWithInvalidTransactionSize() public {
        uint256[2] memory sizes = [uint256(0), 131_073];
        for (uint256 i = 0; i < sizes.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IForcedInclusion.InvalidTransactionSize.selector,
                sizes[i],
                131_072
            );
            _expectRevert(first, 5_000_000, new bytes(sizes[i]), reason);
            vm.expectRevert(reason);
            forced.enqueueBundle{value: 1 ether}(_bundle(first, 5_000_000, new bytes(sizes[i]), 2));
        }
        forced.enqueue{value: 1 ether}(first, 5_000_000, new bytes(131_072));
    }

    function test_RevertsWithUnknownRollup() public {
        bytes memory reason = abi.encodeWithSelector(IForcedInclusion.UnknownRollup.selector, 9);
        _expectRevert(9, 21_000, "x", reason);
        vm.expectRevert(reason);
        forced.feeFor(9, 21_000);
    }

    /// @dev Active by the time an entry is due: at the tick before, at it, after it.
    function test_RevertsWithRollupNotActive_trap20() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(702);
        config.activationTick = 1000;
        uint32 later = registry.register(config, "");
        uint256 enough = timeOf(1000) - FORCED_DELAY;
        vm.warp(enough - 1);
        bytes memory reason = abi.encodeWithSelector(
            IForcedInclusion.RollupNotActive.selector,
            later,
            timeOf(1000),
            timeOf(1000) - 1
        );
        _expectRevert(later, 21_000, "x", reason);
        vm.warp(enough);
        forced.enqueue{value: 1 ether}(later, 21_000, "x");
    }

    function test_RevertsWithGasTooLow_C6() public {
        uint16[4] memory sizes = [1, 256, 257, 1256];
        uint256[4] memory least = [uint256(21_000), 21_000, 21_010, 31_000];
        for (uint256 i = 0; i < sizes.length; ++i) {
            assertEq(forced.minimumGas(sizes[i]), least[i], "minimum");
            bytes memory reason = abi.encodeWithSelector(
                IForcedInclusion.GasTooLow.selector,
                first,
                least[i] - 1,
                least[i]
            );
            _expectRevert(first, uint32(least[i] - 1), new bytes(sizes[i]), reason);
            forced.enqueue{value: 1 ether}(first, uint32(least[i]), new bytes(sizes[i]));
        }
    }

    function test_RevertsWithGasTooHighAboveTheForcedCap_INV_FORCED_5() public {
        bytes memory reason = abi.encodeWithSelector(IForcedInclusion.GasTooHigh.selector, first, 5_000_001, 5_000_000);
        _expectRevert(first, 5_000_001, "x", reason);
        forced.enqueue{value: 1 ether}(first, 5_000_000, "x");
        // A lower gas limit counts as soon as it is announced.
        registry.scheduleConfig(first, 10_000, 6_000_000, RECIPIENT);
        reason = abi.encodeWithSelector(IForcedInclusion.GasTooHigh.selector, first, 3_000_001, 3_000_000);
        _expectRevert(first, 3_000_001, "x", reason);
        // A higher one never.
        registry.scheduleConfig(second, 10_000, 15_000_000, RECIPIENT);
        reason = abi.encodeWithSelector(IForcedInclusion.GasTooHigh.selector, second, 5_000_001, 5_000_000);
        _expectRevert(second, 5_000_001, "x", reason);
    }

    function test_RevertsWithGasTooHighForOneTransaction() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(702);
        IRollupRegistry.Timing memory t = timing();
        t.clusterGasPerSlot = 480_000_000;
        registry = new RollupRegistry(t);
        forced = new ForcedInclusion(registry, PRICE);
        config.gasLimit = 80_000_000;
        registry.register(config, "");
        bytes memory reason = abi.encodeWithSelector(IForcedInclusion.GasTooHigh.selector, 1, 2 ** 24 + 1, 2 ** 24);
        _expectRevert(1, 2 ** 24 + 1, "x", reason);
        forced.enqueue{value: 1 ether}(1, 2 ** 24, "x");
        // Legs together may have more, up to the cap.
        forced.enqueueBundle{value: 1 ether}(_bundle(1, 2 ** 24, "x", 2));
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.GasTooHigh.selector, 1, 3 * 2 ** 24, 40_000_000));
        forced.enqueueBundle{value: 1 ether}(_bundle(1, 2 ** 24, "x", 3));
    }

    function test_RevertsWithGasTooHighForABundlesSum() public {
        IForcedInclusion.ForcedLeg[] memory legs = new IForcedInclusion.ForcedLeg[](3);
        legs[0] = IForcedInclusion.ForcedLeg(first, 2_500_000, "a");
        legs[1] = IForcedInclusion.ForcedLeg(second, 5_000_000, "b");
        legs[2] = IForcedInclusion.ForcedLeg(first, 2_500_001, "c");
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.GasTooHigh.selector, first, 5_000_001, 5_000_000));
        forced.enqueueBundle{value: 1 ether}(legs);
        legs[2].gas = 2_500_000;
        forced.enqueueBundle{value: 1 ether}(legs);
    }

    function test_RevertsWithInvalidLegCount() public {
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.InvalidLegCount.selector, 0, 64));
        forced.enqueueBundle{value: 1 ether}(new IForcedInclusion.ForcedLeg[](0));
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.InvalidLegCount.selector, 65, 64));
        forced.enqueueBundle{value: 1 ether}(_bundle(first, 21_000, "x", 65));
        forced.enqueueBundle{value: 1 ether}(_bundle(first, 21_000, "x", 64));
        forced.enqueueBundle{value: 1 ether}(_bundle(first, 21_000, "x", 1));
    }

    function test_RevertsWithMixedClusters() public {
        uint32 stranger = activeRollup(702);
        IForcedInclusion.ForcedLeg[] memory legs = _bundle(first, 21_000, "x", 3);
        legs[2].rollupId = stranger;
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.MixedClusters.selector, 1, stranger, 2));
        forced.enqueueBundle{value: 1 ether}(legs);
    }

    function test_RevertsWithEntryTooLarge() public {
        // Ten rollups of one cluster with half their gas limits each, on a timeline with a short delay.
        IRollupRegistry.Timing memory t = timing();
        t.forcedDelay = TICK;
        t.clusterGasPerSlot = 10 * 60_000_000;
        registry = new RollupRegistry(t);
        forced = new ForcedInclusion(registry, PRICE);
        IForcedInclusion.ForcedLeg[] memory legs = _bundle(1, 5_000_000, "x", 10);
        for (uint32 i = 1; i <= 10; ++i) {
            IRollupRegistry.RollupConfig memory config = rollupConfig(800 + i);
            config.cluster = i == 1 ? 0 : 1;
            legs[i - 1].rollupId = registry.register(config, "");
        }
        bytes memory reason = abi.encodeWithSelector(
            IForcedInclusion.EntryTooLarge.selector,
            50_000_000,
            1_250_000 + 2 ** 25
        );
        vm.expectRevert(reason);
        forced.enqueueBundle{value: 1 ether}(legs);
        vm.expectRevert(reason);
        forced.feeFor(1, 50_000_000);
    }

    /// @dev INV-FORCED-4. Full, then full again after what has leaked.
    function test_RevertsWithQueueFull_trap7() public {
        for (uint256 i = 0; i < capacity / 5_000_000; ++i) forced.enqueue{value: 5 ether}(first, 5_000_000, "x");
        uint256 room = capacity - forced.queue(1).level;
        uint256 retryAt = now_() + ((5_000_000 - room) * TICK + LEAK_PER_TICK - 1) / LEAK_PER_TICK;
        bytes memory reason = abi.encodeWithSelector(IForcedInclusion.QueueFull.selector, 1, retryAt);
        _expectRevert(second, 5_000_000, "x", reason);
        vm.expectRevert(reason);
        forced.feeFor(second, 5_000_000);
        // The last room is worth a hundred times the price, and more.
        forced.enqueue{value: forced.feeFor(first, room)}(first, uint32(room), "x");
        assertEq(forced.queue(1).level, capacity, "full");
        // A queue of another cluster is not concerned.
        uint32 stranger = activeRollup(702);
        forced.enqueue{value: forced.feeFor(stranger, 21_000)}(stranger, 21_000, "x");
        // At the time named, and not a second before.
        vm.warp(timeOf(100));
        for (uint256 level = forced.queue(1).level; level > 0; level = 0) {
            uint256 start = forced.queue(1).updatedAt;
            vm.warp(start + 7);
            _expectRevert(
                first,
                5_000_000,
                "x",
                abi.encodeWithSelector(IForcedInclusion.QueueFull.selector, 1, start + 8)
            );
            vm.warp(start + 8);
            forced.enqueue{value: forced.feeFor(first, 5_000_000)}(first, 5_000_000, "x");
        }
    }

    function test_RevertsWithFeeTooLow_trap7() public {
        uint256 fee = forced.feeFor(first, 21_000);
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.FeeTooLow.selector, fee - 1, fee));
        forced.enqueue{value: fee - 1}(first, 21_000, "x");
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.FeeTooLow.selector, 0, fee));
        forced.enqueueBundle(_bundle(first, 21_000, "x", 1));
        // The same bytes twice cost twice, and a little more.
        forced.enqueue{value: fee}(first, 21_000, "x");
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.FeeTooLow.selector, fee, forced.feeFor(first, 21_000)));
        forced.enqueue{value: fee}(first, 21_000, "x");
    }

    // ---------------------------------------------------------------------------------------------- fees

    function test_ReturnsWhatWasPaidTooMuch() public {
        uint256 before = address(this).balance;
        uint256 fee = forced.feeFor(first, 21_000);
        forced.enqueue{value: fee + 3 ether}(first, 21_000, "x");
        assertEq(address(this).balance, before - fee, "change");
        assertEq(address(forced).balance, fee, "fee");
    }

    function test_RevertsWithRefundFailed() public {
        HostileSender refuser = new HostileSender{value: 10 ether}(forced, first, true);
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.RefundFailed.selector, address(refuser), 1 ether));
        refuser.enqueue(1 ether, 0);
        assertEq(address(refuser).balance, 10 ether, "nothing is lost");
        assertEq(forced.queue(1).nextIndex, 0, "nothing is queued");
        refuser.enqueue(0, 0);
        assertEq(forced.queue(1).nextIndex, 1, "the exact fee is taken");
    }

    /// @dev A sender who enqueues and burns while it gets its change: everyone's indices, chain and fees stay right.
    function test_ReentryChangesNothing_INV_FORCED_3() public {
        HostileSender sender = new HostileSender{value: 10 ether}(forced, first, false);
        vm.recordLogs();
        sender.enqueue(1 gwei, 3);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint64 index;
        uint256 burnt;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IForcedInclusion.Burnt.selector) burnt += abi.decode(logs[i].data, (uint256));
            if (logs[i].topics[0] != IForcedInclusion.Enqueued.selector) continue;
            (uint64 logged, , , , ) = abi.decode(logs[i].data, (uint64, address, uint32, uint32, bytes));
            assertEq(logged, index++, "indices in order");
        }
        assertEq(index, 4, "four entries");
        assertEq(forced.queue(1).nextIndex, 4, "next index");
        assertEq(10 ether - address(sender).balance, burnt + address(forced).balance, "paid = burnt + to be burnt");
    }

    function test_Burns() public {
        forced.enqueue{value: 1 ether}(first, 21_000, "x");
        uint256 fees = address(forced).balance;
        uint256 zero = address(0).balance;
        vm.prank(address(0xBEEF));
        forced.burn();
        assertEq(address(forced).balance, 0, "nothing left");
        assertEq(address(0).balance, zero + fees, "burnt");
    }

    /// @dev C-8, for any load: exact, rounded up, growing with gas and load, decaying with time.
    function testFuzz_Fee_C8(uint32 load, uint32 gas, uint16 later) public {
        uint256 level = bound(load, 0, capacity - 5_000_000);
        for (uint256 left = level; left > 0;) {
            uint256 part = left > 5_000_000 ? 5_000_000 : left;
            if (part < 21_000) break;
            forced.enqueue{value: 10 ether}(first, uint32(part), "x");
            left -= part;
        }
        level = forced.queue(1).level;
        vm.warp(now_() + later);
        uint256 leaked = (uint256(later) * LEAK_PER_TICK) / TICK;
        level = level > leaked ? level - leaked : 0;
        uint256 declared = bound(gas, 21_000, 5_000_000);
        level += declared;
        uint256 numerator = declared * PRICE * (capacity * capacity + 100 * level * level);
        uint256 square = capacity * capacity;
        uint256 fee = (numerator + square - 1) / square;
        assertEq(forced.feeFor(first, declared), fee, "C-8");
        assertTrue(fee >= declared * PRICE && fee <= 101 * declared * PRICE, "between the price and 101 times it");
        forced.enqueue{value: fee}(first, uint32(declared), "x");
        assertEq(forced.queue(1).level, level, "level");
    }

    // ---------------------------------------------------------------------------------------------- helpers

    function _expectRevert(uint32 rollupId, uint32 gas, bytes memory rawTx, bytes memory reason) private {
        vm.expectRevert(reason);
        forced.enqueue{value: 1 ether}(rollupId, gas, rawTx);
    }

    function _bundle(
        uint32 rollupId,
        uint32 gas,
        bytes memory rawTx,
        uint256 count
    ) private pure returns (IForcedInclusion.ForcedLeg[] memory legs) {
        legs = new IForcedInclusion.ForcedLeg[](count);
        for (uint256 i = 0; i < count; ++i) legs[i] = IForcedInclusion.ForcedLeg(rollupId, gas, rawTx);
    }
}
