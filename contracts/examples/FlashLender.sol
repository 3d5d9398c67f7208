// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3156FlashBorrower, IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Lends a token until the end of the call (ERC-3156), for a fee of 0.09 %
contract FlashLender is IERC3156FlashLender {
    using SafeERC20 for IERC20;

    /// @notice Not the token that is lent.
    error UnknownToken(address token);
    /// @notice The borrower did not agree as ERC-3156 asks.
    error NotAgreed(bytes32 answer);

    /// @notice What is lent.
    IERC20 public immutable TOKEN;
    bytes32 private constant AGREED = keccak256("ERC3156FlashBorrower.onFlashLoan");

    constructor(IERC20 token) {
        TOKEN = token;
    }

    /// @inheritdoc IERC3156FlashLender
    /// @dev Reverts with `UnknownToken`, `NotAgreed`, or because the token was not given back.
    function flashLoan(
        IERC3156FlashBorrower receiver,
        address token,
        uint256 amount,
        bytes calldata data
    ) external returns (bool) {
        uint256 fee = flashFee(token, amount);
        TOKEN.safeTransfer(address(receiver), amount);
        bytes32 answer = receiver.onFlashLoan(msg.sender, token, amount, fee, data);
        require(answer == AGREED, NotAgreed(answer));
        TOKEN.safeTransferFrom(address(receiver), address(this), amount + fee);
        return true;
    }

    /// @inheritdoc IERC3156FlashLender
    function maxFlashLoan(address token) external view returns (uint256) {
        return token == address(TOKEN) ? TOKEN.balanceOf(address(this)) : 0;
    }

    /// @inheritdoc IERC3156FlashLender
    function flashFee(address token, uint256 amount) public view returns (uint256) {
        require(token == address(TOKEN), UnknownToken(token));
        return (amount * 9) / 10_000;
    }
}
