// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A message between chains of a timeline (spec X-3). `source` and `destination` are chain ids; `nonce` is the source's
/// own count, so that no two messages are the same.
struct Message {
    uint64 source;
    uint64 destination;
    uint64 nonce;
    address sender;
    address target;
    uint64 minGas;
    bytes data;
}

using {id} for Message global;

/// @notice X-3. What a message is called: its hash but for the last 8 bytes, since a tag has room for 24.
/// @dev Two messages of one id take 2^96 hashes to find, one with the id of a given message 2^192.
function id(Message memory message) pure returns (bytes32) {
    return keccak256(abi.encodePacked(uint8(0x11), abi.encode(message))) & ~bytes32(uint256(type(uint64).max));
}
