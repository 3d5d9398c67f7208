// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where a transaction stands among all that were published (docs/spec/bundles.md, section 7), from the highest bit:
/// `publication u32 | tick u64 | index u32 | leg u32`. Positions compare as numbers.
type Position is uint160;

using {precedes as <} for Position global;

/// @notice The position of leg `leg` (0 for a transaction by itself) of item `index` of a publication's tick.
function position(uint32 publication, uint64 tick, uint32 index, uint32 leg) pure returns (Position) {
    return Position.wrap((uint160(publication) << 128) | (uint160(tick) << 64) | (uint160(index) << 32) | leg);
}

function precedes(Position a, Position b) pure returns (bool) {
    return Position.unwrap(a) < Position.unwrap(b);
}
