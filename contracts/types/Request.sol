// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A synchronous call to another rollup (spec X-10).
/// @param path chain ids from the leg that began to the caller's rollup, which is the last
/// @param destination chain id of the rollup on which the call is made
/// @param caller who asked, on the last rollup of the path
/// @param target whom to call
/// @param gas what the target gets, exactly
/// @param data what it is called with
/// @param sequence the answer's place on the tape of the caller's rollup, from 0 at each fill
struct Request {
    uint64[] path;
    uint64 destination;
    address caller;
    address target;
    uint64 gas;
    bytes data;
    uint64 sequence;
}

/// @notice One answer on a tape: what the call will return, and to whom.
struct Entry {
    bytes32 requestHash;
    bool ok;
    bytes returnData;
}

/// @notice What a call that was made came to.
struct Answer {
    bool ok;
    bytes returnData;
}

using {hashRequest} for Request global;

/// @notice X-10.
function hashRequest(Request memory request) pure returns (bytes32) {
    return keccak256(abi.encode(request));
}

/// @notice X-10. What a call came to.
function hashAnswer(bool ok, bytes memory returnData) pure returns (bytes32) {
    return keccak256(abi.encode(ok, returnData));
}
