// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILookaheadOracle} from "./ILookaheadOracle.sol";
import {IProposerRegistry} from "./IProposerRegistry.sol";
import {ISequencingRights} from "./ISequencingRights.sol";
import {IStakedSequencerSet} from "./IStakedSequencerSet.sol";

/// @title L1 proposers first, then the staked set, then anyone
/// @notice The rights of one timeline (docs/spec/rights.md, section 3). Owned slots are stored before their epoch begins; what
/// lies before one belongs to its delegate; what lies behind the epoch's last one to the sequencer that was drawn.
/// @dev Trust: oracle, registry and staked set, fixed at creation, and that the Inbox counts slots as the oracle does. Nobody can
/// change a right of an epoch that has begun. Whoever could keep all calls of `seal` out of an epoch's blocks would hand the next
/// one to the staked set.
interface IProposerRights is ISequencingRights {
    /// @notice The slots that one owner has, one after the other, all of the same epoch.
    struct Window {
        uint256 firstSlot;
        uint256 lastSlot;
        /// @dev Zero: nobody, as long as none has been drawn (`kind` 1).
        address owner;
        /// @dev As `rightOf` names it.
        uint8 kind;
    }

    /// @notice The owned slots of an epoch are fixed.
    /// @param owned bit `i` is set if the epoch's slot `i` is owned
    /// @param delegates their delegates, in the order of the slots
    event Sealed(uint256 indexed epoch, uint256 owned, address[] delegates);

    /// @notice A parameter of the constructor is out of range or does not fit the others.
    error InvalidParameter(bytes32 name, uint256 value);
    /// @notice Only the epoch that begins next can be sealed.
    error NotNextEpoch(uint256 epoch, uint256 next);
    /// @notice The oracle does not know the proposers of the epoch, or knows of `proposers` only.
    error EpochNotRecorded(uint256 epoch, uint256 proposers);
    /// @notice The epoch has neither begun nor been sealed.
    error RightNotFixed(uint256 epoch, uint256 current);
    /// @notice Its place may be a later epoch's; `oldest` is the oldest that is remembered.
    error EpochForgotten(uint256 epoch, uint256 oldest);
    /// @notice Neither empty nor the number of a publication.
    error MalformedProof(bytes proof);
    /// @notice The publication `id` is not the newest.
    error NotNewest(uint256 id);
    /// @notice Anyone may publish in the slots after `openAfter`.
    error NotOpen(uint256 slot, uint256 openAfter);

    /// @notice Fixes the owned slots of the epoch that begins next (R-12). Anyone may call; a second call changes nothing.
    /// @dev Reverts, in this order: `NotNextEpoch`, `EpochNotRecorded`.
    /// @return owned bit `i` is set if the epoch's slot `i` is owned
    function seal(uint256 epoch) external returns (uint256 owned);

    /// @inheritdoc ISequencingRights
    /// @dev With an empty proof, for the owner of the slot's window (R-16), reverts: `RightNotFixed`, `EpochForgotten`,
    /// `NotSequencer`. With `abi.encode(uint32 id)`, for anyone and any ticks (R-17), only when called by the Inbox, reverts:
    /// `MalformedProof`, `IInbox.UnknownEntry`, `NotNewest`, `NotOpen`. Owned windows cost two storage words and no call.
    function check(
        address publisher,
        uint256 slot,
        bytes calldata proof
    ) external view returns (uint64 minTick, uint64 maxTick);

    /// @inheritdoc ISequencingRights
    /// @dev Reverts, in this order: `RightNotFixed`, `EpochForgotten`. Kind 2 the delegate of an L1 proposer, 3 the staked set's, 1
    /// nobody's yet (sequencer zero). Of an epoch that has begun the answer is final; before, kind 1 can still become kind 3.
    /// `minTick > maxTick` if all of the window is before the timeline's genesis.
    function rightOf(
        uint256 slot
    ) external view returns (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind);

    /// @notice The window that the slot is in (R-13). Reverts as `rightOf` does.
    function windowOf(uint256 slot) external view returns (Window memory window);

    /// @notice Whether the epoch is sealed, and its owned slots if it is.
    /// @dev Reverts with `EpochForgotten` if it was sealed too long ago.
    function sealOf(uint256 epoch) external view returns (bool isSealed, uint256 owned);

    /// @notice Who knows the proposers of epochs.
    function ORACLE() external view returns (ILookaheadOracle);

    /// @notice Who knows the proposers' delegates.
    function REGISTRY() external view returns (IProposerRegistry);

    /// @notice Who draws for what proposers leave; zero if nobody does.
    function STAKED_SET() external view returns (IStakedSequencerSet);

    /// @notice Seconds by which a window's last tick is before its last slot's begin, at least.
    function HANDOVER_LEAD() external view returns (uint256);

    /// @notice Slots without a tick after which anyone may publish.
    function OPEN_AFTER_SLOTS() external view returns (uint256);
}
