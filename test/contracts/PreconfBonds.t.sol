// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPreconfSlasher} from "../../contracts/interfaces/IPreconfSlasher.sol";
import {HostileChallenger} from "../../contracts/mocks/HostileChallenger.sol";
import {PreconfFixture} from "./PreconfFixture.sol";

/// @notice What happens to bonds: added, announced to leave, taken, slashed until then.
contract PreconfBondsTest is PreconfFixture {
    function setUp() public {
        createSlasher();
    }

    function test_IsCreatedForATimeline() public view {
        assertEq(address(slasher.inbox()), address(inbox), "inbox");
        assertEq(address(slasher.orderVerifier()), address(verifier), "verifier");
        assertEq(address(slasher.stakedSet()), address(stakedSet), "set");
        bytes32 given = keccak256(abi.encode(costs()));
        assertEq(keccak256(abi.encode(slasher.parameters())), given, "parameters");
    }

    function test_RevertsWithInvalidParameter() public {
        uint64 tooLong = uint64(type(uint32).max) + 1;
        _invalid("penalty", 0, IPreconfSlasher.Parameters(0, LIVENESS_FEE, 1, 1));
        _invalid("livenessFee", 0, IPreconfSlasher.Parameters(1, 0, 1, 1));
        _invalid("livenessFee", 2, IPreconfSlasher.Parameters(1, 2, 1, 1));
        _invalid("exitDelay", 0, IPreconfSlasher.Parameters(1, 1, 0, 1));
        _invalid("exitDelay", tooLong, IPreconfSlasher.Parameters(1, 1, tooLong, 1));
        _invalid("challengeWindow", 0, IPreconfSlasher.Parameters(1, 1, 1, 0));
        _invalid("challengeWindow", tooLong, IPreconfSlasher.Parameters(1, 1, 1, tooLong));
        bytes4 error_ = IPreconfSlasher.InvalidParameter.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, bytes32("orderVerifier"), 5));
        newSlasher(address(5), address(0), costs());
        vm.expectRevert(abi.encodeWithSelector(error_, bytes32("stakedSet"), 6));
        newSlasher(address(0), address(6), costs());
    }

    function test_AddedByAnyoneTakenByItsSequencer_P5_INV_SLASHER_1() public {
        slasher.add{value: 3}(sequencer);
        _assertBond(BOND + 3, 0);
        vm.prank(sequencer);
        slasher.startLeaving();
        uint256 leavesAt = now_() + EXIT_DELAY + CHALLENGE_WINDOW;
        _assertBond(BOND + 3, leavesAt);
        vm.warp(leavesAt + 1);
        vm.prank(sequencer);
        slasher.take(RECIPIENT);
        assertEq(RECIPIENT.balance, BOND + 3, "paid");
        _assertBond(0, 0);
    }

    function test_RevertsWithNoBond_P5() public {
        bytes memory error_ = abi.encodeWithSelector(IPreconfSlasher.NoBond.selector, address(this));
        vm.expectRevert(error_);
        slasher.startLeaving();
        // One that was slashed away while it was leaving.
        vm.prank(sequencer);
        slasher.startLeaving();
        for (uint64 i = 0; i < BOND / PENALTY; ++i) _slash(equivocation(MIN_TICK + i, 0));
        vm.warp(now_() + EXIT_DELAY + CHALLENGE_WINDOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IPreconfSlasher.NoBond.selector, sequencer));
        vm.prank(sequencer);
        slasher.take(RECIPIENT);
    }

    function test_RevertsWithLeaving_P5() public {
        vm.startPrank(sequencer);
        slasher.startLeaving();
        uint256 leavesAt = now_() + EXIT_DELAY + CHALLENGE_WINDOW;
        vm.warp(now_() + 5);
        bytes memory error_ = abi.encodeWithSelector(IPreconfSlasher.Leaving.selector, sequencer, leavesAt);
        vm.expectRevert(error_);
        slasher.startLeaving();
        vm.stopPrank();
        vm.expectRevert(error_);
        slasher.add{value: 1}(sequencer);
        vm.prank(sequencer);
        slasher.stay();
        slasher.add{value: 1}(sequencer);
        _assertBond(BOND + 1, 0);
    }

    function test_RevertsWithNotLeaving_P5() public {
        bytes memory error_ = abi.encodeWithSelector(IPreconfSlasher.NotLeaving.selector, sequencer);
        vm.startPrank(sequencer);
        vm.expectRevert(error_);
        slasher.stay();
        vm.expectRevert(error_);
        slasher.take(RECIPIENT);
        slasher.startLeaving();
        slasher.stay();
        vm.expectRevert(error_);
        slasher.take(RECIPIENT);
    }

    function test_RevertsWithStillBonded_P5_INV_SLASHER_2() public {
        vm.startPrank(sequencer);
        slasher.startLeaving();
        uint256 leavesAt = now_() + EXIT_DELAY + CHALLENGE_WINDOW;
        for (uint256 time = now_(); time <= leavesAt; time += (EXIT_DELAY + CHALLENGE_WINDOW) / 5) {
            vm.warp(time);
            bytes4 error_ = IPreconfSlasher.StillBonded.selector;
            vm.expectRevert(abi.encodeWithSelector(error_, sequencer, leavesAt, time));
            slasher.take(RECIPIENT);
        }
    }

    function test_RevertsWithTransferFailed_P5() public {
        HostileChallenger hostile = new HostileChallenger(slasher, true);
        vm.startPrank(sequencer);
        slasher.startLeaving();
        vm.warp(now_() + EXIT_DELAY + CHALLENGE_WINDOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IPreconfSlasher.TransferFailed.selector, address(hostile), BOND));
        slasher.take(address(hostile));
    }

    /// @dev Trap 26: promise, break, leave. A promise of a tick at most `exitDelay` ahead, shown at any time that P-7 allows, whenever
    /// the sequencer announced to leave after it had promised, and however eagerly it tries to take its bond.
    function testFuzz_SlashedAtEveryPointOfTheExit_P5_trap26_INV_SLASHER_2(
        uint256 announced,
        uint256 shownAt,
        uint256 ahead
    ) public {
        uint64 tick = uint64(bound(ahead, MIN_TICK, MAX_TICK));
        uint256 promised = timeOf(tick) - bound(ahead >> 64, 0, timeOf(tick) - GENESIS);
        uint256 deadline = timeOf(tick) + CHALLENGE_WINDOW;
        IPreconfSlasher.Evidence memory broken = equivocation(tick, 0);
        announced = bound(announced, promised, deadline);
        shownAt = bound(shownAt, announced, deadline);
        vm.warp(announced);
        vm.prank(sequencer);
        slasher.startLeaving();
        vm.warp(shownAt);
        vm.prank(sequencer);
        (bool taken, ) = address(slasher).call(abi.encodeCall(IPreconfSlasher.take, (sequencer)));
        assertTrue(!taken, "bonded");
        assertEq(_slash(broken), PENALTY, "slashed");
        _assertBond(BOND - PENALTY, announced + EXIT_DELAY + CHALLENGE_WINDOW);
    }

    /// @dev Trap 27: its reward, or its bond, makes the receiver call again: the same evidence, another's, its own announcements.
    function test_ReentryChangesNothing_trap27_INV_SLASHER_1_INV_SLASHER_4() public {
        HostileChallenger hostile = new HostileChallenger(slasher, false);
        slasher.add{value: 5}(address(hostile));
        bytes[] memory next = new bytes[](5);
        next[4] = abi.encodeCall(IPreconfSlasher.slash, (equivocation(MIN_TICK, 0)));
        next[3] = abi.encodeCall(IPreconfSlasher.startLeaving, ());
        next[2] = abi.encodeCall(IPreconfSlasher.take, (address(hostile)));
        next[1] = abi.encodeCall(IPreconfSlasher.slash, (equivocation(MIN_TICK, 1)));
        next[0] = abi.encodeCall(IPreconfSlasher.slash, (equivocation(MIN_TICK + 1, 0)));
        hostile.act(abi.encodeCall(IPreconfSlasher.slash, (equivocation(MIN_TICK, 0))), next);
        // One answer: only a payment makes it act.
        bytes[] memory answers = hostile.answers();
        assertEq(answers.length, 1, "one payment");
        assertEq(bytes32(bytes4(answers[0])), IPreconfSlasher.AlreadyShown.selector, "refused");
        _assertBond(BOND - PENALTY, 0);
        assertEq(address(slasher).balance, BOND - PENALTY + 5, "all bonds");
        // Another fault, shown while being paid for the first, is a second fault as ever.
        hostile.act(abi.encodeCall(IPreconfSlasher.slash, (equivocation(MIN_TICK + 2, 0))), _list(next[0]));
        _assertBond(BOND - 3 * PENALTY, 0);
        assertEq(address(hostile).balance, (3 * PENALTY) / 10, "a tenth of each");
    }

    function test_TakingOnesBondTwiceIsTakingItOnce_INV_SLASHER_1() public {
        HostileChallenger hostile = new HostileChallenger(slasher, false);
        slasher.add{value: 7}(address(hostile));
        hostile.act(abi.encodeCall(IPreconfSlasher.startLeaving, ()), new bytes[](0));
        vm.warp(now_() + EXIT_DELAY + CHALLENGE_WINDOW + 1);
        bytes memory again = abi.encodeCall(IPreconfSlasher.take, (address(hostile)));
        hostile.act(again, _list(again));
        assertEq(address(hostile).balance, 7, "once");
        assertEq(bytes32(bytes4(hostile.answers()[0])), IPreconfSlasher.NotLeaving.selector, "refused");
        assertEq(address(slasher).balance, BOND, "the other's bond");
    }

    /// @dev At most a tenth to anybody, nothing of an omission; what is left of a bond is all that can be taken.
    function testFuzz_WhereTheMoneyGoes_P6_INV_SLASHER_1_INV_SLASHER_3(uint256 bond, uint64 faults) public {
        bond = bound(bond, 1, 2 * uint256(PENALTY));
        slasher = newSlasher(address(verifier), address(0), costs());
        slasher.add{value: bond}(sequencer);
        faults = uint64(bound(faults, 1, 3));
        (uint256 burntBefore, uint256 gainedBefore) = (address(0).balance, CHALLENGER.balance);
        uint256 rewards;
        for (uint64 i = 0; i < faults && bond > 0; ++i) {
            uint256 amount = _slash(equivocation(MIN_TICK + i, 0));
            assertEq(amount, bond < PENALTY ? bond : PENALTY, "the penalty, or what is left");
            bond -= amount;
            rewards += amount / 10;
        }
        endWindow();
        if (bond > 0) bond -= _slash(omission(MAX_TICK, ""));
        _assertBond(bond, 0);
        assertEq(address(slasher).balance, bond, "all bonds");
        assertEq(CHALLENGER.balance - gainedBefore, rewards, "a tenth");
        assertTrue(address(0).balance - burntBefore >= 9 * rewards, "nine tenths");
    }

    function _slash(IPreconfSlasher.Evidence memory shown) private returns (uint256) {
        vm.prank(CHALLENGER);
        return slasher.slash(shown);
    }

    function _assertBond(uint256 amount, uint256 leavesAt) private view {
        (uint256 bonded, uint256 leaves) = slasher.bondOf(sequencer);
        assertEq(bonded, amount, "bond");
        assertEq(leaves, leavesAt, "leaves");
    }

    function _invalid(bytes32 name, uint256 value, IPreconfSlasher.Parameters memory parameters_) private {
        vm.expectRevert(abi.encodeWithSelector(IPreconfSlasher.InvalidParameter.selector, name, value));
        newSlasher(address(0), address(0), parameters_);
    }

    function _list(bytes memory one) private pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = one;
    }
}
