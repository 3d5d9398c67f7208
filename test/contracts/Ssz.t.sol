// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bls} from "../../contracts/libs/Bls.sol";
import {Ssz} from "../../contracts/libs/Ssz.sol";
import {Test} from "./Vm.sol";

/// @notice Trees and integers against the plainest way to compute them.
contract SszTest is Test {
    function testFuzz_HashIsSha256OfBoth(bytes32 left, bytes32 right) public view {
        assertEq(Ssz.hash(left, right), sha256(abi.encodePacked(left, right)), "hash");
    }

    function testFuzz_SwapReversesTheBytesOfEachLane(uint256 word) public pure {
        uint256 swapped = Ssz.swap(word);
        for (uint256 lane = 0; lane < 4; ++lane)
            for (uint256 i = 0; i < 8; ++i)
                assertEq(
                    uint8(swapped >> (64 * lane + 8 * i)),
                    uint8(word >> (64 * lane + 8 * (7 - i))),
                    "byte of a lane"
                );
        assertEq(Ssz.swap(swapped), word, "twice is nothing");
    }

    function testFuzz_U64IsLittleEndian(uint64 value) public pure {
        bytes32 root = Ssz.u64(value);
        for (uint256 i = 0; i < 32; ++i) assertEq(uint8(root[i]), i < 8 ? uint8(value >> (8 * i)) : 0, "byte");
    }

    /// @dev Trap 21: the index is used up exactly if the branch has as many siblings as it has digits behind the first.
    function testFuzz_ClimbsToTheRootOfThatDepthOnly(bytes32 node, uint256 path, bytes32[] memory branch) public view {
        uint256 depth = branch.length % 48;
        assembly ("memory-safe") {
            mstore(branch, depth)
        }
        uint256 index = (1 << depth) | (path & ((1 << depth) - 1));
        bytes32 expected = node;
        for (uint256 i = 0; i < depth; ++i)
            expected =
                (path >> i) & 1 == 1
                    ? sha256(abi.encodePacked(branch[i], expected))
                    : sha256(abi.encodePacked(expected, branch[i]));
        (bytes32 root, uint256 rest) = this.climb(node, index, branch);
        assertEq(root, expected, "root");
        assertEq(rest, 1, "rest");
        // One digit more at the end or at the front, one digit less, none at all.
        uint256[4] memory others = [index << 1, index | (2 << depth), index >> 1, 0];
        for (uint256 i = 0; i < 4; ++i) {
            (, rest) = this.climb(node, others[i], branch);
            assertTrue(rest != 1, "an index of another depth");
        }
    }

    function testFuzz_RootsArePairsOfPairs(bytes32[8] memory leaves) public view {
        for (uint256 size = 1; size <= 8; size *= 2) {
            bytes32[] memory list = new bytes32[](size);
            for (uint256 i = 0; i < size; ++i) list[i] = leaves[i];
            assertEq(this.rootOf(list), plainRoot(list), "rootOf");
        }
        bytes32[] memory all = new bytes32[](8);
        for (uint256 i = 0; i < 8; ++i) all[i] = leaves[i];
        assertEq(this.rootOf8(leaves), plainRoot(all), "rootOf8");
        (all[5], all[6], all[7]) = (0, 0, 0);
        assertEq(Ssz.rootOf5(all[0], all[1], all[2], all[3], all[4]), plainRoot(all), "rootOf5");
    }

    /// @dev The precompiles' own answer to a point that is none: nothing is valid, and nothing reverts.
    function testFuzz_NoPointIsValid(bytes32 message, uint256[4] memory key, uint256[8] memory signature) public view {
        assertTrue(!this.verify(abi.encodePacked(key), message, abi.encodePacked(signature)), "verify");
    }

    function testFuzz_ReadsCoordinatesBelowTheModulus(uint128 high, uint256 low, bool near, uint8 place) public view {
        uint256 p = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
        uint128 pHigh = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
        if (near) (high, low) = (uint128(pHigh + (high % 3) - 1), p + (low % 5) - 2);
        uint256[4] memory words;
        uint256 start = (place % 2) * 2;
        (words[start], words[start + 1]) = (high, low);
        (bool isCanonical, bool isInfinity) = this.read(abi.encodePacked(words));
        assertTrue(isCanonical == (high < pHigh || (high == pHigh && low < p)), "canonical");
        assertTrue(isInfinity == (high == 0 && low == 0), "infinity");
    }

    function climb(bytes32 node, uint256 index, bytes32[] calldata branch) external view returns (bytes32, uint256) {
        return Ssz.climb(node, index, branch);
    }

    function rootOf(bytes32[] calldata leaves) external view returns (bytes32) {
        return Ssz.rootOf(leaves);
    }

    function rootOf8(bytes32[8] calldata leaves) external view returns (bytes32) {
        return Ssz.rootOf8(leaves);
    }

    function read(bytes calldata point) external pure returns (bool isCanonical, bool isInfinity) {
        return Bls.read(point);
    }

    function verify(bytes calldata key, bytes32 message, bytes calldata signature) external view returns (bool) {
        return Bls.verify(key, message, signature);
    }

    function plainRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        if (leaves.length == 1) return leaves[0];
        bytes32[] memory parents = new bytes32[](leaves.length / 2);
        for (uint256 i = 0; i < parents.length; ++i)
            parents[i] = sha256(abi.encodePacked(leaves[2 * i], leaves[2 * i + 1]));
        return plainRoot(parents);
    }
}
