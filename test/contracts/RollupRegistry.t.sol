// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRollupRegistry} from "../../contracts/interfaces/IRollupRegistry.sol";
import {RollupRegistry} from "../../contracts/l1/RollupRegistry.sol";
import {TimelineFixture} from "./TimelineFixture.sol";
import {Vm} from "./Vm.sol";

contract RollupRegistryTest is TimelineFixture {
    function setUp() public {
        createTimeline();
    }

    // ---------------------------------------------------------------------------------------------- the constructor

    function test_ConstructorKeepsItsTiming() public view {
        assertEq(keccak256(abi.encode(registry.timing())), keccak256(abi.encode(timing())), "timing");
        assertEq(registry.startBlock(), START, "start block");
        assertEq(registry.configChain(), keccak256(abi.encode(block.chainid, registry)), "C-1: the empty chain");
    }

    function _expectInvalid(IRollupRegistry.Timing memory t, bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.InvalidParameter.selector, name, value));
        new RollupRegistry(t);
    }

    function test_ConstructorRefusesParametersOutOfRange_InvalidParameter() public {
        IRollupRegistry.Timing memory t = timing();
        t.genesisTime = 0;
        _expectInvalid(t, "genesisTime", 0);
        t = timing();
        t.slotSeconds = 0;
        _expectInvalid(t, "slotSeconds", 0);
        t = timing();
        t.tickSeconds = 0;
        _expectInvalid(t, "tickSeconds", 0);
        t.tickSeconds = 5;
        _expectInvalid(t, "tickSeconds", 5);
        t = timing();
        t.maxLag = 0;
        _expectInvalid(t, "maxLag", 0);
        t = timing();
        t.forcedDelay = 0;
        _expectInvalid(t, "forcedDelay", 0);
        t = timing();
        t.clusterGasPerSlot = 29_999_999;
        _expectInvalid(t, "clusterGasPerSlot", 29_999_999);
        t.clusterGasPerSlot = 30_000_000;
        new RollupRegistry(t);
    }

    // ---------------------------------------------------------------------------------------------- registering

    function test_RegistersARollupInANewCluster() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        config.settlement = address(0x5E77);
        bytes32 before = registry.configChain();
        vm.recordLogs();
        assertEq(registry.register(config, "allocation"), 1, "first id");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        config.cluster = 1;
        assertEq(log.topics[0], IRollupRegistry.RollupRegistered.selector, "topic");
        assertEq(log.topics[1], bytes32(uint256(1)), "rollup id");
        bytes memory data = abi.encode(address(this), config, bytes("allocation"));
        assertEq(keccak256(log.data), keccak256(data), "the event has the final cluster");

        bytes32 added = keccak256(
            abi.encodePacked(
                uint8(10),
                uint32(1),
                address(this),
                keccak256(abi.encode(config)),
                keccak256("allocation")
            )
        );
        assertEq(registry.configChain(), link(before, added), "C-4, INV-REGISTRY-4");
        IRollupRegistry.Rollup memory known = registry.rollupInfo(1);
        assertEq(known.owner, address(this), "owner");
        assertEq(known.chainId, 700, "chain id");
        assertEq(known.settlement, address(0x5E77), "settlement");
        assertEq(registry.rollupOfChain(700), 1, "by chain id");
        _assertGate(1, 1, config.activationTick, 10_000_000);
        _assertCluster(1, address(this), 60_000_000);
        _assertCounts(1, 1);
    }

    function test_JoinsAClusterOfItsOwner() public {
        registry.register(rollupConfig(700), "");
        IRollupRegistry.RollupConfig memory config = rollupConfig(701);
        config.cluster = 1;
        assertEq(registry.register(config, ""), 2, "second id");
        _assertGate(2, 1, config.activationTick, 10_000_000);
        _assertCluster(1, address(this), 120_000_000);
        _assertCounts(2, 1);
    }

    function test_RevertsWithUnknownTemplate() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        config.template = 2;
        _expectRegisterRevert(config, abi.encodeWithSelector(IRollupRegistry.UnknownTemplate.selector, 2, 1));
    }

    function test_RevertsWithInvalidChainId() public {
        uint64[4] memory ids = [0, 4_503_599_627_370_477, type(uint64).max, uint64(block.chainid)];
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(IRollupRegistry.InvalidChainId.selector, ids[i]);
            _expectRegisterRevert(rollupConfig(ids[i]), reason);
        }
        registry.register(rollupConfig(4_503_599_627_370_476), "");
    }

    function test_RevertsWithChainIdTaken_INV_REGISTRY_3() public {
        registry.register(rollupConfig(700), "");
        bytes memory reason = abi.encodeWithSelector(IRollupRegistry.ChainIdTaken.selector, 700, 1);
        _expectRegisterRevert(rollupConfig(700), reason);
    }

    function test_RevertsWithGasLimitOutOfRange() public {
        uint64[4] memory limits = [0, 4_999_999, 80_000_001, type(uint64).max];
        uint32 rollupId = activeRollup(701);
        for (uint256 i = 0; i < limits.length; ++i) {
            IRollupRegistry.RollupConfig memory config = rollupConfig(700);
            config.gasLimit = limits[i];
            bytes memory reason = abi.encodeWithSelector(
                IRollupRegistry.GasLimitOutOfRange.selector,
                limits[i],
                5_000_000,
                80_000_000
            );
            _expectRegisterRevert(config, reason);
            // Which retires (X-20).
            if (limits[i] == 0) continue;
            vm.expectRevert(reason);
            registry.scheduleConfig(rollupId, uint64(currentTick() + 1000), limits[i], RECIPIENT);
        }
    }

    function test_RevertsWithZeroFeeRecipient() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        config.feeRecipient = address(0);
        bytes memory reason = abi.encodeWithSelector(IRollupRegistry.ZeroFeeRecipient.selector);
        _expectRegisterRevert(config, reason);
        uint32 rollupId = activeRollup(701);
        vm.expectRevert(reason);
        registry.scheduleConfig(rollupId, uint64(currentTick() + 1000), 10_000_000, address(0));
    }

    function test_RevertsWithTickOutOfRangeForAnActivationThatIsNotToCome_trap20() public {
        vm.warp(GENESIS + 100 * TICK + 1);
        // Tick 101 is to come, tick 100 has begun.
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        uint256 latest = 101 + 2 ** 32;
        uint64[4] memory ticks = [0, 100, uint64(latest + 1), type(uint64).max];
        for (uint256 i = 0; i < ticks.length; ++i) {
            config.activationTick = ticks[i];
            bytes memory reason = abi.encodeWithSelector(
                IRollupRegistry.TickOutOfRange.selector,
                ticks[i],
                101,
                latest
            );
            _expectRegisterRevert(config, reason);
        }
        config.activationTick = 101;
        registry.register(config, "");
        config = rollupConfig(701);
        config.activationTick = uint64(latest);
        registry.register(config, "");
    }

    function test_ActivationTickZeroIsRefusedEvenBeforeGenesis() public {
        vm.warp(GENESIS - 100);
        IRollupRegistry.RollupConfig memory config = rollupConfig2(700, 0);
        bytes memory reason = abi.encodeWithSelector(IRollupRegistry.TickOutOfRange.selector, 0, 1, 2 ** 32);
        _expectRegisterRevert(config, reason);
        config.activationTick = 1;
        registry.register(config, "");
    }

    function rollupConfig2(uint64 chainId, uint64 tick) private returns (IRollupRegistry.RollupConfig memory config) {
        uint256 time = now_();
        vm.warp(GENESIS);
        config = rollupConfig(chainId);
        config.activationTick = tick;
        vm.warp(time);
    }

    function test_RevertsWithAllocationTooLarge() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.AllocationTooLarge.selector, 24_577, 24_576));
        registry.register(config, new bytes(24_577));
        registry.register(config, new bytes(24_576));
    }

    function test_RevertsWithNotClusterOwner() public {
        registry.register(rollupConfig(700), "");
        IRollupRegistry.RollupConfig memory config = rollupConfig(701);
        config.cluster = 1;
        vm.prank(address(0xBEEF));
        vm.expectRevert(
            abi.encodeWithSelector(IRollupRegistry.NotClusterOwner.selector, 1, address(0xBEEF), address(this))
        );
        registry.register(config, "");
        config.cluster = 2;
        bytes memory reason = abi.encodeWithSelector(
            IRollupRegistry.NotClusterOwner.selector,
            2,
            address(this),
            address(0)
        );
        _expectRegisterRevert(config, reason);
    }

    function test_RevertsWithClusterBudgetExceeded_INV_REGISTRY_1() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        config.gasLimit = 25_000_000;
        uint32 rollupId = registry.register(config, "");
        config = rollupConfig(701);
        config.cluster = 1;
        config.gasLimit = 5_000_001;
        bytes memory reason = abi.encodeWithSelector(
            IRollupRegistry.ClusterBudgetExceeded.selector,
            1,
            180_000_006,
            BUDGET
        );
        _expectRegisterRevert(config, reason);
        config.gasLimit = 5_000_000;
        registry.register(config, "");
        vm.expectRevert(reason);
        registry.scheduleConfig(rollupId, 10_000, 25_000_001, RECIPIENT);
        // Another cluster has a budget of its own.
        registry.register(rollupConfig(702), "");
    }

    // ---------------------------------------------------------------------------------------------- changing

    function test_SchedulesAConfig() public {
        uint32 rollupId = activeRollup(700);
        uint64 effective = uint64(currentTick() + FORCED_DELAY / TICK);
        bytes32 before = registry.configChain();
        vm.recordLogs();
        registry.scheduleConfig(rollupId, effective, 20_000_000, address(0xFEE2));
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IRollupRegistry.ConfigScheduled.selector, "topic");
        assertEq(log.topics[1], bytes32(uint256(rollupId)), "rollup id");
        assertEq(keccak256(log.data), keccak256(abi.encode(effective, uint64(20_000_000), address(0xFEE2))), "data");
        bytes32 added = keccak256(
            abi.encodePacked(uint8(11), rollupId, effective, uint64(20_000_000), address(0xFEE2))
        );
        assertEq(registry.configChain(), link(before, added), "C-5, INV-REGISTRY-4");
        IRollupRegistry.Rollup memory known = registry.rollupInfo(rollupId);
        assertEq(known.lowestGasLimit, 10_000_000, "INV-REGISTRY-2: the lowest one stays");
        assertEq(known.pendingGasLimit, 20_000_000, "pending");
        _assertCluster(1, address(this), 120_000_000);
    }

    function test_RevertsWithUnknownRollup() public {
        bytes memory reason = abi.encodeWithSelector(IRollupRegistry.UnknownRollup.selector, 7);
        vm.expectRevert(reason);
        registry.scheduleConfig(7, 1000, 10_000_000, RECIPIENT);
        vm.expectRevert(reason);
        registry.applyConfig(7);
    }

    function test_RevertsWithNotRollupOwner() public {
        uint32 rollupId = activeRollup(700);
        vm.prank(address(0xBEEF));
        vm.expectRevert(
            abi.encodeWithSelector(IRollupRegistry.NotRollupOwner.selector, rollupId, address(0xBEEF), address(this))
        );
        registry.scheduleConfig(rollupId, 1000, 10_000_000, RECIPIENT);
    }

    function test_RevertsWithConfigPendingUntilItIsInForce() public {
        uint32 rollupId = activeRollup(700);
        uint64 effective = uint64(currentTick() + FORCED_DELAY / TICK);
        registry.scheduleConfig(rollupId, effective, 20_000_000, RECIPIENT);
        vm.warp(timeOf(effective) - 1);
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.ConfigPending.selector, rollupId, effective));
        registry.scheduleConfig(rollupId, effective + 10_000, 20_000_000, RECIPIENT);
        vm.warp(timeOf(effective));
        registry.scheduleConfig(rollupId, effective + 10_000, 15_000_000, RECIPIENT);
        IRollupRegistry.Rollup memory known = registry.rollupInfo(rollupId);
        assertEq(known.gasLimit, 20_000_000, "in force");
        assertEq(known.pendingGasLimit, 15_000_000, "pending");
        assertEq(known.pendingTick, effective + 10_000, "pending tick");
    }

    function test_RevertsWithTickOutOfRangeWithoutNotice() public {
        uint32 rollupId = activeRollup(700);
        // Between two ticks the notice is rounded up.
        vm.warp(now_() + 1);
        uint256 earliest = currentTick() + FORCED_DELAY / TICK + 1;
        _expectTickRevert(rollupId, earliest - 1, earliest, 10_000_000);
        registry.scheduleConfig(rollupId, uint64(earliest), 10_000_000, RECIPIENT);
    }

    /// @dev INV-FORCED-5: the lower cap must find no entry from before. C-9.
    function test_RevertsWithTickOutOfRangeForAHastyLowering_C9() public {
        uint32 rollupId = activeRollup(700);
        uint256 earliest = currentTick() + (2 * FORCED_DELAY + MAX_LAG) / TICK + 32;
        _expectTickRevert(rollupId, earliest - 1, earliest, 9_999_999);
        registry.scheduleConfig(rollupId, uint64(earliest), 9_999_999, RECIPIENT);
        assertEq(registry.rollupInfo(rollupId).lowestGasLimit, 9_999_999, "the new cap holds from now on");
    }

    function test_RevertsWithTickOutOfRangeBeforeActivation() public {
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        config.activationTick = 5000;
        uint32 rollupId = registry.register(config, "");
        _expectTickRevert(rollupId, 5000, 5001, 10_000_000);
        _expectTickRevert(rollupId, currentTick() + 2 ** 32 + 1, 5001, 10_000_000);
        registry.scheduleConfig(rollupId, 5001, 10_000_000, RECIPIENT);
    }

    function test_AppliesALoweredGasLimit_INV_REGISTRY_1() public {
        uint32 rollupId = activeRollup(700);
        registry.scheduleConfig(rollupId, 5000, 5_000_000, RECIPIENT);
        _assertCluster(1, address(this), 60_000_000);
        registry.applyConfig(rollupId);
        _assertCluster(1, address(this), 60_000_000);
        vm.warp(timeOf(5000));
        vm.prank(address(0xBEEF));
        registry.applyConfig(rollupId);
        _assertCluster(1, address(this), 30_000_000);
        assertEq(registry.rollupInfo(rollupId).pendingTick, 0, "nothing is pending");
    }

    /// @dev Any gas limits and ticks: the registry's rules and nothing else decide.
    function testFuzz_Schedule(uint64 gasLimit, uint64 effectiveTick, uint16 later) public {
        uint32 rollupId = activeRollup(700);
        vm.warp(now_() + later);
        uint64 limit = later % 4 == 0 ? gasLimit : uint64(bound(gasLimit, 4_000_000, 31_000_000));
        uint64 tick =
            later % 3 == 0 ? effectiveTick : uint64(bound(effectiveTick, currentTick(), currentTick() + 2000));
        uint256 notice = limit < 10_000_000 ? 2 * FORCED_DELAY + MAX_LAG + 32 * TICK : FORCED_DELAY;
        bool allowed =
            (limit == 0 || limit >= 5_000_000) &&
                limit <= 30_000_000 &&
                tick <= (now_() - GENESIS + TICK - 1) / TICK + 2 ** 32 &&
                timeOf(tick) >= now_() + notice;
        (bool accepted, ) = address(registry).call(
            abi.encodeCall(IRollupRegistry.scheduleConfig, (rollupId, tick, limit, RECIPIENT))
        );
        assertTrue(accepted == allowed, "accepted if allowed");
    }

    // ---------------------------------------------------------------------------------------------- helpers

    function link(bytes32 chain, bytes32 added) private view returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(7), chain, uint128(blockNumber()), uint128(now_()), added));
    }

    function _expectRegisterRevert(IRollupRegistry.RollupConfig memory config, bytes memory reason) private {
        vm.expectRevert(reason);
        registry.register(config, "");
    }

    function _expectTickRevert(uint32 rollupId, uint256 tick, uint256 earliest, uint64 gasLimit) private {
        uint256 latest = (now_() - GENESIS + TICK - 1) / TICK + 2 ** 32;
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.TickOutOfRange.selector, tick, earliest, latest));
        registry.scheduleConfig(rollupId, uint64(tick), gasLimit, RECIPIENT);
    }

    function _assertGate(uint32 rollupId, uint256 cluster, uint256 activation, uint256 lowest) private view {
        (uint32 c, uint64 a, uint64 g) = registry.gate(rollupId);
        assertEq(c, cluster, "gate: cluster");
        assertEq(a, activation, "gate: activation");
        assertEq(g, lowest, "gate: lowest gas limit");
    }

    function _assertCluster(uint32 cluster, address owner, uint256 gasPerSlot) private view {
        (address o, uint96 g) = registry.clusterInfo(cluster);
        assertEq(o, owner, "cluster owner");
        assertEq(g, gasPerSlot, "cluster gas per slot");
    }

    function _assertCounts(uint256 rollups, uint256 clusters) private view {
        (uint32 r, uint32 c) = registry.counts();
        assertEq(r, rollups, "rollups");
        assertEq(c, clusters, "clusters");
    }
}
