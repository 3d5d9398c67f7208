// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the beacon chain says, proved once for everybody
/// @notice Proposers of epochs, RANDAO mixes and validators, proved from EIP-4788 roots (docs/spec/rights.md, section 1).
/// @dev Trust: L1's consensus. The keeper adds layouts for forks to come, behind a timelock, and can do nothing else. Whoever
/// relies on the oracle relies on them being those of the real forks, which the timelock lets everybody compare.
interface ILookaheadOracle {
    /// @notice SSZ `BeaconBlockHeader`.
    struct Header {
        uint64 slot;
        uint64 proposerIndex;
        bytes32 parentRoot;
        bytes32 stateRoot;
        bytes32 bodyRoot;
    }

    /// @notice A beacon state that L1 knows, of a fork whose layout is known.
    /// @param timestamp for which EIP-4788 answers with the header's root
    /// @param forkBranch siblings of `fork.current_version`, from the leaf on
    struct ProvedState {
        uint64 timestamp;
        Header header;
        bytes32[] forkBranch;
    }

    /// @notice Where a fork's state keeps what is read, as generalized indices from the state root (R-2).
    struct Layout {
        uint64 fromEpoch;
        bytes4 version;
        uint64 forkVersion;
        uint64 lookahead;
        uint64 validators;
        uint64 randao;
    }

    /// @notice The proposers of an epoch are recorded, proved from the state of a slot.
    event Published(uint256 indexed epoch, uint256 slot);
    /// @notice The RANDAO mix of an epoch is recorded.
    event MixRecorded(uint256 indexed epoch, bytes32 mix);
    /// @notice States from an epoch on are read by a new layout.
    event LayoutAdded(Layout entry);

    /// @notice A parameter of the constructor is out of range.
    error InvalidParameter(bytes32 name, uint256 value);
    /// @notice EIP-4788 knows no block at that time, or none any more.
    error NoBeaconRoot(uint256 timestamp);
    /// @notice The header's root is not the one of the beacon block.
    error WrongHeader(bytes32 root, bytes32 beaconRoot);
    /// @notice It is not known where states of that epoch keep what is read.
    error UnknownLayout(uint256 epoch);
    /// @notice The generalized index asks for more or fewer siblings.
    error WrongBranchLength(uint256 index, uint256 length);
    /// @notice The state does not have that node at the generalized index. For `fork.current_version`: it is of another fork.
    error NotInState(uint256 index, bytes32 node);
    /// @notice A lookahead has halves 0 and 1.
    error InvalidHalf(uint256 half);
    /// @notice Half a lookahead has `expected` chunks.
    error WrongChunkCount(uint256 count, uint256 expected);
    /// @notice The ring has places for the epochs from `oldest` to `newest` only.
    error EpochOutOfRing(uint256 epoch, uint256 oldest, uint256 newest);
    /// @notice No validator has such an index; `place` is that in the epoch, or zero where one validator is asked for.
    error IndexTooLarge(uint256 place, uint256 index);
    /// @notice A state of epoch `stateEpoch` has final mixes of the 65,535 epochs before it only.
    error MixNotFinal(uint256 epoch, uint256 stateEpoch);
    /// @notice Only the keeper adds layouts.
    error NotKeeper(address caller, address keeper);
    /// @notice A layout begins behind the last one and the timelock.
    error LayoutTooEarly(uint256 fromEpoch, uint256 earliest);
    /// @notice A layout has all of its indices, below 2^40, or none of the lookahead.
    error InvalidLayout(uint256 fromEpoch);

    /// @notice Records the proposers of epoch `epochOf(header.slot) + half` (R-5, R-6). Anyone may call; of an epoch that is recorded
    /// nothing changes, but the proof is checked all the same.
    /// @dev Reverts, in this order: `InvalidHalf`; for the state `NoBeaconRoot`, `WrongHeader`, `UnknownLayout`, `WrongBranchLength`,
    /// `NotInState`; then `EpochOutOfRing`, `WrongChunkCount`, `WrongBranchLength`, `NotInState`, `IndexTooLarge`.
    /// @param chunks the half's SSZ chunks, four indices each
    /// @param branch siblings from the half's root to the state root
    function publish(
        ProvedState calldata state,
        uint256 half,
        bytes32[] calldata chunks,
        bytes32[] calldata branch
    ) external returns (uint256 epoch);

    /// @notice Records the RANDAO mix of an epoch that is over (R-7). Anyone may call; a second call changes nothing.
    /// @dev Reverts, in this order: for the state as `publish`; then `MixNotFinal`, `WrongBranchLength`, `NotInState`.
    /// @param branch siblings from the mix to the state root
    function recordMix(ProvedState calldata state, uint256 epoch, bytes32 mix, bytes32[] calldata branch) external;

    /// @notice Adds a layout (R-4). Only the keeper. With `lookahead` zero nothing is known from that epoch on.
    /// @dev Reverts, in this order: `NotKeeper`, `LayoutTooEarly`, `InvalidLayout`.
    function addLayout(Layout calldata entry) external;

    /// @notice Validator indices of the epoch's proposers, slot by slot; empty if not recorded, or outside the ring.
    function proposersOf(uint256 epoch) external view returns (uint256[] memory validatorIndices);

    /// @notice The recorded mix; zero if none.
    function mixOf(uint256 epoch) external view returns (bytes32);

    /// @notice Reverts unless the validator at `index` of the state has these fields (SSZ roots of the eight, in order).
    /// @dev Reverts, in this order: for the state as `publish`; then `IndexTooLarge`, `WrongBranchLength`, `NotInState`.
    /// @param branch siblings from the validator's root to the state root
    function checkValidator(
        ProvedState calldata state,
        uint256 index,
        bytes32[8] calldata fields,
        bytes32[] calldata branch
    ) external view;

    /// @notice The layout that proofs of states of that epoch use; all zero if there is none.
    function layoutAt(uint256 epoch) external view returns (Layout memory);

    /// @notice When slot 0 began.
    function BEACON_GENESIS_TIME() external view returns (uint256);

    /// @notice Seconds of a slot.
    function SLOT_SECONDS() external view returns (uint256);

    /// @notice Slots of an epoch.
    function SLOTS_PER_EPOCH() external view returns (uint256);

    /// @notice Who adds layouts; zero if nobody does.
    function KEEPER() external view returns (address);

    /// @notice Epochs by which a layout is announced before it counts, at least.
    function TIMELOCK_EPOCHS() external view returns (uint256);
}
