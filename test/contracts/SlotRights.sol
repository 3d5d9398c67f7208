// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISequencingRights} from "../../contracts/interfaces/ISequencingRights.sol";

/// @notice Reverts with what it was asked.
contract SlotRights is ISequencingRights {
    error Asked(address publisher, uint256 slot, bytes proof);

    function check(address publisher, uint256 slot, bytes calldata proof) external pure returns (uint64, uint64) {
        revert Asked(publisher, slot, proof);
    }

    function rightOf(uint256) external pure returns (address, uint64, uint64, uint8) {
        return (address(0), 0, 0, 1);
    }
}
