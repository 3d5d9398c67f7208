// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who may publish which ticks
/// @notice The one seam of sequencing: an Inbox is created with one module and asks it at every publication. One right per
/// timeline and slot; sequencing apart means another timeline.
/// @dev Trust: a module decides who orders, never what is possible. It cannot stop forced entries or deposits, which
/// derivation takes from L1 without any publication. A module must not have an administrator who can change rights for
/// slots that have begun.
interface ISequencingRights {
    /// @notice The publisher is not the one who holds the right.
    error NotSequencer(address publisher, address sequencer);

    /// @notice The ticks that `publisher` may publish in L1 slot `slot`. The Inbox compares them itself.
    /// @dev Reverts if the publisher has no right in the slot (with an error of the module's, such as `NotSequencer`).
    /// Called with STATICCALL.
    /// @param publisher who called the Inbox
    /// @param slot the current L1 slot, `(block.timestamp - beaconGenesisTime) / slotSeconds`
    /// @param proof whatever the module needs to be shown
    /// @return minTick first tick of the right
    /// @return maxTick last tick of the right
    function check(
        address publisher,
        uint256 slot,
        bytes calldata proof
    ) external view returns (uint64 minTick, uint64 maxTick);

    /// @notice Who holds the right in a slot, as far as it is known.
    /// @return sequencer who may publish; zero if anyone may, or nobody yet
    /// @return minTick first tick of the right
    /// @return maxTick last tick of the right
    /// @return kind 0: one fixed sequencer, 1: open to anyone (at once, or as soon as the module's rule lets them), 2: the delegate of
    /// an L1 proposer, 3: drawn from a staked set
    function rightOf(
        uint256 slot
    ) external view returns (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind);
}
