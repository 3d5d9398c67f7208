// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMailbox} from "../../interfaces/IMailbox.sol";

/// @title Does with a Mailbox all that a contract can, well or badly, for tests
contract MailboxUser {
    /// @notice What `fail` reverts with.
    error Failed(bytes reason);

    /// @notice The Mailbox.
    IMailbox public immutable MAILBOX;
    /// @notice What was seen last.
    uint64 public source;
    /// @notice Who was seen last.
    address public sender;
    /// @notice How often something was received.
    uint256 public count;
    /// @notice What the last call brought.
    bytes public last;

    constructor(IMailbox mailbox) {
        MAILBOX = mailbox;
    }

    /// @notice Notes who sent.
    function receiveMessage() public {
        (source, sender) = MAILBOX.context();
        ++count;
    }

    /// @notice Calls anything, reverts as it does, and then notes who sent.
    function callAndReceive(address target, bytes calldata data) external {
        forward(target, data);
        receiveMessage();
    }

    /// @notice Calls anything, and reverts as it does.
    function forward(address target, bytes calldata data) public returns (bytes memory answer) {
        bool success;
        (success, answer) = target.call(data);
        if (!success) revert Failed(answer);
        last = answer;
    }

    /// @notice Calls anything and goes on if that fails.
    function attempt(address target, bytes calldata data) external {
        (, last) = target.call(data);
        ++count;
    }

    /// @notice Reads answers and reverts with what it learnt: no log stays.
    function peek(uint64 destination, address target, uint64 gas, bytes calldata data) external {
        revert Failed(MAILBOX.call(destination, target, gas, data));
    }

    /// @notice Returns `size` zero bytes.
    function bomb(uint256 size) external pure {
        // Beyond what instrumentation for coverage writes behind the free pointer: zeros.
        assembly ("memory-safe") {
            return(add(mload(0x40), 0x400), size)
        }
    }

    /// @notice Reverts with `reason`.
    function fail(bytes calldata reason) external pure {
        revert Failed(reason);
    }

    /// @notice How much gas there is, and who calls.
    function look() external view returns (uint256 gas, address caller) {
        return (gasleft(), msg.sender);
    }

    /// @notice Uses all gas.
    function burnGas() external pure {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
