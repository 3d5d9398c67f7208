// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A registry of delegates that believes everybody, at once
/// @notice The part of `IProposerRegistry` that rights are made from.
contract DelegatesMock {
    mapping(uint256 validatorIndex => address delegate) private _delegates;

    /// @notice Names a validator's delegate for every epoch.
    function set(uint256 validatorIndex, address delegate) external {
        _delegates[validatorIndex] = delegate;
    }

    function delegateOf(uint256 validatorIndex, uint256) external view returns (address delegate) {
        return _delegates[validatorIndex];
    }
}
