// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What L1 storage remembers of forced entries, deposits, messages and configs (docs/spec/contracts.md): one word per list,
/// from which the whole list, with the L1 block and time of each entry, can be proved. Events alone would force a prover
/// through every receipt; a slot per entry would grow L1's state for ever.
library HashChain {
    /// @notice C-1. The list's word after an entry that this very block appends.
    function append(bytes32 chain, bytes32 entry) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(7), chain, uint128(block.number), uint128(block.timestamp), entry));
    }

    /// @notice C-1. The word of an empty list, for a list whose slot is written from the start.
    function empty(address owner) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, owner));
    }

    /// @notice C-2. A forced entry; `legs` are pairs `u32 rollupId ‖ u32 gas`, joined.
    function forcedEntry(bytes32 forcedHash, address sender, bytes memory legs) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(8), forcedHash, sender, legs));
    }

    /// @notice C-3. A deposit.
    function depositEntry(
        uint32 rollupId,
        uint64 index,
        address sender,
        address recipient,
        uint64 gweiAmount
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(9), rollupId, index, sender, recipient, gweiAmount));
    }

    /// @notice C-12. A message to a rollup.
    function messageEntry(uint32 rollupId, bytes32 id) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(12), rollupId, id));
    }

    /// @notice C-4. A registration; `configHash` is the hash of the ABI-encoded config with its final cluster.
    function registrationEntry(
        uint32 rollupId,
        address owner,
        bytes32 configHash,
        bytes32 allocationHash
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(10), rollupId, owner, configHash, allocationHash));
    }

    /// @notice C-5. A scheduled config.
    function configEntry(
        uint32 rollupId,
        uint64 effectiveTick,
        uint64 gasLimit,
        address feeRecipient
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(11), rollupId, effectiveTick, gasLimit, feeRecipient));
    }
}
