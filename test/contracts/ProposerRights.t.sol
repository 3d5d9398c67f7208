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
import {Vm} from "./Vm.sol";

contract ProposerRightsTest is RightsFixture {
    bytes32 private constant ROOT = keccak256("ticksRoot");
    address private constant STRANGER = address(0xBAD);
    uint64 private constant ANY = type(uint64).max;

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
        _expectWindow(epoch * 8 + 3, epoch * 8, epoch * 8 + 7, address(0), 1);
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

    // ---------------------------------------------------------------------------------------------- windows

    function test_Windows_R13() public {
        uint256 f = sealNext(0x24) * 8;
        stakedSet.set(f / 8, WINNER);
        vm.warp(startOf(f));
        for (uint256 i = 0; i < 3; ++i) _expectWindow(f + i, f, f + 2, delegateAt(f + 2), 2);
        for (uint256 i = 3; i < 6; ++i) _expectWindow(f + i, f + 3, f + 5, delegateAt(f + 5), 2);
        for (uint256 i = 6; i < 8; ++i) _expectWindow(f + i, f + 6, f + 7, WINNER, 3);
    }

    function test_NoRemainderBehindAnOwnedLastSlot_R13() public {
        uint256 f = sealNext(0x81) * 8;
        stakedSet.set(f / 8, WINNER);
        _expectWindow(f, f, f, delegateAt(f), 2);
        for (uint256 i = 1; i < 8; ++i) _expectWindow(f + i, f + 1, f + 7, delegateAt(f + 7), 2);
    }

    function test_AnEpochThatWasNotSealedIsTheStakedSets_R12_R14() public {
        uint256 epoch = currentEpoch() + 1;
        record(epoch, 0xff);
        stakedSet.set(epoch, WINNER);
        warpToEpoch(epoch);
        _expectWindow(epoch * 8 + 5, epoch * 8, epoch * 8 + 7, WINNER, 3);
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

    // ---------------------------------------------------------------------------------------------- the ring

    function test_RevertsWithEpochForgotten_R18() public {
        uint256 epoch = sealNext(0x24);
        stakedSet.set(epoch, WINNER);
        warpToEpoch(epoch + EPOCHS - 1);
        vm.warp(now_() - 1);
        _expectWindow(epoch * 8, epoch * 8, epoch * 8 + 2, delegateAt(epoch * 8 + 2), 2);
        _expectWindow(epoch * 8 + 7, epoch * 8 + 6, epoch * 8 + 7, WINNER, 3);
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
        _expectWindow(f, f, f + 7, WINNER, 3);
        (bool isSealed, uint256 owned) = module.sealOf(epoch + EPOCHS);
        assertTrue(!isSealed && owned == 0, "not sealed");
    }

    function test_EpochZeroHasNoOwnedSlots() public view {
        (bool isSealed, ) = module.sealOf(0);
        assertTrue(!isSealed, "never sealed");
        assertEq(windowAt(7).lastSlot, 7, "one window");
    }

    // ---------------------------------------------------------------------------------------------- open

    function test_OpensAfterSlotsWithoutTicks_R17_NotOpen() public {
        // No publication: the first tick's slot, 100, stands for the last.
        uint256 openAfter = 100 + OPEN_AFTER;
        vm.warp(startOf(openAfter + 1) - 1);
        _refusesOpen(0, abi.encodeWithSelector(IProposerRights.NotOpen.selector, openAfter, openAfter));
        vm.warp(startOf(openAfter + 1));
        _expectOpen(0);
        // Anyone publishes the oldest tick that the Inbox takes: it closes at once (R-17: openAfterSlots * slotSeconds > maxLag).
        bytes32 origin = nextBlock(1);
        uint256 tick = (now_() - MAX_LAG - GENESIS) / TICK + 1;
        RingWord head = inbox.head();
        vm.prank(STRANGER);
        inbox.publishCalldata(head, packMeta(tick, 0, blockNumber() - 1, 0), ROOT, origin, "x", abi.encode(uint32(0)));
        uint256 slotOfTick = (timeOf(tick) - BEACON_GENESIS) / SLOT;
        _refusesOpen(
            1,
            abi.encodeWithSelector(IProposerRights.NotOpen.selector, currentSlot(), slotOfTick + OPEN_AFTER)
        );
        vm.warp(startOf(slotOfTick + OPEN_AFTER + 1));
        _expectOpen(1);
    }

    function test_TheOwnerStillPublishesWhileOpen_R16_R17() public {
        vm.warp(startOf(400));
        uint256 f = sealNext(0x80) * 8;
        _expectOpen(0);
        (uint64 min, uint64 max) = module.check(delegateAt(f + 7), f, "");
        assertTrue(min > 0 && max > min && max < ANY, "its own ticks only");
    }

    function test_RevertsWithMalformedProof_R17() public {
        bytes[4] memory proofs = [
            bytes("x"),
            abi.encodePacked(uint248(0)),
            abi.encodePacked(uint256(0), uint8(0)),
            abi.encode(2 ** 32)
        ];
        for (uint256 i = 0; i < proofs.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IProposerRights.MalformedProof.selector, proofs[i]));
            module.check(STRANGER, 1000, proofs[i]);
        }
    }

    function test_RevertsWithNotNewest_R17() public {
        vm.warp(startOf(400));
        _publishOpen(2);
        vm.warp(startOf(800));
        _refusesOpen(0, abi.encodeWithSelector(IProposerRights.NotNewest.selector, 0));
        _refusesOpen(1, abi.encodeWithSelector(IProposerRights.NotNewest.selector, 1));
        _refusesOpen(3, abi.encodeWithSelector(IInbox.UnknownEntry.selector, 3, RingWord.wrap(0)));
        _expectOpen(2);
    }

    /// @dev What is pinned, and the genesis word, is known for ever; that its successor is not, says nothing then.
    function test_RevertsWithNotNewestForWhatIsPinned_R17() public {
        vm.warp(startOf(400));
        _publishOpen(1);
        inbox.pin(1);
        for (uint256 i = 2; i < 14; ++i) {
            vm.warp(startOf(400 * i));
            _expectOpen(uint32(i - 1));
            _publishOpen(1);
        }
        vm.warp(startOf(6000));
        for (uint32 id = 0; id < 13; ++id) {
            if (id < 2 || id > 13 - RING_SIZE) {
                _refusesOpen(id, abi.encodeWithSelector(IProposerRights.NotNewest.selector, id));
            }
        }
        _expectOpen(13);
    }

    /// @dev An Inbox that refuses for want of gas, or says anything else, has not said that there is no newer one.
    function test_RevertsWithNotNewestUnlessTheInboxSaysSo_R17() public {
        MuteInbox mute = new MuteInbox();
        vm.prank(address(mute));
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.NotNewest.selector, 4));
        module.check(STRANGER, 1_000_000, abi.encode(uint32(4)));
        vm.prank(address(mute));
        vm.expectRevert(abi.encodeWithSelector(IProposerRights.NotNewest.selector, 9));
        module.check(STRANGER, 1_000_000, abi.encode(uint32(9)));
    }

    // ---------------------------------------------------------------------------------------------- any bitmap, any clock

    function testFuzz_WindowsPartitionAnEpoch_R13_INV_RIGHTS_2(uint32 owned, uint256 offset) public {
        createRights(32);
        uint256 f = sealNext(owned) * 32;
        uint256 slot = f + (offset % 32);
        (uint256 first, uint256 last, bool isOwned) = windowByRule(slot, owned);
        _expectWindow(slot, first, last, isOwned ? delegateAt(last) : address(0), isOwned ? 2 : 1);
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

    // ---------------------------------------------------------------------------------------------- helpers

    function _expectWindow(uint256 slot, uint256 first, uint256 last, address owner, uint8 kind) private view {
        IProposerRights.Window memory window = windowAt(slot);
        assertEq(window.firstSlot, first, "first slot");
        assertEq(window.lastSlot, last, "last slot");
        assertEq(window.owner, owner, "owner");
        assertEq(window.kind, kind, "kind");
        (address sequencer, uint64 min, uint64 max, uint8 rightKind) = module.rightOf(slot);
        assertEq(sequencer, owner, "sequencer");
        assertEq(rightKind, kind, "kind of right");
        if (owner == address(0)) return;
        (uint64 checkMin, uint64 checkMax) = module.check(owner, slot, "");
        assertTrue(checkMin == min && checkMax == max, "check and rightOf agree");
    }

    function _refusesPublisher(address publisher, uint256 slot, address owner) private {
        vm.expectRevert(abi.encodeWithSelector(ISequencingRights.NotSequencer.selector, publisher, owner));
        module.check(publisher, slot, "");
    }

    function _expectOpen(uint32 id) private {
        uint256 slot = currentSlot();
        vm.prank(address(inbox));
        (uint64 min, uint64 max) = module.check(STRANGER, slot, abi.encode(id));
        assertTrue(min == 0 && max == ANY, "any ticks");
    }

    function _refusesOpen(uint32 id, bytes memory reason) private {
        uint256 slot = currentSlot();
        vm.prank(address(inbox));
        vm.expectRevert(reason);
        module.check(STRANGER, slot, abi.encode(id));
    }

    /// @dev The first by whoever comes, the others by the staked set.
    function _publishOpen(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            bytes32 origin = nextBlock(SLOT);
            RingWord head = inbox.head();
            bytes memory proof = i == 0 ? abi.encode(uint32(head.id())) : bytes("");
            if (i > 0) stakedSet.set(currentEpoch(), address(this));
            uint256 tick = currentTick() - 8;
            inbox.publishCalldata(head, packMeta(tick + i, 0, blockNumber() - 1, 0), ROOT, origin, "x", proof);
        }
    }
}

/// @notice Has entry 4 and fails on the next without a word; has entry 9, and speaks of another one than was asked for.
contract MuteInbox {
    error Other(uint256 a, uint256 b);

    function entry(uint32 id) external pure returns (bytes32) {
        if (id == 4 || id == 9) return bytes32(uint256(id) << 224);
        if (id == 10) revert Other(10, 0);
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
}
