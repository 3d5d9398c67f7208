// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Merkle} from "../../contracts/libs/Merkle.sol";

/// @notice Proofs for `Merkle.includes`: RFC 9162, section 2.1.3.1, as it stands there.
library MerklePath {
    function siblings(bytes32[] memory list, uint256 index) internal pure returns (bytes32[] memory) {
        return _path(list, 0, list.length, index);
    }

    function _path(
        bytes32[] memory list,
        uint256 from,
        uint256 count,
        uint256 index
    ) private pure returns (bytes32[] memory path) {
        if (count == 1) return new bytes32[](0);
        uint256 k = 1;
        while (k * 2 < count) k *= 2;
        bool left = index < k;
        bytes32[] memory inner = left ? _path(list, from, k, index) : _path(list, from + k, count - k, index - k);
        path = new bytes32[](inner.length + 1);
        for (uint256 i = 0; i < inner.length; ++i) path[i] = inner[i];
        path[inner.length] = left ? _root(list, from + k, count - k) : _root(list, from, k);
    }

    function _root(bytes32[] memory list, uint256 from, uint256 count) private pure returns (bytes32) {
        bytes32[] memory part = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) part[i] = list[from + i];
        return Merkle.root(part);
    }
}
