// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice SSZ trees, as the beacon chain hashes them: SHA-256 over pairs, integers little endian (docs/spec/rights.md, section 6).
/// @dev SHA-256 is the precompile at 2. It fails only when gas runs out, and then the caller reverts with it.
library Ssz {
    uint256 private constant BYTES_1 = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant BYTES_2 = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
    uint256 private constant BYTES_4 = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;

    /// @notice `sha256(left ‖ right)`.
    function hash(bytes32 left, bytes32 right) internal view returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            if iszero(staticcall(gas(), 2, 0x00, 0x40, 0x00, 0x20)) {
                revert(0, 0)
            }
            node := mload(0x00)
        }
    }

    /// @notice From the node at generalized index `index` up, by as many steps as the branch has siblings.
    /// @return root what stands at the end
    /// @return rest the index of the end: 1 if the branch has exactly the siblings that the index asks for, so that every bit of the
    /// index has had its say; else something else
    function climb(
        bytes32 node,
        uint256 index,
        bytes32[] calldata branch
    ) internal view returns (bytes32 root, uint256 rest) {
        assembly ("memory-safe") {
            root := node
            rest := index
            let sibling := branch.offset
            let end := add(sibling, shl(5, branch.length))
            for {} lt(sibling, end) {
                sibling := add(sibling, 0x20)
            } {
                // An odd index is a right child.
                let place := shl(5, and(rest, 1))
                mstore(place, root)
                mstore(xor(place, 0x20), calldataload(sibling))
                if iszero(staticcall(gas(), 2, 0x00, 0x40, 0x00, 0x20)) {
                    revert(0, 0)
                }
                root := mload(0x00)
                rest := shr(1, rest)
            }
        }
    }

    /// @notice Root of a perfect tree over these leaves, whose number is a power of two.
    function rootOf(bytes32[] calldata leaves) internal view returns (bytes32) {
        uint256 source;
        assembly ("memory-safe") {
            source := leaves.offset
        }
        return _rootOf(source, leaves.length << 5);
    }

    /// @notice As `rootOf`, of a container's eight fields (missing ones are zero).
    function rootOf8(bytes32[8] calldata leaves) internal view returns (bytes32) {
        uint256 source;
        assembly ("memory-safe") {
            source := leaves
        }
        return _rootOf(source, 0x100);
    }

    /// @notice Root of a container of five fields.
    function rootOf5(bytes32 a, bytes32 b, bytes32 c, bytes32 d, bytes32 e) internal view returns (bytes32) {
        // What two missing fields hash to.
        bytes32 nothing = 0xf5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b;
        return hash(hash(hash(a, b), hash(c, d)), hash(hash(e, 0), nothing));
    }

    /// @notice Root of a `uint64`; of a `uint256` below 2^64, too.
    function u64(uint64 value) internal pure returns (bytes32) {
        return bytes32(swap(value) << 192);
    }

    /// @notice Reverses the bytes of each of the word's four `u64`.
    function swap(uint256 word) internal pure returns (uint256) {
        word = ((word & BYTES_1) << 8) | ((word >> 8) & BYTES_1);
        word = ((word & BYTES_2) << 16) | ((word >> 16) & BYTES_2);
        return ((word & BYTES_4) << 32) | ((word >> 32) & BYTES_4);
    }

    /// @dev Of so many bytes of calldata: level by level in place, until one node is left. Behind the free memory, which is nobody's
    /// only within one block of assembly.
    function _rootOf(uint256 source, uint256 size) private view returns (bytes32 top) {
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, source, size)
            for {} gt(size, 0x20) {
                size := shr(1, size)
            } {
                for {
                    let at := 0
                } lt(at, size) {
                    at := add(at, 0x40)
                } {
                    if iszero(staticcall(gas(), 2, add(start, at), 0x40, add(start, shr(1, at)), 0x20)) {
                        revert(0, 0)
                    }
                }
            }
            top := mload(start)
        }
    }
}
