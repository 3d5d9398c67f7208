// SPDX-License-Identifier: MIT
// solhint-disable one-contract-per-file
pragma solidity 0.8.37;

import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {StakePool} from "../../contracts/libs/StakePool.sol";
import {StakeToken} from "../../contracts/mocks/StakeMocks.sol";
import {StakeFixture} from "./StakeFixture.sol";
import {Test} from "./Vm.sol";

/// @notice Uses a staked set at random: five accounts, of which three may be sequencers, and its own books.
contract StakeHandler is StakeFixture {
    uint256 private constant ACCOUNTS = 5;
    uint256 private constant SEQUENCERS = 3;

    uint256[] private _requests;
    /// @dev What each pool weighs in an epoch, and whether that is known, once the epoch two before has begun.
    mapping(uint256 epoch => mapping(address sequencer => uint256)) private _fixed;
    mapping(uint256 epoch => bool) private _isFixed;
    mapping(uint256 epoch => address) private _drawn;
    OrderProof.Publication[] private _shown;
    uint256 public paidIn;
    uint256 public paidOut;
    uint256 public donated;
    uint256 public kept;

    /// @dev Whatever is done to one pool: the others are what they were, and what is fixed stays.
    modifier watched(uint256 which) {
        address pool = sequencer(which);
        bytes32[SEQUENCERS] memory before;
        for (uint256 i = 0; i < SEQUENCERS; ++i) before[i] = _stateOf(sequencer(i));
        _checkWeights();
        _;
        _checkWeights();
        for (uint256 i = 0; i < SEQUENCERS; ++i) {
            if (sequencer(i) != pool) assertEq(_stateOf(sequencer(i)), before[i], "INV-STAKE-2");
        }
    }

    constructor() {
        createSet();
        bindSet();
        _open(0, 5 * MINIMUM);
        _open(1, 2 * MINIMUM);
    }

    function sequencer(uint256 which) public pure returns (address) {
        return account(which % SEQUENCERS);
    }

    function account(uint256 which) public pure returns (address) {
        return address(uint160(0xACC0 + (which % ACCOUNTS)));
    }

    // ---------------------------------------------------------------------------------------------- what users do

    function openPool(uint256 which, uint256 amount) external watched(which) {
        if (set.poolOf(sequencer(which)).seated) return;
        _open(which, bound(amount, MINIMUM, 10 * MINIMUM));
    }

    function stakeInto(uint256 which, uint256 who, uint256 amount) external watched(which) {
        uint256 put = bound(amount, 1, 10 * MINIMUM);
        give(account(who), put);
        uint256 before = worthOf(account(which % SEQUENCERS), sequencer(which));
        vm.prank(account(who));
        try set.stake(sequencer(which), put) {
            paidIn += put;
            assertTrue(worthOf(sequencer(which), sequencer(which)) >= before, "rounded against the pool");
        } catch (bytes memory reason) {
            _requireReason(reason, IStakedSequencerSet.NoPool.selector, IStakedSequencerSet.PoolClosed.selector);
        }
    }

    function unstakeFrom(uint256 which, uint256 who, uint256 shares) external watched(which) {
        uint256 owned = set.sharesOf(sequencer(which), account(who));
        _requests.push(unstake(account(who), sequencer(which), shares % 3 == 0 ? owned : bound(shares, 0, owned)));
    }

    function withdrawAny(uint256 which) external {
        if (_requests.length == 0) return;
        uint256 id = _requests[which % _requests.length];
        IStakedSequencerSet.Request memory request = set.requestOf(id);
        if (request.account == address(0)) return;
        _withdraw(uint160(request.sequencer) - uint160(sequencer(0)), id, request);
    }

    function rewardPool(uint256 which, uint256 again) external watched(which) {
        if (_shown.length > 0 && again % 4 == 0) {
            OrderProof.Publication memory old = _shown[which % _shown.length];
            vm.prank(old.publisher);
            try set.reward(old) {
                assertTrue(false, "rewarded twice");
            } catch (bytes memory reason) {
                _requireReason(reason, IStakedSequencerSet.AlreadyRewarded.selector, 0);
            }
            return;
        }
        address publisher = sequencer(which);
        OrderProof.Publication memory publication = publish(publisher);
        vm.prank(publisher);
        try set.reward(publication) {
            _shown.push(publication);
        } catch (bytes memory reason) {
            _requireReason(reason, IStakedSequencerSet.PoolClosed.selector, 0);
        }
    }

    function takeCommissionOf(uint256 which) external watched(which) {
        vm.prank(sequencer(which));
        paidOut += set.takeCommission();
    }

    function addToFund(uint256 amount) external watched(0) {
        uint256 put = bound(amount, 0, 3 * REWARD);
        addFunds(put);
        paidIn += put;
    }

    function slashPool(uint256 which, uint256 part, uint256 keeps) external watched(which) {
        bool refuses = keeps % 8 == 0;
        if (refuses) token.setMood(StakeToken.Mood.KeepsBurnt);
        uint256 burnt = slasher.slash(sequencer(which), part % 32 == 0 ? 1000 : bound(part, 0, 500), 1000);
        token.setMood(StakeToken.Mood.Well);
        if (refuses) kept += burnt;
        else paidOut += burnt;
    }

    function donate(uint256 amount) external watched(0) {
        uint256 put = bound(amount, 0, 1000 * MINIMUM);
        token.mint(address(set), put);
        donated += put;
    }

    function drawEpoch(bytes32 mix) external watched(0) {
        uint256 epoch = epochNow() + 1;
        if (oracle.mixOf(epoch - 2) == 0) oracle.setMix(epoch - 2, mix | bytes32(uint256(1)));
        address winner = set.draw(epoch);
        if (_drawn[epoch] != address(0)) assertEq(winner, _drawn[epoch], "final");
        _drawn[epoch] = winner;
        assertTrue(winner == address(0) || set.weightOf(winner, epoch) > 0, "only who counts");
    }

    function wait(uint256 time) external watched(0) {
        vm.warp(now_() + bound(time, 1, 2 * EPOCH));
    }

    function waitLong(uint256 time) external watched(0) {
        vm.warp(now_() + bound(time, 1, EXIT_DELAY));
    }

    // ---------------------------------------------------------------------------------------------- what must hold

    function checkSums() external view {
        for (uint256 i = 0; i < SEQUENCERS; ++i) {
            StakePool.Pool memory pool = set.poolOf(sequencer(i));
            uint256 shares;
            uint256 worth;
            for (uint256 who = 0; who < ACCOUNTS; ++who) {
                shares += set.sharesOf(sequencer(i), account(who));
                worth += worthOf(account(who), sequencer(i));
            }
            uint256 leaving;
            for (uint256 k = 0; k < _requests.length; ++k) {
                IStakedSequencerSet.Request memory request = set.requestOf(_requests[k]);
                if (request.sequencer == sequencer(i)) leaving += request.shares;
            }
            assertEq(shares, pool.shares, "INV-STAKE-3: staked");
            assertEq(leaving, pool.leavingShares, "INV-STAKE-3: leaving");
            assertTrue(worth <= pool.stake, "shares are never worth more than there is");
            assertTrue(pool.shares > 0 || pool.stake == 0, "nothing is nobody's");
            assertTrue(pool.leavingShares > 0 || pool.leaving == 0, "nor what leaves");
        }
    }

    function checkBalance() external view {
        address[] memory all = new address[](SEQUENCERS);
        for (uint256 i = 0; i < SEQUENCERS; ++i) all[i] = sequencer(i);
        uint256 balance = token.balanceOf(address(set));
        assertEq(balance, owed(all) + donated + kept, "INV-STAKE-1: to the unit");
        assertEq(owed(all) + kept, paidIn - paidOut, "what came in and did not go");
    }

    // ---------------------------------------------------------------------------------------------- books

    function _open(uint256 which, uint256 amount) private {
        give(sequencer(which), amount);
        uint16 commission = set.poolOf(sequencer(which)).commission;
        if (commission == 0) commission = uint16(1 + (amount % 10_000));
        vm.prank(sequencer(which));
        try set.open(commission, amount) {
            paidIn += amount;
        } catch (bytes memory reason) {
            _requireReason(reason, IStakedSequencerSet.PoolClosed.selector, 0);
        }
    }

    function _withdraw(uint256 which, uint256 id, IStakedSequencerSet.Request memory request) private watched(which) {
        vm.prank(request.account);
        try set.withdraw(id) returns (uint256 amount) {
            assertTrue(now_() >= request.payableAt, "not before the exit delay is over");
            paidOut += amount;
        } catch (bytes memory reason) {
            assertTrue(now_() < request.payableAt, "refused for no reason");
            _requireReason(reason, IStakedSequencerSet.NotPayableYet.selector, 0);
        }
    }

    /// @dev INV-STAKE-4.
    function _checkWeights() private {
        for (uint256 epoch = epochNow(); epoch < epochNow() + 3; ++epoch) {
            for (uint256 i = 0; i < SEQUENCERS; ++i) {
                uint256 weight = set.weightOf(sequencer(i), epoch);
                if (_isFixed[epoch]) assertEq(weight, _fixed[epoch][sequencer(i)], "INV-STAKE-4");
                _fixed[epoch][sequencer(i)] = weight;
            }
            _isFixed[epoch] = true;
        }
    }

    function _stateOf(address pool) private view returns (bytes32) {
        StakePool.Pool memory state = set.poolOf(pool);
        // A seat without weight may go to another.
        state.seated = false;
        return keccak256(abi.encode(state, set.weightOf(pool, epochNow() + 3)));
    }

    /// @dev A refusal that nobody can avoid; any other is a mistake of this handler's.
    function _requireReason(bytes memory reason, bytes4 either, bytes4 or) private pure {
        assertTrue(bytes4(reason) == either || (or != 0 && bytes4(reason) == or), "an unexpected refusal");
    }
}

/// @notice What holds after any sequence of uses. The ids stand in the contracts.
contract StakedInvariants is Test {
    StakeHandler private handler;

    function setUp() public {
        handler = new StakeHandler();
    }

    /// @dev Only the handler is called at random.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_BalanceAndSums_INV_STAKE_1_INV_STAKE_2_INV_STAKE_3_INV_STAKE_4() external view {
        handler.checkBalance();
        handler.checkSums();
    }
}
