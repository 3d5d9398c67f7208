// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {IBridge} from "../interfaces/IBridge.sol";
import {IForcedInclusion} from "../interfaces/IForcedInclusion.sol";
import {IInbox} from "../interfaces/IInbox.sol";
import {IRollupRegistry} from "../interfaces/IRollupRegistry.sol";
import {ISequencingRights} from "../interfaces/ISequencingRights.sol";
import {Limits} from "../libs/Limits.sol";
import {OrderHash} from "../libs/OrderHash.sol";
import {TimelineClock} from "../libs/TimelineClock.sol";
import {HeaderMeta} from "../types/HeaderMeta.sol";
import {RingWord, ringWord} from "../types/RingWord.sol";

/// @title The inbox of one timeline
/// @dev Publication `id` stands in `_ring[id % ringSize]`. No slot says which is the newest: the caller names it, and it is the
/// newest if it stands in its place and its successor does not. That saves a slot, and so a fifth of the gas.
///
/// INV-INBOX-1: the ring holds the last `ringSize` publications (genesis included), each in its place.
/// INV-INBOX-2: ids rise by one, ticks strictly; a word's digest is its publication's hash, which holds the word before.
/// INV-INBOX-3: `head` is the newest publication at any fill of the ring.
/// INV-INBOX-4: what is pinned stays.
/// INV-INBOX-5: every accepted tick was in the past and not older than `maxLag`, and within the publisher's right.
contract Inbox is IInbox, TimelineClock {
    uint256 private immutable BEACON_GENESIS_TIME;
    uint256 private immutable SLOT_SECONDS;
    uint256 private immutable MAX_LAG;
    uint256 private immutable RING_SIZE;
    ISequencingRights private immutable RIGHTS;

    // Not needed to publish; what `timeline` answers.
    IRollupRegistry private immutable REGISTRY;
    IForcedInclusion private immutable FORCED_INCLUSION;
    IBridge private immutable BRIDGE;
    uint64 private immutable CREATION_BLOCK;
    uint32 private immutable MAX_ORIGIN_AGE;
    RingWord private immutable GENESIS_HEAD;

    /// @dev A word in storage, so that its place can be found once and written later.
    struct Place {
        RingWord word;
    }

    mapping(uint256 id => RingWord) private _pinned;
    /// @dev Only the first RING_SIZE places are used, which is at most 2^32 - 1.
    Place[2 ** 32] private _ring;

    constructor(
        IRollupRegistry registry,
        IForcedInclusion forcedInclusion,
        IBridge bridge,
        ISequencingRights rights,
        InboxParameters memory parameters
    ) TimelineClock(registry.timing().genesisTime, registry.timing().tickSeconds) {
        IRollupRegistry.Timing memory timing = registry.timing();
        _checkParameters(timing, parameters);
        _checkFamily(registry, address(forcedInclusion), forcedInclusion.registry());
        _checkFamily(registry, address(bridge), bridge.registry());
        require(address(rights).code.length > 0, InvalidParameter("rights", uint160(address(rights))));

        BEACON_GENESIS_TIME = parameters.beaconGenesisTime;
        SLOT_SECONDS = timing.slotSeconds;
        MAX_LAG = timing.maxLag;
        RING_SIZE = parameters.ringSize;
        RIGHTS = rights;
        REGISTRY = registry;
        FORCED_INCLUSION = forcedInclusion;
        BRIDGE = bridge;
        CREATION_BLOCK = uint64(block.number);
        MAX_ORIGIN_AGE = parameters.maxOriginAge;

        TimelineConfig memory config = _config(registry.startBlock(), timing, parameters);
        GENESIS_HEAD = ringWord(0, 0, keccak256(abi.encode(block.chainid, address(this), config)));
        _placeOf(0).word = GENESIS_HEAD;
        emit TimelineCreated(
            address(registry),
            address(forcedInclusion),
            address(bridge),
            address(rights),
            config,
            GENESIS_HEAD
        );
    }

    /// @inheritdoc IInbox
    function publish(
        RingWord expectedHead,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash,
        bytes calldata proof
    ) external {
        Place storage place = _checkHead(expectedHead);
        uint256 lastTick = meta.lastTick();
        _checkTicks(expectedHead.lastTick(), meta.firstTick(), lastTick);
        _checkL1Origin(meta.l1Origin(), l1OriginHash);
        _checkBlobs(meta.blobs());
        _checkRight(meta.firstTick(), lastTick, proof);
        bytes32 hash = _logPublished(expectedHead, meta, ticksRoot, l1OriginHash);
        place.word = _successor(expectedHead, lastTick, hash);
    }

    /// @inheritdoc IInbox
    function publishCalldata(
        RingWord expectedHead,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash,
        bytes calldata data,
        bytes calldata proof
    ) external {
        Place storage place = _checkHead(expectedHead);
        uint256 lastTick = meta.lastTick();
        _checkTicks(expectedHead.lastTick(), meta.firstTick(), lastTick);
        _checkL1Origin(meta.l1Origin(), l1OriginHash);
        if (meta.blobs() != 0) revert InvalidBlobCount(meta.blobs(), 0);
        _checkNoBlob(0);
        if (data.length == 0 || data.length > Limits.MAX_CALLDATA_BYTES) {
            revert InvalidDataSize(data.length, Limits.MAX_CALLDATA_BYTES);
        }
        _checkRight(meta.firstTick(), lastTick, proof);
        bytes32 hash = OrderHash.publication(
            abi.encode(expectedHead, meta, ticksRoot, l1OriginHash, msg.sender),
            block.number,
            block.timestamp,
            abi.encodePacked(keccak256(data))
        );
        place.word = _successor(expectedHead, lastTick, hash);
        emit PublishedCalldata(expectedHead, meta, ticksRoot, l1OriginHash, msg.sender, data);
    }

    /// @inheritdoc IInbox
    function pin(uint32 id) external returns (RingWord word) {
        word = entry(id);
        if (_pinned[id] == word) return word;
        _pinned[id] = word;
        emit Pinned(id, word);
    }

    /// @inheritdoc IInbox
    function head() external view returns (RingWord) {
        // The lap's words are the first ones; behind them stand those of the lap before, or nothing.
        uint256 lap = _placeOf(0).word.id();
        uint256 newest = 0;
        uint256 end = RING_SIZE;
        while (end - newest > 1) {
            uint256 middle = (newest + end) / 2;
            if (_placeOf(middle).word.id() == lap + middle) newest = middle;
            else end = middle;
        }
        return _placeOf(newest).word;
    }

    /// @inheritdoc IInbox
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
        )
    {
        InboxParameters memory parameters = InboxParameters({
            beaconGenesisTime: uint64(BEACON_GENESIS_TIME),
            maxOriginAge: MAX_ORIGIN_AGE,
            ringSize: uint32(RING_SIZE)
        });
        return (
            address(REGISTRY),
            address(FORCED_INCLUSION),
            address(BRIDGE),
            address(RIGHTS),
            CREATION_BLOCK,
            _config(REGISTRY.startBlock(), REGISTRY.timing(), parameters),
            GENESIS_HEAD
        );
    }

    /// @inheritdoc IInbox
    function entry(uint32 id) public view returns (RingWord word) {
        if (id == 0) return GENESIS_HEAD;
        word = _pinned[id];
        if (word.id() == id) return word;
        word = _placeOf(id).word;
        require(word.id() == id, UnknownEntry(id, word));
    }

    // The checks of a publication say `if (...) revert`, which costs less than `require` with an error, ten times over.

    /// @dev The place of the next word, if `parent` is the newest publication's.
    function _checkHead(RingWord parent) private view returns (Place storage place) {
        uint256 id = parent.id();
        RingWord found = _placeOf(id).word;
        if (found != parent) revert WrongHead(parent, found);
        unchecked {
            // 32 bits plus one.
            ++id;
        }
        place = _placeOf(id);
        found = place.word;
        if (found.id() == id) revert WrongHead(parent, found);
    }

    function _checkTicks(uint256 published, uint256 firstTick, uint256 lastTick) private view {
        if (firstTick <= published) revert TickNotAfterHead(firstTick, published);
        uint256 lastTime = _timeOf(lastTick);
        if (lastTime > block.timestamp) revert TickInFuture(lastTick, lastTime, block.timestamp);
        unchecked {
            // A time below 2^65 plus 32 bits.
            uint256 expiredAt = _timeOf(firstTick) + MAX_LAG;
            if (expiredAt <= block.timestamp) revert TickTooOld(firstTick, expiredAt, block.timestamp);
        }
    }

    function _checkL1Origin(uint256 l1Origin, bytes32 claimed) private view {
        bytes32 actual = blockhash(l1Origin);
        if (claimed != actual || actual == 0) revert WrongL1Origin(l1Origin, claimed, actual);
    }

    /// @dev `blobhash` is zero from the number of the transaction's blobs on and nowhere else, so two looks are enough.
    function _checkBlobs(uint256 count) private view {
        if (count == 0 || count > Limits.MAX_BLOBS) revert InvalidBlobCount(count, Limits.MAX_BLOBS);
        unchecked {
            // Not zero.
            if (blobhash(count - 1) == 0) revert MissingBlob(count - 1);
        }
        _checkNoBlob(count);
    }

    function _checkNoBlob(uint256 index) private view {
        bytes32 unnamed = blobhash(index);
        if (unnamed != 0) revert UnnamedBlob(index, unnamed);
    }

    /// @dev The module's answer is compared here, so that no module can forget to. By hand, since Solidity's decoding costs 200
    /// gas and reverts without a name.
    function _checkRight(uint256 firstTick, uint256 lastTick, bytes calldata proof) private view {
        uint256 slot;
        unchecked {
            // The constructor has seen that the beacon chain's genesis is past.
            slot = (block.timestamp - BEACON_GENESIS_TIME) / SLOT_SECONDS;
        }
        bytes memory question = abi.encodeCall(RIGHTS.check, (msg.sender, slot, proof));
        (bool success, bytes32 min, bytes32 max) = LowLevelCall.staticcallReturn64Bytes(address(RIGHTS), question);
        if (!success) LowLevelCall.bubbleRevert();
        uint256 size = LowLevelCall.returnDataSize();
        if (size < 64) revert MalformedRight(size);
        (uint256 minTick, uint256 maxTick) = (uint256(min), uint256(max));
        if (firstTick < minTick || lastTick > maxTick) revert OutsideRight(firstTick, lastTick, minTick, maxTick);
    }

    /// @dev Emits `Published` and returns the publication hash (H-3). The two lists of words have all but two in common, so one
    /// buffer serves both: hashed first, then, with the fixed words moved up by one, logged. (Plain Solidity: 700 gas more.)
    function _logPublished(
        RingWord parent,
        HeaderMeta meta,
        bytes32 ticksRoot,
        bytes32 l1OriginHash
    ) private returns (bytes32 hash) {
        bytes32 topic = Published.selector;
        uint256 count = meta.blobs();
        // Uses memory from the free pointer on without keeping any of it.
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            // H-3 from word 1 on: parent, meta, ticksRoot, l1OriginHash, publisher, number and time, blobs.
            mstore(add(buffer, 0x20), parent)
            mstore(add(buffer, 0x40), meta)
            mstore(add(buffer, 0x60), ticksRoot)
            mstore(add(buffer, 0x80), l1OriginHash)
            mstore(add(buffer, 0xa0), caller())
            mstore(add(buffer, 0xc0), or(shl(128, number()), timestamp()))
            let end := add(buffer, 0xe0)
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                mstore(end, blobhash(i))
                end := add(end, 0x20)
            }
            hash := keccak256(add(buffer, 0x20), sub(end, add(buffer, 0x20)))
            // The event's data from word 0 on: the first five, the array's offset and length, blobs.
            mcopy(buffer, add(buffer, 0x20), 0xa0)
            mstore(add(buffer, 0xa0), 0xc0)
            mstore(add(buffer, 0xc0), count)
            log1(buffer, sub(end, buffer), topic)
        }
    }

    /// @dev Where publication `id` stands. Unchecked: the size is not zero, and the remainder is within the ring.
    function _placeOf(uint256 id) private view returns (Place storage place) {
        uint256 size = RING_SIZE;
        assembly ("memory-safe") {
            place.slot := add(_ring.slot, mod(id, size))
        }
    }

    function _successor(RingWord parent, uint256 lastTick, bytes32 hash) private pure returns (RingWord) {
        unchecked {
            // Ids are at most the ticks since genesis: 2^32 of them last 136 years of one-second ticks.
            return ringWord(parent.id() + 1, lastTick, hash);
        }
    }

    function _checkParameters(IRollupRegistry.Timing memory timing, InboxParameters memory parameters) private view {
        uint256 beacon = parameters.beaconGenesisTime;
        require(
            beacon <= block.timestamp &&
                beacon <= timing.genesisTime &&
                (timing.genesisTime - beacon) % timing.slotSeconds == 0,
            InvalidParameter("beaconGenesisTime", beacon)
        );
        require(
            parameters.maxOriginAge > 0 && parameters.maxOriginAge < timing.forcedDelay,
            InvalidParameter("maxOriginAge", parameters.maxOriginAge)
        );
        require(parameters.ringSize > 1, InvalidParameter("ringSize", parameters.ringSize));
    }

    function _checkFamily(IRollupRegistry registry, address account, IRollupRegistry its) private pure {
        require(address(its) == address(registry), ForeignContract(account, address(its), address(registry)));
    }

    function _config(
        uint64 startBlock,
        IRollupRegistry.Timing memory timing,
        InboxParameters memory parameters
    ) private pure returns (TimelineConfig memory) {
        return
            TimelineConfig({
                startBlock: startBlock,
                genesisTime: timing.genesisTime,
                beaconGenesisTime: parameters.beaconGenesisTime,
                slotSeconds: timing.slotSeconds,
                tickSeconds: timing.tickSeconds,
                maxLag: timing.maxLag,
                forcedDelay: timing.forcedDelay,
                maxOriginAge: parameters.maxOriginAge,
                ringSize: parameters.ringSize,
                clusterGasPerSlot: timing.clusterGasPerSlot
            });
    }
}
