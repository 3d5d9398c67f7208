// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {StakePool} from "../../contracts/libs/StakePool.sol";
import {StakeRightsMock} from "../../contracts/mocks/StakeMocks.sol";
import {HeaderMeta} from "../../contracts/types/HeaderMeta.sol";
import {RingWord, ringWord} from "../../contracts/types/RingWord.sol";
import {StakeFixture} from "./StakeFixture.sol";

/// @notice Rewards for publications, commission, the fund (rights.md, K-6).
contract StakedRewardsTest is StakeFixture {
    uint256 private constant STAKE = 1000 ether;

    function setUp() public {
        createSet();
        bindSet();
        open(ALICE, STAKE);
    }

    function test_RewardsAPublicationOnce_K6() public {
        stake(BOB, ALICE, 3 * STAKE);
        addFunds(3 * REWARD);
        OrderProof.Publication memory publication = publish(ALICE);
        uint256 id = published();
        vm.prank(CAROL);
        assertEq(set.reward(publication), REWARD, "anyone may show it");
        assertTrue(set.isRewarded(id) && !set.isRewarded(id + 1), "marked");
        StakePool.Pool memory pool = set.poolOf(ALICE);
        assertEq(pool.unpaidCommission, REWARD / 10, "commission");
        assertEq(pool.stake, 4 * STAKE + (REWARD * 9) / 10, "the pool's");
        assertEq(set.fund(), 2 * REWARD, "from the fund");
        uint256 gain = worthOf(BOB, ALICE) - 3 * STAKE;
        assertTrue(gain <= (REWARD * 27) / 40 && gain > (REWARD * 27) / 40 - 4, "three quarters of it are Bob's");
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.AlreadyRewarded.selector, id));
        set.reward(publication);
        assertEq(set.reward(publish(ALICE)), REWARD, "the next");
    }

    function test_PaysCommission() public {
        addFunds(REWARD);
        set.reward(publish(ALICE));
        vm.prank(BOB);
        assertEq(set.takeCommission(), 0, "not Bob's");
        vm.prank(ALICE);
        assertEq(set.takeCommission(), REWARD / 10, "Alice's");
        assertEq(token.balanceOf(ALICE), REWARD / 10, "paid");
        vm.prank(ALICE);
        assertEq(set.takeCommission(), 0, "once");
    }

    function test_CommissionIsNotSlashed() public {
        addFunds(REWARD);
        set.reward(publish(ALICE));
        slasher.slash(ALICE, 1, 1);
        vm.prank(ALICE);
        assertEq(set.takeCommission(), REWARD / 10, "all of it");
    }

    /// @dev Who has asked all back is sequencer for two epochs still.
    function test_WithoutStakeTheRewardIsTheSequencersAlone() public {
        addFunds(REWARD);
        unstake(ALICE, ALICE, set.sharesOf(ALICE, ALICE));
        uint256 fund = set.fund();
        set.reward(publish(ALICE));
        StakePool.Pool memory pool = set.poolOf(ALICE);
        assertEq(pool.unpaidCommission, REWARD, "commission");
        assertEq(pool.stake, 0, "nothing for nobody");
        assertEq(fund - set.fund(), REWARD, "from the fund");
    }

    /// @dev Else it would count at once in its next seat, in draws whose mix is known.
    function test_APoolWithoutSeatWeighsNothing_K8() public {
        uint256 shares = set.sharesOf(ALICE, ALICE);
        unstake(ALICE, ALICE, (shares * (STAKE - MINIMUM + 1 ether)) / STAKE);
        vm.warp(startOf(epochNow() + 3));
        open(BOB, STAKE);
        assertEq(set.seats()[0], BOB, "Alice's seat");
        addFunds(REWARD);
        set.reward(publish(ALICE));
        assertTrue(set.poolOf(ALICE).stake > MINIMUM, "enough again");
        assertEq(set.weightOf(ALICE, epochNow() + 3), 0, "to no use without a seat");
    }

    function testFuzz_CommissionIsRoundedForThePool(uint16 rate, uint256 left) public {
        uint16 commission = uint16(bound(rate, 0, 10_000));
        give(BOB, STAKE);
        vm.prank(BOB);
        set.open(commission, STAKE);
        uint256 fund = bound(left, 0, 2 * REWARD);
        addFunds(fund);
        OrderProof.Publication memory publication = publish(BOB);
        vm.prank(BOB);
        uint256 amount = set.reward(publication);
        assertEq(amount, fund < REWARD ? fund : REWARD, "or what is left");
        StakePool.Pool memory pool = set.poolOf(BOB);
        assertEq(pool.unpaidCommission, (amount * commission) / 10_000, "commission");
        assertEq(pool.stake + pool.unpaidCommission, STAKE + amount, "the rest is the pool's");
        assertEq(set.fund(), fund - amount, "fund");
    }

    /// @dev Else anyone could use up the claims on an empty fund.
    function test_RevertsWithFundTooLow_trap29() public {
        addFunds(REWARD - 1);
        OrderProof.Publication memory publication = publish(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.FundTooLow.selector, REWARD - 1, REWARD));
        set.reward(publication);
        vm.prank(ALICE);
        assertEq(set.reward(publication), REWARD - 1, "who is due it may take less");
        assertEq(set.fund(), 0, "empty");
    }

    function test_RevertsWithWrongPublication() public {
        addFunds(REWARD);
        OrderProof.Publication memory good = publish(ALICE);
        RingWord found = wordOf(good);
        // Each field is in the hash.
        for (uint256 i = 0; i < 8; ++i) {
            OrderProof.Publication memory bad = _copy(good);
            if (i == 0) bad.parent = ringWord(0, 8, 0);
            if (i == 1) bad.meta = HeaderMeta.wrap((10 << 56) | (1 << 40));
            if (i == 2) bad.ticksRoot = 0;
            if (i == 3) bad.l1OriginHash = 0;
            if (i == 4) bad.publisher = BOB;
            if (i == 5) ++bad.blockNumber;
            if (i == 6) ++bad.timestamp;
            if (i == 7) bad.payload = "";
            vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.WrongPublication.selector, wordOf(bad), found));
            set.reward(bad);
        }
        assertEq(set.reward(good), REWARD, "the good one");
    }

    function test_RevertsForWhatTheInboxDoesNotHold() public {
        addFunds(REWARD);
        OrderProof.Publication memory publication = publish(ALICE);
        publication.parent = ringWord(5, 9, 0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.UnknownEntry.selector, 6, RingWord.wrap(0)));
        set.reward(publication);
    }

    function test_RevertsWithNotInRemainder() public {
        addFunds(REWARD);
        uint256 slot = (now_() - BEACON_GENESIS) / SLOT;
        OrderProof.Publication memory publication = publishAnywhere(ALICE);
        StakeRightsMock.Right[6] memory others = [
            StakeRightsMock.Right(address(0), 10, 12, 1),
            StakeRightsMock.Right(ALICE, 10, 12, 2),
            StakeRightsMock.Right(ALICE, 10, 12, 0),
            StakeRightsMock.Right(BOB, 10, 12, 3),
            StakeRightsMock.Right(ALICE, 11, 12, 3),
            StakeRightsMock.Right(ALICE, 10, 11, 3)
        ];
        bytes memory reason = abi.encodeWithSelector(IStakedSequencerSet.NotInRemainder.selector, 1, ALICE, slot);
        for (uint256 i = 0; i < others.length; ++i) {
            rights.setRight(slot, others[i]);
            vm.expectRevert(reason);
            set.reward(publication);
        }
        // The slot is that of the publication, whenever it is shown.
        rights.setRight(slot, StakeRightsMock.Right(ALICE, 10, 12, 3));
        vm.warp(now_() + 100 * EPOCH);
        assertEq(set.reward(publication), REWARD, "in its remainder");
    }

    function test_RevertsWithNotBoundBefore() public {
        createSet();
        OrderProof.Publication memory publication = publish(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NotBound.selector));
        set.reward(publication);
    }

    function _copy(OrderProof.Publication memory from) private pure returns (OrderProof.Publication memory) {
        return abi.decode(abi.encode(from), (OrderProof.Publication));
    }
}
