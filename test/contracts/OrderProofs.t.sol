// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {IOrderProofs} from "../../contracts/interfaces/IOrderProofs.sol";
import {OrderProofs} from "../../contracts/l1/OrderProofs.sol";
import {Merkle} from "../../contracts/libs/Merkle.sol";
import {OrderHash} from "../../contracts/libs/OrderHash.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {HeaderMeta} from "../../contracts/types/HeaderMeta.sol";
import {Position} from "../../contracts/types/Position.sol";
import {RingWord, ringWord} from "../../contracts/types/RingWord.sol";
import {MerklePath} from "./MerklePath.sol";
import {TimelineFixture} from "./TimelineFixture.sol";

/// @notice Publications of three ticks with made-up transactions; every third item is a bundle of eight legs (whose hashed bytes
/// fill whole words).
contract OrderProofsTest is TimelineFixture {
    uint256 private constant TICKS = 3;
    uint256 private constant LEGS = 8;
    /// @dev The words of an encoded place that decide nothing: how many ticks there are, and which this one is.
    uint256 private constant WORD_TICKS = 3;
    uint256 private constant WORD_TICK_INDEX = 4;
    uint256 private constant BUDGET_GAS = 60_000;

    OrderProofs private proofs;
    OrderProof.Publication[] private published;
    uint256[] private _sizes;

    function setUp() public {
        createTimeline();
        proofs = new OrderProofs(inbox);
        nextBlock(1200);
    }

    function test_TwoPublications_INV_ORDER_1() public {
        _publish(900);
        _publish(1000);
        OrderProof.Place memory a = _place(0, 2, 899, 0);
        OrderProof.Place memory b = _place(1, 0, 4, 0);
        _assertOrder(a, b, true);
        _assertOrder(b, a, false);
        _assertOrder(a, a, false);
        assertEq(address(proofs.inbox()), address(inbox), "inbox");
    }

    /// @dev At a thousand transactions per tick, everything cold. The cost grows by about 300 gas with each doubling.
    function test_CostsAtMost60000Gas() public {
        _publish(1000);
        _publish(1000);
        OrderProof.Place memory a = _place(0, 2, 998, 0);
        OrderProof.Place memory b = _place(1, 1, 4, 0);
        bytes memory question = abi.encodeCall(IOrderProofs.compare, (a, b));
        vm.cool(address(inbox));
        address target = address(proofs);
        uint256 before = gasleft();
        (bool success, bytes memory answer) = target.call(question);
        uint256 spent = before - gasleft();
        assertTrue(success && abi.decode(answer, (bool)), "proved");
        assertGas(spent, 30_000, BUDGET_GAS);
    }

    function testFuzz_PositionsCompareAsTheyStand_INV_ORDER_1(uint256 seed) public {
        uint256 items = bound(seed, 1, 9);
        _publish(items);
        _publish(items);
        (OrderProof.Place memory a, uint256 rankA) = _any(items, uint256(keccak256(abi.encode(seed, "a"))));
        (OrderProof.Place memory b, uint256 rankB) = _any(items, uint256(keccak256(abi.encode(seed, "b"))));
        _assertOrder(a, b, rankA < rankB);
        _assertOrder(b, a, rankB < rankA);
    }

    function test_EveryWordCounts_trap21() public {
        _publish(7);
        _assertEveryWordCounts(_place(0, 1, 4, 0));
        _assertEveryWordCounts(_place(0, 1, 5, 3));
    }

    function test_ForgottenUnlessPinned() public {
        _publish(2);
        _publish(2);
        inbox.pin(1);
        OrderProof.Place memory pinned = _place(0, 0, 0, 0);
        OrderProof.Place memory forgotten = _place(1, 0, 0, 0);
        for (uint256 i = 0; i < RING_SIZE; ++i) _publish(1);
        proofs.positionOf(pinned);
        RingWord found = inbox.entry(RING_SIZE + 2);
        vm.expectRevert(abi.encodeWithSelector(IInbox.UnknownEntry.selector, 2, found));
        proofs.positionOf(forgotten);
    }

    function test_RevertsWithWrongPublication() public {
        _publish(2);
        OrderProof.Place memory place = _place(0, 0, 0, 0);
        place.publication.publisher = address(1);
        RingWord claimed = _word(place.publication);
        vm.expectRevert(abi.encodeWithSelector(IOrderProofs.WrongPublication.selector, claimed, inbox.entry(1)));
        proofs.positionOf(place);
    }

    /// @dev The largest id has no successor: the genesis word stands at its, and is no publication.
    function test_NoPublicationIsTheGenesis() public {
        _publish(2);
        OrderProof.Place memory place = _place(0, 0, 0, 0);
        place.publication.parent = ringWord(type(uint32).max, 0, 0);
        (bool success, ) = address(proofs).call(abi.encodeCall(IOrderProofs.positionOf, (place)));
        assertTrue(!success, "refused");
    }

    function test_RevertsWithTickNotIncluded() public {
        _publish(2);
        OrderProof.Place memory place = _place(0, 0, 0, 0);
        ++place.tick;
        bytes32 root = place.publication.ticksRoot;
        vm.expectRevert(abi.encodeWithSelector(IOrderProofs.TickNotIncluded.selector, place.tick, root));
        proofs.positionOf(place);
    }

    function test_RevertsWithItemNotIncluded() public {
        _publish(4);
        OrderProof.Place memory place = _place(0, 0, 0, 0);
        ++place.rollupId;
        bytes32 item = OrderHash.transaction(place.rollupId, place.rawTxHash);
        vm.expectRevert(abi.encodeWithSelector(IOrderProofs.ItemNotIncluded.selector, item, place.itemsRoot));
        proofs.positionOf(place);
    }

    function test_RevertsWithLegNotIncluded() public {
        _publish(4);
        OrderProof.Place memory place = _place(0, 0, 2, 3);
        ++place.rollupId;
        _expectLegNotIncluded(place, LEGS * 36);
        --place.rollupId;
        place.leg = 2;
        _expectLegNotIncluded(place, LEGS * 36);
        place.leg = uint32(LEGS);
        _expectLegNotIncluded(place, LEGS * 36);
        place.leg = 3;
        place.legs = bytes.concat(place.legs, hex"00");
        _expectLegNotIncluded(place, LEGS * 36 + 1);
        // One that stands by itself has no legs.
        place = _place(0, 0, 0, 0);
        place.leg = 1;
        _expectLegNotIncluded(place, 0);
    }

    /// @dev A bundle of one leg is not that transaction, and no leg of it can be taken for an item.
    function test_ATransactionIsNoBundleOfOneLeg() public {
        _publish(4);
        OrderProof.Place memory place = _place(0, 0, 0, 0);
        place.legs = OrderHash.leg(place.rollupId, place.rawTxHash);
        bytes32 item = OrderHash.bundle(place.legs);
        vm.expectRevert(abi.encodeWithSelector(IOrderProofs.ItemNotIncluded.selector, item, place.itemsRoot));
        proofs.positionOf(place);
    }

    // ---------------------------------------------------------------------------------------------- helpers

    function _assertOrder(OrderProof.Place memory a, OrderProof.Place memory b, bool expected) private view {
        (bool before, IOrderProofs.Level level) = proofs.compare(a, b);
        assertTrue(before == expected, "order");
        assertTrue(level == IOrderProofs.Level.Claimed, "level");
    }

    function _expectLegNotIncluded(OrderProof.Place memory place, uint256 size) private {
        vm.expectRevert(abi.encodeWithSelector(IOrderProofs.LegNotIncluded.selector, place.leg, size));
        proofs.positionOf(place);
    }

    /// @dev Changes each word of the encoded place in its lowest and in higher bits. (Not the highest: an offset below zero leads out of
    /// the calldata, where an empty list is as empty as before.)
    function _assertEveryWordCounts(OrderProof.Place memory place) private view {
        bytes memory question = abi.encodeCall(IOrderProofs.positionOf, (place));
        Position honest = proofs.positionOf(place);
        uint256 words = (question.length - 4) / 32;
        for (uint256 i = 1; i < words; ++i) {
            for (uint256 bit = 0; bit < 256; bit += 84) {
                _flip(question, i, bit);
                (bool success, bytes memory answer) = address(proofs).staticcall(question);
                _flip(question, i, bit);
                if (!success) continue;
                assertTrue(i == WORD_TICKS || i == WORD_TICK_INDEX, "a word that does not count");
                uint256 same = Position.unwrap(honest);
                assertEq(uint256(bytes32(answer)), same, "the position does not depend on it");
            }
        }
    }

    function _flip(bytes memory data, uint256 word, uint256 bit) private pure {
        assembly ("memory-safe") {
            let at := add(add(data, 0x24), mul(word, 0x20))
            mstore(at, xor(mload(at), shl(bit, 1)))
        }
    }

    function _any(uint256 items, uint256 seed) private view returns (OrderProof.Place memory place, uint256 rank) {
        uint256 which = seed % 2;
        uint256 tick = (seed >> 8) % TICKS;
        uint256 item = (seed >> 16) % items;
        uint256 leg = item % 3 == 2 ? (seed >> 32) % LEGS : 0;
        return (_place(which, tick, item, leg), ((which * TICKS + tick) * items + item) * LEGS + leg);
    }

    /// @dev Publishes three ticks of `items` items each.
    function _publish(uint256 items) private {
        bytes32 originHash = nextBlock(SLOT);
        RingWord parent = inbox.head();
        uint256 first = currentTick() - TICKS + 1;
        HeaderMeta meta = packMeta(first, TICKS - 1, blockNumber() - 1, 0);
        bytes32[] memory ticks = new bytes32[](TICKS);
        for (uint256 i = 0; i < TICKS; ++i) {
            bytes32 itemsRoot = Merkle.root(_items(parent.id(), i, items));
            ticks[i] = OrderHash.tick(uint64(first + i), uint32(items), itemsRoot);
        }
        bytes memory data = abi.encode(items);
        inbox.publishCalldata(parent, meta, Merkle.root(ticks), originHash, data, "");
        published.push(
            OrderProof.Publication({
                parent: parent,
                meta: meta,
                ticksRoot: Merkle.root(ticks),
                l1OriginHash: originHash,
                publisher: address(this),
                blockNumber: uint128(blockNumber()),
                timestamp: uint128(now_()),
                payload: abi.encodePacked(keccak256(data))
            })
        );
        _sizes.push(items);
    }

    function _items(uint256 parent, uint256 tick, uint256 count) private pure returns (bytes32[] memory items) {
        items = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            if (i % 3 == 2) items[i] = OrderHash.bundle(_legs(parent, tick, i));
            else items[i] = OrderHash.transaction(_rollup(i, 0), _rawTx(parent, tick, i, 0));
        }
    }

    function _legs(uint256 parent, uint256 tick, uint256 item) private pure returns (bytes memory legs) {
        for (uint256 i = 0; i < LEGS; ++i) {
            legs = bytes.concat(legs, OrderHash.leg(_rollup(item, i), _rawTx(parent, tick, item, i)));
        }
    }

    function _rollup(uint256 item, uint256 leg) private pure returns (uint32) {
        return uint32(1 + ((item + leg) % 5));
    }

    function _rawTx(uint256 parent, uint256 tick, uint256 item, uint256 leg) private pure returns (bytes32) {
        return keccak256(abi.encode(parent, tick, item, leg));
    }

    function _place(
        uint256 which,
        uint256 tick,
        uint256 item,
        uint256 leg
    ) private view returns (OrderProof.Place memory place) {
        place.publication = published[which];
        uint256 parent = place.publication.parent.id();
        uint256 count = _sizes[which];
        uint64 first = uint64(place.publication.meta.firstTick());
        bytes32[] memory ticks = new bytes32[](TICKS);
        for (uint256 i = 0; i < TICKS; ++i) {
            bytes32[] memory items = _items(parent, i, count);
            bytes32 root = Merkle.root(items);
            ticks[i] = OrderHash.tick(uint64(first + i), uint32(count), root);
            if (i != tick) continue;
            place.itemsRoot = root;
            place.itemProof = MerklePath.siblings(items, item);
        }
        (place.tick, place.ticks, place.tickIndex) = (uint64(first + tick), uint32(TICKS), uint32(tick));
        place.tickProof = MerklePath.siblings(ticks, tick);
        (place.itemCount, place.index, place.leg) = (uint32(count), uint32(item), uint32(leg));
        if (item % 3 == 2) place.legs = _legs(parent, tick, item);
        place.rollupId = _rollup(item, leg);
        place.rawTxHash = _rawTx(parent, tick, item, leg);
    }

    function _word(OrderProof.Publication memory publication) private pure returns (RingWord) {
        bytes32 hash = keccak256(
            abi.encodePacked(
                RingWord.unwrap(publication.parent),
                HeaderMeta.unwrap(publication.meta),
                publication.ticksRoot,
                publication.l1OriginHash,
                uint256(uint160(publication.publisher)),
                publication.blockNumber,
                publication.timestamp,
                publication.payload
            )
        );
        return ringWord(publication.parent.id() + 1, publication.meta.lastTick(), hash);
    }
}
