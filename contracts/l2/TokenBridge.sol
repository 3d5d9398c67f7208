// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";

import {IMailbox} from "../interfaces/IMailbox.sol";
import {ITokenBridge, ITransferHook} from "../interfaces/ITokenBridge.sol";
import {Message} from "../types/Message.sol";

/// @title ERC-20s across rollups, burnt here and minted there
/// @dev INV-TOKEN-1: over all chains that a token's instances link, supplies and undelivered transfers have a constant sum.
/// INV-TOKEN-2: of each transfer, recipient and fee recipient together get the amount, and the fee is at most what the sender allowed.
/// INV-TOKEN-3: no chain that a token has not linked can make it mint.
contract TokenBridge is ITokenBridge {
    /// @inheritdoc ITokenBridge
    IMailbox public immutable override mailbox;
    /// @inheritdoc ITokenBridge
    uint256 public immutable override inclusionDelay;

    /// @inheritdoc ITokenBridge
    mapping(address token => mapping(uint64 chainId => address)) public override remoteTokenOf;

    /// @dev Of the transfer that is being relayed.
    uint256 private transient _fee;
    address private transient _feeRecipient;

    constructor(IMailbox mailbox_, uint256 inclusionDelay_) {
        mailbox = mailbox_;
        inclusionDelay = inclusionDelay_;
    }

    /// @inheritdoc ITokenBridge
    function link(uint64 chainId, address remoteToken) external {
        remoteTokenOf[msg.sender][chainId] = remoteToken;
        emit Linked(msg.sender, chainId, remoteToken);
    }

    /// @inheritdoc ITokenBridge
    function send(Order calldata order) external returns (bytes32 id) {
        address remote = remoteTokenOf[order.token][order.destination];
        require(remote != address(0), NotLinked(order.token, order.destination, remote));
        require(order.recipient != address(0), ZeroRecipient());
        require(order.maxFee <= order.amount, FeeTooHigh(order.maxFee, order.amount));
        require(order.minFinality != Finality.Settled, UnsupportedFinality(order.minFinality));
        IERC7802(order.token).crosschainBurn(msg.sender, order.amount);
        Transfer memory transfer = Transfer({
            burnToken: order.token,
            mintToken: remote,
            mintRecipient: order.recipient,
            amount: order.amount,
            messageSender: msg.sender,
            maxFee: order.maxFee,
            minFinality: order.minFinality,
            burntAt: uint64(block.timestamp),
            hookData: order.hookData
        });
        bytes memory data = abi.encodeCall(this.receiveTransfer, (transfer));
        id = mailbox.send(order.destination, address(this), order.minGas, data);
        emit Burnt(id, order.destination, transfer);
    }

    /// @inheritdoc ITokenBridge
    function relay(Message calldata message, uint256 fee, address feeRecipient) external {
        require(message.target == address(this), NotForBridge(message.target));
        (_fee, _feeRecipient) = (fee, feeRecipient);
        mailbox.deliver(message);
        // Still there if the message was no transfer.
        (_fee, _feeRecipient) = (0, address(0));
    }

    /// @inheritdoc ITokenBridge
    function receiveTransfer(Transfer calldata transfer) external {
        require(msg.sender == address(mailbox), NotMailbox(msg.sender));
        (uint64 source, address sender) = mailbox.context();
        require(sender == address(this), NotBridge(source, sender));
        // Taken at once: a hook that has another transfer delivered takes no fee of it.
        (uint256 fee, address feeRecipient) = (_fee, _feeRecipient);
        (_fee, _feeRecipient) = (0, address(0));

        address remote = remoteTokenOf[transfer.mintToken][source];
        require(
            remote == transfer.burnToken && remote != address(0),
            NotLinked(transfer.mintToken, source, transfer.burnToken)
        );
        if (transfer.minFinality == Finality.Included) {
            uint256 from = transfer.burntAt + inclusionDelay;
            require(block.timestamp >= from, TooEarly(from, block.timestamp));
        }
        require(fee <= transfer.maxFee, FeeTooHigh(fee, transfer.maxFee));
        uint256 amount = transfer.amount - fee;
        emit Minted(source, transfer, fee, feeRecipient);
        IERC7802(transfer.mintToken).crosschainMint(transfer.mintRecipient, amount);
        if (fee > 0) IERC7802(transfer.mintToken).crosschainMint(feeRecipient, fee);
        if (transfer.hookData.length > 0) {
            ITransferHook(transfer.mintRecipient).onTransferReceived(
                source,
                transfer.messageSender,
                transfer.mintToken,
                amount,
                transfer.hookData
            );
        }
    }
}
