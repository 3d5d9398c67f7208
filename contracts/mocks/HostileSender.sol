// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForcedInclusion} from "../interfaces/IForcedInclusion.sol";

/// @title A sender of forced transactions that misbehaves when it gets its change back
/// @notice Refuses it, or enqueues and burns again before it takes it.
contract HostileSender {
    IForcedInclusion private immutable FORCED;
    uint32 private immutable ROLLUP;
    bool private immutable REFUSES;
    uint256 private _again;

    error NoThanks();

    constructor(IForcedInclusion forced, uint32 rollupId, bool refuses) payable {
        FORCED = forced;
        ROLLUP = rollupId;
        REFUSES = refuses;
    }

    // What this contract is for.
    // solhint-disable-next-line no-complex-fallback
    receive() external payable {
        require(!REFUSES, NoThanks());
        if (_again == 0) return;
        --_again;
        FORCED.burn();
        _enqueue(1 gwei);
    }

    /// @notice Enqueues, paying `tooMuch` beyond the fee, and again as often as it gets change.
    function enqueue(uint256 tooMuch, uint256 again) external {
        _again = again;
        _enqueue(tooMuch);
    }

    function _enqueue(uint256 tooMuch) private {
        uint256 fee = FORCED.feeFor(ROLLUP, 21_000);
        FORCED.enqueue{value: fee + tooMuch}(ROLLUP, 21_000, hex"c0");
    }
}
