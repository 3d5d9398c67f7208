// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {IProposerRights} from "../../contracts/interfaces/IProposerRights.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {StakedSequencerSet} from "../../contracts/l1/rights/StakedSequencerSet.sol";
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

    function _expect(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function _expectInvalid(IStakedSequencerSet.Parameters memory given, bytes32 name, uint256 value) private {
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InvalidParameter.selector, name, value));
        new StakedSequencerSet(given);
    }
}
