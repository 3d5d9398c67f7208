// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The Merkle tree of RFC 9162, section 2.1, with Keccak-256 (spec S-2): ordered, of any size, leaves and nodes
/// hashed under different tags.
/// @dev OpenZeppelin's MerkleProof sorts pairs and does not know positions; here the position is what is proved.
library Merkle {
    /// @notice Hash of a leaf: `keccak(0x00 ‖ element)`.
    function leaf(bytes32 element) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(0), element));
    }

    /// @notice Hash of a node: `keccak(0x01 ‖ left ‖ right)`.
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(1), left, right));
    }

    /// @notice Root of a list of elements; zero for the empty list.
    /// @dev Keeps the roots of the perfect subtrees read so far: one for each binary digit of the count.
    function root(bytes32[] memory elements) internal pure returns (bytes32 result) {
        uint256 count = elements.length;
        if (count == 0) return 0;
        bytes32[] memory subtrees = new bytes32[](64);
        uint256 depth;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 current = leaf(elements[i]);
            // As many subtrees close as the number of elements before this one has trailing ones.
            for (uint256 rest = i; rest & 1 == 1; rest >>= 1) current = node(subtrees[--depth], current);
            subtrees[depth++] = current;
        }
        result = subtrees[--depth];
        while (depth > 0) result = node(subtrees[--depth], result);
    }

    /// @notice Whether `element` is the one at `index` of the `count` elements under `expectedRoot` (RFC 9162, section 2.1.3.2).
    /// @dev The proof's length is fixed by index and count: longer, shorter and leftover paths are refused.
    function includes(
        bytes32 expectedRoot,
        bytes32 element,
        uint256 index,
        uint256 count,
        bytes32[] memory proof
    ) internal pure returns (bool) {
        if (index >= count) return false;
        uint256 position = index;
        uint256 last = count - 1;
        bytes32 current = leaf(element);
        for (uint256 i = 0; i < proof.length; ++i) {
            if (last == 0) return false;
            if (position & 1 == 1 || position == last) {
                current = node(proof[i], current);
                // A right edge without sibling rises to the level on which it has one.
                while (position & 1 == 0 && position != 0) (position, last) = (position >> 1, last >> 1);
            } else {
                current = node(current, proof[i]);
            }
            (position, last) = (position >> 1, last >> 1);
        }
        return last == 0 && current == expectedRoot;
    }
}
