// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The timeline's clock: `time(tick) = genesisTime + tick * tickSeconds`.
/// @dev Ticks are below 2^41 and times below 2^65 wherever this is called, so nothing here overflows.
abstract contract TimelineClock {
    uint256 internal immutable GENESIS_TIME;
    uint256 internal immutable TICK_SECONDS;

    constructor(uint64 genesisTime, uint32 tickSeconds) {
        GENESIS_TIME = genesisTime;
        TICK_SECONDS = tickSeconds;
    }

    /// @dev `time(tick)` in seconds.
    function _timeOf(uint256 tick) internal view returns (uint256) {
        unchecked {
            return GENESIS_TIME + tick * TICK_SECONDS;
        }
    }

    /// @dev The first tick whose time is not before `timestamp`.
    function _firstTickFrom(uint256 timestamp) internal view returns (uint256) {
        if (timestamp <= GENESIS_TIME) return 0;
        unchecked {
            return (timestamp - GENESIS_TIME + TICK_SECONDS - 1) / TICK_SECONDS;
        }
    }
}
