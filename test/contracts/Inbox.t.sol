// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {ISequencingRights} from "../../contracts/interfaces/ISequencingRights.sol";
import {Bridge} from "../../contracts/l1/Bridge.sol";
import {ForcedInclusion} from "../../contracts/l1/ForcedInclusion.sol";
import {Inbox} from "../../contracts/l1/Inbox.sol";
import {RollupRegistry} from "../../contracts/l1/RollupRegistry.sol";
import {SingleSequencer} from "../../contracts/l1/rights/SingleSequencer.sol";
import {RightsMock} from "../../contracts/mocks/RightsMock.sol";
import {HeaderMeta} from "../../contracts/types/HeaderMeta.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {TimelineFixture} from "./TimelineFixture.sol";
import {SlotRights} from "./SlotRights.sol";
import {Vm} from "./Vm.sol";

contract InboxTest is TimelineFixture {
    bytes32 private constant ROOT = keccak256("ticksRoot");

    function setUp() public {
        createTimeline();
        // Late enough for a tick to be too old.
        vm.warp(GENESIS + 2 * MAX_LAG);
    }

    // ---------------------------------------------------------------------------------------------- the constructor

    function test_ConstructorSaysWhatReadersNeed_H4() public {
        vm.recordLogs();
        Inbox made = new Inbox(registry, forced, bridge, rights, parameters());
        Vm.Log memory log = vm.getRecordedLogs()[0];
        IInbox.TimelineConfig memory expected = IInbox.TimelineConfig(
            uint64(START),
            GENESIS,
            BEACON_GENESIS,
            SLOT,
            TICK,
            MAX_LAG,
            FORCED_DELAY,
            MAX_ORIGIN_AGE,
            RING_SIZE,
            BUDGET
        );
        bytes32 genesis = bytes32(uint256(keccak256(abi.encode(block.chainid, address(made), expected))) >> 72);
        assertEq(log.topics[0], IInbox.TimelineCreated.selector, "topic");
        bytes memory data = abi.encode(registry, forced, bridge, rights, expected, genesis);
        assertEq(keccak256(log.data), keccak256(data), "TimelineCreated");
        (
            address a,
            address b,
            address c,
            address d,
            uint64 created,
            IInbox.TimelineConfig memory config,
            RingWord head
        ) = made.timeline();
        assertEq(keccak256(abi.encode(a, b, c, d, config, head)), keccak256(data), "timeline()");
        assertEq(created, blockNumber(), "creation block");
        assertEq(RingWord.unwrap(made.head()), genesis, "head");
        assertEq(RingWord.unwrap(made.entry(0)), genesis, "entry 0");
    }

    function _expectInvalid(bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IInbox.InvalidParameter.selector, name, value));
    }

    function test_ConstructorRefusesClocksThatDoNotFit_InvalidParameter() public {
        IInbox.InboxParameters memory p = parameters();
        uint64[3] memory beacons = [GENESIS + SLOT, GENESIS - 1, BEACON_GENESIS + SLOT - 1];
        for (uint256 i = 0; i < beacons.length; ++i) {
            p.beaconGenesisTime = beacons[i];
            _expectInvalid("beaconGenesisTime", beacons[i]);
            new Inbox(registry, forced, bridge, rights, p);
        }
        // A clock of the future has no slot yet.
        vm.warp(BEACON_GENESIS - 1);
        p.beaconGenesisTime = BEACON_GENESIS;
        _expectInvalid("beaconGenesisTime", BEACON_GENESIS);
        new Inbox(registry, forced, bridge, rights, p);
    }

    function test_ConstructorRefusesParametersOutOfRange_InvalidParameter() public {
        IInbox.InboxParameters memory p = parameters();
        p.maxOriginAge = FORCED_DELAY;
        _expectInvalid("maxOriginAge", FORCED_DELAY);
        new Inbox(registry, forced, bridge, rights, p);
        p.maxOriginAge = 0;
        _expectInvalid("maxOriginAge", 0);
        new Inbox(registry, forced, bridge, rights, p);
        p = parameters();
        p.ringSize = 1;
        _expectInvalid("ringSize", 1);
        new Inbox(registry, forced, bridge, rights, p);
        _expectInvalid("rights", 0xdead);
        new Inbox(registry, forced, bridge, ISequencingRights(address(0xdead)), parameters());
    }

    function test_ConstructorRefusesStrangers_ForeignContract() public {
        RollupRegistry other = new RollupRegistry(timing());
        ForcedInclusion strange = new ForcedInclusion(other, PRICE);
        Bridge stranger = new Bridge(other);
        vm.expectRevert(abi.encodeWithSelector(IInbox.ForeignContract.selector, strange, other, registry));
        new Inbox(registry, strange, bridge, rights, parameters());
        vm.expectRevert(abi.encodeWithSelector(IInbox.ForeignContract.selector, stranger, other, registry));
        new Inbox(registry, forced, stranger, rights, parameters());
    }

    // ---------------------------------------------------------------------------------------------- publishing

    function test_PublishesCalldata_H2_H3() public {
        bytes32 originHash = nextBlock(SLOT);
        HeaderMeta meta = packMeta(currentTick(), 0, blockNumber() - 1, 0);
        RingWord parent = inbox.head();
        vm.recordLogs();
        inbox.publishCalldata(parent, meta, ROOT, originHash, "some data", "");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IInbox.PublishedCalldata.selector, "topic");
        bytes memory expected = abi.encode(parent, meta, ROOT, originHash, address(this), bytes("some data"));
        assertEq(keccak256(log.data), keccak256(expected), "data");
        bytes memory header = abi.encode(parent, meta, ROOT, originHash, address(this));
        _assertHead(
            parent,
            currentTick(),
            keccak256(abi.encodePacked(header, uint128(blockNumber()), uint128(now_()), keccak256("some data")))
        );
    }

    function _assertHead(RingWord parent, uint256 lastTick, bytes32 hash) private view {
        uint256 word = ((parent.id() + 1) << 224) | (lastTick << 184) | (uint256(hash) >> 72);
        assertEq(uint256(RingWord.unwrap(inbox.head())), word, "ring word");
        assertEq(inbox.head().digest(), bytes23(hash), "digest");
        assertTrue(inbox.head() == RingWord.wrap(bytes32(word)), "equality");
    }

    // ---------------------------------------------------------------------------------------------- reverts, in order

    function test_RevertsWithWrongHead() public {
        bytes32 originHash = nextBlock(SLOT);
        RingWord genesis = inbox.head();
        HeaderMeta meta = packMeta(currentTick(), 0, blockNumber() - 1, 0);
        RingWord[3] memory strange = [
            RingWord.wrap(0),
            RingWord.wrap(bytes32(uint256(1) << 224)),
            RingWord.wrap(bytes32(type(uint256).max))
        ];
        for (uint256 i = 0; i < strange.length; ++i) {
            RingWord found = strange[i].id() % RING_SIZE == 0 ? genesis : RingWord.wrap(0);
            vm.expectRevert(abi.encodeWithSelector(IInbox.WrongHead.selector, strange[i], found));
            inbox.publishCalldata(strange[i], meta, ROOT, originHash, "x", "");
        }
    }

    function test_RevertsWithWrongHeadWhenDisplaced() public {
        RingWord genesis = inbox.head();
        _publishTick(currentTick());
        RingWord winner = inbox.head();
        bytes32 originHash = nextBlock(SLOT);
        HeaderMeta meta = packMeta(currentTick(), 0, blockNumber() - 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.WrongHead.selector, genesis, winner));
        inbox.publishCalldata(genesis, meta, ROOT, originHash, "x", "");
        vm.expectRevert(abi.encodeWithSelector(IInbox.WrongHead.selector, genesis, winner));
        inbox.publish(genesis, packMeta(currentTick(), 0, blockNumber() - 1, 1), ROOT, originHash, "");
    }

    function test_RevertsWithTickNotAfterHead() public {
        uint256 published = currentTick();
        _publishTick(published);
        _expectHeaderRevert(
            published,
            0,
            abi.encodeWithSelector(IInbox.TickNotAfterHead.selector, published, published)
        );
    }

    function test_RevertsWithTickNotAfterHead_TickZeroIsNeverPublished() public {
        _expectHeaderRevert(0, 0, abi.encodeWithSelector(IInbox.TickNotAfterHead.selector, 0, 0));
    }

    function test_RevertsWithTickInFuture() public {
        nextBlock(0);
        // In a slot the last tick begins one second from then.
        vm.warp(now_() + 1);
        uint256 then_ = now_() + SLOT;
        uint256 next = (then_ + 1 - GENESIS) / TICK;
        assertEq(timeOf(next), then_ + 1, "the boundary");
        _expectHeaderRevert(
            next - 4,
            4,
            abi.encodeWithSelector(IInbox.TickInFuture.selector, next, timeOf(next), then_)
        );
        // The largest tick there is.
        uint256 last = (2 ** 40 - 1) + (2 ** 16 - 1);
        _expectHeaderRevert(
            2 ** 40 - 1,
            2 ** 16 - 1,
            abi.encodeWithSelector(IInbox.TickInFuture.selector, last, timeOf(last), then_ + SLOT)
        );
        _publish(next - 4, 4);
    }

    function test_RevertsWithTickTooOld() public {
        uint256 then_ = now_() + SLOT;
        uint256 oldest = (then_ - MAX_LAG - GENESIS) / TICK;
        assertEq(timeOf(oldest) + MAX_LAG, then_, "the boundary");
        _expectHeaderRevert(oldest, 3, abi.encodeWithSelector(IInbox.TickTooOld.selector, oldest, then_, then_));
        vm.warp(now_() - SLOT);
        _publishTick(oldest + 1);
    }

    function test_RevertsWithWrongL1Origin() public {
        bytes32 originHash = nextBlock(SLOT);
        RingWord head = inbox.head();
        uint256 origin = blockNumber() - 1;
        vm.expectRevert(abi.encodeWithSelector(IInbox.WrongL1Origin.selector, origin, keccak256("no"), originHash));
        inbox.publishCalldata(head, packMeta(currentTick(), 0, origin, 0), ROOT, keccak256("no"), "x", "");
        // This block has no hash yet, and zero names no block.
        uint256[2] memory unknown = [blockNumber(), blockNumber() + 7];
        for (uint256 i = 0; i < unknown.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IInbox.WrongL1Origin.selector, unknown[i], bytes32(0), bytes32(0)));
            inbox.publishCalldata(head, packMeta(currentTick(), 0, unknown[i], 0), ROOT, 0, "x", "");
        }
    }

    function test_RevertsWithInvalidBlobCount_trap13() public {
        bytes32 originHash = nextBlock(SLOT);
        RingWord head = inbox.head();
        uint256[3] memory counts = [uint256(0), 7, 15];
        for (uint256 i = 0; i < counts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IInbox.InvalidBlobCount.selector, counts[i], 6));
            inbox.publish(head, packMeta(currentTick(), 0, blockNumber() - 1, counts[i]), ROOT, originHash, "");
        }
        vm.expectRevert(abi.encodeWithSelector(IInbox.InvalidBlobCount.selector, 1, 0));
        inbox.publishCalldata(head, packMeta(currentTick(), 0, blockNumber() - 1, 1), ROOT, originHash, "x", "");
    }

    function test_RevertsWithInvalidDataSize() public {
        bytes32 originHash = nextBlock(SLOT);
        RingWord head = inbox.head();
        HeaderMeta meta = packMeta(currentTick(), 0, blockNumber() - 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.InvalidDataSize.selector, 0, 131_072));
        inbox.publishCalldata(head, meta, ROOT, originHash, "", "");
        vm.expectRevert(abi.encodeWithSelector(IInbox.InvalidDataSize.selector, 131_073, 131_072));
        inbox.publishCalldata(head, meta, ROOT, originHash, new bytes(131_073), "");
        inbox.publishCalldata(head, meta, ROOT, originHash, new bytes(131_072), "");
    }

    function test_RevertsWithNotSequencer() public {
        SingleSequencer single = new SingleSequencer(address(0xBEEF));
        inbox = new Inbox(registry, forced, bridge, single, parameters());
        bytes memory reason = abi.encodeWithSelector(
            ISequencingRights.NotSequencer.selector,
            address(this),
            address(0xBEEF)
        );
        _expectHeaderRevert(currentTick(), 0, reason);
        bytes32 originHash = nextBlock(SLOT);
        RingWord head = inbox.head();
        vm.prank(address(0xBEEF));
        inbox.publishCalldata(head, packMeta(currentTick(), 0, blockNumber() - 1, 0), ROOT, originHash, "x", "");
        assertEq(inbox.head().id(), 1, "the sequencer publishes");
    }

    function test_RevertsWithOutsideRight() public {
        RightsMock mock = new RightsMock();
        inbox = new Inbox(registry, forced, bridge, ISequencingRights(address(mock)), parameters());
        uint256 tick = currentTick();
        mock.setAnswer(abi.encode(tick + 1, tick + 4));
        _expectHeaderRevert(
            tick,
            4,
            abi.encodeWithSelector(IInbox.OutsideRight.selector, tick, tick + 4, tick + 1, tick + 4)
        );
        _expectHeaderRevert(
            tick + 1,
            4,
            abi.encodeWithSelector(IInbox.OutsideRight.selector, tick + 1, tick + 5, tick + 1, tick + 4)
        );
        _publish(tick + 1, 3);
    }

    function test_RevertsWithMalformedRight() public {
        RightsMock mock = new RightsMock();
        inbox = new Inbox(registry, forced, bridge, ISequencingRights(address(mock)), parameters());
        uint256[3] memory sizes = [uint256(0), 32, 63];
        for (uint256 i = 0; i < sizes.length; ++i) {
            mock.setAnswer(new bytes(sizes[i]));
            _expectHeaderRevert(currentTick(), 0, abi.encodeWithSelector(IInbox.MalformedRight.selector, sizes[i]));
        }
    }

    /// @dev The rights module is asked about the slot counted from the beacon chain's genesis.
    function test_AsksForTheSlotOfNow() public {
        SlotRights asked = new SlotRights();
        inbox = new Inbox(registry, forced, bridge, asked, parameters());
        nextBlock(SLOT - 1);
        uint256 slot = (now_() + SLOT - BEACON_GENESIS) / SLOT;
        _expectHeaderRevert(
            currentTick(),
            0,
            abi.encodeWithSelector(SlotRights.Asked.selector, address(this), slot, bytes("proof"))
        );
    }

    // ---------------------------------------------------------------------------------------------- ring and pins

    /// @dev INV-INBOX-1, INV-INBOX-3 and INV-INBOX-4 at every fill of rings of several sizes, past two laps.
    function test_RingAtEveryFill_INV_INBOX_3() public {
        for (uint32 size = 2; size <= 9; ++size) {
            IInbox.InboxParameters memory p = parameters();
            p.ringSize = size;
            inbox = new Inbox(registry, forced, bridge, rights, p);
            RingWord[] memory words = new RingWord[](2 * size + 3);
            words[0] = inbox.head();
            for (uint256 id = 1; id < words.length; ++id) {
                _publishTick(currentTick() + SLOT / TICK);
                words[id] = inbox.head();
                assertEq(words[id].id(), id, "id");
                for (uint32 old = 0; old <= id; ++old) {
                    if (old == 0 || old + size > id) {
                        assertEq(RingWord.unwrap(inbox.entry(old)), RingWord.unwrap(words[old]), "entry");
                    } else {
                        RingWord found = words[id - ((id - old) % size)];
                        vm.expectRevert(abi.encodeWithSelector(IInbox.UnknownEntry.selector, old, found));
                        inbox.entry(old);
                    }
                }
            }
        }
    }

    function test_PinKeepsAnEntry_INV_INBOX_4() public {
        _publishTick(currentTick());
        RingWord first = inbox.head();
        vm.recordLogs();
        assertTrue(inbox.pin(1) == first, "pinned");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IInbox.Pinned.selector, "topic");
        assertEq(log.topics[1], bytes32(uint256(1)), "id");
        assertEq(bytes32(log.data), RingWord.unwrap(first), "word");
        for (uint256 i = 0; i < 2 * RING_SIZE; ++i) _publishTick(currentTick() + SLOT / TICK);
        assertTrue(inbox.entry(1) == first, "still there");
        vm.recordLogs();
        assertTrue(inbox.pin(1) == first, "pinned twice");
        assertEq(vm.getRecordedLogs().length, 0, "nothing happens the second time");
    }

    function test_RevertsWithUnknownEntry() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.UnknownEntry.selector, 1, bytes32(0)));
        inbox.pin(1);
        vm.expectRevert(abi.encodeWithSelector(IInbox.UnknownEntry.selector, RING_SIZE, inbox.head()));
        inbox.entry(RING_SIZE);
    }

    // ---------------------------------------------------------------------------------------------- fuzz

    /// @dev Any header at any time: accepted exactly if it is what the rules say, and then as the rules say. INV-INBOX-5.
    function testFuzz_HeaderChecks_INV_INBOX_5(uint40 firstTick, uint16 span, uint32 later) public {
        _publishTick(currentTick());
        uint256 published = inbox.head().lastTick();
        bytes32 originHash = nextBlock(later % 4096);
        // Half of the ticks near now, where it matters.
        uint256 first = later % 2 == 0 ? firstTick : bound(firstTick, currentTick() - 500, currentTick() + 20);
        uint256 spanned = later % 3 == 0 ? span : span % 600;
        RingWord parent = inbox.head();
        HeaderMeta meta = packMeta(first, spanned, blockNumber() - 1, 0);
        bool allowed = first > published && timeOf(first + spanned) <= now_() && timeOf(first) + MAX_LAG > now_();
        (bool accepted, ) = address(inbox).call(
            abi.encodeCall(IInbox.publishCalldata, (parent, meta, ROOT, originHash, "x", ""))
        );
        assertTrue(accepted == allowed, "accepted if allowed");
        assertTrue((inbox.head() != parent) == allowed, "recorded if accepted");
        if (allowed) assertEq(inbox.head().lastTick(), first + spanned, "last tick");
    }

    // ---------------------------------------------------------------------------------------------- helpers

    function _publishTick(uint256 tick) private {
        _publish(tick, 0);
    }

    function _publish(uint256 firstTick, uint256 span) private {
        bytes32 originHash = nextBlock(SLOT);
        inbox.publishCalldata(inbox.head(), packMeta(firstTick, span, blockNumber() - 1, 0), ROOT, originHash, "x", "");
    }

    /// @dev One slot later such a header reverts with `reason`.
    function _expectHeaderRevert(uint256 firstTick, uint256 span, bytes memory reason) private {
        bytes32 originHash = nextBlock(SLOT);
        RingWord head = inbox.head();
        vm.expectRevert(reason);
        inbox.publishCalldata(head, packMeta(firstTick, span, blockNumber() - 1, 0), ROOT, originHash, "x", "proof");
    }
}
