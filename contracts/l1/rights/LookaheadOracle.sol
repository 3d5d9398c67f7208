// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILookaheadOracle} from "../../interfaces/ILookaheadOracle.sol";
import {Ssz} from "../../libs/Ssz.sol";

/// @title Proposers, mixes and validators, proved from EIP-4788 roots
/// @dev A ring of 64 epochs. The words of an epoch, from the highest bit: `round u16 | six indices u40`, the first slot's highest,
/// where the round is one more than how often the ring has gone round before the epoch. The round and the place together are the
/// epoch, for 51 years; a word that was never written is of no epoch.
///
/// INV-ORACLE-1: what is recorded of an epoch never changes, and is what a state that L1 knew had at the layout's index.
/// INV-ORACLE-2: no proof with any word changed, missing or added passes.
contract LookaheadOracle is ILookaheadOracle {
    /// @dev EIP-4788.
    address private constant BEACON_ROOTS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    uint256 private constant RING = 64;
    uint256 private constant INDICES_PER_WORD = 6;
    uint256 private constant INDICES_PER_CHUNK = 4;
    uint256 private constant MAX_SLOTS_PER_EPOCH = 32;
    uint256 private constant MAX_WORDS = 6;
    uint256 private constant INDEX_BITS = 40;
    uint256 private constant INDEX_MASK = 2 ** INDEX_BITS - 1;
    /// @dev What an index may not have, four times.
    uint256 private constant EXCESS = 0xffffff0000000000ffffff0000000000ffffff0000000000ffffff0000000000;
    uint256 private constant MIXES = 65_536;

    /// @inheritdoc ILookaheadOracle
    uint256 public immutable override BEACON_GENESIS_TIME;
    /// @inheritdoc ILookaheadOracle
    uint256 public immutable override SLOT_SECONDS;
    /// @inheritdoc ILookaheadOracle
    uint256 public immutable override SLOTS_PER_EPOCH;
    /// @inheritdoc ILookaheadOracle
    address public immutable override KEEPER;
    /// @inheritdoc ILookaheadOracle
    uint256 public immutable override TIMELOCK_EPOCHS;
    uint256 private immutable WORDS;

    /// @dev A layout in one word.
    struct Entry {
        uint64 fromEpoch;
        bytes4 version;
        uint40 forkVersion;
        uint40 lookahead;
        uint40 validators;
        uint40 randao;
    }

    uint256[RING * MAX_WORDS] private _words;
    /// @dev The last one added, by itself: what nearly every proof reads.
    Entry private _newest;
    /// @dev Those before, in order.
    Entry[] private _older;
    /// @inheritdoc ILookaheadOracle
    mapping(uint256 epoch => bytes32 mix) public override mixOf;

    /// @param keeper zero for none: then forks to come are never known
    /// @param entry the first one known; states before `fromEpoch` are not
    constructor(
        uint256 beaconGenesisTime,
        uint256 slotSeconds,
        uint256 slotsPerEpoch,
        address keeper,
        uint256 timelockEpochs,
        Layout memory entry
    ) {
        require(beaconGenesisTime <= block.timestamp, InvalidParameter("beaconGenesisTime", beaconGenesisTime));
        require(slotSeconds > 0 && slotSeconds <= type(uint32).max, InvalidParameter("slotSeconds", slotSeconds));
        // Half a lookahead is a subtree.
        require(
            slotsPerEpoch >= INDICES_PER_CHUNK &&
                slotsPerEpoch <= MAX_SLOTS_PER_EPOCH &&
                slotsPerEpoch & (slotsPerEpoch - 1) == 0,
            InvalidParameter("slotsPerEpoch", slotsPerEpoch)
        );
        require(timelockEpochs <= type(uint64).max, InvalidParameter("timelockEpochs", timelockEpochs));
        BEACON_GENESIS_TIME = beaconGenesisTime;
        SLOT_SECONDS = slotSeconds;
        SLOTS_PER_EPOCH = slotsPerEpoch;
        WORDS = Math.ceilDiv(slotsPerEpoch, INDICES_PER_WORD);
        KEEPER = keeper;
        TIMELOCK_EPOCHS = timelockEpochs;
        _setNewest(entry);
    }

    /// @inheritdoc ILookaheadOracle
    function publish(
        ProvedState calldata state,
        uint256 half,
        bytes32[] calldata chunks,
        bytes32[] calldata branch
    ) external returns (uint256 epoch) {
        require(half < 2, InvalidHalf(half));
        Entry memory entry;
        (epoch, entry) = _prove(state);
        epoch += half;
        (uint256 oldest, uint256 newest) = _ringNow();
        require(epoch >= oldest && epoch <= newest, EpochOutOfRing(epoch, oldest, newest));
        uint256 count = SLOTS_PER_EPOCH / INDICES_PER_CHUNK;
        require(chunks.length == count, WrongChunkCount(chunks.length, count));
        _checkNode(state, Ssz.rootOf(chunks), uint256(entry.lookahead) * 2 + half, branch);

        uint256 first = _placeOf(epoch);
        uint256 round = _roundOf(epoch);
        // The words of an epoch are written together.
        if (_words[first] >> (INDICES_PER_WORD * INDEX_BITS) == round) return epoch;
        _record(first, round, chunks);
        emit Published(epoch, state.header.slot);
    }

    /// @inheritdoc ILookaheadOracle
    function recordMix(ProvedState calldata state, uint256 epoch, bytes32 mix, bytes32[] calldata branch) external {
        (uint256 stateEpoch, Entry memory entry) = _prove(state);
        require(epoch < stateEpoch && stateEpoch - epoch < MIXES, MixNotFinal(epoch, stateEpoch));
        _checkNode(state, mix, uint256(entry.randao) * MIXES + (epoch % MIXES), branch);
        if (mixOf[epoch] == mix) return;
        mixOf[epoch] = mix;
        emit MixRecorded(epoch, mix);
    }

    /// @inheritdoc ILookaheadOracle
    function addLayout(Layout calldata entry) external {
        require(msg.sender == KEEPER, NotKeeper(msg.sender, KEEPER));
        uint256 behindLast = uint256(_newest.fromEpoch) + 1;
        uint256 earliest = Math.max(behindLast, _currentEpoch() + TIMELOCK_EPOCHS);
        require(entry.fromEpoch >= earliest, LayoutTooEarly(entry.fromEpoch, earliest));
        _older.push(_newest);
        _setNewest(entry);
    }

    /// @inheritdoc ILookaheadOracle
    function proposersOf(uint256 epoch) external view returns (uint256[] memory validatorIndices) {
        (uint256 oldest, uint256 newest) = _ringNow();
        uint256 first = _placeOf(epoch);
        uint256 word = _words[first];
        if (epoch < oldest || epoch > newest || word >> (INDICES_PER_WORD * INDEX_BITS) != _roundOf(epoch))
            return validatorIndices;
        validatorIndices = new uint256[](SLOTS_PER_EPOCH);
        for (uint256 i = 0; i < validatorIndices.length; ++i) {
            uint256 inWord = i % INDICES_PER_WORD;
            if (inWord == 0) word = _words[first + i / INDICES_PER_WORD];
            validatorIndices[i] = (word >> (INDEX_BITS * (INDICES_PER_WORD - 1 - inWord))) & INDEX_MASK;
        }
    }

    /// @inheritdoc ILookaheadOracle
    function checkValidator(
        ProvedState calldata state,
        uint256 index,
        bytes32[8] calldata fields,
        bytes32[] calldata branch
    ) external view {
        (, Entry memory entry) = _prove(state);
        require(index <= INDEX_MASK, IndexTooLarge(0, index));
        _checkNode(state, Ssz.rootOf8(fields), (uint256(entry.validators) << INDEX_BITS) + index, branch);
    }

    /// @inheritdoc ILookaheadOracle
    function layoutAt(uint256 epoch) external view returns (Layout memory) {
        Entry memory entry = _entryAt(epoch);
        return
            Layout(entry.fromEpoch, entry.version, entry.forkVersion, entry.lookahead, entry.validators, entry.randao);
    }

    function _setNewest(Layout memory entry) private {
        bool isWhole = entry.forkVersion > 0 && entry.validators > 0 && entry.randao > 0;
        bool fits = (entry.forkVersion | entry.lookahead | entry.validators | entry.randao) <= type(uint40).max;
        require(fits && (isWhole || entry.lookahead == 0), InvalidLayout(entry.fromEpoch));
        _newest = Entry(
            entry.fromEpoch,
            entry.version,
            uint40(entry.forkVersion),
            uint40(entry.lookahead),
            uint40(entry.validators),
            uint40(entry.randao)
        );
        emit LayoutAdded(entry);
    }

    /// @dev R-6. Every index is a `u64` that must be below 2^40.
    function _record(uint256 first, uint256 round, bytes32[] calldata chunks) private {
        uint256 word = round;
        uint256 room = INDICES_PER_WORD;
        for (uint256 i = 0; i < chunks.length; ++i) {
            uint256 four = Ssz.swap(uint256(chunks[i]));
            if (four & EXCESS != 0) _refuse(i, four);
            unchecked {
                for (uint256 shift = 256; shift > 0;) {
                    shift -= 64;
                    word = (word << INDEX_BITS) | ((four >> shift) & INDEX_MASK);
                    if (--room > 0) continue;
                    _words[first++] = word;
                    word = round;
                    room = INDICES_PER_WORD;
                }
            }
        }
        // A power of two is no multiple of six: there is always a word that is not full.
        _words[first] = word << (INDEX_BITS * room);
    }

    /// @dev R-1 to R-3.
    function _prove(ProvedState calldata state) private view returns (uint256 epoch, Entry memory entry) {
        Header calldata header = state.header;
        bytes32 root = Ssz.rootOf5(
            Ssz.u64(header.slot),
            Ssz.u64(header.proposerIndex),
            header.parentRoot,
            header.stateRoot,
            header.bodyRoot
        );
        bytes32 beaconRoot = _beaconRoot(state.timestamp);
        require(root == beaconRoot, WrongHeader(root, beaconRoot));
        epoch = header.slot / SLOTS_PER_EPOCH;
        entry = _entryAt(epoch);
        require(entry.lookahead != 0, UnknownLayout(epoch));
        _checkNode(state, entry.version, entry.forkVersion, state.forkBranch);
    }

    /// @dev R-5. What the branch climbs from is in the state, at exactly that index.
    function _checkNode(
        ProvedState calldata state,
        bytes32 node,
        uint256 index,
        bytes32[] calldata branch
    ) private view {
        (bytes32 root, uint256 rest) = Ssz.climb(node, index, branch);
        require(rest == 1, WrongBranchLength(index, branch.length));
        require(root == state.header.stateRoot, NotInState(index, node));
    }

    function _beaconRoot(uint64 timestamp) private view returns (bytes32 root) {
        bool success;
        (success, root, ) = LowLevelCall.staticcallReturn64Bytes(BEACON_ROOTS, abi.encode(timestamp));
        // A chain without the contract says nothing at all.
        require(success && LowLevelCall.returnDataSize() == 32, NoBeaconRoot(timestamp));
    }

    /// @dev The last one that has begun; all zero if none has.
    function _entryAt(uint256 epoch) private view returns (Entry memory entry) {
        entry = _newest;
        if (entry.fromEpoch <= epoch) return entry;
        for (uint256 i = _older.length; i > 0; --i) {
            entry = _older[i - 1];
            if (entry.fromEpoch <= epoch) return entry;
        }
        return Entry(0, 0, 0, 0, 0, 0);
    }

    /// @dev The epochs that the ring has places for.
    function _ringNow() private view returns (uint256 oldest, uint256 newest) {
        newest = _currentEpoch() + 1;
        oldest = Math.saturatingSub(newest + 1, RING);
    }

    function _currentEpoch() private view returns (uint256) {
        return (block.timestamp - BEACON_GENESIS_TIME) / (SLOT_SECONDS * SLOTS_PER_EPOCH);
    }

    function _placeOf(uint256 epoch) private view returns (uint256) {
        return (epoch % RING) * WORDS;
    }

    function _roundOf(uint256 epoch) private pure returns (uint256) {
        return uint16(epoch / RING + 1);
    }

    /// @dev Names the first of the four that is too large.
    function _refuse(uint256 chunk, uint256 four) private pure {
        uint256 i = 0;
        while (uint64(four >> (192 - 64 * i)) <= INDEX_MASK) ++i;
        revert IndexTooLarge(chunk * INDICES_PER_CHUNK + i, uint64(four >> (192 - 64 * i)));
    }
}
