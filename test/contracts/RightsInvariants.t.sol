// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProposerRights} from "../../contracts/interfaces/IProposerRights.sol";
import {ProposerRights} from "../../contracts/l1/rights/ProposerRights.sol";
import {RightsFixture} from "./RightsFixture.sol";
import {Test} from "./Vm.sol";

/// @notice Lets epochs pass while oracle, registry, staked set and keepers do this and that, and writes down every right as it
/// is when its epoch begins.
contract RightsHandler is RightsFixture {
    uint256 public constant SLOTS = 4;
    uint256 private constant VALIDATORS = 5;

    struct Right {
        address owner;
        uint64 min;
        uint64 max;
        uint8 kind;
    }

    /// @dev Epochs whose rights are written down.
    uint256[] public epochs;
    mapping(uint256 slot => Right) public rightAt;
    mapping(uint256 epoch => bool) public sealedInTime;

    constructor() {
        createRights(SLOTS);
        _writeDown();
    }

    function epochCount() external view returns (uint256) {
        return epochs.length;
    }

    function rightsModule() external view returns (ProposerRights) {
        return module;
    }

    // ---------------------------------------------------------------------------------------------- what happens

    function nextEpoch(uint256 later) public {
        warpToEpoch(currentEpoch() + 1);
        vm.warp(now_() + bound(later, 0, SLOTS * SLOT - 1));
        _writeDown();
    }

    /// @dev So far that the ring's places come around.
    function aTurnLater(uint256 around) external {
        warpToEpoch(currentEpoch() + bound(around, EPOCHS - 3, EPOCHS));
        _writeDown();
    }

    /// @dev Any validators, for the next epoch or, as no real oracle does, for another.
    function recordProposers(uint256 which, uint256 ahead) public {
        uint256[] memory validators = new uint256[](SLOTS);
        for (uint256 i = 0; i < SLOTS; ++i) validators[i] = (which >> (8 * i)) % VALIDATORS;
        oracle.set(currentEpoch() + bound(ahead, 0, 2), validators);
    }

    function delegate(uint256 validator, uint256 to) external {
        delegates.set(validator % VALIDATORS, to % 3 == 0 ? address(0) : address(uint160(0xA0 + (to % 7))));
    }

    /// @dev K-5: before the epoch begins, and once.
    function draw(uint256 winner) external {
        uint256 epoch = currentEpoch() + 1;
        if (stakedSet.sequencerOf(epoch) == address(0)) stakedSet.set(epoch, address(uint160(0xB0 + (winner % 3))));
    }

    /// @dev Twice as likely as the others to have something to seal.
    function sealProposers(uint256 which) external {
        recordProposers(which, 1);
        sealEpoch(1);
    }

    function sealEpoch(uint256 ahead) public {
        uint256 current = currentEpoch();
        uint256 epoch = current + bound(ahead, 0, 2);
        try module.seal(epoch) {
            assertEq(epoch, current + 1, "only the next epoch");
            sealedInTime[epoch] = true;
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            bool late = selector == IProposerRights.NotNextEpoch.selector && epoch != current + 1;
            assertTrue(late || selector == IProposerRights.EpochNotRecorded.selector, "an unexpected refusal");
        }
    }

    // ---------------------------------------------------------------------------------------------- books

    function _writeDown() private {
        uint256 epoch = currentEpoch();
        if (epochs.length > 0 && epochs[epochs.length - 1] == epoch) return;
        epochs.push(epoch);
        for (uint256 slot = epoch * SLOTS; slot < (epoch + 1) * SLOTS; ++slot) {
            (address owner, uint64 min, uint64 max, uint8 kind) = module.rightOf(slot);
            rightAt[slot] = Right(owner, min, max, kind);
        }
    }
}

/// @notice What holds of rights after anything. The ids stand in `ProposerRights`.
contract RightsInvariants is Test {
    uint256 private constant SLOTS = 4;
    uint256 private constant EPOCHS = 512;

    RightsHandler private handler;
    ProposerRights private module;

    function setUp() public {
        handler = new RightsHandler();
        module = handler.rightsModule();
    }

    /// @dev Only the handler is called at random.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_RightsOfBegunEpochsStay_INV_RIGHTS_1() external view {
        uint256 count = handler.epochCount();
        for (uint256 i = 0; i < count; ++i) {
            uint256 epoch = handler.epochs(i);
            for (uint256 slot = epoch * SLOTS; slot < (epoch + 1) * SLOTS; ++slot) _checkRight(slot, epoch);
        }
    }

    function invariant_WindowsPartitionEpochs_INV_RIGHTS_2() external view {
        uint256 count = handler.epochCount();
        for (uint256 i = 0; i < count; ++i) {
            uint256 epoch = handler.epochs(i);
            if (_isForgotten(epoch)) continue;
            uint256 slot = epoch * SLOTS;
            uint256 nextTick;
            while (slot < (epoch + 1) * SLOTS) {
                IProposerRights.Window memory window = module.windowOf(slot);
                (, uint64 min, uint64 max, ) = module.rightOf(slot);
                assertEq(window.firstSlot, slot, "begins where the one before ends");
                assertTrue(window.lastSlot >= slot && window.lastSlot < (epoch + 1) * SLOTS, "within the epoch");
                assertTrue(window.kind != 1 || window.owner == address(0), "nobody's");
                assertTrue(nextTick == 0 || min == nextTick, "ticks follow");
                assertTrue(min <= max, "has ticks");
                for (uint256 inside = slot; inside <= window.lastSlot; ++inside) {
                    assertEq(
                        keccak256(abi.encode(module.windowOf(inside))),
                        keccak256(abi.encode(window)),
                        "one window for all its slots"
                    );
                }
                nextTick = uint256(max) + 1;
                slot = window.lastSlot + 1;
            }
        }
    }

    function _checkRight(uint256 slot, uint256 epoch) private view {
        (address owner, uint64 min, uint64 max, uint8 kind) = handler.rightAt(slot);
        assertTrue(kind != 2 || handler.sealedInTime(epoch), "owned slots are sealed ones");
        try module.rightOf(slot) returns (address nowOwner, uint64 nowMin, uint64 nowMax, uint8 nowKind) {
            assertEq(nowOwner, owner, "owner");
            assertTrue(nowMin == min && nowMax == max, "ticks");
            assertEq(nowKind, kind, "kind");
            assertTrue(!_isForgotten(epoch), "answers for what it has forgotten");
        } catch (bytes memory reason) {
            assertTrue(bytes4(reason) == IProposerRights.EpochForgotten.selector, "an unexpected refusal");
            assertTrue(_isForgotten(epoch), "forgets only what is old");
        }
    }

    function _isForgotten(uint256 epoch) private view returns (bool) {
        return epoch + EPOCHS <= handler.epochs(handler.epochCount() - 1) + 1;
    }
}
