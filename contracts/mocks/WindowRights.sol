// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISequencingRights} from "../interfaces/ISequencingRights.sol";

/// @title A rights module whose windows anyone may set, and change
/// @notice Changing them shows what an L1 reorg does to them. Whoever is made the opener may publish any ticks.
contract WindowRights is ISequencingRights {
    struct Window {
        address sequencer;
        uint64 minTick;
        uint64 maxTick;
        uint8 kind;
    }

    mapping(uint256 slot => Window) private _windows;
    address private _opener;

    error NothingKnown(uint256 slot);

    /// @notice Gives the slots from `first` to `last` to one window.
    function setWindow(uint256 first, uint256 last, Window calldata window) external {
        for (uint256 slot = first; slot <= last; ++slot) _windows[slot] = window;
    }

    function setOpener(address opener) external {
        _opener = opener;
    }

    /// @inheritdoc ISequencingRights
    function check(address publisher, uint256 slot, bytes calldata) external view returns (uint64, uint64) {
        if (publisher == _opener) return (0, type(uint64).max);
        Window storage window = _windows[slot];
        require(publisher == window.sequencer, NotSequencer(publisher, window.sequencer));
        return (window.minTick, window.maxTick);
    }

    /// @inheritdoc ISequencingRights
    function rightOf(uint256 slot) external view returns (address, uint64, uint64, uint8) {
        Window storage window = _windows[slot];
        require(window.maxTick > 0, NothingKnown(slot));
        return (window.sequencer, window.minTick, window.maxTick, window.kind);
    }
}
