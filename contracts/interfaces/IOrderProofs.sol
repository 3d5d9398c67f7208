// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OrderProof} from "../libs/OrderProof.sol";
import {Position} from "../types/Position.sol";
import {RingWord} from "../types/RingWord.sol";
import {IInbox} from "./IInbox.sol";

/// @title What stood before what
/// @notice Proves on L1, from data alone, that one transaction was ordered before another, on whatever rollups they are.
/// @dev Trust, level `Claimed`: the Inbox holds who published to a hash of the order, and a publication whose data says another
/// order is void to every reader (spec D-6). Whether one is void L1 does not know: a claim of order is what its publisher said, not
/// that anything was executed. The levels `Derived` and `Executed` come with settlement.
interface IOrderProofs {
    /// @notice How much a proof shows: what a publisher claims, what readers derive, what became of it.
    enum Level {
        Claimed,
        Derived,
        Executed
    }

    /// @notice Under the publication's id the Inbox has another publication.
    error WrongPublication(RingWord claimed, RingWord found);
    error TickNotIncluded(uint64 tick, bytes32 ticksRoot);
    error ItemNotIncluded(bytes32 itemHash, bytes32 itemsRoot);
    /// @notice The bundle's legs are not what they are said to be.
    error LegNotIncluded(uint256 leg, uint256 size);

    /// @notice Whether transaction `a` stands before transaction `b`, and what that is worth.
    /// @dev Reverts, for `a` and then for `b`, in this order: `IInbox.UnknownEntry`, `WrongPublication`, `TickNotIncluded`,
    /// `LegNotIncluded`, `ItemNotIncluded`. Warning: the same transaction can stand in several places; at most one executes.
    function compare(
        OrderProof.Place calldata a,
        OrderProof.Place calldata b
    ) external view returns (bool before, Level level);

    /// @notice The proved position of a transaction. Reverts as `compare` does.
    function positionOf(OrderProof.Place calldata place) external view returns (Position);

    /// @notice Where publications are looked up.
    function inbox() external view returns (IInbox);
}
