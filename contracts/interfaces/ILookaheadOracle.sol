// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the beacon chain says, proved once for everybody
/// @notice Proposers of epochs, RANDAO mixes and validators, proved from EIP-4788 roots (docs/spec/rights.md, section 1).
/// @dev Trust: none but L1's consensus. The keeper adds layouts for forks to come, behind a timelock.
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

    /// @notice Records the proposers of epoch `epochOf(header.slot) + half` (R-5, R-6).
    /// @param chunks the half's SSZ chunks, four indices each
    /// @param branch siblings from the half's root to the state root
    function publish(
        ProvedState calldata state,
        uint256 half,
        bytes32[] calldata chunks,
        bytes32[] calldata branch
    ) external returns (uint256 epoch);

    /// @notice Records the RANDAO mix of a past epoch (R-7).
    function recordMix(ProvedState calldata state, uint256 epoch, bytes32 mix, bytes32[] calldata branch) external;

    /// @notice Adds a layout (R-4). Only the keeper.
    function addLayout(Layout calldata layout) external;

    /// @notice Validator indices of the epoch's proposers, slot by slot; empty if not recorded.
    function proposersOf(uint256 epoch) external view returns (uint256[] memory validatorIndices);

    /// @notice The recorded mix; zero if none.
    function mixOf(uint256 epoch) external view returns (bytes32);

    /// @notice Reverts unless the validator at `index` of the state has these fields (SSZ roots of the eight, in order).
    function checkValidator(
        ProvedState calldata state,
        uint256 index,
        bytes32[8] calldata fields,
        bytes32[] calldata branch
    ) external view;

    /// @notice The layout that proofs of states of that epoch use; all zero if there is none.
    function layoutAt(uint256 epoch) external view returns (Layout memory);

    function BEACON_GENESIS_TIME() external view returns (uint256);
    function SLOT_SECONDS() external view returns (uint256);
    function SLOTS_PER_EPOCH() external view returns (uint256);
}
