// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HeaderMeta} from "../types/HeaderMeta.sol";
import {Position, position} from "../types/Position.sol";
import {RingWord, ringWord} from "../types/RingWord.sol";
import {Merkle} from "./Merkle.sol";
import {OrderHash} from "./OrderHash.sol";

/// @notice From a publication's hash down to one transaction in it (docs/spec/bundles.md, section 7).
/// @dev The functions say whether a step holds; who calls them names the error. Only what is hashed decides a position: a tick's
/// number and item count are in its hash, so an item's index is fixed. How many ticks there are is in no hash, and `ticks` and
/// `tickIndex` may be wrong together; they have no part in the position.
library OrderProof {
    /// @notice A publication as H-3 hashes it.
    /// @param payload the blobs' versioned hashes, joined, or the hash of the calldata
    struct Publication {
        RingWord parent;
        HeaderMeta meta;
        bytes32 ticksRoot;
        bytes32 l1OriginHash;
        address publisher;
        uint128 blockNumber;
        uint128 timestamp;
        bytes payload;
    }

    /// @notice A transaction, and the way to it.
    /// @param ticks how many ticks the publication has, and `tickIndex` the place of this one among them
    /// @param tickProof siblings in `ticksRoot`, from the leaf on
    /// @param itemProof siblings in `itemsRoot`, from the leaf on
    /// @param legs empty for a transaction by itself; else what is hashed of all the bundle's legs (S-1), and `leg` is its place
    struct Place {
        Publication publication;
        uint64 tick;
        uint32 ticks;
        uint32 tickIndex;
        bytes32[] tickProof;
        uint32 itemCount;
        bytes32 itemsRoot;
        uint32 index;
        bytes32[] itemProof;
        bytes legs;
        uint32 leg;
        uint32 rollupId;
        bytes32 rawTxHash;
    }

    /// @dev Of one leg in S-1: `u32 rollupId ‖ keccak(rawTx)`.
    uint256 private constant LEG_BYTES = 36;

    /// @notice H-2. The ring word of a publication.
    function word(Publication memory publication) internal pure returns (RingWord) {
        bytes32 hash = OrderHash.publication(
            abi.encode(
                publication.parent,
                publication.meta,
                publication.ticksRoot,
                publication.l1OriginHash,
                publication.publisher
            ),
            publication.blockNumber,
            publication.timestamp,
            publication.payload
        );
        return ringWord(publication.parent.id() + 1, publication.meta.lastTick(), hash);
    }

    /// @notice S-3. Whether the publication's `ticksRoot` holds the tick.
    function holdsTick(Place calldata place) internal pure returns (bool) {
        bytes32 tickHash = OrderHash.tick(place.tick, place.itemCount, place.itemsRoot);
        return Merkle.includes(place.publication.ticksRoot, tickHash, place.tickIndex, place.ticks, place.tickProof);
    }

    /// @notice S-1. Whether the transaction is the leg that it is said to be; one by itself is leg 0 of none.
    function holdsLeg(Place calldata place) internal pure returns (bool) {
        uint256 size = place.legs.length;
        uint256 start = place.leg * LEG_BYTES;
        if (size == 0) return place.leg == 0;
        if (size % LEG_BYTES != 0 || start >= size) return false;
        bytes memory leg = OrderHash.leg(place.rollupId, place.rawTxHash);
        return keccak256(place.legs[start:start + LEG_BYTES]) == keccak256(leg);
    }

    /// @notice S-1. The hash of the item that the transaction is, or is a leg of.
    function itemHash(Place calldata place) internal pure returns (bytes32) {
        if (place.legs.length > 0) return OrderHash.bundle(place.legs);
        return OrderHash.transaction(place.rollupId, place.rawTxHash);
    }

    /// @notice S-3. Whether the tick's `itemsRoot` holds the item.
    function holdsItem(Place calldata place, bytes32 item) internal pure returns (bool) {
        return Merkle.includes(place.itemsRoot, item, place.index, place.itemCount, place.itemProof);
    }

    /// @notice The position, if all of it holds.
    function positionOf(Place calldata place) internal pure returns (Position) {
        return position(uint32(place.publication.parent.id() + 1), place.tick, place.index, place.leg);
    }
}
