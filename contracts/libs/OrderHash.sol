// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The hashes of the order layer (spec section 5, and H-3): what a publication, an item, a tick and its order are
/// called in proofs. The shared vectors hold these equal to every reader's.
/// @dev Each kind has its own first byte, so that none can be taken for another; legs are fixed-width pairs.
library OrderHash {
    /// @notice S-1. The item hash of a transaction.
    function transaction(uint32 rollupId, bytes32 rawTxHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(2), rollupId, rawTxHash));
    }

    /// @notice S-1. One leg's part of what `bundle` hashes.
    function leg(uint32 rollupId, bytes32 rawTxHash) internal pure returns (bytes memory) {
        return abi.encodePacked(rollupId, rawTxHash);
    }

    /// @notice S-1. The item hash of a bundle, from its legs' parts, joined.
    function bundle(bytes memory legs) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(3), legs));
    }

    /// @notice S-3. What a publication claims about one tick.
    function tick(uint64 number, uint32 itemCount, bytes32 itemsRoot) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(4), number, itemCount, itemsRoot));
    }

    /// @notice S-4. A forced entry: its place in its cluster's queue, and its item.
    function forced(uint32 cluster, uint64 index, bytes32 itemHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(5), cluster, index, itemHash));
    }

    /// @notice S-5. The order of one tick.
    function order(
        uint64 number,
        uint32 forcedCount,
        bytes32 forcedRoot,
        uint32 itemCount,
        bytes32 itemsRoot
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(6), number, forcedCount, forcedRoot, itemCount, itemsRoot));
    }

    /// @notice H-3. What a ring word's digest is taken from.
    /// @param header parent, meta, ticksRoot, l1OriginHash and publisher, ABI-encoded
    /// @param number the publication's L1 block
    /// @param timestamp that block's time
    /// @param payload the blobs' versioned hashes, joined, or the hash of the calldata
    function publication(
        bytes memory header,
        uint256 number,
        uint256 timestamp,
        bytes memory payload
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(header, uint128(number), uint128(timestamp), payload));
    }
}
