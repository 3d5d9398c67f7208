// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title An oracle that knows whatever it was told
/// @notice The part of `ILookaheadOracle` that rights are made from.
contract LookaheadMock {
    uint256 public immutable BEACON_GENESIS_TIME;
    uint256 public immutable SLOT_SECONDS;
    uint256 public immutable SLOTS_PER_EPOCH;

    mapping(uint256 epoch => uint256[] validatorIndices) private _proposers;

    constructor(uint256 beaconGenesisTime, uint256 slotSeconds, uint256 slotsPerEpoch) {
        BEACON_GENESIS_TIME = beaconGenesisTime;
        SLOT_SECONDS = slotSeconds;
        SLOTS_PER_EPOCH = slotsPerEpoch;
    }

    /// @notice Records the proposers of an epoch, right or wrong, as often as one likes.
    function set(uint256 epoch, uint256[] calldata validatorIndices) external {
        _proposers[epoch] = validatorIndices;
    }

    function proposersOf(uint256 epoch) external view returns (uint256[] memory validatorIndices) {
        return _proposers[epoch];
    }
}
