// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A draw whose winners are named
/// @notice The part of `IStakedSequencerSet` that rights are made from. Remembers as long as rights do, and no longer.
contract DrawMock {
    struct Draw {
        uint256 epoch;
        address sequencer;
    }

    uint256 private constant EPOCHS = 512;

    mapping(uint256 place => Draw) private _draws;

    /// @notice Draws for an epoch.
    function set(uint256 epoch, address sequencer) external {
        _draws[epoch % EPOCHS] = Draw(epoch, sequencer);
    }

    function sequencerOf(uint256 epoch) external view returns (address sequencer) {
        Draw memory drawn = _draws[epoch % EPOCHS];
        return drawn.epoch == epoch ? drawn.sequencer : address(0);
    }
}
