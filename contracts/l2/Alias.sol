// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMailbox} from "../interfaces/IMailbox.sol";

/// @title An account of another chain, on this one
/// @notice Makes the calls that the Mailbox serves for one caller, so that balances and allowances can be the caller's. It can
/// hold tokens, but takes no ETH: calls carry none.
/// @dev By hand, because the code is paid for by each caller's first call. Takes `target ‖ gas ‖ data`, the first two as words;
/// returns `ok ‖ return data`, the first as a word. Reverts, always with nothing, if it cannot give the target the gas or bring
/// its return data back, and for everybody but a Mailbox that serves. That it is the Mailbox is not enough: a message could have
/// an alias as its target, and then the Mailbox calls it with anybody's data.
contract Alias {
    address private immutable MAILBOX = msg.sender;

    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        address mailbox = MAILBOX;
        bytes32 question = IMailbox.serving.selector;
        // Solidity's own use of memory ends with this block.
        assembly {
            mstore(0, question)
            pop(staticcall(gas(), mailbox, 0, 4, 0, 0x20))
            if iszero(and(eq(caller(), mailbox), eq(mload(0), 1))) {
                revert(0, 0)
            }
            let target := calldataload(0)
            let named := calldataload(0x20)
            let size := sub(calldatasize(), 0x40)
            calldatacopy(0, 0x40, size)
            // A call passes on at most 63/64 of what is left once it has paid for reaching the target: at most 5,200, if that
            // is cold and delegates to an account that is. The rest of the reserve is for these steps.
            if lt(gas(), add(add(named, div(named, 63)), 6000)) {
                revert(0, 0)
            }
            let ok := call(named, target, 0, 0, size, 0, 0)
            mstore(0, ok)
            returndatacopy(0x20, 0, returndatasize())
            return(0, add(0x20, returndatasize()))
        }
    }
}
