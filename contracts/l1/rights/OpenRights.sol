// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISequencingRights} from "../../interfaces/ISequencingRights.sol";

/// @title Anyone may publish
/// @notice Every slot is everybody's.
/// @dev Trust: none, and no liveness against a front-runner who pays more; forced inclusion gives that.
contract OpenRights is ISequencingRights {
    /// @inheritdoc ISequencingRights
    function check(address, uint256, bytes calldata) external pure returns (uint64 minTick, uint64 maxTick) {
        return (0, type(uint64).max);
    }

    /// @inheritdoc ISequencingRights
    function rightOf(uint256) external pure returns (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind) {
        return (address(0), 0, type(uint64).max, 1);
    }
}
