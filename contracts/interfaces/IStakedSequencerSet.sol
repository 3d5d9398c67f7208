// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Sequencers by stake
/// @notice Drawn by stake for each epoch that L1's proposers leave (docs/spec/rights.md, section 4).
interface IStakedSequencerSet {
    /// @notice The drawn sequencer; zero if none was drawn before the epoch began (K-4, K-5).
    function sequencerOf(uint256 epoch) external view returns (address);

    /// @notice Burns `numerator / denominator` of the sequencer's pool (K-7). Only the slasher.
    function slash(address sequencer, uint256 numerator, uint256 denominator) external returns (uint256 burnt);
}
