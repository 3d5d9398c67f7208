// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A constant-product pool of two tokens
/// @dev Warning: liquidity is a gift (a plain transfer to the pool), there are no shares of it.
contract PairPool {
    using SafeERC20 for IERC20;

    /// @notice Not one of the two tokens.
    error UnknownToken(address token);
    /// @notice The swap would give less than asked for.
    error TooLittleOut(uint256 amountOut, uint256 minimum);

    /// @notice One token.
    IERC20 public immutable FIRST;
    /// @notice The other.
    IERC20 public immutable SECOND;

    constructor(IERC20 first, IERC20 second) {
        (FIRST, SECOND) = (first, second);
    }

    /// @notice Sells `amount` of the caller's `token` for the other one. Reverts with `UnknownToken`, `TooLittleOut`.
    function swap(address token, uint256 amount, uint256 minimum) external returns (uint256 amountOut) {
        (IERC20 sold, IERC20 bought) = _pair(token);
        amountOut = quote(token, amount);
        require(amountOut >= minimum, TooLittleOut(amountOut, minimum));
        sold.safeTransferFrom(msg.sender, address(this), amount);
        bought.safeTransfer(msg.sender, amountOut);
    }

    /// @notice What `amount` of `token` would bring now: x * y = k with a fee of 0.3 %, kept in the pool. Reverts with `UnknownToken`.
    function quote(address token, uint256 amount) public view returns (uint256) {
        (IERC20 sold, IERC20 bought) = _pair(token);
        uint256 taxed = amount * 997;
        return (taxed * bought.balanceOf(address(this))) / (sold.balanceOf(address(this)) * 1000 + taxed);
    }

    function _pair(address token) private view returns (IERC20 sold, IERC20 bought) {
        if (token == address(FIRST)) return (FIRST, SECOND);
        require(token == address(SECOND), UnknownToken(token));
        return (SECOND, FIRST);
    }
}
