// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token for development rollups and benchmarks
/// @dev Warning: anyone may mint.
contract Token is ERC20 {
    constructor() ERC20("Meridian Test Token", "MTT") {}

    /// @notice Creates `amount` for `to`.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
