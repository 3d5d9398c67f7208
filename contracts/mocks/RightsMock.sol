// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A rights module that answers whatever it was told to
/// @notice With the bytes given, or, if they are empty, with nothing at all.
contract RightsMock {
    bytes private _answer;

    /// @dev Stands for every function of a rights module.
    fallback(bytes calldata) external returns (bytes memory) {
        return _answer;
    }

    /// @notice Sets the answer to every call.
    function setAnswer(bytes calldata answer) external {
        _answer = answer;
    }
}
