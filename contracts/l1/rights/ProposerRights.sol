// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IInbox} from "../../interfaces/IInbox.sol";
import {ILookaheadOracle} from "../../interfaces/ILookaheadOracle.sol";
import {IProposerRegistry} from "../../interfaces/IProposerRegistry.sol";
import {IProposerRights} from "../../interfaces/IProposerRights.sol";
import {IRollupRegistry} from "../../interfaces/IRollupRegistry.sol";
import {IStakedSequencerSet} from "../../interfaces/IStakedSequencerSet.sol";
import {TimelineClock} from "../../libs/TimelineClock.sol";
import {RingWord} from "../../types/RingWord.sol";

/// @title L1 proposers first, then the staked set, then anyone
/// @dev Two rings of 512 epochs. An epoch's word, from the highest bit: `epoch u224 | owned u32`, bit `i` for the epoch's slot `i`.
/// An owned slot's word: `delegate u160 | minTick u48 | maxTick u48`, the ticks being its window's. Words of slots that are not owned
/// are whatever they were; the bitmap alone says which count, and both are written at once. Only the next epoch can be sealed. So a place can be a later epoch's only when 511 epochs have passed; from
/// then on nothing is said of the epoch. Until then one that is not found in its place was never sealed. Epoch 0, which is the next of
/// none, reads as sealed without owned slots.
///
/// INV-RIGHTS-1: the right of a slot does not change from the start of its epoch on.
/// INV-RIGHTS-2: every slot is in one window with at most one owner; windows that follow each other have ticks that do, without gap
/// and without any twice.
contract ProposerRights is IProposerRights, TimelineClock {
    /// @dev Epochs that are remembered.
    uint256 private constant EPOCHS = 512;
    uint256 private constant MAX_SLOTS_PER_EPOCH = 32;

    uint8 private constant NOBODY = 1;
    uint8 private constant PROPOSER = 2;
    uint8 private constant STAKED = 3;

    /// @inheritdoc IProposerRights
    ILookaheadOracle public immutable ORACLE;
    /// @inheritdoc IProposerRights
    IProposerRegistry public immutable REGISTRY;
    /// @inheritdoc IProposerRights
    IStakedSequencerSet public immutable STAKED_SET;
    /// @inheritdoc IProposerRights
    uint256 public immutable HANDOVER_LEAD;
    /// @inheritdoc IProposerRights
    uint256 public immutable OPEN_AFTER_SLOTS;

    uint256 private immutable BEACON_GENESIS_TIME;
    uint256 private immutable SLOT_SECONDS;
    uint256 private immutable SLOTS_PER_EPOCH;
    uint256 private immutable EPOCH_SECONDS;
    /// @dev The second after `startOf(-1) - handoverLead`: where the ticks of slot 0 begin.
    uint256 private immutable FIRST_BEGIN;

    uint256[EPOCHS] private _epochs;
    /// @dev With fewer slots in an epoch the last places are not used.
    uint256[EPOCHS * MAX_SLOTS_PER_EPOCH] private _owners;

    /// @param timeline registry of the timeline, which holds its clock
    /// @param stakedSet zero for none
    /// @param handoverLead at most a slot, in seconds
    /// @param openAfterSlots more than `maxLag`, in slots
    constructor(
        IRollupRegistry timeline,
        ILookaheadOracle oracle,
        IProposerRegistry registry,
        IStakedSequencerSet stakedSet,
        uint256 handoverLead,
        uint256 openAfterSlots
    ) TimelineClock(timeline.timing().genesisTime, timeline.timing().tickSeconds) {
        IRollupRegistry.Timing memory timing = timeline.timing();
        uint256 beacon = oracle.BEACON_GENESIS_TIME();
        uint256 slotSeconds = oracle.SLOT_SECONDS();
        uint256 slotsPerEpoch = oracle.SLOTS_PER_EPOCH();
        require(address(registry).code.length > 0, InvalidParameter("registry", uint160(address(registry))));
        require(
            address(stakedSet) == address(0) || address(stakedSet).code.length > 0,
            InvalidParameter("stakedSet", uint160(address(stakedSet)))
        );
        require(slotSeconds == timing.slotSeconds, InvalidParameter("slotSeconds", slotSeconds));
        require(
            slotsPerEpoch > 0 && slotsPerEpoch <= MAX_SLOTS_PER_EPOCH,
            InvalidParameter("slotsPerEpoch", slotsPerEpoch)
        );
        require(handoverLead <= slotSeconds, InvalidParameter("handoverLead", handoverLead));
        require(
            beacon >= slotSeconds + handoverLead &&
                beacon <= block.timestamp &&
                beacon <= timing.genesisTime &&
                (timing.genesisTime - beacon) % slotSeconds == 0,
            InvalidParameter("beaconGenesisTime", beacon)
        );
        require(
            openAfterSlots > timing.maxLag / slotSeconds && openAfterSlots <= type(uint32).max,
            InvalidParameter("openAfterSlots", openAfterSlots)
        );

        ORACLE = oracle;
        REGISTRY = registry;
        STAKED_SET = stakedSet;
        HANDOVER_LEAD = handoverLead;
        OPEN_AFTER_SLOTS = openAfterSlots;
        BEACON_GENESIS_TIME = beacon;
        SLOT_SECONDS = slotSeconds;
        SLOTS_PER_EPOCH = slotsPerEpoch;
        EPOCH_SECONDS = slotSeconds * slotsPerEpoch;
        FIRST_BEGIN = beacon - slotSeconds - handoverLead + 1;
    }

    /// @inheritdoc IProposerRights
    function seal(uint256 epoch) external returns (uint256 owned) {
        uint256 next = _currentEpoch() + 1;
        require(epoch == next, NotNextEpoch(epoch, next));
        uint256 word = _epochs[epoch % EPOCHS];
        if (_epochIn(word) == epoch) return _ownedIn(word);

        uint256[] memory proposers = ORACLE.proposersOf(epoch);
        require(proposers.length == SLOTS_PER_EPOCH, EpochNotRecorded(epoch, proposers.length));
        address[] memory delegates = new address[](proposers.length);
        uint256 count = 0;
        uint256 firstSlot = epoch * SLOTS_PER_EPOCH;
        uint256 begin = _firstTickOf(firstSlot);
        for (uint256 i = 0; i < proposers.length; ++i) {
            address delegate = REGISTRY.delegateOf(proposers[i], epoch);
            if (delegate == address(0)) continue;
            unchecked {
                // Of 32 slots; of ticks as in `_ticks`.
                owned |= 1 << i;
                delegates[count++] = delegate;
                uint256 slot = firstSlot + i;
                uint256 end = _firstTickOf(slot + 1);
                (uint256 minTick, uint256 maxTick) = end == 0 ? (1, 0) : (begin, end - 1);
                _owners[_ownerPlace(slot)] = (uint256(uint160(delegate)) << 96) | (minTick << 48) | maxTick;
                begin = end;
            }
        }
        _epochs[epoch % EPOCHS] = (epoch << 32) | owned;
        // Shortens the list to those it has.
        assembly ("memory-safe") {
            mstore(delegates, count)
        }
        emit Sealed(epoch, owned, delegates);
    }

    /// @inheritdoc IProposerRights
    function check(
        address publisher,
        uint256 slot,
        bytes calldata proof
    ) external view returns (uint64 minTick, uint64 maxTick) {
        if (proof.length != 0) {
            _checkOpen(slot, proof);
            return (0, type(uint64).max);
        }
        address owner;
        (owner, minTick, maxTick, ) = _right(slot);
        if (publisher != owner) revert NotSequencer(publisher, owner);
    }

    /// @inheritdoc IProposerRights
    function rightOf(
        uint256 slot
    ) external view returns (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind) {
        return _right(slot);
    }

    /// @inheritdoc IProposerRights
    function windowOf(uint256 slot) external view returns (Window memory window) {
        (window.owner, , , window.kind) = _right(slot);
        uint256 owned = _ownedAround(slot);
        uint256 index = slot % SLOTS_PER_EPOCH;
        uint256 before = owned & ((1 << index) - 1);
        uint256 begin = slot - index;
        window.firstSlot = before == 0 ? begin : begin + Math.log2(before) + 1;
        uint256 rest = owned >> index;
        window.lastSlot = rest == 0 ? begin + SLOTS_PER_EPOCH - 1 : slot + _lowestBit(rest);
    }

    /// @inheritdoc IProposerRights
    function sealOf(uint256 epoch) external view returns (bool isSealed, uint256 owned) {
        uint256 word = _epochs[epoch % EPOCHS];
        if (epoch == 0 || _epochIn(word) != epoch) return (false, 0);
        _checkAge(epoch, _currentEpoch());
        return (true, _ownedIn(word));
    }

    function _checkOpen(uint256 slot, bytes calldata proof) private view {
        require(proof.length == 32 && uint256(bytes32(proof)) <= type(uint32).max, MalformedProof(proof));
        uint32 id = abi.decode(proof, (uint32));
        uint256 lastTick = IInbox(msg.sender).entry(id).lastTick();
        _checkNewest(id);
        uint256 openAfter = (_timeOf(lastTick) - BEACON_GENESIS_TIME) / SLOT_SECONDS + OPEN_AFTER_SLOTS;
        require(slot > openAfter, NotOpen(slot, openAfter));
    }

    /// @dev The Inbox must not have the next entry, and say so: what stands in the next one's place must be older, since an entry
    /// that is pinned, or the genesis word, is known even if its successors have long left the ring.
    function _checkNewest(uint32 id) private view {
        try IInbox(msg.sender).entry(id + 1) {
            revert NotNewest(id);
        } catch (bytes memory reason) {
            // A call that ran out of gas says nothing at all.
            require(reason.length == 68 && bytes4(reason) == IInbox.UnknownEntry.selector, NotNewest(id));
            RingWord found;
            assembly ("memory-safe") {
                found := mload(add(reason, 0x44))
            }
            require(found.id() <= id, NotNewest(id));
        }
    }

    /// @dev Of an owned window two words are read, and nobody is called.
    function _right(uint256 slot) private view returns (address owner, uint64 minTick, uint64 maxTick, uint8 kind) {
        uint256 owned = _ownedAround(slot);
        unchecked {
            // The slot is of a known epoch, which has 32 slots at most.
            uint256 index = slot % SLOTS_PER_EPOCH;
            uint256 rest = owned >> index;
            if (rest != 0) {
                uint256 word = _owners[_ownerPlace(slot + _lowestBit(rest))];
                return (address(uint160(word >> 96)), uint48(word >> 48), uint48(word), PROPOSER);
            }
            uint256 begin = slot - index;
            (uint256 min, uint256 max) = _ticks(
                owned == 0 ? begin : begin + Math.log2(owned) + 1,
                begin + SLOTS_PER_EPOCH
            );
            (minTick, maxTick) = (uint64(min), uint64(max));
        }
        if (address(STAKED_SET) != address(0)) owner = STAKED_SET.sequencerOf(slot / SLOTS_PER_EPOCH);
        kind = owner == address(0) ? NOBODY : STAKED;
    }

    /// @dev The owned slots of the slot's epoch, whose rights are fixed and not forgotten.
    function _ownedAround(uint256 slot) private view returns (uint256 owned) {
        uint256 epoch = slot / SLOTS_PER_EPOCH;
        uint256 current = _currentEpoch();
        uint256 word = _epochs[epoch % EPOCHS];
        if (_epochIn(word) == epoch) owned = _ownedIn(word);
        else if (epoch > current) revert RightNotFixed(epoch, current);
        _checkAge(epoch, current);
    }

    /// @dev The ticks of the window from slot `begin` to the one before `end` (R-15); `minTick > maxTick` if there are none.
    function _ticks(uint256 begin, uint256 end) private view returns (uint256 minTick, uint256 maxTick) {
        uint256 next = _firstTickOf(end);
        return next == 0 ? (1, 0) : (_firstTickOf(begin), next - 1);
    }

    /// @dev The first tick of a window that begins with the slot, and one more than the last of one that ends before it.
    function _firstTickOf(uint256 slot) private view returns (uint256) {
        unchecked {
            // The slot is of an epoch that has begun, or of the next.
            return _firstTickFrom(FIRST_BEGIN + slot * SLOT_SECONDS);
        }
    }

    /// @dev That a place may be a later epoch's is a matter of time alone: not of whether that one has been sealed, or drawn for.
    function _checkAge(uint256 epoch, uint256 current) private pure {
        unchecked {
            // The epoch is at most the next. Not `require`, which computes its error in any case.
            if (epoch + EPOCHS <= current + 1) revert EpochForgotten(epoch, current + 2 - EPOCHS);
        }
    }

    function _ownerPlace(uint256 slot) private view returns (uint256) {
        return slot % (EPOCHS * SLOTS_PER_EPOCH);
    }

    function _currentEpoch() private view returns (uint256) {
        unchecked {
            // The constructor has seen that the beacon chain's genesis is past.
            return (block.timestamp - BEACON_GENESIS_TIME) / EPOCH_SECONDS;
        }
    }

    /// @dev The place of the lowest bit of 32 that is set; not of zero. A product with De Bruijn's sequence shows it.
    function _lowestBit(uint256 bits) private pure returns (uint256 place) {
        unchecked {
            uint256 product = uint32((bits & (0 - bits)) * 0x077cb531) >> 27;
            assembly ("memory-safe") {
                place := byte(product, 0x00011c021d0e18031e16140f191104081f1b0d17151310071a0c12060b050a09)
            }
        }
    }

    function _epochIn(uint256 word) private pure returns (uint256) {
        return word >> 32;
    }

    function _ownedIn(uint256 word) private pure returns (uint256) {
        return word & type(uint32).max;
    }
}
