// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMailbox} from "../../interfaces/IMailbox.sol";

/// @title A token that moves between rollups by message and by synchronous call: what tests weigh bundles with
/// @dev At one address on every rollup. If anything were ever delivered that was not sent, or answered that was not done, the
/// supplies of all rollups and what is on its way would no longer add up.
contract FuzzToken {
    error NotFromMyself(address caller);
    error TooLittle(uint256 balance, uint256 amount);

    IMailbox private constant MAILBOX = IMailbox(0x6d6572696469616e000000000000000000000001);
    uint64 private constant GAS = 100_000;

    uint256 public supply;
    mapping(address holder => uint256) public balanceOf;

    /// @notice Anyone's tokens, burnt here and on their way as a message.
    function depart(uint64 destination, address holder, uint256 amount) external returns (bytes32 id) {
        _burn(holder, amount);
        return MAILBOX.send(destination, address(this), GAS, abi.encodeCall(this.arrive, (holder, amount)));
    }

    /// @notice The same by a synchronous call; returns what the other side answers.
    function departNow(uint64 destination, address holder, uint256 amount) external returns (bytes memory) {
        _burn(holder, amount);
        return MAILBOX.call(destination, address(this), GAS, abi.encodeCall(this.arriveNow, (_here(), holder, amount)));
    }

    /// @notice For a message of this token's.
    function arrive(address holder, uint256 amount) external {
        require(msg.sender == address(MAILBOX), NotFromMyself(msg.sender));
        (, address sender) = MAILBOX.context();
        require(sender == address(this), NotFromMyself(sender));
        _mint(holder, amount);
    }

    /// @notice For a call of this token's.
    function arriveNow(uint64 source, address holder, uint256 amount) external returns (uint256) {
        require(msg.sender == MAILBOX.aliasOf(source, address(this)), NotFromMyself(msg.sender));
        _mint(holder, amount);
        return amount;
    }

    function _mint(address holder, uint256 amount) private {
        supply += amount;
        balanceOf[holder] += amount;
    }

    function _burn(address holder, uint256 amount) private {
        require(balanceOf[holder] >= amount, TooLittle(balanceOf[holder], amount));
        supply -= amount;
        balanceOf[holder] -= amount;
    }

    function _here() private view returns (uint64) {
        return uint64(block.chainid);
    }
}
