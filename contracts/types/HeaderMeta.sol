// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The packed word of a publication's header (spec H-1), from the highest bit:
/// `coinbase u160 | firstTick u40 | span u16 | l1Origin u32 | codec u4 | blobs u4`.
/// @dev Every 256-bit value is a well-formed word: the fields fill it. What the values mean is for the Inbox to check.
type HeaderMeta is uint256;

using {coinbase, firstTick, lastTick, l1Origin, codec, blobs} for HeaderMeta global;

/// @notice Who the ticks' blocks name as beneficiary.
function coinbase(HeaderMeta meta) pure returns (address) {
    return address(uint160(HeaderMeta.unwrap(meta) >> 96));
}

/// @notice Number of the publication's first tick.
function firstTick(HeaderMeta meta) pure returns (uint256) {
    return (HeaderMeta.unwrap(meta) >> 56) & 0xffffffffff;
}

/// @notice Number of the publication's last tick, `firstTick + span`. May exceed 40 bits; such a tick is far in the future.
function lastTick(HeaderMeta meta) pure returns (uint256) {
    unchecked {
        // 40 bits plus 16 bits.
        return firstTick(meta) + ((HeaderMeta.unwrap(meta) >> 40) & 0xffff);
    }
}

/// @notice Number of the L1 block that the last tick has seen.
function l1Origin(HeaderMeta meta) pure returns (uint256) {
    return (HeaderMeta.unwrap(meta) >> 8) & 0xffffffff;
}

/// @notice How the data is encoded. Not checked on L1: an unknown codec makes a void publication.
function codec(HeaderMeta meta) pure returns (uint256) {
    return (HeaderMeta.unwrap(meta) >> 4) & 0xf;
}

/// @notice Number of blobs; 0 for calldata.
function blobs(HeaderMeta meta) pure returns (uint256) {
    return HeaderMeta.unwrap(meta) & 0xf;
}
