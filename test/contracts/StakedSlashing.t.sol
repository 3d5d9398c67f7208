// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {StakePool} from "../../contracts/libs/StakePool.sol";
import {StakeToken} from "../../contracts/mocks/StakeMocks.sol";
import {StakeFixture} from "./StakeFixture.sol";

/// @notice Slashing, and whatever is tried against it or with it (rights.md, K-1, K-2, K-7, K-9).
contract StakedSlashingTest is StakeFixture {
    uint256 private constant STAKE = 1000 ether;

    function setUp() public {
        createSet();
        bindSet();
    }

    // ---------------------------------------------------------------------------------------------- slashing

    function test_SlashesWhatStaysAndWhatLeaves_K7() public {
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
        open(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.NotSlasher.selector, address(this), slasher));
        set.slash(ALICE, 1, 10);
    }

    function test_RevertsWithInvalidFraction() public {
        open(ALICE, STAKE);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InvalidFraction.selector, 2, 1));
        slasher.slash(ALICE, 2, 1);
        _expect(abi.encodeWithSelector(IStakedSequencerSet.InvalidFraction.selector, 0, 0));
        slasher.slash(ALICE, 0, 0);
    }

    /// @dev The slasher gives 400,000 gas and no more; everything cold, and the burnt have had nothing yet.
    function test_SlashesWithin200000Gas() public {
        open(ALICE, STAKE);
        unstake(BOB, ALICE, stake(BOB, ALICE, STAKE));
        vm.warp(now_() + EPOCH);
        vm.cool(address(set));
        vm.cool(address(token));
        uint256 before = gasleft();
        slasher.slash(ALICE, 1, 10);
        uint256 spent = before - gasleft();
        assertGas(spent, 50_000, 200_000);
    }

    function test_SlashesNobodysPoolToNoEffect() public {
        assertEq(slasher.slash(CAROL, 1, 1), 0, "nothing");
    }

    function test_ATokenThatIsNotBurntSavesNobody() public {
        open(ALICE, STAKE);
        token.setMood(StakeToken.Mood.KeepsBurnt);
        assertEq(slasher.slash(ALICE, 1, 1), STAKE, "slashed");
        assertEq(token.balanceOf(address(set)), STAKE, "kept");
        assertEq(set.poolOf(ALICE).stake + set.fund(), 0, "for nobody");
    }

    function test_RevertsWithPoolClosed() public {
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
        open(ALICE, STAKE);
        uint256 worth = worthOf(ALICE, ALICE);
        token.mint(address(set), 1_000_000 ether);
        assertEq(worthOf(ALICE, ALICE), worth, "not Alice's");
        assertEq(set.fund(), 0, "nor the fund's");
        assertEq(set.weightOf(ALICE, epochNow() + 3), STAKE, "and without weight");
    }

    /// @dev The sequencer leaves but for one share, has its pool rewarded, and waits for somebody to stake.
    function testFuzz_NoInflation(uint256 amount, uint256 rewards, uint256 kept) public {
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

    /// @dev However often and by however much is slashed, with pieces leaving in between and stake coming for as long as it may:
    /// whoever asks gets out, and never more than there is.
    function testFuzz_NoSlashingLocksAnybodyIn_K9(uint256 seed) public {
        open(ALICE, STAKE);
        stake(BOB, ALICE, STAKE);
        uint256[24] memory ids;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 random = _next(seed, i);
            uint256 denominator = 10 ** bound(random, 0, 12);
            slasher.slash(ALICE, denominator - (denominator == 1 ? random % 2 : 1 + (random % 2)), denominator);
            uint256 owned = set.sharesOf(ALICE, BOB);
            ids[i] = unstake(BOB, ALICE, random % 5 == 0 ? owned : owned / (2 + (random % 1000)));
            uint256 room = 2 ** 96 - 1 - set.poolOf(ALICE).stake;
            give(BOB, room);
            vm.prank(BOB);
            (bool success, bytes memory reason) = address(set).call(abi.encodeCall(set.stake, (ALICE, room)));
            assertTrue(success || bytes4(reason) == IStakedSequencerSet.PoolClosed.selector, "no other reason");
        }
        uint256 last = unstake(BOB, ALICE, set.sharesOf(ALICE, BOB));
        uint256 own = unstake(ALICE, ALICE, set.sharesOf(ALICE, ALICE));
        vm.warp(now_() + EXIT_DELAY);
        for (uint256 i = 0; i < ids.length; ++i) withdraw(BOB, ids[i]);
        withdraw(BOB, last);
        withdraw(ALICE, own);
        StakePool.Pool memory pool = set.poolOf(ALICE);
        assertEq(pool.stake + pool.shares + pool.leaving + pool.leavingShares, 0, "all gone");
        assertEq(token.balanceOf(address(set)), set.fund(), "and accounted for");
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
}
