// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {ILookaheadOracle} from "../../contracts/interfaces/ILookaheadOracle.sol";
import {IProposerRegistry} from "../../contracts/interfaces/IProposerRegistry.sol";
import {IProposerRights} from "../../contracts/interfaces/IProposerRights.sol";
import {ISequencingRights} from "../../contracts/interfaces/ISequencingRights.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {ProposerRights} from "../../contracts/l1/rights/ProposerRights.sol";
import {LookaheadMock} from "../../contracts/mocks/rights/LookaheadMock.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {RightsFixture} from "./RightsFixture.sol";

/// @notice Whose slots are, and which ticks go with them.
contract ProposerRightsTest is RightsFixture {
    bytes32 private constant ROOT = keccak256("ticksRoot");
    address private constant STRANGER = address(0xBAD);

    function setUp() public {
        createRights(8);
    }

    // ---------------------------------------------------------------------------------------------- the constructor

    function test_ConstructorKeepsWhatItIsGiven() public view {
        assertEq(address(module.ORACLE()), address(oracle), "oracle");
        assertEq(address(module.REGISTRY()), address(delegates), "registry");
        assertEq(address(module.STAKED_SET()), address(stakedSet), "staked set");
        assertEq(module.HANDOVER_LEAD(), LEAD, "handover lead");
        assertEq(module.OPEN_AFTER_SLOTS(), OPEN_AFTER, "open after");
    }

    function test_ConstructorRefusesClocksThatDoNotFit_InvalidParameter() public {
        _refuses("slotSeconds", 6, address(new LookaheadMock(BEACON_GENESIS, 6, 8)), LEAD, OPEN_AFTER);
        _refuses("slotsPerEpoch", 0, address(new LookaheadMock(BEACON_GENESIS, SLOT, 0)), LEAD, OPEN_AFTER);
        _refuses("slotsPerEpoch", 33, address(new LookaheadMock(BEACON_GENESIS, SLOT, 33)), LEAD, OPEN_AFTER);
        uint256[4] memory genesis = [now_() + SLOT, GENESIS + SLOT, BEACON_GENESIS + 1, SLOT + LEAD - 1];
        for (uint256 i = 0; i < genesis.length; ++i) {
            _refuses(
                "beaconGenesisTime",
                genesis[i],
                address(new LookaheadMock(genesis[i], SLOT, 8)),
                LEAD,
                OPEN_AFTER
            );
        }
        newRights(address(new LookaheadMock(GENESIS, SLOT, 32)), LEAD, OPEN_AFTER);
    }

    function test_ConstructorRefusesParametersOutOfRange_InvalidParameter() public {
        _refuses("handoverLead", SLOT + 1, address(oracle), SLOT + 1, OPEN_AFTER);
        // R-17: 64 slots are no more than `maxLag`.
        _refuses("openAfterSlots", 64, address(oracle), LEAD, 64);
        _refuses("openAfterSlots", 2 ** 32, address(oracle), LEAD, 2 ** 32);
        newRights(address(oracle), SLOT, 65);
        newRights(address(oracle), 0, 2 ** 32 - 1);

        vm.expectRevert(abi.encodeWithSelector(IProposerRights.InvalidParameter.selector, bytes32("registry"), 7));
        new ProposerRights(
            registry,
            ILookaheadOracle(address(oracle)),
            IProposerRegistry(address(7)),
            IStakedSequencerSet(address(0)),
            LEAD,
            OPEN_AFTER
        );
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.InvalidParameter.selector, bytes32("stakedSet"), 8));
        new ProposerRights(
            registry,
            ILookaheadOracle(address(oracle)),
            IProposerRegistry(address(delegates)),
            IStakedSequencerSet(address(8)),
            LEAD,
            OPEN_AFTER
        );
    }

    function _refuses(bytes32 name, uint256 value, address oracle_, uint256 lead, uint256 openAfter) private {
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.InvalidParameter.selector, name, value));
        newRights(oracle_, lead, openAfter);
    }

    // ---------------------------------------------------------------------------------------------- windows

    function test_Windows_R13() public {
        uint256 f = sealNext(0x24) * 8;
        stakedSet.set(f / 8, WINNER);
        vm.warp(startOf(f));
        for (uint256 i = 0; i < 3; ++i) expectWindow(f + i, f, f + 2, delegateAt(f + 2), 2);
        for (uint256 i = 3; i < 6; ++i) expectWindow(f + i, f + 3, f + 5, delegateAt(f + 5), 2);
        for (uint256 i = 6; i < 8; ++i) expectWindow(f + i, f + 6, f + 7, WINNER, 3);
    }

    function test_NoRemainderBehindAnOwnedLastSlot_R13() public {
        uint256 f = sealNext(0x81) * 8;
        stakedSet.set(f / 8, WINNER);
        expectWindow(f, f, f, delegateAt(f), 2);
        for (uint256 i = 1; i < 8; ++i) expectWindow(f + i, f + 1, f + 7, delegateAt(f + 7), 2);
    }

    function test_AnEpochThatWasNotSealedIsTheStakedSets_R12_R14() public {
        uint256 epoch = currentEpoch() + 1;
        record(epoch, 0xff);
        stakedSet.set(epoch, WINNER);
        warpToEpoch(epoch);
        expectWindow(epoch * 8 + 5, epoch * 8, epoch * 8 + 7, WINNER, 3);
    }

    function test_WithoutAStakedSetTheRemainderIsNobodys_R14() public {
        ProposerRights alone = new ProposerRights(
            registry,
            ILookaheadOracle(address(oracle)),
            IProposerRegistry(address(delegates)),
            IStakedSequencerSet(address(0)),
            LEAD,
            OPEN_AFTER
        );
        (address owner, , , uint8 kind) = alone.rightOf(currentSlot());
        assertEq(owner, address(0), "owner");
        assertEq(kind, 1, "kind");
        vm.expectRevert(abi.encodeWithSelector(ISequencingRights.NotSequencer.selector, STRANGER, address(0)));
        alone.check(STRANGER, currentSlot(), "");
    }

    function test_TicksOfAWindow_R15() public {
        uint256 f = sealNext(0x24) * 8;
        // 12 s slots, 2 s ticks, lead 4 s: the last tick is two ticks before the slot's first.
        uint64 firstOfSlot = uint64((startOf(f) - GENESIS) / TICK);
        (address owner, uint64 min, uint64 max, uint8 kind) = module.rightOf(f + 1);
        assertEq(owner, delegateAt(f + 2), "owner");
        assertEq(kind, 2, "kind");
        assertEq(min, firstOfSlot - 6 - 2 + 1, "first tick");
        assertEq(max, firstOfSlot + 12 - 2, "last tick");
        (min, max) = module.check(owner, f, "");
        assertEq(min, firstOfSlot - 7, "as check says");
        assertEq(max, firstOfSlot + 10, "as check says");
    }

    function test_WindowsBeforeTheGenesisHaveNoTicks_R15() public view {
        // The timeline's genesis is slot 100. Epoch 11 ends with slot 95, epoch 12 with slot 103.
        (, uint64 min, uint64 max, ) = module.rightOf(95);
        assertTrue(min > max, "none");
        (, min, max, ) = module.rightOf(96);
        assertEq(min, 0, "from the first tick on");
        assertEq(max, (startOf(103) - LEAD - GENESIS) / TICK, "to its end");
        (, min, , ) = module.rightOf(104);
        assertEq(min, max + 1, "the next window");
        (, min, max, ) = module.rightOf(0);
        assertTrue(min > max, "slot 0");
    }

    // ---------------------------------------------------------------------------------------------- check

    function test_RevertsWithNotSequencer_R16() public {
        uint256 f = sealNext(0x24) * 8;
        stakedSet.set(f / 8, WINNER);
        _refusesPublisher(STRANGER, f, delegateAt(f + 2));
        // The successor before, and the predecessor after the handover.
        _refusesPublisher(delegateAt(f + 5), f + 2, delegateAt(f + 2));
        _refusesPublisher(delegateAt(f + 2), f + 3, delegateAt(f + 5));
        _refusesPublisher(delegateAt(f + 5), f + 6, WINNER);
        _refusesPublisher(WINNER, f + 5, delegateAt(f + 5));
        _refusesPublisher(address(0), f, delegateAt(f + 2));
        (, uint64 max) = module.check(WINNER, f + 7, "");
        assertEq(max, (startOf(f + 7) - LEAD - GENESIS) / TICK, "the remainder's last tick");
    }

    function test_RevertsWithRightNotFixed_R18() public {
        uint256 current = currentEpoch();
        stakedSet.set(current + 1, WINNER);
        bytes memory reason = abi.encodeWithSelector(IProposerRights.RightNotFixed.selector, current + 1, current);
        vm.expectRevert(reason);
        module.rightOf(current * 8 + 8);
        vm.expectRevert(reason);
        module.windowOf(current * 8 + 15);
        vm.expectRevert(reason);
        module.check(WINNER, current * 8 + 8, "");
        uint256 far = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.RightNotFixed.selector, far / 8, current));
        module.rightOf(far);
        // What is sealed is known before it begins.
        sealNext(0x01);
        assertEq(windowAt(current * 8 + 8).owner, delegateAt(current * 8 + 8), "owner");
    }

    function test_AnOwnedWindowIsWithinItsBudget_R16() public {
        createRights(32);
        uint256 epoch = sealNext(0x8001_0001);
        uint256[3] memory slots = [epoch * 32, epoch * 32 + 1, epoch * 32 + 31];
        uint256[3] memory ends = [epoch * 32, epoch * 32 + 16, epoch * 32 + 31];
        for (uint256 i = 0; i < slots.length; ++i) {
            address owner = delegateAt(ends[i]);
            vm.cool(address(module));
            uint256 before = gasleft();
            module.check(owner, slots[i], "");
            assertGas(before - gasleft(), 4_200, 10_000);
        }
    }

    function test_TheInboxAsks_R16() public {
        uint256 f = sealNext(0x24) * 8;
        warpToEpoch(f / 8);
        bytes32 origin = nextBlock(SLOT);
        uint256 firstTick = (startOf(f) - SLOT - LEAD - GENESIS) / TICK + 1;
        vm.startPrank(delegateAt(f + 2));
        RingWord head = inbox.head();
        vm.expectRevert(
            abi.encodeWithSelector(IInbox.OutsideRight.selector, firstTick - 1, firstTick, firstTick, firstTick + 17)
        );
        inbox.publishCalldata(head, packMeta(firstTick - 1, 1, blockNumber() - 1, 0), ROOT, origin, "x", "");
        inbox.publishCalldata(head, packMeta(firstTick, 6, blockNumber() - 1, 0), ROOT, origin, "x", "");
        assertEq(inbox.head().id(), 1, "published");
    }

    // ---------------------------------------------------------------------------------------------- any bitmap, any clock

    function testFuzz_WindowsPartitionAnEpoch_R13_INV_RIGHTS_2(uint32 owned, uint256 offset) public {
        createRights(32);
        uint256 f = sealNext(owned) * 32;
        uint256 slot = f + (offset % 32);
        (uint256 first, uint256 last, bool isOwned) = windowByRule(slot, owned);
        expectWindow(slot, first, last, isOwned ? delegateAt(last) : address(0), isOwned ? 2 : 1);
        // The next window begins where this one ends, in slots and in ticks.
        (, , uint64 max, ) = module.rightOf(slot);
        if (last == f + 31) {
            warpToEpoch(f / 32 + 1);
            assertEq(windowAt(last + 1).firstSlot, last + 1, "the next epoch's first slot");
        }
        (, uint64 min, , ) = module.rightOf(last + 1);
        assertEq(min, max + 1, "the next window's first tick");
    }

    function testFuzz_TicksAreThoseOfTheRule_R15_INV_RIGHTS_2(uint256 lead, uint256 offset, uint32 owned) public {
        createRights(16);
        module = newRights(address(oracle), bound(lead, 0, SLOT), OPEN_AFTER);
        uint256 f = sealNext(owned) * 16;
        (uint256 first, uint256 last, ) = windowByRule(f + (offset % 16), owned);
        (, uint64 min, uint64 max, ) = module.rightOf(f + (offset % 16));
        assertTrue(isTickOf(min, first, last) && isTickOf(max, first, last), "both of the window");
        assertTrue(!isTickOf(min - 1, first, last) && !isTickOf(max + 1, first, last), "none beside");
    }

    function _refusesPublisher(address publisher, uint256 slot, address owner) private {
        vm.expectRevert(abi.encodeWithSelector(ISequencingRights.NotSequencer.selector, publisher, owner));
        module.check(publisher, slot, "");
    }
}
