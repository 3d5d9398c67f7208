// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOrderVerifier} from "../../contracts/interfaces/IOrderVerifier.sol";
import {IPreconfSlasher} from "../../contracts/interfaces/IPreconfSlasher.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {Inbox} from "../../contracts/l1/Inbox.sol";
import {PreconfSlasher} from "../../contracts/l1/PreconfSlasher.sol";
import {Merkle} from "../../contracts/libs/Merkle.sol";
import {OrderHash} from "../../contracts/libs/OrderHash.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {RightsMock} from "../../contracts/mocks/RightsMock.sol";
import {StakedSetMock} from "../../contracts/mocks/StakedSetMock.sol";
import {WindowRights} from "../../contracts/mocks/WindowRights.sol";
import {HeaderMeta} from "../../contracts/types/HeaderMeta.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {MerklePath} from "./MerklePath.sol";
import {TimelineFixture} from "./TimelineFixture.sol";

/// @notice A sequencer with a bond and a window of four slots, and publications of made-up items.
abstract contract PreconfFixture is TimelineFixture {
    address internal constant BEACON_ROOTS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    bytes internal constant BEACON_ROOTS_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500";
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;

    /// @dev Slot 100 begins with the timeline; ticks begin 4 s before slots (R-15).
    uint64 internal constant FIRST_SLOT = 110;
    uint64 internal constant LAST_SLOT = 113;
    uint64 internal constant MIN_TICK = 53;
    uint64 internal constant MAX_TICK = 76;
    uint8 internal constant BY_PROPOSER = 2;
    uint8 internal constant BY_STAKE = 3;
    uint256 internal constant KEY = uint256(keccak256("sequencer"));
    uint256 internal constant OTHER_KEY = uint256(keccak256("somebody else"));
    uint128 internal constant PENALTY = 1 ether;
    uint128 internal constant LIVENESS_FEE = 0.01 ether;
    uint64 internal constant EXIT_DELAY = 1000;
    uint64 internal constant CHALLENGE_WINDOW = 50_000;
    uint256 internal constant BOND = 4 ether;
    address internal constant CHALLENGER = address(0xC4A11E);

    /// @dev What was published, beside what the Inbox has of it.
    struct Tick {
        uint64 tick;
        bytes32[] items;
    }

    address internal sequencer;
    WindowRights internal windows;
    RightsMock internal verifier;
    StakedSetMock internal stakedSet;
    PreconfSlasher internal slasher;

    function createSlasher() internal {
        createTimeline();
        windows = new WindowRights();
        inbox = new Inbox(registry, forced, bridge, windows, parameters());
        verifier = new RightsMock();
        stakedSet = new StakedSetMock();
        slasher = newSlasher(address(verifier), address(stakedSet), costs());
        sequencer = vm.addr(KEY);
        setWindow(BY_PROPOSER);
        slasher.add{value: BOND}(sequencer);
        vm.etch(BEACON_ROOTS, BEACON_ROOTS_CODE);
    }

    function costs() internal pure returns (IPreconfSlasher.Parameters memory) {
        return IPreconfSlasher.Parameters(PENALTY, LIVENESS_FEE, EXIT_DELAY, CHALLENGE_WINDOW);
    }

    function newSlasher(
        address verifier_,
        address set,
        IPreconfSlasher.Parameters memory parameters_
    ) internal returns (PreconfSlasher) {
        return new PreconfSlasher(inbox, IOrderVerifier(verifier_), IStakedSequencerSet(set), parameters_);
    }

    function setWindow(uint8 kind) internal {
        windows.setWindow(FIRST_SLOT, LAST_SLOT, WindowRights.Window(sequencer, MIN_TICK, MAX_TICK, kind));
    }

    function startOf(uint256 slot) internal pure returns (uint256) {
        return BEACON_GENESIS + slot * SLOT;
    }

    /// @dev The chain's system call in a block of that slot.
    function setPayload(uint256 slot) internal {
        uint256 time = now_();
        vm.warp(startOf(slot));
        vm.prank(SYSTEM);
        (bool success, ) = BEACON_ROOTS.call(abi.encode(keccak256("beacon root")));
        assertTrue(success, "system call");
        vm.warp(time);
    }

    /// @dev The window's last slot is over, and was not missed; and its ticks had a block to see.
    function endWindow() internal {
        setPayload(FIRST_SLOT - 2);
        setPayload(LAST_SLOT);
        vm.warp(startOf(LAST_SLOT + 1));
    }

    function commit(
        uint256 key,
        uint64 tick,
        uint32 index,
        bytes32 itemHash
    ) internal view returns (IPreconfSlasher.Commitment memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, slasher.digestOf(tick, index, itemHash));
        return IPreconfSlasher.Commitment(tick, index, itemHash, abi.encodePacked(r, s, v));
    }

    function evidence(
        IPreconfSlasher.Commitment memory commitment,
        IPreconfSlasher.Fault fault,
        bytes memory proof
    ) internal pure returns (IPreconfSlasher.Evidence memory) {
        uint64 slot = fault == IPreconfSlasher.Fault.Omission ? LAST_SLOT : FIRST_SLOT;
        return IPreconfSlasher.Evidence(commitment, slot, fault, proof);
    }

    function equivocation(uint64 tick, uint32 index) internal view returns (IPreconfSlasher.Evidence memory) {
        IPreconfSlasher.Commitment memory other = commit(KEY, tick, index, "other");
        bytes memory proof = abi.encode(other.itemHash, other.signature);
        return evidence(commit(KEY, tick, index, "promised"), IPreconfSlasher.Fault.Equivocation, proof);
    }

    function omission(uint64 tick, bytes memory proof) internal view returns (IPreconfSlasher.Evidence memory) {
        return evidence(commit(KEY, tick, 0, "promised"), IPreconfSlasher.Fault.Omission, proof);
    }

    /// @dev Publishes as `publisher` in a block of that time.
    function publishTicks(
        address publisher,
        uint256 time,
        Tick[] memory ticks
    ) internal returns (OrderProof.Publication memory publication) {
        bytes32 originHash = nextBlock(time - now_());
        uint256 first = ticks[0].tick;
        publication = OrderProof.Publication({
            parent: inbox.head(),
            meta: packMeta(first, ticks[ticks.length - 1].tick - first, blockNumber() - 1, 0),
            ticksRoot: Merkle.root(hashes(ticks)),
            l1OriginHash: originHash,
            publisher: publisher,
            blockNumber: uint128(blockNumber()),
            timestamp: uint128(time),
            payload: abi.encodePacked(keccak256("data"))
        });
        (RingWord parent, HeaderMeta meta, bytes32 root) = (
            publication.parent,
            publication.meta,
            publication.ticksRoot
        );
        vm.prank(publisher);
        inbox.publishCalldata(parent, meta, root, originHash, "data", "");
    }

    function hashes(Tick[] memory ticks) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](ticks.length);
        for (uint256 i = 0; i < ticks.length; ++i) {
            list[i] = OrderHash.tick(ticks[i].tick, uint32(ticks[i].items.length), Merkle.root(ticks[i].items));
        }
    }

    /// @dev P-9 (a), (b): the tick at `place`, with the item at `index` if there is one.
    function otherItem(
        OrderProof.Publication memory publication,
        Tick[] memory ticks,
        uint256 place,
        uint256 index
    ) internal pure returns (IPreconfSlasher.Contradiction memory contradiction) {
        contradiction = _contradiction(publication, ticks.length, place, 1);
        contradiction.ticks[0] = tickProof(ticks, place);
        if (index >= ticks[place].items.length) return contradiction;
        contradiction.item = ticks[place].items[index];
        contradiction.itemSiblings = MerklePath.siblings(ticks[place].items, index);
    }

    /// @dev P-9 (c): two ticks, said to stand at `place` and after it.
    function twoTicks(
        OrderProof.Publication memory publication,
        Tick[] memory ticks,
        uint256 place,
        uint256 other
    ) internal pure returns (IPreconfSlasher.Contradiction memory contradiction) {
        contradiction = _contradiction(publication, ticks.length, place, 2);
        contradiction.ticks[0] = tickProof(ticks, place);
        contradiction.ticks[1] = tickProof(ticks, other);
    }

    function tickProof(Tick[] memory ticks, uint256 place) internal pure returns (IPreconfSlasher.TickProof memory) {
        Tick memory tick = ticks[place];
        bytes32[] memory siblings = MerklePath.siblings(hashes(ticks), place);
        return IPreconfSlasher.TickProof(tick.tick, uint32(tick.items.length), Merkle.root(tick.items), siblings);
    }

    function contradicts(
        uint64 tick,
        uint32 index,
        bytes32 itemHash,
        IPreconfSlasher.Contradiction memory contradiction
    ) internal view returns (IPreconfSlasher.Evidence memory) {
        IPreconfSlasher.Commitment memory commitment = commit(KEY, tick, index, itemHash);
        return evidence(commitment, IPreconfSlasher.Fault.Contradiction, abi.encode(contradiction));
    }

    /// @dev Ticks from `first` on, `count` items in each.
    function someTicks(uint64 first, uint256 size, uint256 count) internal pure returns (Tick[] memory ticks) {
        ticks = new Tick[](size);
        for (uint256 i = 0; i < size; ++i) ticks[i] = Tick(uint64(first + i), someItems(first + i, count));
    }

    function someItems(uint256 tick, uint256 count) internal pure returns (bytes32[] memory items) {
        items = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) items[i] = keccak256(abi.encode(tick, i));
    }

    function expectRefused(IPreconfSlasher.Evidence memory evidence_, bytes memory error_) internal {
        vm.expectRevert(error_);
        slasher.slash(evidence_);
    }

    function expectShown(IPreconfSlasher.Evidence memory evidence_, uint256 amount) internal {
        vm.prank(CHALLENGER);
        assertEq(slasher.slash(evidence_), amount, "slashed");
    }

    function _contradiction(
        OrderProof.Publication memory publication,
        uint256 size,
        uint256 place,
        uint256 shown
    ) private pure returns (IPreconfSlasher.Contradiction memory contradiction) {
        contradiction.publication = publication;
        (contradiction.tickCount, contradiction.tickIndex) = (uint32(size), uint32(place));
        contradiction.ticks = new IPreconfSlasher.TickProof[](shown);
    }
}
