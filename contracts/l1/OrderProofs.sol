// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../interfaces/IInbox.sol";
import {IOrderProofs} from "../interfaces/IOrderProofs.sol";
import {OrderProof} from "../libs/OrderProof.sol";
import {Position} from "../types/Position.sol";
import {RingWord} from "../types/RingWord.sol";

/// @title What stood before what
/// @dev INV-ORDER-1: whatever is proved of two places is the order in which the publications' data, if it is what their roots say,
/// has them; never both ways.
contract OrderProofs is IOrderProofs {
    using OrderProof for OrderProof.Place;
    using OrderProof for OrderProof.Publication;

    /// @inheritdoc IOrderProofs
    IInbox public immutable override inbox;

    constructor(IInbox inbox_) {
        inbox = inbox_;
    }

    /// @inheritdoc IOrderProofs
    function compare(
        OrderProof.Place calldata a,
        OrderProof.Place calldata b
    ) external view returns (bool before, Level level) {
        return (positionOf(a) < positionOf(b), Level.Claimed);
    }

    /// @inheritdoc IOrderProofs
    function positionOf(OrderProof.Place calldata place) public view returns (Position) {
        RingWord claimed = place.publication.word();
        RingWord found = inbox.entry(uint32(claimed.id()));
        require(claimed == found, WrongPublication(claimed, found));
        require(place.holdsTick(), TickNotIncluded(place.tick, place.publication.ticksRoot));
        require(place.holdsLeg(), LegNotIncluded(place.leg, place.legs.length));
        bytes32 item = place.itemHash();
        require(place.holdsItem(item), ItemNotIncluded(item, place.itemsRoot));
        return place.positionOf();
    }
}
