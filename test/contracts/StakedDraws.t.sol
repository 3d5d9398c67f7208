// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {StakeFixture} from "./StakeFixture.sol";

/// @notice Seats, weights and draws (rights.md, K-2 to K-5).
contract StakedDrawsTest is StakeFixture {
    uint256 private constant STAKE = 1000 ether;
    uint256 private constant SEATS = 64;
    uint256 private constant GAS_OF_64_POOLS = 500_000;

    function setUp() public {
        createSet();
        bindSet();
    }

    // ---------------------------------------------------------------------------------------------- weights

    function test_StakeCountsFromTheThirdEpochAfter_K2() public {
        open(ALICE, STAKE);
        _assertWeights(0, 0, 0, STAKE);
        vm.warp(startOf(FIRST_EPOCH + 1));
        stake(BOB, ALICE, STAKE);
        _assertWeights(0, 0, STAKE, 2 * STAKE);
        vm.warp(startOf(FIRST_EPOCH + 2) - 1);
        stake(BOB, ALICE, STAKE);
        _assertWeights(0, 0, STAKE, 3 * STAKE);
        vm.warp(startOf(FIRST_EPOCH + 2));
        _assertWeights(0, STAKE, 3 * STAKE, 3 * STAKE);
        vm.warp(startOf(FIRST_EPOCH + 4));
        _assertWeights(3 * STAKE, 3 * STAKE, 3 * STAKE, 3 * STAKE);
        assertEq(set.weightOf(ALICE, FIRST_EPOCH + 3), 0, "no answer for the past");
    }

    function test_StakeThatLeavesCountsThroughTheSecondEpochAfter_K2() public {
        uint256 shares = open(ALICE, STAKE);
        vm.warp(startOf(FIRST_EPOCH + 10));
        unstake(ALICE, ALICE, shares / 2);
        _assertWeights(STAKE, STAKE, STAKE, STAKE / 2 + 1);
        vm.warp(startOf(FIRST_EPOCH + 12));
        unstake(ALICE, ALICE, shares / 2);
        _assertWeights(STAKE, STAKE / 2 + 1, STAKE / 2 + 1, 0);
    }

    /// @dev Who knows the mix cannot improve its chances by being slashed or rewarded any more.
    function test_SlashesAndRewardsCountAsLate_INV_STAKE_4() public {
        open(ALICE, STAKE);
        addFunds(REWARD);
        vm.warp(startOf(FIRST_EPOCH + 10));
        slasher.slash(ALICE, 1, 2);
        _assertWeights(STAKE, STAKE, STAKE, STAKE / 2);
        set.reward(publish(ALICE));
        _assertWeights(STAKE, STAKE, STAKE, STAKE / 2 + (REWARD * 9) / 10);
    }

    function test_LessThanTheMinimumDoesNotCount() public {
        uint256 shares = open(ALICE, MINIMUM);
        unstake(ALICE, ALICE, (2 * shares) / MINIMUM);
        assertEq(set.weightOf(ALICE, FIRST_EPOCH + 3), 0, "one unit less");
        stake(BOB, ALICE, 1);
        assertEq(set.weightOf(ALICE, FIRST_EPOCH + 3), MINIMUM, "whoever adds it");
    }

    function test_AClosedPoolDoesNotCount() public {
        open(ALICE, STAKE);
        for (uint256 i = 0; i < 2; ++i) {
            stake(BOB, ALICE, 2 ** 96 - 1 - set.poolOf(ALICE).stake);
            slasher.slash(ALICE, 2 ** 28 - 1, 2 ** 28);
        }
        assertTrue(set.poolOf(ALICE).stake > MINIMUM, "enough left");
        assertEq(set.weightOf(ALICE, FIRST_EPOCH + 3), 0, "but a share is worth next to nothing");
    }

    // ---------------------------------------------------------------------------------------------- seats

    function test_RevertsWithNoSeat() public {
        _openAll(MINIMUM);
        give(ALICE, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NoSeat.selector));
        vm.prank(ALICE);
        set.open(COMMISSION, MINIMUM);
    }

    function test_ASeatIsTakenOverOnceNothingCounts() public {
        _openAll(MINIMUM);
        address leaver = _sequencer(7);
        vm.warp(startOf(FIRST_EPOCH + 10));
        uint256 id = unstake(leaver, leaver, set.sharesOf(leaver, leaver) / 2);
        give(ALICE, MINIMUM);
        vm.warp(startOf(FIRST_EPOCH + 13) - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NoSeat.selector));
        vm.prank(ALICE);
        set.open(COMMISSION, MINIMUM);
        vm.warp(startOf(FIRST_EPOCH + 13));
        vm.prank(ALICE);
        set.open(COMMISSION, MINIMUM);
        assertEq(set.seats()[7], ALICE, "the seat");
        assertTrue(!set.poolOf(leaver).seated && set.poolOf(ALICE).seated, "whose it is");

        // What is left there is still its owners', takes no more, and comes back at the same commission only.
        give(BOB, STAKE);
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NoPool.selector, leaver));
        vm.prank(BOB);
        set.stake(leaver, STAKE);
        vm.warp(now_() + EXIT_DELAY);
        assertEq(withdraw(leaver, id), MINIMUM / 2 - 2, "paid");
        address next = _sequencer(8);
        unstake(next, next, set.sharesOf(next, next));
        vm.warp(startOf(epochNow() + 3));
        give(leaver, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.CommissionFixed.selector, COMMISSION));
        vm.prank(leaver);
        set.open(COMMISSION + 1, MINIMUM);
        vm.prank(leaver);
        set.open(COMMISSION, MINIMUM);
        assertEq(set.seats()[8], leaver, "another seat");
        assertTrue(set.weightOf(leaver, epochNow() + 2) == 0, "but nothing counts at once");
        assertTrue(set.weightOf(leaver, epochNow() + 3) > MINIMUM, "all of it from the third epoch on");
    }

    function test_AnEmptyPoolMayReturnAtAnotherCommission() public {
        _openAll(MINIMUM);
        address leaver = _sequencer(0);
        unstake(leaver, leaver, set.sharesOf(leaver, leaver));
        // It never counted, but would have.
        give(ALICE, MINIMUM);
        vm.warp(startOf(FIRST_EPOCH + 3));
        vm.prank(ALICE);
        set.open(COMMISSION, MINIMUM);
        address other = _sequencer(1);
        unstake(other, other, set.sharesOf(other, other));
        vm.warp(startOf(FIRST_EPOCH + 6));
        give(leaver, MINIMUM);
        vm.prank(leaver);
        set.open(0, MINIMUM);
        assertEq(set.poolOf(leaver).commission, 0, "new");
        assertEq(set.seats()[1], leaver, "seat");
    }

    // ---------------------------------------------------------------------------------------------- draws

    function test_DrawsForTheNextEpochOnly_K5() public {
        open(ALICE, STAKE);
        vm.warp(startOf(FIRST_EPOCH + 10));
        for (uint256 e = FIRST_EPOCH; e < FIRST_EPOCH + 20; ++e) oracle.setMix(e, keccak256(abi.encode(e)));
        bytes4 selector = IStakedSequencerSet.NotNextEpoch.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, FIRST_EPOCH + 12, FIRST_EPOCH + 11));
        set.draw(FIRST_EPOCH + 12);
        vm.warp(startOf(FIRST_EPOCH + 11) - 1);
        vm.expectRevert(abi.encodeWithSelector(selector, FIRST_EPOCH + 10, FIRST_EPOCH + 11));
        set.draw(FIRST_EPOCH + 10);
        assertEq(set.sequencerOf(FIRST_EPOCH + 11), address(0), "not drawn yet");
        assertEq(set.draw(FIRST_EPOCH + 11), ALICE, "in the last second");
        assertEq(set.sequencerOf(FIRST_EPOCH + 11), ALICE, "drawn");
        vm.warp(startOf(FIRST_EPOCH + 12));
        vm.expectRevert(abi.encodeWithSelector(selector, FIRST_EPOCH + 12, FIRST_EPOCH + 13));
        set.draw(FIRST_EPOCH + 12);
        assertEq(set.sequencerOf(FIRST_EPOCH + 12), address(0), "nobody, for good");
        assertEq(set.sequencerOf(FIRST_EPOCH + 11), ALICE, "still");
    }

    function test_RevertsWithNoMix() public {
        open(ALICE, STAKE);
        vm.warp(startOf(FIRST_EPOCH + 10));
        oracle.setMix(FIRST_EPOCH + 8, "before");
        oracle.setMix(FIRST_EPOCH + 10, "after");
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NoMix.selector, FIRST_EPOCH + 11));
        set.draw(FIRST_EPOCH + 11);
        oracle.setMix(FIRST_EPOCH + 9, "of two epochs before");
        assertEq(set.draw(FIRST_EPOCH + 11), ALICE, "drawn");
    }

    function test_NothingIsDrawnBeforeEpochTwo() public {
        vm.warp(BEACON_GENESIS);
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NoMix.selector, 1));
        set.draw(1);
        assertEq(set.sequencerOf(0), address(0), "epoch 0");
    }

    function test_NoStakeNoWinner_K4() public {
        assertEq(drawNext("mix"), address(0), "no pools");
        open(ALICE, STAKE);
        vm.warp(startOf(FIRST_EPOCH + 1));
        assertEq(drawNext("mix"), address(0), "stake that does not count yet");
        vm.warp(startOf(FIRST_EPOCH + 2));
        assertEq(drawNext("mix"), ALICE, "stake that will");
    }

    function test_IsFinal_K5() public {
        open(ALICE, STAKE);
        open(BOB, STAKE);
        vm.warp(startOf(FIRST_EPOCH + 10));
        address winner = drawNext("a mix");
        vm.recordLogs();
        for (uint256 i = 0; i < 16; ++i) assertEq(drawNext(keccak256(abi.encode(i))), winner, "the first draw stands");
        assertEq(vm.getRecordedLogs().length, 0, "and is not told again");
    }

    /// @dev The rule by hand.
    function testFuzz_DrawsAsTheRuleSays_K3_K4(bytes32 mix, uint256 a, uint256 b, uint256 c) public {
        uint256[3] memory weights = [
            bound(a, MINIMUM, 2 ** 90),
            bound(b, MINIMUM, 2 ** 90),
            bound(c, MINIMUM, 2 ** 90)
        ];
        address[3] memory pools = [ALICE, BOB, CAROL];
        for (uint256 i = 0; i < 3; ++i) open(pools[i], weights[i]);
        vm.warp(startOf(FIRST_EPOCH + 2));
        vm.assume(mix != 0);
        uint256 epoch = FIRST_EPOCH + 3;
        uint256 random = uint256(keccak256(abi.encodePacked(mix, epoch, address(set))));
        random %= weights[0] + weights[1] + weights[2];
        address expected = CAROL;
        if (random < weights[0]) expected = ALICE;
        else if (random < weights[0] + weights[1]) expected = BOB;
        assertEq(drawNext(mix), expected, "winner");
    }

    /// @dev Stakes of one, two and five parts over 1,600 epochs, with mixes that are always the same: six deviations at most.
    function test_DrawsByStake_K4() public {
        address[3] memory pools = [ALICE, BOB, CAROL];
        uint256[3] memory parts = [uint256(1), 2, 5];
        for (uint256 i = 0; i < 3; ++i) open(pools[i], parts[i] * STAKE);
        uint256[3] memory wins;
        for (uint256 epoch = FIRST_EPOCH + 3; epoch < FIRST_EPOCH + 1603; ++epoch) {
            vm.warp(startOf(epoch));
            address winner = drawNext(keccak256(abi.encode("seed", epoch)));
            for (uint256 i = 0; i < 3; ++i) if (winner == pools[i]) ++wins[i];
        }
        assertEq(wins[0] + wins[1] + wins[2], 1600, "all drawn");
        // Deviations: 13.2, 17.3, 19.4.
        assertTrue(wins[0] > 200 - 80 && wins[0] < 200 + 80, "an eighth");
        assertTrue(wins[1] > 400 - 104 && wins[1] < 400 + 104, "a quarter");
        assertTrue(wins[2] > 1000 - 117 && wins[2] < 1000 + 117, "five eighths");
    }

    function test_Forgets512EpochsLater() public {
        open(ALICE, STAKE);
        uint256 epoch = FIRST_EPOCH + 3;
        vm.warp(startOf(epoch - 1));
        drawNext("mix");
        vm.warp(startOf(epoch + 511));
        assertEq(set.sequencerOf(epoch), ALICE, "known");
        drawNext("mix");
        assertEq(set.sequencerOf(epoch), address(0), "forgotten");
        assertEq(set.sequencerOf(epoch + 512), ALICE, "for the next of the place");
    }

    /// @dev Everything cold, and all the weights changed in the last epochs.
    function test_DrawsOf64PoolsWithin500000Gas() public {
        _openAll(STAKE);
        vm.warp(startOf(FIRST_EPOCH + 2));
        uint256 epoch = FIRST_EPOCH + 3;
        oracle.setMix(FIRST_EPOCH + 1, "mix");
        vm.cool(address(set));
        vm.cool(address(oracle));
        uint256 before = gasleft();
        set.draw(epoch);
        uint256 spent = before - gasleft();
        assertGas(spent, 200_000, GAS_OF_64_POOLS);
        assertTrue(set.sequencerOf(epoch) != address(0), "drawn");
    }

    /// @dev Each action, in the epoch in which the mix is known: whatever it does, the winner stays.
    function testFuzz_NobodyChangesTheDraw_INV_STAKE_4(bytes32 mix, uint256 what, uint256 amount) public {
        vm.assume(mix != 0);
        address[3] memory pools = [ALICE, BOB, CAROL];
        for (uint256 i = 0; i < 3; ++i) open(pools[i], STAKE);
        uint256 shares = set.sharesOf(ALICE, ALICE);
        vm.warp(startOf(FIRST_EPOCH + 9));
        unstake(ALICE, ALICE, what % 2 == 0 ? shares : shares / 2);
        addFunds(REWARD);
        vm.warp(startOf(FIRST_EPOCH + 10));
        uint256 state = vm.snapshotState();
        address expected = drawNext(mix);
        vm.revertToState(state);

        uint256 number = bound(amount, 1, STAKE);
        uint256 action = (what / 2) % 6;
        if (action == 0) stake(CAROL, BOB, number);
        if (action == 1) unstake(BOB, BOB, number);
        if (action == 2) slasher.slash(CAROL, number, STAKE);
        if (action == 3) set.reward(publish(CAROL));
        if (action == 4) open(address(uint160(uint256(keccak256(abi.encode(number))))), STAKE);
        if (action == 5) addFunds(number);
        assertEq(drawNext(mix), expected, "the same");
    }

    function _assertWeights(uint256 first, uint256 second, uint256 third, uint256 later) private view {
        uint256 epoch = epochNow();
        assertEq(set.weightOf(ALICE, epoch), first, "this epoch");
        assertEq(set.weightOf(ALICE, epoch + 1), second, "the next");
        assertEq(set.weightOf(ALICE, epoch + 2), third, "the second");
        assertEq(set.weightOf(ALICE, epoch + 3), later, "the third");
        assertEq(set.weightOf(ALICE, epoch + 300), later, "any later");
    }

    function _openAll(uint256 amount) private {
        for (uint256 i = 0; i < SEATS; ++i) open(_sequencer(i), amount);
    }

    function _sequencer(uint256 i) private pure returns (address) {
        return address(uint160(0x5E0000 + i));
    }
}
