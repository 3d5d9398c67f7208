// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {IMailbox} from "../../interfaces/IMailbox.sol";

/// @title Does what it is told: traffic for tests of bundles
/// @dev Warning: anyone pulls the strings.
contract FuzzPuppet {
    /// @notice A call that must succeed, or whose failure is ignored.
    struct Step {
        address target;
        bool mayFail;
        bytes data;
    }

    /// @notice What `refuse` reverts with.
    error Refused(uint256 why);
    /// @notice This chain is not in the ring.
    error NotInRing(uint256 chainId);

    IMailbox private constant MAILBOX = IMailbox(0x6d6572696469616e000000000000000000000001);
    uint64 private constant GAS = 400_000;

    /// @notice How far `count` has counted.
    uint256 public counted;

    /// @notice Makes the calls in order; returns what the last one returned, as it is.
    function run(Step[] calldata steps) external {
        for (uint256 i = 0; i < steps.length; ++i) {
            Step calldata step = steps[i];
            bytes memory data = step.data;
            bool success = LowLevelCall.callNoReturn(step.target, data);
            if (!success && !step.mayFail) LowLevelCall.bubbleRevert();
        }
        bytes memory last = steps.length == 0 ? bytes("") : LowLevelCall.returnData();
        assembly ("memory-safe") {
            return(add(last, 0x20), mload(last))
        }
    }

    /// @notice Adds to a counter: an answer that depends on what has been asked before.
    function count(uint256 more) external returns (uint256) {
        counted += more;
        return counted;
    }

    /// @notice Sends itself, on the next chain of the ring, a message to do the same: messages that could justify each other.
    function pass(uint64[] calldata ring) external {
        for (uint256 i = 0; i < ring.length; ++i) {
            if (ring[i] != block.chainid) continue;
            MAILBOX.send(ring[(i + 1) % ring.length], address(this), GAS, abi.encodeCall(this.pass, ring));
            return;
        }
        revert NotInRing(block.chainid);
    }

    function echo(bytes calldata data) external pure returns (bytes memory) {
        return data;
    }

    function refuse(uint256 why) external pure {
        revert Refused(why);
    }
}
