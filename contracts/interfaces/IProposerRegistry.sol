// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILookaheadOracle} from "./ILookaheadOracle.sol";

/// @title Which address acts for which validator
/// @notice Delegation by withdrawal address or BLS key, accepted by the delegate, two epochs ahead (docs/spec/rights.md, section 2).
/// @dev Trust: none but the oracle. A validator's withdrawal address and its key have the same power here, and the last one to name
/// a delegate is heard: who rents out a key should know. Nobody administers the registry.
interface IProposerRegistry {
    /// @notice A delegate is named, and may accept; zero ends the delegation. `nonce` is the one that was used up.
    event Named(uint256 indexed validatorIndex, address indexed delegate, uint64 nonce);
    /// @notice From `fromEpoch` on, `delegate` acts for the validator; zero: nobody.
    event Delegated(uint256 indexed validatorIndex, address indexed delegate, uint256 fromEpoch);

    /// @notice The withdrawal credentials are not of an address, or of another one.
    error NotWithdrawalAddress(address caller, bytes32 credentials);
    /// @notice A key has 128 bytes, a signature 256: the point is neither, or a coordinate is not below the field's modulus.
    error InvalidPoint(bytes point);
    /// @notice Infinity is neither a key nor a signature.
    error PointAtInfinity();
    /// @notice The key is not the validator's.
    error WrongKey(bytes32 root, bytes32 validatorRoot);
    /// @notice The key has not signed this root, or one of the two is no point of its group.
    error InvalidSignature(bytes32 signingRoot);
    /// @notice The validator has not named the caller, or has named another one since.
    error NotNamed(uint256 validatorIndex, address caller, address named);
    /// @notice The caller is not the validator's last delegate.
    error NotDelegate(uint256 validatorIndex, address caller, address delegate);
    /// @notice Delegates of epochs behind `last` are not fixed at all.
    error EpochTooFar(uint256 epoch, uint256 last);

    /// @notice Names a delegate by the validator's withdrawal address: the caller (R-8 a). Zero ends the delegation (R-9).
    /// @dev Reverts, in this order: as `ILookaheadOracle.checkValidator`; then `NotWithdrawalAddress`.
    /// @param fields SSZ roots of the validator's eight fields
    /// @param branch siblings from the validator's root to the state root
    function bindByWithdrawal(
        ILookaheadOracle.ProvedState calldata state,
        uint256 validatorIndex,
        bytes32[8] calldata fields,
        bytes32[] calldata branch,
        address delegate
    ) external;

    /// @notice Names a delegate by the validator's BLS key (R-8 b, R-10). Anyone may call. Zero ends the delegation (R-9).
    /// @dev Reverts, in this order: as `ILookaheadOracle.checkValidator`; then, for the key, `InvalidPoint`, `PointAtInfinity`,
    /// `WrongKey`; for the signature `InvalidPoint`, `PointAtInfinity`, `InvalidSignature`.
    /// @param fields SSZ roots of the validator's eight fields
    /// @param branch siblings from the validator's root to the state root
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

    /// @notice The caller accepts to act for the validators that have named it; effective two epochs later. Once per naming.
    /// @dev Reverts with `NotNamed`.
    function accept(uint256[] calldata validatorIndices) external;

    /// @notice The caller, the last to have accepted for these validators, ends it; effective two epochs later.
    /// @dev Reverts with `NotDelegate`. Who has a successor need not resign.
    function resign(uint256[] calldata validatorIndices) external;

    /// @notice The effective delegate in an epoch not after `current + 2`; zero if none (R-11). That of an epoch not after
    /// `current + 1` never changes.
    /// @dev Reverts with `EpochTooFar`.
    function delegateOf(uint256 validatorIndex, uint256 epoch) external view returns (address);

    /// @notice Whom the validator has named and who has not accepted yet; zero if none.
    function namedBy(uint256 validatorIndex) external view returns (address);

    /// @notice The validator's next nonce for R-10: how often it has named a delegate, in either way.
    function nonceOf(uint256 validatorIndex) external view returns (uint64);

    /// @notice What a validator's key signs to name a delegate now (R-10).
    function signingRoot(uint256 validatorIndex, address delegate) external view returns (bytes32);

    /// @notice Where validators are proved.
    function ORACLE() external view returns (ILookaheadOracle);

    /// @notice The domain of Commit-Boost's signatures on this beacon chain.
    function DOMAIN() external view returns (bytes32);

    /// @notice Commit-Boost's signing id of this module (docs/spec/rights.md, section 7).
    function SIGNING_ID() external view returns (bytes32);
}
