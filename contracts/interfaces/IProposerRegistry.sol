// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILookaheadOracle} from "./ILookaheadOracle.sol";

/// @title Which address acts for which validator
/// @notice Delegation by withdrawal address or BLS key, accepted by the delegate, two epochs ahead (docs/spec/rights.md, section 2).
interface IProposerRegistry {
    /// @notice Names a delegate by the validator's withdrawal address: the caller (R-8 a). Zero ends the delegation (R-9).
    function bindByWithdrawal(
        ILookaheadOracle.ProvedState calldata state,
        uint256 validatorIndex,
        bytes32[8] calldata fields,
        bytes32[] calldata branch,
        address delegate
    ) external;

    /// @notice Names a delegate by the validator's BLS key (R-8 b, R-10).
    /// @param publicKey 128 bytes, uncompressed (EIP-2537)
    /// @param signature 256 bytes, uncompressed (EIP-2537)
    function bindByKey(
        ILookaheadOracle.ProvedState calldata state,
        uint256 validatorIndex,
        bytes32[8] calldata fields,
        bytes32[] calldata branch,
        address delegate,
        bytes calldata publicKey,
        bytes calldata signature
    ) external;

    /// @notice The caller accepts to act for the validators that have named it; effective two epochs later.
    function accept(uint256[] calldata validatorIndices) external;

    /// @notice The caller, delegate of these validators, ends it; effective two epochs later.
    function resign(uint256[] calldata validatorIndices) external;

    /// @notice The effective delegate in an epoch not after `current + 2`; zero if none (R-11).
    function delegateOf(uint256 validatorIndex, uint256 epoch) external view returns (address);

    /// @notice The validator's next nonce for R-10.
    function nonceOf(uint256 validatorIndex) external view returns (uint64);
}
