// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {IProposerRights} from "../../contracts/interfaces/IProposerRights.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {RightsFixture} from "./RightsFixture.sol";

/// @notice Who publishes when nobody has for long (R-17).
contract ProposerRightsOpenTest is RightsFixture {
    bytes32 private constant ROOT = keccak256("ticksRoot");
    address private constant STRANGER = address(0xBAD);
    uint64 private constant ANY = type(uint64).max;

    function setUp() public {
        createRights(8);
    }

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
