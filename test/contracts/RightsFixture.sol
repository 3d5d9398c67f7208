// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridge} from "../../contracts/interfaces/IBridge.sol";
import {ILookaheadOracle} from "../../contracts/interfaces/ILookaheadOracle.sol";
import {IProposerRegistry} from "../../contracts/interfaces/IProposerRegistry.sol";
import {IProposerRights} from "../../contracts/interfaces/IProposerRights.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {Bridge} from "../../contracts/l1/Bridge.sol";
import {ForcedInclusion} from "../../contracts/l1/ForcedInclusion.sol";
import {Inbox} from "../../contracts/l1/Inbox.sol";
import {RollupRegistry} from "../../contracts/l1/RollupRegistry.sol";
import {ProposerRights} from "../../contracts/l1/rights/ProposerRights.sol";
import {DelegatesMock} from "../../contracts/mocks/rights/DelegatesMock.sol";
import {LookaheadMock} from "../../contracts/mocks/rights/LookaheadMock.sol";
import {DrawMock} from "../../contracts/mocks/rights/DrawMock.sol";
import {TimelineFixture} from "./TimelineFixture.sol";

/// @notice A timeline with composed rights, over an oracle, a registry and a staked set that say what they are told.
abstract contract RightsFixture is TimelineFixture {
    uint256 internal constant LEAD = 4;
    uint256 internal constant OPEN_AFTER = 65;
    uint256 internal constant EPOCHS = 512;
    address internal constant WINNER = address(0x5E7);

    LookaheadMock internal oracle;
    DelegatesMock internal delegates;
    DrawMock internal stakedSet;
    ProposerRights internal module;
    uint256 internal slotsPerEpoch;

    /// @dev As `createTimeline`, an epoch after the genesis.
    function createRights(uint256 slotsPerEpoch_) internal {
        vm.roll(START);
        vm.warp(GENESIS);
        slotsPerEpoch = slotsPerEpoch_;
        registry = new RollupRegistry(timing());
        forced = new ForcedInclusion(registry, PRICE);
        bridge = new Bridge(registry);
        oracle = new LookaheadMock(BEACON_GENESIS, SLOT, slotsPerEpoch_);
        delegates = new DelegatesMock();
        stakedSet = new DrawMock();
        module = newRights(address(oracle), LEAD, OPEN_AFTER);
        rights = module;
        inbox = new Inbox(registry, forced, IBridge(address(bridge)), module, parameters());
        warpToEpoch(currentEpoch() + 1);
    }

    function newRights(address oracle_, uint256 lead, uint256 openAfter) internal returns (ProposerRights) {
        return
            new ProposerRights(
                registry,
                ILookaheadOracle(oracle_),
                IProposerRegistry(address(delegates)),
                IStakedSequencerSet(address(stakedSet)),
                lead,
                openAfter
            );
    }

    /// @dev Seals the next epoch with the slots of the bitmap owned, each by `delegateOf` itself.
    function sealNext(uint256 owned) internal returns (uint256 epoch) {
        epoch = currentEpoch() + 1;
        record(epoch, owned);
        module.seal(epoch);
    }

    /// @dev The proposer of each slot is the validator of the slot's number; those of the bitmap have a delegate.
    function record(uint256 epoch, uint256 owned) internal {
        uint256[] memory validators = new uint256[](slotsPerEpoch);
        for (uint256 i = 0; i < slotsPerEpoch; ++i) {
            uint256 slot = epoch * slotsPerEpoch + i;
            validators[i] = slot;
            if ((owned >> i) & 1 == 1) delegates.set(slot, delegateAt(slot));
        }
        oracle.set(epoch, validators);
    }

    function delegateAt(uint256 slot) internal pure returns (address) {
        return address(uint160(0xDE1E_0000_0000 + slot));
    }

    function currentSlot() internal view returns (uint256) {
        return (now_() - BEACON_GENESIS) / SLOT;
    }

    function currentEpoch() internal view returns (uint256) {
        return currentSlot() / slotsPerEpoch;
    }

    function startOf(uint256 slot) internal pure returns (uint256) {
        return BEACON_GENESIS + slot * SLOT;
    }

    function warpToEpoch(uint256 epoch) internal {
        vm.warp(startOf(epoch * slotsPerEpoch));
    }

    /// @dev The window of a slot by R-13's words: backward to the slot after the owned one before, forward to the next owned one.
    function windowByRule(
        uint256 slot,
        uint256 owned
    ) internal view returns (uint256 first, uint256 last, bool isOwned) {
        uint256 begin = slot - (slot % slotsPerEpoch);
        (first, last) = (slot, slot);
        while (first > begin && (owned >> (first - 1 - begin)) & 1 == 0) --first;
        while ((owned >> (last - begin)) & 1 == 0 && last < begin + slotsPerEpoch - 1) ++last;
        isOwned = (owned >> (last - begin)) & 1 == 1;
    }

    /// @dev Whether the tick is of the window, by R-15's words.
    function isTickOf(uint256 tick, uint256 first, uint256 last) internal view returns (bool) {
        uint256 lead = module.HANDOVER_LEAD();
        return startOf(first) - SLOT - lead < timeOf(tick) && timeOf(tick) <= startOf(last) - lead;
    }

    function windowAt(uint256 slot) internal view returns (IProposerRights.Window memory) {
        return module.windowOf(slot);
    }

    /// @dev By `windowOf`, `rightOf` and, if it has an owner, `check`.
    function expectWindow(uint256 slot, uint256 first, uint256 last, address owner, uint8 kind) internal view {
        IProposerRights.Window memory window = windowAt(slot);
        assertEq(window.firstSlot, first, "first slot");
        assertEq(window.lastSlot, last, "last slot");
        assertEq(window.owner, owner, "owner");
        assertEq(window.kind, kind, "kind");
        (address sequencer, uint64 min, uint64 max, uint8 rightKind) = module.rightOf(slot);
        assertEq(sequencer, owner, "sequencer");
        assertEq(rightKind, kind, "kind of right");
        if (owner == address(0)) return;
        (uint64 checkMin, uint64 checkMax) = module.check(owner, slot, "");
        assertTrue(checkMin == min && checkMax == max, "check and rightOf agree");
    }
}
