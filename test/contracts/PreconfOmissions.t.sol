// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPreconfSlasher} from "../../contracts/interfaces/IPreconfSlasher.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {PreconfFixture} from "./PreconfFixture.sol";

/// @notice Ticks that their owner has left out: what is an omission, and what is nobody's fault.
contract PreconfOmissionsTest is PreconfFixture {
    uint64 private constant AT = 60;

    function setUp() public {
        createSlasher();
    }

    function test_RevertsWithNotAProposers_P11() public {
        setWindow(BY_STAKE);
        endWindow();
        bytes4 error_ = IPreconfSlasher.NotAProposers.selector;
        expectRefused(omission(AT, ""), abi.encodeWithSelector(error_, sequencer, BY_STAKE));
    }

    function test_RevertsWithNotLastSlot_P11() public {
        endWindow();
        IPreconfSlasher.Evidence memory shown = omission(AT, "");
        shown.slot = LAST_SLOT - 1;
        expectRefused(shown, abi.encodeWithSelector(IPreconfSlasher.NotLastSlot.selector, LAST_SLOT - 1));
    }

    function test_RevertsWithWindowNotOver_P11() public {
        endWindow();
        vm.warp(startOf(LAST_SLOT + 1) - 1);
        bytes memory error_ = abi.encodeWithSelector(
            IPreconfSlasher.WindowNotOver.selector,
            LAST_SLOT,
            startOf(LAST_SLOT + 1),
            startOf(LAST_SLOT + 1) - 1
        );
        expectRefused(omission(AT, ""), error_);
    }

    function test_RevertsWithNoPayload_P11_trap25() public {
        vm.warp(startOf(LAST_SLOT + 1));
        bytes memory error_ = abi.encodeWithSelector(IPreconfSlasher.NoPayload.selector, LAST_SLOT);
        expectRefused(omission(AT, ""), error_);
        // On a chain without EIP-4788.
        endWindow();
        vm.etch(BEACON_ROOTS, "");
        expectRefused(omission(AT, ""), error_);
    }

    function test_RevertsWithNoOrigin_P11_trap25() public {
        // The slots before the tick's were missed, for as long as an origin may be old; but not the window's last.
        setPayload(LAST_SLOT);
        vm.warp(startOf(LAST_SLOT + 1));
        uint256 time = GENESIS + AT * TICK;
        uint256 oldest = time - parameters().maxOriginAge;
        bytes memory error_ = abi.encodeWithSelector(IPreconfSlasher.NoOrigin.selector, AT, oldest);
        expectRefused(omission(AT, ""), error_);
        setPayload((oldest - 1 - BEACON_GENESIS) / SLOT);
        setPayload((time - BEACON_GENESIS) / SLOT + 1);
        expectRefused(omission(AT, ""), error_);
        setPayload((oldest + SLOT - 1 - BEACON_GENESIS) / SLOT);
        expectShown(omission(AT, ""), LIVENESS_FEE);
    }

    function test_RevertsWithNotOmitted_P11() public {
        publishTicks(sequencer, startOf(112), someTicks(58, 5, 0));
        endWindow();
        expectRefused(omission(AT, ""), abi.encodeWithSelector(IPreconfSlasher.NotOmitted.selector, AT, 62));
        expectRefused(omission(62, ""), abi.encodeWithSelector(IPreconfSlasher.NotOmitted.selector, 62, 62));
        expectShown(omission(63, ""), LIVENESS_FEE);
    }

    function test_RevertsWithNotTaken_P11() public {
        OrderProof.Publication memory first = publishTicks(sequencer, startOf(111), someTicks(58, 5, 0));
        OrderProof.Publication memory second = publishTicks(sequencer, startOf(112), someTicks(65, 2, 0));
        endWindow();
        bytes4 error_ = IPreconfSlasher.NotTaken.selector;
        expectRefused(omission(AT, abi.encode(first)), abi.encodeWithSelector(error_, AT, 0, 58, 62));
        expectRefused(omission(AT, abi.encode(second)), abi.encodeWithSelector(error_, AT, 62, 65, 66));
        expectRefused(omission(66, abi.encode(second)), abi.encodeWithSelector(error_, 66, 62, 65, 66));
        expectRefused(omission(67, abi.encode(second)), abi.encodeWithSelector(error_, 67, 62, 65, 66));
        expectShown(omission(64, abi.encode(second)), LIVENESS_FEE);
    }

    function test_RevertsWithTakenWithinWindow_P11_trap25() public {
        windows.setOpener(CHALLENGER);
        OrderProof.Publication memory taken = publishTicks(CHALLENGER, startOf(LAST_SLOT), someTicks(58, 5, 0));
        endWindow();
        bytes memory error_ = abi.encodeWithSelector(
            IPreconfSlasher.TakenWithinWindow.selector,
            startOf(LAST_SLOT),
            startOf(LAST_SLOT + 1)
        );
        expectRefused(omission(AT, abi.encode(taken)), error_);
        taken = publishTicks(CHALLENGER, startOf(LAST_SLOT + 1), someTicks(70, 2, 0));
        expectShown(omission(70, abi.encode(taken)), LIVENESS_FEE);
    }
}
