// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a sequencer signs for an item (docs/spec/preconfirmations.md, P-1).
library CommitmentHash {
    /// @dev Of the EIP-712 domain.
    string internal constant NAME = "Meridian";
    string internal constant VERSION = "1";

    bytes32 private constant TYPE_HASH = keccak256(
        "ItemCommitment(address timeline,uint64 tick,uint32 index,bytes32 itemHash)"
    );

    /// @notice EIP-712's hash of the struct.
    function structHash(address timeline, uint64 tick, uint32 index, bytes32 itemHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE_HASH, timeline, tick, index, itemHash));
    }
}
