// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HeaderMeta} from "../types/HeaderMeta.sol";
import {RingWord} from "../types/RingWord.sol";

/// @title The inbox of one timeline
/// @notice Accepts publications: a header, and data in blobs or calldata that orders the transactions of any number of rollups.
/// It checks all that L1 can check, so that a late or displaced publication reverts instead of landing wrongly. Everything a
/// reader needs stands in its events.
/// @dev Trust: the rights module decides who may publish; whoever does can order and leave out, but not invent
/// (transactions are signed), nor reach beyond `maxLag` into the past, nor stop what was forced or deposited. Whether the
/// data is well formed and `ticksRoot` true is not known here: publications that lie are void to every reader.
/// Nobody can pause, change or replace this contract.
interface IInbox {
    /// @notice The timeline's configuration (spec section 1.1).
    struct TimelineConfig {
        uint64 startBlock;
        uint64 genesisTime;
        uint64 beaconGenesisTime;
        uint32 slotSeconds;
        uint32 tickSeconds;
        uint32 maxLag;
        uint32 forcedDelay;
        uint32 maxOriginAge;
        uint32 ringSize;
        uint64 clusterGasPerSlot;
    }

    /// @notice What the Inbox adds to the registry's timing.
    struct InboxParameters {
        uint64 beaconGenesisTime;
        uint32 maxOriginAge;
        uint32 ringSize;
    }

    /// @notice The timeline exists. Emitted once, by the constructor.
    event TimelineCreated(
        address registry,
        address forcedInclusion,
        address bridge,
        address rights,
        TimelineConfig config,
        RingWord genesisHead
    );
    /// @notice A publication with its data in the transaction's blobs.
    event Published(
        RingWord parent,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash,
        address publisher,
        bytes32[] blobHashes
    );
    /// @notice A publication with its data in calldata.
    event PublishedCalldata(
        RingWord parent,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash,
        address publisher,
        bytes data
    );
    /// @notice An entry of the ring will not be forgotten.
    event Pinned(uint32 indexed id, RingWord word);

    /// @notice A parameter of the constructor is out of range or does not fit the others.
    error InvalidParameter(bytes32 name, uint256 value);
    /// @notice A contract of another timeline.
    error ForeignContract(address account, address itsRegistry, address registry);
    /// @notice `expected` is not the newest publication. `found` stands in its place, or has been published after it.
    error WrongHead(RingWord expected, RingWord found);
    /// @notice The ticks up to `published` are taken.
    error TickNotAfterHead(uint256 firstTick, uint256 published);
    /// @notice The last tick begins at `tickTime` only.
    error TickInFuture(uint256 lastTick, uint256 tickTime, uint256 timestamp);
    /// @notice The first tick could be published before `expiredAt` only.
    error TickTooOld(uint256 firstTick, uint256 expiredAt, uint256 timestamp);
    /// @notice `actual` is zero if the block is not one of the last 256.
    error WrongL1Origin(uint256 l1Origin, bytes32 claimed, bytes32 actual);
    /// @notice None, or more than a publication may have; or any at all beside calldata.
    error InvalidBlobCount(uint256 blobs, uint256 maximum);
    /// @notice The header names a blob that the transaction does not carry; `index` is that of the last one named.
    error MissingBlob(uint256 index);
    /// @notice The transaction carries a blob that the header does not name.
    error UnnamedBlob(uint256 index, bytes32 blobHash);
    /// @notice No data, or more than `maximum` bytes.
    error InvalidDataSize(uint256 size, uint256 maximum);
    /// @notice The rights module answered in `size` bytes, which hold no two ticks.
    error MalformedRight(uint256 size);
    /// @notice The publisher has a right, but over other ticks.
    error OutsideRight(uint256 firstTick, uint256 lastTick, uint256 minTick, uint256 maxTick);
    /// @notice The entry has left the ring without being pinned, or does not exist yet.
    error UnknownEntry(uint256 id, RingWord found);

    /// @notice Publishes the data in the transaction's blobs, all of them.
    /// @dev Reverts, in this order: `WrongHead`, `TickNotAfterHead`, `TickInFuture`, `TickTooOld`, `WrongL1Origin`,
    /// `InvalidBlobCount`, `MissingBlob`, `UnnamedBlob`, an error of the rights module's, `MalformedRight`, `OutsideRight`.
    /// @param expectedHead the newest publication's ring word
    /// @param meta spec H-1
    /// @param ticksRoot the claim that makes a publication void unless it is the root of its ticks (spec D-6)
    /// @param l1OriginHash hash of the L1 block that `meta` names
    /// @param proof for the rights module
    function publish(
        RingWord expectedHead,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash,
        bytes calldata proof
    ) external;

    /// @notice Publishes `data`. `meta` names no blobs and the transaction carries none.
    /// @dev Reverts as `publish` does, with `InvalidBlobCount`, `UnnamedBlob`, `InvalidDataSize` in the place of its blob errors.
    function publishCalldata(
        RingWord expectedHead,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash,
        bytes calldata data,
        bytes calldata proof
    ) external;

    /// @notice Keeps an entry of the ring for good, so that a challenge may refer to it later. Anyone may call, at their cost;
    /// a second call changes nothing.
    /// @dev Reverts with `UnknownEntry`. Nothing is ever unpinned: the Inbox cannot know who still refers to it.
    function pin(uint32 id) external returns (RingWord word);

    /// @notice The word of a publication that is pinned or still in the ring; of id 0: the genesis word.
    /// @dev Reverts with `UnknownEntry`.
    function entry(uint32 id) external view returns (RingWord word);

    /// @notice The newest publication's word, or the genesis word.
    /// @dev A search (about 2,100 gas for each binary digit of the ring's size): for reading off chain.
    function head() external view returns (RingWord);

    /// @notice All a reader needs to begin.
    function timeline()
        external
        view
        returns (
            address registry,
            address forcedInclusion,
            address bridge,
            address rights,
            uint64 creationBlock,
            TimelineConfig memory config,
            RingWord genesisHead
        );
}
