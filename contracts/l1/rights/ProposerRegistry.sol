// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILookaheadOracle} from "../../interfaces/ILookaheadOracle.sol";
import {IProposerRegistry} from "../../interfaces/IProposerRegistry.sol";
import {Bls} from "../../libs/Bls.sol";
import {Ssz} from "../../libs/Ssz.sol";

/// @title Delegates of validators
/// @dev A validator's delegates are a list of epochs and addresses, which only grows, but for the delegate of the second epoch from now:
/// that one can still be replaced.
///
/// INV-REGISTRY-1: the delegate of a past, current or next epoch never changes.
/// INV-REGISTRY-2: an address is a delegate only in epochs after it has accepted to be one, and accepts once for each time it was named.
/// INV-REGISTRY-3: a signature names a delegate once, for one chain, registry, validator and nonce.
contract ProposerRegistry is IProposerRegistry {
    /// @dev `changes` of the delegate, in the order of their epochs: `fromEpoch u96 | delegate u160`.
    struct Validator {
        address named;
        uint64 nonce;
        uint256[] changes;
    }

    /// @dev How far ahead a change counts (R-8, R-9).
    uint256 private constant EPOCHS_AHEAD = 2;
    /// @dev Commit-Boost's domain type: "mmoC".
    bytes4 private constant DOMAIN_TYPE = 0x6d6d6f43;

    /// @inheritdoc IProposerRegistry
    bytes32 public constant override SIGNING_ID = keccak256("Meridian: a validator names its delegate, version 1");
    /// @inheritdoc IProposerRegistry
    ILookaheadOracle public immutable override ORACLE;
    /// @inheritdoc IProposerRegistry
    bytes32 public immutable override DOMAIN;
    uint256 private immutable BEACON_GENESIS_TIME;
    uint256 private immutable EPOCH_SECONDS;

    mapping(uint256 validatorIndex => Validator) private _validators;

    /// @param genesisForkVersion of the beacon chain, by which Commit-Boost tells chains apart
    constructor(ILookaheadOracle oracle, bytes4 genesisForkVersion) {
        ORACLE = oracle;
        BEACON_GENESIS_TIME = oracle.BEACON_GENESIS_TIME();
        EPOCH_SECONDS = oracle.SLOT_SECONDS() * oracle.SLOTS_PER_EPOCH();
        // `compute_domain` of the consensus specification, with no genesis validators.
        DOMAIN = bytes32(DOMAIN_TYPE) | (Ssz.hash(genesisForkVersion, 0) >> 32);
    }

    /// @inheritdoc IProposerRegistry
    function bindByWithdrawal(
        ILookaheadOracle.ProvedState calldata state,
        uint256 validatorIndex,
        bytes32[8] calldata fields,
        bytes32[] calldata branch,
        address delegate
    ) external {
        ORACLE.checkValidator(state, validatorIndex, fields, branch);
        uint256 credentials = uint256(fields[1]);
        uint256 kind = credentials >> 160;
        require(
            (kind == 1 << 88 || kind == 2 << 88) && address(uint160(credentials)) == msg.sender,
            NotWithdrawalAddress(msg.sender, fields[1])
        );
        _name(validatorIndex, delegate);
    }

    /// @inheritdoc IProposerRegistry
    function bindByKey(
        ILookaheadOracle.ProvedState calldata state,
        uint256 validatorIndex,
        bytes32[8] calldata fields,
        bytes32[] calldata branch,
        address delegate,
        bytes calldata publicKey,
        bytes calldata signature
    ) external {
        ORACLE.checkValidator(state, validatorIndex, fields, branch);
        _checkPoint(publicKey, Bls.KEY_BYTES);
        bytes32 keyRoot = Bls.keyRoot(publicKey);
        require(keyRoot == fields[0], WrongKey(keyRoot, fields[0]));
        _checkPoint(signature, Bls.SIGNATURE_BYTES);
        bytes32 root = signingRoot(validatorIndex, delegate);
        require(Bls.verify(publicKey, root, signature), InvalidSignature(root));
        _name(validatorIndex, delegate);
    }

    /// @inheritdoc IProposerRegistry
    function accept(uint256[] calldata validatorIndices) external {
        uint256 fromEpoch = _currentEpoch() + EPOCHS_AHEAD;
        for (uint256 i = 0; i < validatorIndices.length; ++i) {
            uint256 index = validatorIndices[i];
            Validator storage validator = _validators[index];
            require(validator.named == msg.sender, NotNamed(index, msg.sender, validator.named));
            validator.named = address(0);
            _delegate(index, msg.sender, fromEpoch);
        }
    }

    /// @inheritdoc IProposerRegistry
    function resign(uint256[] calldata validatorIndices) external {
        uint256 fromEpoch = _currentEpoch() + EPOCHS_AHEAD;
        for (uint256 i = 0; i < validatorIndices.length; ++i) {
            uint256 index = validatorIndices[i];
            address last = _delegateAt(index, fromEpoch);
            require(last == msg.sender, NotDelegate(index, msg.sender, last));
            _delegate(index, address(0), fromEpoch);
        }
    }

    /// @inheritdoc IProposerRegistry
    function delegateOf(uint256 validatorIndex, uint256 epoch) external view returns (address) {
        uint256 last = _currentEpoch() + EPOCHS_AHEAD;
        require(epoch <= last, EpochTooFar(epoch, last));
        return _delegateAt(validatorIndex, epoch);
    }

    /// @inheritdoc IProposerRegistry
    function namedBy(uint256 validatorIndex) external view returns (address) {
        return _validators[validatorIndex].named;
    }

    /// @inheritdoc IProposerRegistry
    function nonceOf(uint256 validatorIndex) external view returns (uint64) {
        return _validators[validatorIndex].nonce;
    }

    /// @inheritdoc IProposerRegistry
    function signingRoot(uint256 validatorIndex, address delegate) public view returns (bytes32) {
        // Chain ids are below 2^63 (EIP-2294), indices below 2^40.
        bytes32 chainId = Ssz.u64(uint64(block.chainid));
        bytes32 nonce = Ssz.u64(_validators[validatorIndex].nonce);
        bytes32 binding = Ssz.rootOf5(
            chainId,
            bytes20(address(this)),
            Ssz.u64(uint64(validatorIndex)),
            bytes20(delegate),
            nonce
        );
        bytes32 commitment = Ssz.hash(Ssz.hash(binding, SIGNING_ID), Ssz.hash(nonce, chainId));
        return Ssz.hash(commitment, DOMAIN);
    }

    /// @dev R-8. Without a delegate it is the end of the one before (R-9), and there is nobody who could accept.
    function _name(uint256 index, address delegate) private {
        Validator storage validator = _validators[index];
        uint64 nonce = validator.nonce++;
        validator.named = delegate;
        emit Named(index, delegate, nonce);
        if (delegate == address(0)) _delegate(index, delegate, _currentEpoch() + EPOCHS_AHEAD);
    }

    /// @dev R-8, R-9. Replaces a change that would begin at the same time.
    function _delegate(uint256 index, address delegate, uint256 fromEpoch) private {
        uint256[] storage changes = _validators[index].changes;
        uint256 count = changes.length;
        if (count > 0 && changes[count - 1] >> 160 == fromEpoch) changes.pop();
        changes.push((fromEpoch << 160) | uint160(delegate));
        emit Delegated(index, delegate, fromEpoch);
    }

    /// @dev R-11. At most one change begins in an epoch, and none behind the second from now: what is asked is at the end.
    function _delegateAt(uint256 index, uint256 epoch) private view returns (address) {
        uint256[] storage changes = _validators[index].changes;
        for (uint256 i = changes.length; i > 0; --i) {
            uint256 change = changes[i - 1];
            if (change >> 160 <= epoch) return address(uint160(change));
        }
        return address(0);
    }

    function _checkPoint(bytes calldata point, uint256 size) private pure {
        require(point.length == size, InvalidPoint(point));
        (bool isCanonical, bool isInfinity) = Bls.read(point);
        require(isCanonical, InvalidPoint(point));
        require(!isInfinity, PointAtInfinity());
    }

    function _currentEpoch() private view returns (uint256) {
        return (block.timestamp - BEACON_GENESIS_TIME) / EPOCH_SECONDS;
    }
}
