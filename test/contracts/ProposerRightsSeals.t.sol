// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProposerRights} from "../../contracts/interfaces/IProposerRights.sol";
import {RightsFixture} from "./RightsFixture.sol";
import {Vm} from "./Vm.sol";

/// @notice What sealing an epoch fixes, and for how long it is known.
contract ProposerRightsSealsTest is RightsFixture {
    address private constant STRANGER = address(0xBAD);

    function setUp() public {
        createRights(8);
    }

    // ---------------------------------------------------------------------------------------------- seal

    function test_Seals_R12() public {
        uint256 epoch = currentEpoch() + 1;
        record(epoch, 0x24);
        vm.recordLogs();
        vm.prank(STRANGER);
        assertEq(module.seal(epoch), 0x24, "owned");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IProposerRights.Sealed.selector, "topic");
        assertEq(uint256(log.topics[1]), epoch, "epoch");
        address[] memory expected = new address[](2);
        (expected[0], expected[1]) = (delegateAt(epoch * 8 + 2), delegateAt(epoch * 8 + 5));
        assertEq(keccak256(log.data), keccak256(abi.encode(0x24, expected)), "data");
        (bool isSealed, uint256 owned) = module.sealOf(epoch);
        assertTrue(isSealed && owned == 0x24, "sealOf");
        (isSealed, owned) = module.sealOf(epoch + 1);
        assertTrue(!isSealed && owned == 0, "the epoch after it");
    }

    function test_ASealIsFinal_R12_INV_RIGHTS_1() public {
        uint256 epoch = sealNext(0x24);
        record(epoch, 0xff);
        delegates.set(epoch * 8 + 2, STRANGER);
        vm.recordLogs();
        assertEq(module.seal(epoch), 0x24, "what was sealed");
        assertEq(vm.getRecordedLogs().length, 0, "nothing happened");
        assertEq(windowAt(epoch * 8).owner, delegateAt(epoch * 8 + 2), "owner");
    }

    function test_NobodyOptedIn_R12() public {
        uint256 epoch = sealNext(0);
        (bool isSealed, uint256 owned) = module.sealOf(epoch);
        assertTrue(isSealed && owned == 0, "sealed without owned slots");
        expectWindow(epoch * 8 + 3, epoch * 8, epoch * 8 + 7, address(0), 1);
    }

    function test_BeforeTheTimelineBeginsASlotHasNoTicks_R15() public {
        // Genesis is slot 100; the epoch has slots 96 to 103.
        warpToEpoch(11);
        sealNext(0xff);
        for (uint256 slot = 96; slot < 104; ++slot) {
            (address sequencer, uint64 min, uint64 max, uint8 kind) = module.rightOf(slot);
            assertEq(sequencer, delegateAt(slot), "owner");
            assertEq(kind, 2, "kind");
            if (slot <= 100) assertTrue(min == 1 && max == 0, "no ticks");
            else assertTrue(isTickOf(min, slot, slot) && isTickOf(max, slot, slot), "ticks of the slot");
            if (slot == 101) assertEq(min, 0, "the first tick");
        }
    }

    function test_RevertsWithNotNextEpoch_R12() public {
        uint256 current = currentEpoch();
        uint256[5] memory wrong = [0, current - 1, current, current + 2, type(uint256).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            if (i > 0 && i < 4) record(wrong[i], 0xff);
            vm.expectRevert(abi.encodeWithSelector(IProposerRights.NotNextEpoch.selector, wrong[i], current + 1));
            module.seal(wrong[i]);
        }
        // The last second before its first slot, and that slot's.
        record(current + 1, 1);
        vm.warp(startOf((current + 1) * 8) - 1);
        uint256 snapshot = vm.snapshotState();
        module.seal(current + 1);
        vm.revertToState(snapshot);
        vm.warp(startOf((current + 1) * 8));
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.NotNextEpoch.selector, current + 1, current + 2));
        module.seal(current + 1);
    }

    function test_RevertsWithEpochNotRecorded_R12() public {
        uint256 epoch = currentEpoch() + 1;
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.EpochNotRecorded.selector, epoch, 0));
        module.seal(epoch);
        oracle.set(epoch, new uint256[](7));
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.EpochNotRecorded.selector, epoch, 7));
        module.seal(epoch);
    }

    function test_SealsFullEpochsWithBoundedGas() public {
        createRights(32);
        uint256 epoch = currentEpoch() + 1;
        record(epoch, type(uint32).max);
        vm.cool(address(module));
        vm.cool(address(delegates));
        vm.cool(address(oracle));
        uint256 before = gasleft();
        module.seal(epoch);
        assertGas(before - gasleft(), 32 * 20_000, 1_200_000);
        vm.warp(startOf((epoch + EPOCHS - 1) * 32));
        record(epoch + EPOCHS, type(uint32).max);
        vm.cool(address(module));
        vm.cool(address(delegates));
        vm.cool(address(oracle));
        before = gasleft();
        module.seal(epoch + EPOCHS);
        assertGas(before - gasleft(), 30_000, 600_000);
    }

    // ---------------------------------------------------------------------------------------------- the ring

    function test_RevertsWithEpochForgotten_R18() public {
        uint256 epoch = sealNext(0x24);
        stakedSet.set(epoch, WINNER);
        warpToEpoch(epoch + EPOCHS - 1);
        vm.warp(now_() - 1);
        expectWindow(epoch * 8, epoch * 8, epoch * 8 + 2, delegateAt(epoch * 8 + 2), 2);
        expectWindow(epoch * 8 + 7, epoch * 8 + 6, epoch * 8 + 7, WINNER, 3);
        // A second later the place may be the next turn's: forgotten, whether it is or not.
        vm.warp(now_() + 1);
        _expectForgotten(epoch);
        sealNext(0);
        _expectForgotten(epoch);
        for (uint256 slot = (epoch + EPOCHS) * 8; slot < (epoch + EPOCHS) * 8 + 8; ++slot) {
            // The old owners' words are still there, and nobody's; so is the old draw.
            assertEq(windowAt(slot).owner, address(0), "the new epoch's owner");
        }
    }

    function _expectForgotten(uint256 epoch) private {
        bytes memory reason = abi.encodeWithSelector(IProposerRights.EpochForgotten.selector, epoch, epoch + 1);
        for (uint256 slot = epoch * 8; slot < epoch * 8 + 8; ++slot) {
            vm.expectRevert(reason);
            module.rightOf(slot);
            vm.expectRevert(reason);
            module.check(delegateAt(epoch * 8 + 2), slot, "");
        }
        (bool isSealed, ) = module.sealOf(epoch + EPOCHS);
        if (!isSealed) vm.expectRevert(reason);
        (isSealed, ) = module.sealOf(epoch);
        assertTrue(!isSealed, "not any more");
    }

    function test_AnOlderEpochInThePlaceMeansNotSealed_R18() public {
        uint256 epoch = sealNext(0x24);
        warpToEpoch(epoch + EPOCHS);
        stakedSet.set(epoch + EPOCHS, WINNER);
        uint256 f = (epoch + EPOCHS) * 8;
        expectWindow(f, f, f + 7, WINNER, 3);
        (bool isSealed, uint256 owned) = module.sealOf(epoch + EPOCHS);
        assertTrue(!isSealed && owned == 0, "not sealed");
    }

    function test_EpochZeroHasNoOwnedSlots() public view {
        (bool isSealed, ) = module.sealOf(0);
        assertTrue(!isSealed, "never sealed");
        assertEq(windowAt(7).lastSlot, 7, "one window");
    }
}
