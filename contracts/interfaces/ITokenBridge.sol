// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Message} from "../types/Message.sol";
import {IMailbox} from "./IMailbox.sol";

/// @title Whom tokens arrive at with something to do
interface ITransferHook {
    /// @notice Called after `amount` of `token` has been minted to this contract.
    function onTransferReceived(
        uint64 source,
        address messageSender,
        address token,
        uint256 amount,
        bytes calldata hookData
    ) external;
}

/// @title ERC-20s across rollups, burnt here and minted there
/// @notice Works with any token of ERC-7802 that lets this contract burn and mint, and that has named its counterpart on the other
/// rollup. A transfer is a message of the Mailbox's, with the fields of CCTP v2's burn message.
/// @dev Trust: a token trusts every chain that it has linked: what its own counterpart and this contract's are there, that chain's
/// genesis decides. So only the token itself links, and nobody's rollup can mint a token that has not linked it.
/// Warning: create it by CREATE2 through a factory that everybody may use; it takes its own address to be its own on every chain.
interface ITokenBridge {
    /// @notice What must be known of the burn before the mint.
    /// `Preconfirmed`: that it stands before, in the order the mint stands in, so that both become final as one.
    /// `Included`: also that its tick is too old to be published any more, so that L1 had it before the mint was ordered.
    /// `Settled`: that its state is proved to L1; for a version that settles.
    enum Finality {
        Preconfirmed,
        Included,
        Settled
    }

    /// @notice What a holder asks for.
    /// @param minGas what the mint (and the hook) get at least
    /// @param maxFee what of the amount may go to who delivers
    /// @param hookData if not empty, the recipient is called with it after the mint
    struct Order {
        address token;
        uint64 destination;
        address recipient;
        uint256 amount;
        uint256 maxFee;
        Finality minFinality;
        uint64 minGas;
        bytes hookData;
    }

    /// @notice What arrives: CCTP v2's burn message, the token to mint, and when was burnt.
    struct Transfer {
        address burnToken;
        address mintToken;
        address mintRecipient;
        uint256 amount;
        address messageSender;
        uint256 maxFee;
        Finality minFinality;
        uint64 burntAt;
        bytes hookData;
    }

    /// @notice A token has named (or, with zero, given up) its counterpart on another chain.
    event Linked(address indexed token, uint64 indexed chainId, address remoteToken);
    /// @notice Tokens have been burnt; message `id` will mint them.
    event Burnt(bytes32 indexed id, uint64 indexed destination, Transfer transfer);
    /// @notice Tokens have been minted, `fee` of the amount to `feeRecipient`.
    event Minted(uint64 indexed source, Transfer transfer, uint256 fee, address feeRecipient);

    /// @notice The token has no counterpart on that chain, or another one.
    error NotLinked(address token, uint64 chainId, address remoteToken);
    /// @notice Nobody could ever use the tokens.
    error ZeroRecipient();
    error FeeTooHigh(uint256 fee, uint256 maximum);
    error UnsupportedFinality(Finality finality);
    /// @notice The burn is not yet as old as its finality asks.
    error TooEarly(uint256 from, uint256 timestamp);
    error NotMailbox(address caller);
    /// @notice A message from somebody else than this contract on the other chain.
    error NotBridge(uint64 source, address sender);
    /// @notice Only messages for this contract are relayed.
    error NotForBridge(address target);

    /// @notice Names the calling token's counterpart on another chain. Zero takes it back: transfers on their way from there then
    /// wait, and are lost unless it is named again.
    function link(uint64 chainId, address remoteToken) external;

    /// @notice Burns the caller's tokens here and sends the message that mints them there.
    /// @dev Reverts, in this order: `NotLinked`, `ZeroRecipient`, `FeeTooHigh`, `UnsupportedFinality`, as the token's
    /// `crosschainBurn` does, as the Mailbox's `send` does.
    /// Warning: what the destination's token or the recipient's hook refuses waits there until it no longer does.
    function send(Order calldata order) external returns (bytes32 id);

    /// @notice Delivers a transfer and takes a fee for it. (Who delivers by the Mailbox itself takes none.)
    /// @dev Reverts, in this order: `NotForBridge`, as the Mailbox's `deliver` does with what `receiveTransfer` reverts with.
    function relay(Message calldata message, uint256 fee, address feeRecipient) external;

    /// @notice Mints. Only the Mailbox calls this, on delivery.
    /// @dev Reverts, in this order: `NotMailbox`, `NotBridge`, `NotLinked`, `TooEarly`, `FeeTooHigh`, as the token's
    /// `crosschainMint` or the recipient's hook does.
    function receiveTransfer(Transfer calldata transfer) external;

    /// @notice A token's counterpart on another chain; zero if there is none.
    function remoteTokenOf(address token, uint64 chainId) external view returns (address);

    /// @notice Seconds after which no tick can be published any more: the timeline's `maxLag`.
    function inclusionDelay() external view returns (uint256);

    /// @notice What carries the transfers.
    function mailbox() external view returns (IMailbox);
}
