// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A draw whose winners are named
/// @notice The part of `IStakedSequencerSet` that rights are made from.
contract DrawMock {
    mapping(uint256 epoch => address sequencer) private _drawn;

    /// @notice Draws for an epoch.
    function set(uint256 epoch, address sequencer) external {
        _drawn[epoch] = sequencer;
    }

    function sequencerOf(uint256 epoch) external view returns (address sequencer) {
        return _drawn[epoch];
    }
}
