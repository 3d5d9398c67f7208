// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HeaderMeta} from "../types/HeaderMeta.sol";
import {RingWord} from "../types/RingWord.sol";

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

    /// @notice H-3. What a ring word's digest is taken from, for the publication of `publisher` in this very block.
    /// @param payload the blobs' versioned hashes, joined, or the hash of the calldata
    function publication(
        RingWord parent,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash,
        address publisher,
        bytes memory payload
    ) internal view returns (bytes32) {
        return
            keccak256(
                abi.encodePacked(
                    abi.encode(parent, meta, ticksRoot, l1OriginHash, publisher),
                    uint128(block.number),
                    uint128(block.timestamp),
                    payload
                )
            );
    }
}
