// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3156FlashBorrower, IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IMailbox} from "../interfaces/IMailbox.sol";
import {CrossRollupToken} from "./CrossRollupToken.sol";
import {PairPool} from "./PairPool.sol";

/// @title Borrow here, trade there, repay here: all of it or nothing
/// @notice Uses the difference of a pair's price between two rollups, with nothing but borrowed money. Four calls to the other
/// rollup, three of whose effects the rest builds on; were one not as its answer said, none of this would have happened.
/// @dev Warning: an example. Anyone may run it, and who runs it gets the profit.
contract CrossRollupFlashLoan is IERC3156FlashBorrower {
    /// @notice What a run needs: the borrowed token and the one that is traded, here and there, and where.
    struct Trade {
        IERC3156FlashLender lender;
        CrossRollupToken borrowed;
        CrossRollupToken traded;
        PairPool pool;
        uint64 chainId;
        address remotePool;
        uint256 amount;
        uint256 minimumProfit;
    }

    /// @notice A run brought `profit`.
    event Ran(address indexed caller, uint64 indexed chainId, uint256 borrowed, uint256 profit);

    /// @notice The loan is not one of this contract's.
    error NotBorrowing(address lender, address initiator);
    error TooLittleProfit(uint256 amount, uint256 owed, uint256 minimum);

    /// @notice What makes the calls.
    IMailbox public immutable MAILBOX;
    bytes32 private constant AGREED = keccak256("ERC3156FlashBorrower.onFlashLoan");
    uint64 private constant CALL_GAS = 250_000;

    constructor(IMailbox mailbox) {
        MAILBOX = mailbox;
    }

    /// @notice Does it. To be called by a bound leg of a bundle.
    /// @dev Reverts with `TooLittleProfit`, or as lender, tokens, pools and Mailbox do.
    function run(Trade calldata trade) external {
        trade.lender.flashLoan(this, address(trade.borrowed), trade.amount, abi.encode(trade));
        uint256 profit = trade.borrowed.balanceOf(address(this));
        emit Ran(msg.sender, trade.chainId, trade.amount, profit);
        trade.borrowed.transfer(msg.sender, profit);
    }

    /// @inheritdoc IERC3156FlashBorrower
    /// @dev Reverts with `NotBorrowing`, and as `run` does.
    function onFlashLoan(
        address initiator,
        address,
        uint256 amount,
        uint256 fee,
        bytes calldata data
    ) external returns (bytes32) {
        Trade memory trade = abi.decode(data, (Trade));
        // A loan that somebody else takes in this contract's name has nothing to take here: no balance outlives a run.
        require(initiator == address(this) && msg.sender == address(trade.lender), NotBorrowing(msg.sender, initiator));
        uint256 bought = _tradeThere(trade, amount);
        trade.traded.pull(trade.chainId, bought);
        trade.traded.approve(address(trade.pool), bought);
        uint256 back = trade.pool.swap(address(trade.traded), bought, 0);
        uint256 owed = amount + fee;
        require(back >= owed + trade.minimumProfit, TooLittleProfit(back, owed, trade.minimumProfit));
        trade.borrowed.approve(msg.sender, owed);
        return AGREED;
    }

    /// @dev Sells the borrowed tokens on the other rollup, where this contract's alias holds them.
    function _tradeThere(Trade memory trade, uint256 amount) private returns (uint256 bought) {
        address remote = trade.borrowed.remoteOf(trade.chainId);
        trade.borrowed.push(trade.chainId, amount);
        MAILBOX.call(trade.chainId, remote, CALL_GAS, abi.encodeCall(IERC20.approve, (trade.remotePool, amount)));
        bytes memory swap = abi.encodeCall(PairPool.swap, (remote, amount, 0));
        return abi.decode(MAILBOX.call(trade.chainId, trade.remotePool, CALL_GAS, swap), (uint256));
    }
}
