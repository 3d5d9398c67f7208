// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridge} from "../../contracts/interfaces/IBridge.sol";
import {IForcedInclusion} from "../../contracts/interfaces/IForcedInclusion.sol";
import {IRollupRegistry} from "../../contracts/interfaces/IRollupRegistry.sol";
import {TimelineFixture} from "./TimelineFixture.sol";

/// @notice X-20: how a rollup leaves.
contract RetirementTest is TimelineFixture {
    uint32 private rollupId;
    uint64 private effective;

    function setUp() public {
        createTimeline();
        rollupId = activeRollup(700);
        effective = uint64(currentTick() + (2 * FORCED_DELAY + MAX_LAG) / TICK + 32);
        vm.deal(address(this), 10 ether);
    }

    function test_NeedsTheNoticeOfALowerLimit_C13() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IRollupRegistry.TickOutOfRange.selector,
                effective - 1,
                effective,
                currentTick() + 2 ** 32
            )
        );
        registry.scheduleConfig(rollupId, effective - 1, 0, RECIPIENT);
        registry.scheduleConfig(rollupId, effective, 0, RECIPIENT);
        (uint32 cluster, , uint64 lowest) = registry.gate(rollupId);
        assertEq(cluster, 1, "still known");
        assertEq(lowest, 0, "told at once");
    }

    function test_IsFinal_INV_REGISTRY_2() public {
        registry.scheduleConfig(rollupId, effective, 0, RECIPIENT);
        bytes memory retired = abi.encodeWithSelector(IRollupRegistry.RollupRetired.selector, rollupId);
        vm.expectRevert(retired);
        registry.scheduleConfig(rollupId, effective + 1, 10_000_000, RECIPIENT);
        vm.warp(timeOf(effective + 5000));
        vm.expectRevert(retired);
        registry.scheduleConfig(rollupId, effective + 20_000, 10_000_000, RECIPIENT);
        registry.applyConfig(rollupId);
        vm.expectRevert(retired);
        registry.scheduleConfig(rollupId, effective + 20_000, 0, RECIPIENT);
        IRollupRegistry.RollupConfig memory config = rollupConfig(700);
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.ChainIdTaken.selector, 700, rollupId));
        registry.register(config, "");
    }

    function test_FreesTheBudgetOnceInForce_INV_REGISTRY_1() public {
        registry.scheduleConfig(rollupId, effective, 0, RECIPIENT);
        registry.applyConfig(rollupId);
        (, uint96 gasPerSlot) = registry.clusterInfo(1);
        assertEq(gasPerSlot, 60_000_000, "still used");
        vm.warp(timeOf(effective));
        registry.applyConfig(rollupId);
        (, gasPerSlot) = registry.clusterInfo(1);
        assertEq(gasPerSlot, 0, "freed");
    }

    function test_EverythingForItIsRefusedAtOnce_X20() public {
        bridge.deposit{value: 1 gwei}(rollupId, RECIPIENT);
        bridge.sendMessage(rollupId, RECIPIENT, 0, "");
        registry.scheduleConfig(rollupId, effective, 0, RECIPIENT);
        vm.expectRevert(abi.encodeWithSelector(IBridge.RollupRetired.selector, rollupId));
        bridge.deposit{value: 1 gwei}(rollupId, RECIPIENT);
        vm.expectRevert(abi.encodeWithSelector(IBridge.RollupRetired.selector, rollupId));
        bridge.sendMessage(rollupId, RECIPIENT, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.RollupRetired.selector, rollupId));
        forced.enqueue{value: 1 ether}(rollupId, 21_000, "a");
        IForcedInclusion.ForcedLeg[] memory legs = new IForcedInclusion.ForcedLeg[](1);
        legs[0] = IForcedInclusion.ForcedLeg(rollupId, 21_000, "a");
        vm.expectRevert(abi.encodeWithSelector(IForcedInclusion.RollupRetired.selector, rollupId));
        forced.enqueueBundle{value: 1 ether}(legs);
    }
}
