// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Merkle} from "../../contracts/libs/Merkle.sol";
import {Test} from "./Vm.sol";

/// @notice The library against the definition of RFC 9162, read literally.
contract MerkleTest is Test {
    function test_RootOfNothingIsZero_S2() public pure {
        assertEq(Merkle.root(new bytes32[](0)), 0, "empty");
    }

    function test_EveryPositionOfEverySize_S2() public pure {
        for (uint256 count = 1; count <= 40; ++count) {
            bytes32[] memory elements = _elements(count, bytes32(count));
            bytes32 root = _root(elements, 0, count);
            assertEq(Merkle.root(elements), root, "root");
            for (uint256 i = 0; i < count; ++i) {
                assertTrue(Merkle.includes(root, elements[i], i, count, _proof(elements, i, 0, count)), "included");
            }
        }
    }

    /// @dev trap 21: longer, shorter, mutated and misplaced proofs are refused.
    function testFuzz_RefusesWhatIsNotAProof_trap21(
        uint256 seed,
        uint256 count_,
        uint256 index_,
        uint256 other
    ) public pure {
        uint256 count = bound(count_, 1, 70);
        uint256 index = bound(index_, 0, count - 1);
        bytes32[] memory elements = _elements(count, bytes32(seed));
        bytes32 root = Merkle.root(elements);
        bytes32[] memory proof = _proof(elements, index, 0, count);
        bytes32 element = elements[index];
        assertTrue(Merkle.includes(root, element, index, count, proof), "included");
        assertTrue(!Merkle.includes(root, element, index, count, _resized(proof, proof.length + 1)), "longer");
        if (proof.length > 0) {
            assertTrue(!Merkle.includes(root, element, index, count, _resized(proof, proof.length - 1)), "shorter");
            uint256 place = other % proof.length;
            proof[place] ^= bytes32(uint256(1) << (other >> 248));
            assertTrue(!Merkle.includes(root, element, index, count, proof), "mutated");
            proof[place] ^= bytes32(uint256(1) << (other >> 248));
        }
        uint256 elsewhere = bound(other, 0, 2 * count);
        if (elsewhere != index) {
            assertTrue(!Merkle.includes(root, element, elsewhere, count, proof), "another index");
        }
        assertTrue(!Merkle.includes(root, element, count, count, proof), "index out of range");
        assertTrue(!Merkle.includes(root, element, index | (1 << 200), count, proof), "leftover index bits");
        assertTrue(!Merkle.includes(root, ~element, index, count, proof), "another element");
    }

    function _elements(uint256 count, bytes32 seed) private pure returns (bytes32[] memory elements) {
        elements = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) elements[i] = keccak256(abi.encode(seed, i));
    }

    function _resized(bytes32[] memory proof, uint256 size) private pure returns (bytes32[] memory resized) {
        resized = new bytes32[](size);
        for (uint256 i = 0; i < size && i < proof.length; ++i) resized[i] = proof[i];
    }

    function _split(uint256 count) private pure returns (uint256 k) {
        for (k = 1; 2 * k < count;) k *= 2;
    }

    function _root(bytes32[] memory elements, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return keccak256(abi.encodePacked(uint8(0), elements[from]));
        uint256 middle = from + _split(to - from);
        return keccak256(abi.encodePacked(uint8(1), _root(elements, from, middle), _root(elements, middle, to)));
    }

    /// @dev Siblings from the leaf up.
    function _proof(
        bytes32[] memory elements,
        uint256 index,
        uint256 from,
        uint256 to
    ) private pure returns (bytes32[] memory) {
        if (to - from == 1) return new bytes32[](0);
        uint256 middle = from + _split(to - from);
        bool left = index < middle;
        bytes32[] memory below = left ? _proof(elements, index, from, middle) : _proof(elements, index, middle, to);
        bytes32[] memory proof = _resized(below, below.length + 1);
        proof[below.length] = left ? _root(elements, middle, to) : _root(elements, from, middle);
        return proof;
    }
}
