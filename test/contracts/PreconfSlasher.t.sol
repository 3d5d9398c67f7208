// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IOrderVerifier} from "../../contracts/interfaces/IOrderVerifier.sol";
import {IPreconfSlasher} from "../../contracts/interfaces/IPreconfSlasher.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {HostileChallenger} from "../../contracts/mocks/HostileChallenger.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {PreconfFixture} from "./PreconfFixture.sol";

/// @notice Evidence: what each refusal is called, and promises kept and broken at random.
contract PreconfSlasherTest is PreconfFixture {
    uint64 private constant AT = 60;

    function setUp() public {
        createSlasher();
    }

    // ------------------------------------------------------------------------------------------ of every evidence

    function test_RevertsWithNotOwner_P7_trap28() public {
        IPreconfSlasher.Evidence memory shown = equivocation(AT, 0);
        shown.commitment = commit(OTHER_KEY, AT, 0, "promised");
        bytes4 error_ = IPreconfSlasher.NotOwner.selector;
        expectRefused(shown, abi.encodeWithSelector(error_, vm.addr(OTHER_KEY), sequencer, BY_PROPOSER));
        shown = equivocation(AT, 0);
        setWindow(1);
        expectRefused(shown, abi.encodeWithSelector(error_, sequencer, sequencer, 1));
    }

    function test_AnotherChainsSignatureIsNobodys_trap28() public {
        IPreconfSlasher.Evidence memory shown = equivocation(AT, 0);
        vm.chainId(17_000);
        expectRefused(shown, IPreconfSlasher.NotOwner.selector);
        expectShown(equivocation(AT, 0), PENALTY);
    }

    function test_AnotherSlashersSignatureIsNobodys_trap28() public {
        IPreconfSlasher.Evidence memory shown = equivocation(AT, 0);
        slasher = newSlasher(address(verifier), address(stakedSet), costs());
        slasher.add{value: 1 ether}(sequencer);
        expectRefused(shown, IPreconfSlasher.NotOwner.selector);
    }

    function testFuzz_MalformedSignatures_P2_trap28(uint256 seed) public {
        IPreconfSlasher.Evidence memory shown = equivocation(AT, 0);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, slasher.digestOf(AT, 0, "promised"));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 high = bytes32(order - uint256(s));
        shown.commitment.signature = abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27));
        expectRefused(shown, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, high));
        uint8 wrong = uint8(bound(seed, 0, 253));
        shown.commitment.signature = abi.encodePacked(r, s, wrong < 27 ? wrong : wrong + 2);
        expectRefused(shown, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        shown.commitment.signature = new bytes(65);
        expectRefused(shown, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        uint256 length = bound(seed, 0, 200);
        if (length == 65) ++length;
        shown.commitment.signature = new bytes(length);
        expectRefused(shown, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, length));
        // Compact, EIP-2098.
        shown.commitment.signature = abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
        expectRefused(shown, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64));
    }

    function test_RevertsWithOutsideWindow_P7() public {
        bytes4 error_ = IPreconfSlasher.OutsideWindow.selector;
        for (uint64 tick = MIN_TICK - 1; tick <= MAX_TICK + 1; tick += MAX_TICK - MIN_TICK + 2) {
            expectRefused(equivocation(tick, 0), abi.encodeWithSelector(error_, tick, MIN_TICK, MAX_TICK));
        }
    }

    function test_RevertsWithChallengeOver_P7() public {
        uint256 deadline = timeOf(AT) + CHALLENGE_WINDOW;
        vm.warp(deadline + 1);
        bytes memory error_ = abi.encodeWithSelector(
            IPreconfSlasher.ChallengeOver.selector,
            AT,
            deadline,
            deadline + 1
        );
        expectRefused(equivocation(AT, 0), error_);
        vm.warp(deadline);
        expectShown(equivocation(AT, 0), PENALTY);
    }

    function test_RevertsWithAlreadyShown_P7_INV_SLASHER_4() public {
        expectShown(equivocation(AT, 0), PENALTY);
        bytes memory error_ = abi.encodeWithSelector(IPreconfSlasher.AlreadyShown.selector, sequencer, AT);
        expectRefused(equivocation(AT, 0), error_);
        expectRefused(equivocation(AT, 1), error_);
        endWindow();
        expectShown(omission(AT, ""), LIVENESS_FEE);
        expectRefused(omission(AT, ""), error_);
        assertTrue(slasher.isShown(sequencer, AT, true) && slasher.isShown(sequencer, AT, false), "shown");
    }

    function test_RevertsWithNothingToSlash() public {
        for (uint64 i = 0; i < BOND / PENALTY; ++i) expectShown(equivocation(AT + i, 0), PENALTY);
        expectRefused(
            equivocation(MAX_TICK, 0),
            abi.encodeWithSelector(IPreconfSlasher.NothingToSlash.selector, sequencer)
        );
    }

    function test_RevertsWithTooLittleGas_trap27() public {
        setWindow(BY_STAKE);
        bytes memory call = abi.encodeCall(IPreconfSlasher.slash, (equivocation(AT, 0)));
        for (uint256 gas = 20_000; gas < 700_000; gas += 20_000) {
            uint256 before = vm.snapshotState();
            (bool success, ) = address(slasher).call{gas: gas}(call);
            if (success) assertEq(stakedSet.slashed(sequencer), 0.1 ether, "the pool, too");
            vm.revertToState(before);
        }
        (, bytes memory reason) = address(slasher).call{gas: 400_000}(call);
        assertEq(bytes32(bytes4(reason)), IPreconfSlasher.TooLittleGas.selector, "named");
    }

    function test_RevertsWithTransferFailed() public {
        HostileChallenger hostile = new HostileChallenger(slasher, true);
        bytes memory question = abi.encodeCall(IPreconfSlasher.slash, (equivocation(AT, 0)));
        bytes memory error_ = abi.encodeWithSelector(
            IPreconfSlasher.TransferFailed.selector,
            address(hostile),
            PENALTY / 10
        );
        vm.expectRevert(error_);
        hostile.act(question, new bytes[](0));
    }

    // ------------------------------------------------------------------------------------------ equivocation

    function test_RevertsWithSameItem_P8() public {
        IPreconfSlasher.Evidence memory shown = equivocation(AT, 0);
        shown.proof = abi.encode(shown.commitment.itemHash, shown.commitment.signature);
        expectRefused(shown, abi.encodeWithSelector(IPreconfSlasher.SameItem.selector, shown.commitment.itemHash));
    }

    function test_RevertsWithOtherSigner_P8() public {
        IPreconfSlasher.Evidence memory shown = equivocation(AT, 0);
        shown.proof = abi.encode(bytes32("other"), commit(OTHER_KEY, AT, 0, "other").signature);
        expectRefused(
            shown,
            abi.encodeWithSelector(IPreconfSlasher.OtherSigner.selector, sequencer, vm.addr(OTHER_KEY))
        );
        shown.proof = abi.encode(bytes32("other"), commit(KEY, AT, 1, "other").signature);
        expectRefused(shown, IPreconfSlasher.OtherSigner.selector);
    }

    // ------------------------------------------------------------------------------------------ contradiction

    function test_RevertsWithWrongPublication_P9() public {
        Tick[] memory ticks = someTicks(58, 5, 3);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), ticks);
        RingWord found = inbox.entry(1);
        publication.publisher = address(1);
        IPreconfSlasher.Evidence memory shown = contradicts(AT, 0, "promised", otherItem(publication, ticks, 2, 0));
        (bool success, bytes memory reason) = address(slasher).call(abi.encodeCall(IPreconfSlasher.slash, (shown)));
        assertTrue(!success && bytes4(reason) == IPreconfSlasher.WrongPublication.selector, "refused");
        assertTrue(found == inbox.entry(1), "unchanged");
    }

    function test_RevertsWithOtherPublisher_P9() public {
        Tick[] memory ticks = someTicks(58, 5, 3);
        windows.setOpener(CHALLENGER);
        OrderProof.Publication memory publication = publishTicks(CHALLENGER, startOf(112), ticks);
        bytes memory error_ = abi.encodeWithSelector(IPreconfSlasher.OtherPublisher.selector, CHALLENGER, sequencer);
        expectRefused(contradicts(AT, 0, "promised", otherItem(publication, ticks, 2, 0)), error_);
    }

    function test_RevertsWithTickNotCovered_P9() public {
        Tick[] memory ticks = someTicks(58, 5, 3);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), ticks);
        IPreconfSlasher.Contradiction memory contradiction = otherItem(publication, ticks, 0, 0);
        bytes4 error_ = IPreconfSlasher.TickNotCovered.selector;
        expectRefused(contradicts(57, 0, "promised", contradiction), abi.encodeWithSelector(error_, 57, 58, 62));
        expectRefused(contradicts(63, 0, "promised", contradiction), abi.encodeWithSelector(error_, 63, 58, 62));
    }

    function test_RevertsWithMalformedProof_P9() public {
        Tick[] memory ticks = someTicks(58, 5, 3);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), ticks);
        bytes4 error_ = IPreconfSlasher.MalformedProof.selector;
        IPreconfSlasher.Contradiction memory fewer = otherItem(publication, ticks, 2, 3);
        fewer.item = "superfluous";
        bytes memory refusal = abi.encodeWithSelector(error_, 1, bytes32("superfluous"), 0);
        expectRefused(contradicts(AT, 3, "promised", fewer), refusal);
        fewer.item = 0;
        fewer.itemSiblings = new bytes32[](1);
        expectRefused(contradicts(AT, 3, "promised", fewer), abi.encodeWithSelector(error_, 1, 0, 1));
        for (uint256 count = 0; count <= 3; count += 3) {
            fewer.itemSiblings = new bytes32[](0);
            fewer.ticks = new IPreconfSlasher.TickProof[](count);
            expectRefused(contradicts(AT, 3, "promised", fewer), abi.encodeWithSelector(error_, count, 0, 0));
        }
    }

    function test_RevertsWithOtherTick_P9() public {
        Tick[] memory ticks = someTicks(58, 5, 3);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), ticks);
        bytes4 error_ = IPreconfSlasher.OtherTick.selector;
        IPreconfSlasher.Contradiction memory contradiction = otherItem(publication, ticks, 1, 0);
        expectRefused(contradicts(AT, 0, "promised", contradiction), abi.encodeWithSelector(error_, AT, 59, 59));
        contradiction = twoTicks(publication, ticks, 2, 3);
        expectRefused(contradicts(AT, 0, "promised", contradiction), abi.encodeWithSelector(error_, AT, 60, 61));
        contradiction = twoTicks(publication, ticks, 1, 2);
        expectRefused(contradicts(AT, 0, "promised", contradiction), abi.encodeWithSelector(error_, AT, 59, 60));
    }

    function test_RevertsWithTickNotIncluded_P9_trap21() public {
        Tick[] memory ticks = someTicks(58, 5, 3);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), ticks);
        bytes4 error_ = IPreconfSlasher.TickNotIncluded.selector;
        IPreconfSlasher.Contradiction memory contradiction = otherItem(publication, ticks, 2, 0);
        contradiction.ticks[0].itemCount = 0;
        (contradiction.item, contradiction.itemSiblings) = (0, new bytes32[](0));
        bytes memory refusal = abi.encodeWithSelector(error_, AT, publication.ticksRoot);
        expectRefused(contradicts(AT, 0, "promised", contradiction), refusal);
        // Not neighbours.
        contradiction = twoTicks(publication, ticks, 1, 3);
        refusal = abi.encodeWithSelector(error_, 61, publication.ticksRoot);
        expectRefused(contradicts(AT, 0, "promised", contradiction), refusal);
    }

    function test_RevertsWithItemNotIncluded_P9() public {
        Tick[] memory ticks = someTicks(58, 5, 3);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), ticks);
        IPreconfSlasher.Contradiction memory contradiction = otherItem(publication, ticks, 2, 1);
        bytes memory refusal = abi.encodeWithSelector(
            IPreconfSlasher.ItemNotIncluded.selector,
            ticks[2].items[1],
            contradiction.ticks[0].itemsRoot
        );
        expectRefused(contradicts(AT, 0, ticks[2].items[0], contradiction), refusal);
        expectRefused(contradicts(AT, 2, ticks[2].items[2], contradiction), refusal);
    }

    /// @dev Whatever of its own publication is shown, at any place of any shape.
    function testFuzz_KeptPromisesCostNothing_P12_trap25(uint256 seed) public {
        Tick[] memory ticks = _randomTicks(seed);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(LAST_SLOT), ticks);
        endWindow();
        uint256 place = bound(seed >> 16, 0, ticks.length - 1);
        Tick memory tick = ticks[place];
        if (tick.items.length == 0) return;
        uint32 index = uint32(bound(seed >> 32, 0, tick.items.length - 1));
        bytes32 kept = tick.items[index];
        // Any item, or none, and any two ticks.
        uint256 any = bound(seed >> 48, 0, tick.items.length);
        _refusedAnyhow(contradicts(tick.tick, index, kept, otherItem(publication, ticks, place, any)));
        (any, place) = (bound(seed >> 64, 0, ticks.length - 1), bound(seed >> 80, 0, ticks.length - 1));
        _refusedAnyhow(contradicts(tick.tick, index, kept, twoTicks(publication, ticks, any, place)));
        IPreconfSlasher.Commitment memory commitment = commit(KEY, tick.tick, index, kept);
        _refusedAnyhow(evidence(commitment, IPreconfSlasher.Fault.Omission, ""));
        _refusedAnyhow(evidence(commitment, IPreconfSlasher.Fault.Omission, abi.encode(publication)));
    }

    function testFuzz_BrokenPromisesCostThePenalty_P9(uint256 seed) public {
        Tick[] memory ticks = _randomTicks(seed);
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(LAST_SLOT), ticks);
        uint256 place = bound(seed >> 16, 0, ticks.length - 1);
        uint32 index = uint32(bound(seed >> 32, 0, ticks[place].items.length + 2));
        expectShown(
            contradicts(ticks[place].tick, index, "promised", otherItem(publication, ticks, place, index)),
            PENALTY
        );
        if (place + 1 == ticks.length) return;
        uint64 tick = ticks[place].tick + 1;
        if (tick == ticks[place + 1].tick) return;
        expectShown(contradicts(tick, index, "promised", twoTicks(publication, ticks, place, place + 1)), PENALTY);
    }

    // ------------------------------------------------------------------------------------------ void

    function test_RevertsWithNoOrderVerifier_P10() public {
        slasher = newSlasher(address(0), address(0), costs());
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), someTicks(58, 5, 3));
        expectRefused(_void(publication), abi.encodeWithSelector(IPreconfSlasher.NoOrderVerifier.selector));
    }

    function test_RevertsWithNotVoid_P10() public {
        OrderProof.Publication memory publication = publishTicks(sequencer, startOf(112), someTicks(58, 5, 3));
        for (uint8 i = 0; i < 2; ++i) {
            IOrderVerifier.Status status = IOrderVerifier.Status(i);
            verifier.setAnswer(abi.encode(status));
            expectRefused(_void(publication), abi.encodeWithSelector(IPreconfSlasher.NotVoid.selector, 1, status));
        }
        verifier.setAnswer(abi.encode(IOrderVerifier.Status.Void));
        expectShown(_void(publication), PENALTY);
    }

    // ------------------------------------------------------------------------------------------ helpers

    function _void(OrderProof.Publication memory publication) private view returns (IPreconfSlasher.Evidence memory) {
        return evidence(commit(KEY, AT, 0, "promised"), IPreconfSlasher.Fault.Void, abi.encode(publication));
    }

    function expectRefused(IPreconfSlasher.Evidence memory shown, bytes4 error_) private {
        (bool success, bytes memory reason) = address(slasher).call(abi.encodeCall(IPreconfSlasher.slash, (shown)));
        assertTrue(!success && bytes4(reason) == error_, "refused");
    }

    function _refusedAnyhow(IPreconfSlasher.Evidence memory shown) private {
        (bool success, ) = address(slasher).call(abi.encodeCall(IPreconfSlasher.slash, (shown)));
        assertTrue(!success, "nobody is slashed who kept his promise");
    }

    /// @dev One to nine ticks of the window, up to five items in each.
    function _randomTicks(uint256 seed) private pure returns (Tick[] memory ticks) {
        ticks = new Tick[](bound(seed, 1, 9));
        uint64 tick = MIN_TICK;
        for (uint256 i = 0; i < ticks.length; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            tick += uint64(1 + (random % 2));
            ticks[i] = Tick(tick, someItems(tick, (random >> 8) % 6));
        }
    }
}
