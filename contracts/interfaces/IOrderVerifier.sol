// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What readers make of a publication
/// @notice Says on L1 whether a publication is one that every reader derives ticks from, or one that is void to all of them
/// (docs/spec/derivation.md, D-3 to D-6). No timeline has one until the order layer is proved on L1.
interface IOrderVerifier {
    enum Status {
        Unknown,
        Valid,
        Void
    }

    /// @notice What is proved of the publication; `Unknown` as long as nothing is.
    function status(uint32 id) external view returns (Status);
}
