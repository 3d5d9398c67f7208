// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20, ERC20Bridgeable} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC20Bridgeable.sol";

import {ITokenBridge} from "../../interfaces/ITokenBridge.sol";

/// @title A token that crosses rollups by a bridge, for tests and benchmarks
/// @dev Warning: anyone may mint, link, and name the bridge.
contract BridgedToken is ERC20Bridgeable {
    /// @notice Not the bridge.
    error NotTokenBridge(address caller);

    /// @notice Who may burn and mint.
    address public bridge;

    constructor() ERC20("Meridian Bridged Token", "MBT") {}

    /// @notice Names the bridge.
    function setBridge(address bridge_) external {
        bridge = bridge_;
    }

    /// @notice Names this token's counterpart to the bridge.
    function link(uint64 chainId, address remoteToken) external {
        ITokenBridge(bridge).link(chainId, remoteToken);
    }

    /// @notice Creates `amount` for `to`.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _checkTokenBridge(address caller) internal view override {
        require(caller == bridge, NotTokenBridge(caller));
    }
}
