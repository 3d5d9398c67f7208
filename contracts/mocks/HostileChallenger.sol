// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPreconfSlasher} from "../interfaces/IPreconfSlasher.sol";

/// @title Shows evidence, and misbehaves when it gets its reward, or its own bond back
/// @notice Refuses it, or does something first: whatever it was told.
contract HostileChallenger {
    IPreconfSlasher private immutable SLASHER;
    bool private immutable REFUSES;
    bytes[] private _next;
    bytes[] private _answers;

    error NoThanks();

    constructor(IPreconfSlasher slasher, bool refuses) payable {
        SLASHER = slasher;
        REFUSES = refuses;
    }

    // What this contract is for.
    // solhint-disable-next-line no-complex-fallback
    receive() external payable {
        require(!REFUSES, NoThanks());
        if (_next.length == 0) return;
        bytes memory question = _next[_next.length - 1];
        _next.pop();
        (, bytes memory answer) = address(SLASHER).call(question);
        _answers.push(answer);
    }

    /// @notice Calls the slasher; and again with each of `next`, the last first, whenever it gets ether.
    function act(bytes calldata question, bytes[] calldata next) external payable {
        _next = next;
        (bool success, bytes memory answer) = address(SLASHER).call{value: msg.value}(question);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// @notice What the calls of `next` returned.
    function answers() external view returns (bytes[] memory) {
        return _answers;
    }
}
