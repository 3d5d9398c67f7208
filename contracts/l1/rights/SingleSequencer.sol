// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISequencingRights} from "../../interfaces/ISequencingRights.sol";

/// @title One fixed sequencer
/// @notice The isolated baseline: one address publishes every tick, for ever.
/// @dev Trust: the address can leave transactions out and stop publishing; forced inclusion still works without it.
contract SingleSequencer is ISequencingRights {
    /// @notice The one address.
    address public immutable SEQUENCER;

    constructor(address sequencer) {
        SEQUENCER = sequencer;
    }

    /// @inheritdoc ISequencingRights
    function check(address publisher, uint256, bytes calldata) external view returns (uint64 minTick, uint64 maxTick) {
        require(publisher == SEQUENCER, NotSequencer(publisher, SEQUENCER));
        return (0, type(uint64).max);
    }

    /// @inheritdoc ISequencingRights
    function rightOf(uint256) external view returns (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind) {
        return (SEQUENCER, 0, type(uint64).max, 0);
    }
}
