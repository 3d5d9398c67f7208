// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice The arithmetic of one sequencer's pool (docs/spec/rights.md, K-1 to K-3).
/// @dev A pool has two parts, each with shares of its own: what is staked, which earns, and what is leaving. A slash takes the same
/// fraction of both. Rounding is for the pool, against whoever acts; a slash takes rounded down, so that no part ever falls to
/// nothing while the other does not.
///
/// VIRTUAL_SHARES belong to nobody. They make a first share too small to be worth blowing up: whoever gives to a pool of few shares
/// gives to them.
///
/// No product here needs more than 512 bits, no result more than 256: while a pool is open a part has at most (amount + 1) * 2^52
/// shares, below 2^149. When it is closed amounts only fall, and by the same fraction in both parts, so a share of the leaving
/// part can shrink no further than the staked part does, whose rest is all that still enters: less than 2^149 shares again.
library StakePool {
    /// @notice A pool. Amounts are the token's.
    /// @param commission in ten-thousandths of rewards
    struct Pool {
        uint128 stake;
        uint128 leaving;
        uint256 shares;
        uint256 leavingShares;
        uint128 unpaidCommission;
        uint16 commission;
        bool seated;
    }

    /// @notice What a pool weighs in draws: in `epoch`, in each of the two after, and in all from the third on.
    struct Weights {
        uint64 epoch;
        uint96 first;
        uint96 second;
        uint96 third;
        uint96 later;
    }

    uint256 internal constant WHOLE = 10_000;
    /// @dev Of a pool by deposits, and of the fund; so that no sum of them overflows.
    uint256 internal constant MAX_AMOUNT = type(uint96).max;
    uint256 private constant VIRTUAL_SHARES = 2 ** 20;
    /// @dev Binary digits by which shares may outnumber the smallest units of stake: 20 at first, 32 lost by slashing.
    uint256 private constant MAX_DILUTION = 52;

    // ---------------------------------------------------------------------------------------------- stake

    /// @notice Shares for an amount that enters.
    function enter(Pool storage pool, uint256 amount) internal returns (uint256 shares) {
        (uint256 staked, uint256 total) = (pool.stake, pool.shares);
        shares = _sharesFor(amount, staked, total);
        pool.stake = uint128(staked + amount);
        pool.shares = total + shares;
    }

    /// @notice Moves shares from what is staked to what is leaving.
    /// @return amount what they come to
    /// @return leavingShares what they are from now on
    /// @return rest what nobody has a share in any more
    function release(
        Pool storage pool,
        uint256 shares
    ) internal returns (uint256 amount, uint256 leavingShares, uint256 rest) {
        (uint256 staked, uint256 left) = (pool.stake, pool.shares - shares);
        amount = _worth(shares, staked, left + shares);
        if (left == 0) rest = staked - amount;
        pool.stake = uint128(staked - amount - rest);
        pool.shares = left;
        (uint256 leaving, uint256 total) = (pool.leaving, pool.leavingShares);
        leavingShares = _sharesFor(amount, leaving, total);
        pool.leaving = uint128(leaving + amount);
        pool.leavingShares = total + leavingShares;
    }

    /// @notice Takes shares out of what is leaving.
    /// @return amount what they come to
    /// @return rest what nobody has a share in any more
    function pay(Pool storage pool, uint256 shares) internal returns (uint256 amount, uint256 rest) {
        (uint256 leaving, uint256 left) = (pool.leaving, pool.leavingShares - shares);
        amount = _worth(shares, leaving, left + shares);
        if (left == 0) rest = leaving - amount;
        pool.leaving = uint128(leaving - amount - rest);
        pool.leavingShares = left;
    }

    /// @notice Adds a reward. If all stake has left, it is the sequencer's alone.
    function earn(Pool storage pool, uint256 amount) internal returns (uint256 commission) {
        commission = pool.shares == 0 ? amount : (amount * pool.commission) / WHOLE;
        pool.unpaidCommission += uint128(commission);
        pool.stake += uint128(amount - commission);
    }

    /// @notice Takes a fraction, at most one, of both parts.
    function slash(Pool storage pool, uint256 numerator, uint256 denominator) internal returns (uint256 burnt) {
        uint256 ofStake = Math.mulDiv(pool.stake, numerator, denominator);
        uint256 ofLeaving = Math.mulDiv(pool.leaving, numerator, denominator);
        pool.stake -= uint128(ofStake);
        pool.leaving -= uint128(ofLeaving);
        return ofStake + ofLeaving;
    }

    /// @notice Whether slashing has left so little per share that nothing may enter any more.
    function isClosed(Pool storage pool) internal view returns (bool) {
        return pool.shares >> MAX_DILUTION > pool.stake || pool.leavingShares >> MAX_DILUTION > pool.leaving;
    }

    /// @notice What shares would come to if they left now.
    function worth(Pool storage pool, uint256 shares) internal view returns (uint256) {
        return _worth(shares, pool.stake, pool.shares);
    }

    // ---------------------------------------------------------------------------------------------- weights

    /// @notice What the pool weighs from the third epoch after the current one on.
    function setAhead(Weights storage weights, uint256 current, uint256 weight) internal {
        uint256 second = inEpoch(weights, current + 1);
        uint256 third = inEpoch(weights, current + 2);
        (weights.first, weights.epoch) = (uint96(inEpoch(weights, current)), uint64(current));
        (weights.second, weights.third) = (uint96(second), uint96(third));
        weights.later = uint96(Math.min(weight, type(uint96).max));
    }

    /// @notice The weight in an epoch that is not before the one in which `setAhead` was last called.
    function inEpoch(Weights storage weights, uint256 epoch) internal view returns (uint256) {
        uint256 ahead = epoch - weights.epoch;
        if (ahead == 0) return weights.first;
        if (ahead == 1) return weights.second;
        return ahead == 2 ? weights.third : weights.later;
    }

    /// @notice Whether the pool weighs anything in an epoch from the given one on.
    function counts(Weights storage weights, uint256 current) internal view returns (bool) {
        return
            inEpoch(weights, current) + inEpoch(weights, current + 1) + inEpoch(weights, current + 2) + weights.later >
            0;
    }

    // ---------------------------------------------------------------------------------------------- shares

    /// @dev One unit more than there is, and the virtual shares: what one pays for a share is at least what `_worth` then gives for it.
    function _sharesFor(uint256 amount, uint256 part, uint256 total) private pure returns (uint256) {
        return Math.mulDiv(amount, total + VIRTUAL_SHARES, part + 1);
    }

    function _worth(uint256 shares, uint256 part, uint256 total) private pure returns (uint256) {
        return Math.mulDiv(shares, part, total + VIRTUAL_SHARES);
    }
}
