// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILookaheadOracle} from "../../interfaces/ILookaheadOracle.sol";
import {IStakedSequencerSet} from "../../interfaces/IStakedSequencerSet.sol";
import {StakePool} from "../../libs/StakePool.sol";

/// @title Seats, weights, and who is drawn by them
/// @dev INV-STAKE-4: what an epoch is drawn from, and in which order, does not change once the epoch two before it has begun: not even
/// by seats, since one changes hands only when its pool weighs nothing in any epoch that can still be drawn.
abstract contract StakedDraws is IStakedSequencerSet {
    using StakePool for StakePool.Weights;

    /// @dev From when on a change of stake counts (K-2).
    uint256 internal constant EPOCHS_AHEAD = 3;
    uint256 private constant SEATS = 64;
    /// @dev How many epochs' sequencers are remembered.
    uint256 private constant EPOCHS = 512;

    /// @inheritdoc IStakedSequencerSet
    ILookaheadOracle public immutable override oracle;
    uint256 internal immutable BEACON_GENESIS_TIME;
    uint256 internal immutable SLOT_SECONDS;
    uint256 internal immutable EPOCH_SECONDS;

    address[SEATS] private _seats;
    mapping(address sequencer => StakePool.Weights) private _weights;
    /// @dev `epoch u96 | sequencer u160`.
    uint256[EPOCHS] private _draws;

    constructor(ILookaheadOracle oracle_) {
        oracle = oracle_;
        BEACON_GENESIS_TIME = oracle_.BEACON_GENESIS_TIME();
        SLOT_SECONDS = oracle_.SLOT_SECONDS();
        EPOCH_SECONDS = SLOT_SECONDS * oracle_.SLOTS_PER_EPOCH();
    }

    /// @inheritdoc IStakedSequencerSet
    function draw(uint256 epoch) external returns (address sequencer) {
        uint256 next = _currentEpoch() + 1;
        require(epoch == next, NotNextEpoch(epoch, next));
        uint256 drawn = _draws[epoch % EPOCHS];
        if (drawn >> 160 == epoch) return address(uint160(drawn));
        bytes32 mix = epoch < 2 ? bytes32(0) : oracle.mixOf(epoch - 2);
        require(mix != 0, NoMix(epoch));
        uint256 total;
        (sequencer, total) = _winner(epoch, mix);
        _draws[epoch % EPOCHS] = (epoch << 160) | uint160(sequencer);
        emit Drawn(epoch, sequencer, total);
    }

    /// @inheritdoc IStakedSequencerSet
    function sequencerOf(uint256 epoch) external view returns (address) {
        uint256 drawn = _draws[epoch % EPOCHS];
        return drawn >> 160 == epoch ? address(uint160(drawn)) : address(0);
    }

    /// @inheritdoc IStakedSequencerSet
    function weightOf(address sequencer, uint256 epoch) external view returns (uint256) {
        return epoch < _currentEpoch() ? 0 : _weights[sequencer].inEpoch(epoch);
    }

    /// @inheritdoc IStakedSequencerSet
    function seats() external view returns (address[64] memory) {
        return _seats;
    }

    /// @dev The first seat that is free, or whose pool weighs nothing from now on, for a pool that has none.
    function _takeSeat(address sequencer) internal returns (uint256 seat, address displaced) {
        uint256 current = _currentEpoch();
        for (; seat < SEATS; ++seat) {
            displaced = _seats[seat];
            if (displaced != address(0) && _weights[displaced].counts(current)) continue;
            _seats[seat] = sequencer;
            return (seat, displaced);
        }
        revert NoSeat();
    }

    /// @dev What a pool weighs from the third epoch after the current one on.
    function _setWeight(address sequencer, uint256 weight) internal {
        _weights[sequencer].setAhead(_currentEpoch(), weight);
    }

    function _currentEpoch() private view returns (uint256) {
        return (block.timestamp - BEACON_GENESIS_TIME) / EPOCH_SECONDS;
    }

    /// @dev K-4.
    function _winner(uint256 epoch, bytes32 mix) private view returns (address sequencer, uint256 total) {
        uint256[SEATS] memory sums;
        for (uint256 seat = 0; seat < SEATS; ++seat) {
            address holder = _seats[seat];
            // Seats are taken from the first on and never given up.
            if (holder == address(0)) break;
            total += _weights[holder].inEpoch(epoch);
            sums[seat] = total;
        }
        if (total == 0) return (address(0), 0);
        uint256 random = uint256(keccak256(abi.encodePacked(mix, epoch, address(this)))) % total;
        uint256 winner = 0;
        while (sums[winner] <= random) ++winner;
        return (_seats[winner], total);
    }
}
