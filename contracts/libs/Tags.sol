// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Tags of a transaction (spec X-1): storage keys of the Mailbox in its access list (EIP-2930), by which derivation knows
/// before it runs what it will rely on.
/// @dev For the Mailbox only, which thereby learns whether its own transaction carries a tag: a key in the access list is warm
/// from the start, and reading it costs 100 gas; any other tag is cold and costs 2,100. Why that is sound:
/// - Warmth belongs to an address and a key, and only the code at an address reads its storage. So but for the access list only
///   the Mailbox could make a tag warm; everything else it reads has a small slot number, or a slot that is a Keccak hash, and a
///   hash with a tag's 8 bytes and 24 chosen ones is not to be found.
/// - What it makes warm by looking at a tag that is not there does not stay: it reverts, and with a frame's other effects its
///   accesses are undone (EIP-2929).
/// - The measured gas is that of the read and of a few steps on the stack. Neither gas limits, nor refunds, nor what was
///   called before change it.
library Tags {
    /// @notice X-8. The transaction is a bound leg of the session.
    bytes8 internal constant BOUND = "MRDNbond";
    /// @notice X-9. The transaction is only valid in a bundle that holds the session.
    bytes8 internal constant HELPER = "MRDNhelp";
    /// @notice X-6. The transaction relies on the message having been sent.
    bytes8 internal constant DELIVERY = "MRDNdlvr";

    /// @dev Between a warm read's 100 and a cold one's 2,100.
    uint256 private constant COLD = 1000;

    /// @notice X-1. The key that tags with `kind` and the first 24 bytes of `hash`.
    function key(bytes8 kind, bytes32 hash) internal pure returns (bytes32) {
        return bytes32(kind) | (hash >> 64);
    }

    /// @notice Whether the transaction carries the tag. Warning: if it does not, the caller must revert.
    function isCarried(bytes32 tag) internal view returns (bool) {
        uint256 spent;
        // Arguments are evaluated from right to left: gas, then the read, then gas again. The word read (zero, nobody writes there)
        // is used, so that the optimizer keeps the read, and where gas stands before and after, since gas is never moved.
        assembly ("memory-safe") {
            let before := gas()
            let afterwards := sub(gas(), sload(tag))
            spent := sub(before, afterwards)
        }
        return spent < COLD;
    }
}
