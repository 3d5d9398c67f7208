// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One publication as the Inbox remembers it (spec H-2), from the highest bit: `id u32 | lastTick u40 | digest u184`,
/// the digest being the first 23 bytes of the publication hash (H-3). The newest one is the *head*.
type RingWord is bytes32;

using {id, lastTick, digest, equals as ==, differs as !=} for RingWord global;

/// @notice The word of publication `id_`.
/// @dev Takes values that fit: ids and last ticks are bounded by the seconds since genesis, since every publication
/// advances at least one tick of at least one second and no tick is in the future.
function ringWord(uint256 id_, uint256 lastTick_, bytes32 publicationHash) pure returns (RingWord) {
    return RingWord.wrap(bytes32((id_ << 224) | (lastTick_ << 184) | (uint256(publicationHash) >> 72)));
}

/// @notice Number of the publication, from 1; 0 is the genesis word (and a word never written).
function id(RingWord word) pure returns (uint256) {
    return uint256(RingWord.unwrap(word)) >> 224;
}

/// @notice The last tick that the publication covers.
function lastTick(RingWord word) pure returns (uint256) {
    return (uint256(RingWord.unwrap(word)) >> 184) & 0xffffffffff;
}

/// @notice First 23 bytes of the publication hash.
function digest(RingWord word) pure returns (bytes23) {
    return bytes23(RingWord.unwrap(word) << 72);
}

function equals(RingWord a, RingWord b) pure returns (bool) {
    return RingWord.unwrap(a) == RingWord.unwrap(b);
}

function differs(RingWord a, RingWord b) pure returns (bool) {
    return RingWord.unwrap(a) != RingWord.unwrap(b);
}
