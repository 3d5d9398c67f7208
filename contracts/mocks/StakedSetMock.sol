// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A staked set that counts how often it is told to slash, or does not get that far
contract StakedSetMock {
    enum Mood {
        Slashes,
        Reverts,
        /// Uses all gas it has got.
        Burns,
        /// Answers with more bytes than anybody can pay for.
        Floods
    }

    Mood private _mood;
    mapping(address sequencer => uint256) public slashed;
    mapping(uint256 word => uint256) private _spent;

    error NotNow();

    constructor() {
        for (uint256 i = 0; i < 4; ++i) _spent[i] = 1;
    }

    function setMood(Mood mood) external {
        _mood = mood;
    }

    /// @notice As `IStakedSequencerSet` says, or as the mood is.
    function slash(address sequencer, uint256 numerator, uint256 denominator) external returns (uint256 burnt) {
        require(_mood != Mood.Reverts, NotNow());
        if (_mood == Mood.Burns) while (true) ++burnt;
        if (_mood == Mood.Floods) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        burnt = (1 ether * numerator) / denominator;
        slashed[sequencer] += burnt;
        // About what a token's burning and the pool's own books cost.
        for (uint256 i = 0; i < 4; ++i) ++_spent[i];
    }
}
