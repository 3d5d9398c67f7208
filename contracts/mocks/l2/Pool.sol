// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A constant-product pool of ETH and one token, for development rollups and benchmarks
/// @dev Warning: liquidity is a gift, there are no shares of it.
contract Pool {
    using SafeERC20 for IERC20;

    /// @notice The swap would give less than asked for.
    error TooLittleOut(uint256 amountOut, uint256 minimum);

    /// @notice The token that is traded.
    IERC20 public immutable TOKEN;

    constructor(IERC20 token) {
        TOKEN = token;
    }

    /// @notice Adds the ETH sent along and `tokens` of the caller's.
    function addLiquidity(uint256 tokens) external payable {
        TOKEN.safeTransferFrom(msg.sender, address(this), tokens);
    }

    /// @notice Sells the ETH sent along. Reverts with `TooLittleOut`.
    function swapEthForTokens(uint256 minimum) external payable returns (uint256 amountOut) {
        amountOut = _amountOut(msg.value, address(this).balance - msg.value, TOKEN.balanceOf(address(this)));
        require(amountOut >= minimum, TooLittleOut(amountOut, minimum));
        TOKEN.safeTransfer(msg.sender, amountOut);
    }

    /// @notice Sells `amount` of the caller's tokens. Reverts with `TooLittleOut`.
    function swapTokensForEth(uint256 amount, uint256 minimum) external returns (uint256 amountOut) {
        amountOut = _amountOut(amount, TOKEN.balanceOf(address(this)), address(this).balance);
        require(amountOut >= minimum, TooLittleOut(amountOut, minimum));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        Address.sendValue(payable(msg.sender), amountOut);
    }

    /// @dev x * y = k with a fee of 0.3 %, kept in the pool.
    function _amountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) private pure returns (uint256) {
        uint256 taxed = amountIn * 997;
        return (taxed * reserveOut) / (reserveIn * 1000 + taxed);
    }
}
