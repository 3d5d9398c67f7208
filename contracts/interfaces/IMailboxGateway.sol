// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {IMailbox} from "./IMailbox.sol";

/// @title The Mailbox's messages as ERC-7786 has them
/// @notice Source and destination gateway in one, at the same address on every rollup. What it sends needs somebody to deliver the
/// Mailbox's message, so the returned `sendId` is never zero: it is that message's id. `receiveId` is
/// `keccak(abi.encode(source chain id, the message's nonce))`.
/// @dev Trust: a recipient trusts, for each chain that it accepts messages from, that chain. What stands there at this address is
/// part of that: it can name any sender of that chain, and of no other.
/// Warning: create it by CREATE2 through a factory that everybody may use, so that nobody can put something else at its address.
interface IMailboxGateway is IERC7786GatewaySource {
    /// @notice Messages carry no ETH.
    error ValueNotSupported(uint256 value);
    /// @notice Not an EVM account with a chain id, as ERC-7930 writes it.
    error InvalidRecipient(bytes recipient);
    error NotMailbox(address caller);
    /// @notice A message from somebody else than this contract on the other chain.
    error NotGateway(uint64 source, address sender);
    /// @notice The recipient did not answer as ERC-7786 asks.
    error NotReceived(address recipient, bytes4 answer);

    /// @notice Hands a message to its recipient. Only the Mailbox calls this, on delivery.
    /// @dev Reverts, in this order: `NotMailbox`, `NotGateway`, as the recipient does, `NotReceived`.
    function relay(uint64 nonce, address sender, address recipient, bytes calldata payload) external;

    /// @notice What carries the messages.
    function mailbox() external view returns (IMailbox);
}
