// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {IProposerRights} from "../../contracts/interfaces/IProposerRights.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {StakedSequencerSet} from "../../contracts/l1/rights/StakedSequencerSet.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {StakePool} from "../../contracts/libs/StakePool.sol";
import {StakeInboxMock, StakeRightsMock, StakeSlasherMock, StakeToken} from "../../contracts/mocks/StakeMocks.sol";
import {StakeFixture} from "./StakeFixture.sol";

/// @notice Binding, staking, leaving, slashing (rights.md, K-1, K-2, K-7).
contract StakedSequencerSetTest is StakeFixture {
    uint256 private constant STAKE = 1000 ether;
    uint256 private constant MAX_AMOUNT = type(uint96).max;

    function setUp() public {
        createSet();
    }

    // ---------------------------------------------------------------------------------------------- creation and binding

    function test_ConstructorRevertsWithInvalidParameter() public {
        IStakedSequencerSet.Parameters memory given = parameters();
        given.token = IERC20(ALICE);
        _expectInvalid(given, "token", uint160(ALICE));
        given = parameters();
        given.minimumStake = 0;
        _expectInvalid(given, "minimumStake", 0);
        given = parameters();
        given.exitDelay = uint64(3 * EPOCH - 1);
        _expectInvalid(given, "exitDelay", given.exitDelay);
        given.exitDelay = 366 days + 1;
        _expectInvalid(given, "exitDelay", given.exitDelay);
        given.exitDelay = 366 days;
        assertEq(new StakedSequencerSet(given).exitDelay(), 366 days, "the longest");
    }

    function test_BindsOnce() public {
        assertEq(address(set.slasher()), address(0), "not bound");
        bindSet();
        assertEq(address(set.inbox()), address(inbox), "inbox");
        assertEq(address(set.rights()), address(rights), "rights");
        assertEq(address(set.slasher()), address(slasher), "slasher");
        _expect(abi.encodeWithSelector(IStakedSequencerSet.AlreadyBound.selector, inbox));
        bindSet();
    }

    function test_RevertsWithNotDeployer() public {
        assertEq(set.deployer(), address(this), "deployer");
        _expect(abi.encodeWithSelector(IStakedSequencerSet.NotDeployer.selector, ALICE, address(this)));
        vm.prank(ALICE);
        bindSet();
    }

    function test_RevertsWithForeignClock() public {
        bytes4 selector = IStakedSequencerSet.ForeignClock.selector;
        inbox = new StakeInboxMock(address(rights), BEACON_GENESIS - 12, SLOT);
        _expect(abi.encodeWithSelector(selector, BEACON_GENESIS - 12, SLOT, BEACON_GENESIS, SLOT));
        bindSet();
        inbox = new StakeInboxMock(address(rights), BEACON_GENESIS, 6);
        _expect(abi.encodeWithSelector(selector, BEACON_GENESIS, 6, BEACON_GENESIS, SLOT));
        bindSet();
    }

    function test_RevertsWithForeignRights() public {
        rights = new StakeRightsMock(ALICE);
        inbox = new StakeInboxMock(address(rights), BEACON_GENESIS, SLOT);
        _expect(
            abi.encodeWithSelector(IStakedSequencerSet.ForeignRights.selector, IProposerRights(address(rights)), ALICE)
        );
        bindSet();
    }

    function test_RevertsWithForeignSlasher() public {
        bytes4 selector = IStakedSequencerSet.ForeignSlasher.selector;
        slasher = new StakeSlasherMock(IInbox(ALICE), set, CHALLENGE_WINDOW);
        _expect(abi.encodeWithSelector(selector, slasher, ALICE, set));
        bindSet();
        slasher = new StakeSlasherMock(IInbox(address(inbox)), IStakedSequencerSet(BOB), CHALLENGE_WINDOW);
        _expect(abi.encodeWithSelector(selector, slasher, inbox, BOB));
        bindSet();
    }

    function test_RevertsWithExitDelayTooShort() public {
        slasher = new StakeSlasherMock(IInbox(address(inbox)), set, CHALLENGE_WINDOW + 1);
        _expect(
            abi.encodeWithSelector(IStakedSequencerSet.ExitDelayTooShort.selector, EXIT_DELAY, uint256(EXIT_DELAY) + 1)
        );
        bindSet();
    }

    function test_RevertsWithNotBound() public {
        give(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.NotBound.selector));
        vm.prank(ALICE);
        set.open(COMMISSION, STAKE);
    }

    // ---------------------------------------------------------------------------------------------- staking

    function test_OpensAPool_K1() public {
        bindSet();
        uint256 shares = open(ALICE, STAKE);
        StakePool.Pool memory pool = set.poolOf(ALICE);
        assertEq(pool.stake, STAKE, "stake");
        assertEq(pool.shares, shares, "shares");
        assertEq(pool.commission, COMMISSION, "commission");
        assertTrue(pool.seated && set.seats()[0] == ALICE, "seat");
        assertEq(set.sharesOf(ALICE, ALICE), shares, "own");
        // One unit and no more is lost by rounding.
        assertEq(worthOf(ALICE, ALICE), STAKE - 1, "worth");
        assertEq(stake(BOB, ALICE, STAKE), shares, "the same for the same");
    }

    function test_RevertsWithCommissionTooHigh() public {
        bindSet();
        give(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.CommissionTooHigh.selector, 10_001, 10_000));
        vm.prank(ALICE);
        set.open(10_001, STAKE);
    }

    function test_RevertsWithAlreadyOpen() public {
        bindSet();
        open(ALICE, STAKE);
        give(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.AlreadyOpen.selector, ALICE));
        vm.prank(ALICE);
        set.open(COMMISSION, STAKE);
    }

    function test_RevertsWithStakeTooLow() public {
        bindSet();
        give(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.StakeTooLow.selector, MINIMUM - 1, MINIMUM));
        vm.prank(ALICE);
        set.open(COMMISSION, MINIMUM - 1);
        vm.prank(ALICE);
        set.open(COMMISSION, MINIMUM);
    }

    function test_RevertsWithNoPool() public {
        bindSet();
        give(BOB, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.NoPool.selector, ALICE));
        vm.prank(BOB);
        set.stake(ALICE, STAKE);
    }

    function test_RevertsWithTooMuch() public {
        bindSet();
        open(ALICE, STAKE);
        give(BOB, type(uint256).max - STAKE);
        bytes4 selector = IStakedSequencerSet.TooMuch.selector;
        _expect(abi.encodeWithSelector(selector, MAX_AMOUNT + 1, MAX_AMOUNT));
        vm.prank(BOB);
        set.stake(ALICE, MAX_AMOUNT - STAKE + 1);
        _expect(abi.encodeWithSelector(selector, type(uint256).max, MAX_AMOUNT));
        vm.prank(BOB);
        set.stake(ALICE, type(uint256).max);
        vm.prank(BOB);
        set.stake(ALICE, MAX_AMOUNT - STAKE);
        vm.prank(BOB);
        set.addFunds(MAX_AMOUNT);
        _expect(abi.encodeWithSelector(selector, MAX_AMOUNT + 1, MAX_AMOUNT));
        vm.prank(BOB);
        set.addFunds(1);
    }

    function test_RevertsWithTransferFee() public {
        bindSet();
        give(ALICE, STAKE);
        token.setMood(StakeToken.Mood.TakesFee);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.TransferFee.selector, STAKE, STAKE - 1));
        vm.prank(ALICE);
        set.open(COMMISSION, STAKE);
    }

    function test_RevertsWithZeroShares() public {
        bindSet();
        open(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.ZeroShares.selector, 0));
        vm.prank(BOB);
        set.stake(ALICE, 0);
    }

    function test_ATokenThatReturnsFalseMovesNothing() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 id = unstake(ALICE, ALICE, set.sharesOf(ALICE, ALICE) / 2);
        vm.warp(now_() + EXIT_DELAY);
        give(BOB, STAKE);
        token.setMood(StakeToken.Mood.ReturnsFalse);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token);
        _expect(failed);
        vm.prank(BOB);
        set.stake(ALICE, STAKE);
        _expect(failed);
        vm.prank(ALICE);
        set.withdraw(id);
        token.setMood(StakeToken.Mood.Well);
        assertEq(withdraw(ALICE, id), STAKE / 2 - 2, "paid once the token lets go");
    }

    // ---------------------------------------------------------------------------------------------- leaving

    function test_PaysAfterTheExitDelay_K2() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 shares = stake(BOB, ALICE, STAKE);
        uint256 id = unstake(BOB, ALICE, shares);
        uint256 payableAt = now_() + EXIT_DELAY;
        assertEq(set.requestOf(id).payableAt, payableAt, "payable at");
        assertEq(set.poolOf(ALICE).leaving, STAKE - 1, "leaving");
        vm.warp(payableAt - 1);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.NotPayableYet.selector, id, payableAt, payableAt - 1));
        vm.prank(BOB);
        set.withdraw(id);
        vm.warp(payableAt);
        bytes4 selector = IStakedSequencerSet.NotYourRequest.selector;
        _expect(abi.encodeWithSelector(selector, id, BOB));
        vm.prank(ALICE);
        set.withdraw(id);
        assertEq(withdraw(BOB, id), STAKE - 2, "rounded down twice");
        assertEq(token.balanceOf(BOB), STAKE - 2, "paid");
        _expect(abi.encodeWithSelector(selector, id, address(0)));
        vm.prank(BOB);
        set.withdraw(id);
    }

    function test_RevertsWithInsufficientShares() public {
        bindSet();
        uint256 shares = open(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InsufficientShares.selector, shares + 1, shares));
        vm.prank(ALICE);
        set.unstake(ALICE, shares + 1);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InsufficientShares.selector, 1, 0));
        vm.prank(BOB);
        set.unstake(ALICE, 1);
    }

    function test_ThePoolIsEmptyWhenAllHaveLeft_INV_STAKE_3() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 paid = leaveWholly(ALICE, ALICE);
        StakePool.Pool memory pool = set.poolOf(ALICE);
        assertEq(pool.stake + pool.shares + pool.leaving + pool.leavingShares, 0, "empty");
        assertEq(paid + set.fund(), STAKE, "what rounding left is in the fund");
        // It still has its seat, and comes back.
        assertEq(stake(ALICE, ALICE, STAKE), STAKE * 2 ** 20, "as at first");
    }

    function test_WhatLeavesEarnsNothing_K2() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 id = unstake(BOB, ALICE, stake(BOB, ALICE, STAKE));
        addFunds(REWARD);
        set.reward(publish(ALICE));
        assertEq(set.poolOf(ALICE).leaving, STAKE - 1, "unchanged");
        assertTrue(worthOf(ALICE, ALICE) > STAKE + REWARD / 2, "who stayed has earned");
        vm.warp(now_() + EXIT_DELAY);
        assertEq(withdraw(BOB, id), STAKE - 2, "no more");
    }

    // ---------------------------------------------------------------------------------------------- slashing

    function test_SlashesWhatStaysAndWhatLeaves_K7() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 id = unstake(BOB, ALICE, stake(BOB, ALICE, STAKE));
        uint256 burnt = slasher.slash(ALICE, 1, 10);
        assertEq(burnt, (2 * STAKE) / 10 - 1, "a tenth of both, rounded down each");
        assertEq(token.balanceOf(BURNT), burnt, "burnt");
        vm.warp(now_() + EXIT_DELAY);
        uint256 paid = withdraw(BOB, id);
        assertTrue(paid <= (STAKE * 9) / 10 && paid > (STAKE * 9) / 10 - 3, "nine tenths");
        assertTrue(worthOf(ALICE, ALICE) <= (STAKE * 9) / 10, "of both");
    }

    /// @dev At every second of the exit delay at which anything begins or ends, and for as long as it is not taken.
    function test_SlashesAtEveryPointOfTheExitDelay_trap26() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 id = unstake(ALICE, ALICE, set.sharesOf(ALICE, ALICE));
        uint256 asked = now_();
        uint256 left = set.poolOf(ALICE).leaving;
        uint256 after_ = 0;
        while (after_ <= 2 * EXIT_DELAY) {
            vm.warp(asked + after_);
            uint256 burnt = slasher.slash(ALICE, 1, 100);
            assertEq(burnt, left / 100, "a hundredth");
            left -= burnt;
            assertEq(set.poolOf(ALICE).leaving, left, "left");
            // The last second before it is payable, and the first in which it is, included.
            bool last = after_ < EXIT_DELAY && after_ + EPOCH / 2 >= EXIT_DELAY - 1;
            if (after_ == EXIT_DELAY - 1) after_ = EXIT_DELAY;
            else after_ = last ? EXIT_DELAY - 1 : after_ + EPOCH / 2;
        }
        uint256 paid = withdraw(ALICE, id);
        assertTrue(paid <= left && left - paid < 3, "what is left");
        assertEq(slasher.slash(ALICE, 1, 1), 0, "paid is paid");
    }

    function test_RevertsWithNotSlasher() public {
        bindSet();
        open(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.NotSlasher.selector, address(this), slasher));
        set.slash(ALICE, 1, 10);
    }

    function test_RevertsWithInvalidFraction() public {
        bindSet();
        open(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InvalidFraction.selector, 2, 1));
        slasher.slash(ALICE, 2, 1);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InvalidFraction.selector, 0, 0));
        slasher.slash(ALICE, 0, 0);
    }

    /// @dev The slasher gives 400,000 gas and no more; everything cold, and the burnt have had nothing yet.
    function test_SlashesWithin200000Gas() public {
        bindSet();
        open(ALICE, STAKE);
        unstake(BOB, ALICE, stake(BOB, ALICE, STAKE));
        vm.warp(now_() + EPOCH);
        vm.cool(address(set));
        vm.cool(address(token));
        uint256 before = gasleft();
        slasher.slash(ALICE, 1, 10);
        uint256 spent = before - gasleft();
        assertTrue(spent > 50_000 && spent < 200_000, "gas");
    }

    function test_SlashesNobodysPoolToNoEffect() public {
        bindSet();
        assertEq(slasher.slash(CAROL, 1, 1), 0, "nothing");
    }

    function test_ATokenThatIsNotBurntSavesNobody() public {
        bindSet();
        open(ALICE, STAKE);
        token.setMood(StakeToken.Mood.KeepsBurnt);
        assertEq(slasher.slash(ALICE, 1, 1), STAKE, "slashed");
        assertEq(token.balanceOf(address(set)), STAKE, "kept");
        assertEq(set.poolOf(ALICE).stake + set.fund(), 0, "for nobody");
    }

    function test_RevertsWithPoolClosed() public {
        bindSet();
        uint256 shares = open(ALICE, STAKE);
        slasher.slash(ALICE, 1, 1);
        give(BOB, STAKE);
        bytes memory closed = abi.encodeWithSelector(IStakedSequencerSet.PoolClosed.selector, ALICE);
        _expect(closed);
        vm.prank(BOB);
        set.stake(ALICE, STAKE);
        addFunds(REWARD);
        OrderProof.Publication memory publication = publish(ALICE);
        _expect(closed);
        set.reward(publication);
        // Leaving is possible as ever, if to no use.
        unstake(ALICE, ALICE, shares - 1);
        assertEq(leaveWholly(ALICE, ALICE), 0, "nothing");
    }

    // ---------------------------------------------------------------------------------------------- hostile tokens and users

    function test_NothingIsReenteredButSlashing_trap27() public {
        bindSet();
        uint256 shares = open(ALICE, STAKE);
        bytes[6] memory calls = [
            abi.encodeCall(set.open, (COMMISSION, STAKE)),
            abi.encodeCall(set.stake, (ALICE, 1)),
            abi.encodeCall(set.unstake, (ALICE, shares)),
            abi.encodeCall(set.withdraw, (1)),
            abi.encodeCall(set.takeCommission, ()),
            abi.encodeCall(set.addFunds, (1))
        ];
        bytes32 refusal = keccak256(abi.encodeWithSelector(ReentrancyGuard.ReentrancyGuardReentrantCall.selector));
        give(BOB, STAKE * calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            token.setHook(address(set), calls[i]);
            vm.prank(BOB);
            set.stake(ALICE, STAKE);
            assertTrue(!token.hookSucceeded() && keccak256(token.hookAnswer()) == refusal, "refused");
        }
        assertEq(set.poolOf(ALICE).stake, STAKE * (calls.length + 1), "all there");
    }

    /// @dev Whoever could have the slasher's call refused would be slashed by his bond alone.
    function test_SlashesWhileTokensMove_trap27() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 id = unstake(ALICE, ALICE, set.sharesOf(ALICE, ALICE) / 2);
        vm.warp(now_() + EXIT_DELAY);
        token.setHook(address(slasher), abi.encodeCall(slasher.slash, (ALICE, 1, 10)));
        uint256 paid = withdraw(ALICE, id);
        assertTrue(token.hookSucceeded(), "slashed");
        assertEq(paid, STAKE / 2 - 2, "paid before");
        assertEq(token.balanceOf(BURNT), abi.decode(token.hookAnswer(), (uint256)), "burnt");
        assertEq(token.balanceOf(address(set)), owed(_sequencers()), "all accounted for");
        // While stake comes in, the two cannot be told apart, and nothing of it happens.
        give(BOB, STAKE);
        token.setHook(address(slasher), abi.encodeCall(slasher.slash, (ALICE, 1, 10)));
        uint256 left = set.poolOf(ALICE).stake;
        vm.prank(BOB);
        (bool success, ) = address(set).call(abi.encodeCall(set.stake, (ALICE, STAKE)));
        assertTrue(!success && set.poolOf(ALICE).stake == left, "undone");
    }

    function test_DonationsAreNobodys() public {
        bindSet();
        open(ALICE, STAKE);
        uint256 worth = worthOf(ALICE, ALICE);
        token.mint(address(set), 1_000_000 ether);
        assertEq(worthOf(ALICE, ALICE), worth, "not Alice's");
        assertEq(set.fund(), 0, "nor the fund's");
        assertEq(set.weightOf(ALICE, epochNow() + 3), STAKE, "and without weight");
    }

    /// @dev The sequencer leaves but for one share, has its pool rewarded, and waits for somebody to stake.
    function testFuzz_NoInflation(uint256 amount, uint256 rewards, uint256 kept) public {
        bindSet();
        uint256 shares = open(ALICE, STAKE);
        uint256 remaining = bound(kept, 1, 1000);
        unstake(ALICE, ALICE, shares - remaining);
        addFunds(REWARD * 8);
        for (uint256 i = bound(rewards, 1, 8); i > 0; --i) set.reward(publish(ALICE));
        uint256 put = bound(amount, 1 ether, 1_000_000 ether);
        stake(BOB, ALICE, put);
        uint256 lost = put - worthOf(BOB, ALICE);
        // The victim loses less than a thousandth of a percent of what the attacker gave away.
        assertTrue(lost <= 1 + (REWARD * 8) / 100_000, "lost by rounding only");
        assertTrue(worthOf(ALICE, ALICE) < REWARD / 100, "and the attacker gains nothing of what it gave");
    }

    /// @dev No rounding favours who comes and goes, nor harms who stays.
    function testFuzz_ComingAndGoingGivesNothing_K1_INV_STAKE_2(uint256 seed) public {
        bindSet();
        open(ALICE, bound(seed, MINIMUM, 1_000_000 ether));
        open(CAROL, STAKE);
        addFunds(REWARD);
        set.reward(publish(ALICE));
        slasher.slash(ALICE, bound(_next(seed, 1), 0, 999), 1000);
        uint256 others = worthOf(ALICE, ALICE);
        uint256 elsewhere = worthOf(CAROL, CAROL);
        uint256 put = bound(_next(seed, 2), 1, 1_000_000 ether);
        uint256 shares = stake(BOB, ALICE, put);
        assertTrue(worthOf(ALICE, ALICE) >= others, "who stays is not diluted");
        uint256 part = bound(_next(seed, 3), 0, shares);
        uint256 first = unstake(BOB, ALICE, part);
        assertTrue(worthOf(ALICE, ALICE) >= others, "nor by who goes");
        uint256 second = unstake(BOB, ALICE, shares - part);
        vm.warp(now_() + EXIT_DELAY);
        uint256 paid = withdraw(BOB, second) + withdraw(BOB, first);
        assertTrue(paid <= put && put - paid <= 8, "never more than was put in, and not much less");
        assertTrue(worthOf(ALICE, ALICE) >= others, "nor when paid");
        assertEq(worthOf(CAROL, CAROL), elsewhere, "INV-STAKE-2");
    }

    function _sequencers() private pure returns (address[] memory sequencers) {
        sequencers = new address[](1);
        sequencers[0] = ALICE;
    }

    function _next(uint256 seed, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i)));
    }

    function _expect(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function _expectInvalid(IStakedSequencerSet.Parameters memory given, bytes32 name, uint256 value) private {
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InvalidParameter.selector, name, value));
        new StakedSequencerSet(given);
    }
}
