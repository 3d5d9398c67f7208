// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786GatewaySource, IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";

import {IMailbox} from "../interfaces/IMailbox.sol";
import {IMailboxGateway} from "../interfaces/IMailboxGateway.sol";

/// @title The Mailbox's messages as ERC-7786 has them
/// @dev INV-GATEWAY-1: a recipient is called only for a message that its sender sent through the gateway of the chain in the
/// sender's address, once.
contract MailboxGateway is IMailboxGateway {
    using InteroperableAddress for bytes;

    /// @inheritdoc IMailboxGateway
    IMailbox public immutable override mailbox;

    constructor(IMailbox mailbox_) {
        mailbox = mailbox_;
    }

    /// @inheritdoc IERC7786GatewaySource
    function sendMessage(
        bytes calldata recipient,
        bytes calldata payload,
        bytes[] calldata attributes
    ) external payable returns (bytes32 sendId) {
        require(msg.value == 0, ValueNotSupported(msg.value));
        if (attributes.length > 0) revert UnsupportedAttribute(bytes4(attributes[0]));
        (bool success, uint256 chainId, address account) = recipient.tryParseEvmV1Calldata();
        require(success && chainId > 0 && chainId <= type(uint64).max, InvalidRecipient(recipient));
        // The Mailbox's next nonce: with the chain it names the message on both sides.
        bytes memory relayed = abi.encodeCall(this.relay, (mailbox.nonce(), msg.sender, account, payload));
        sendId = mailbox.send(uint64(chainId), address(this), 0, relayed);
        bytes memory sender = InteroperableAddress.formatEvmV1(block.chainid, msg.sender);
        emit MessageSent(sendId, sender, recipient, payload, 0, attributes);
    }

    /// @inheritdoc IMailboxGateway
    function relay(uint64 nonce, address sender, address recipient, bytes calldata payload) external {
        require(msg.sender == address(mailbox), NotMailbox(msg.sender));
        (uint64 source, address gateway) = mailbox.context();
        require(gateway == address(this), NotGateway(source, gateway));
        bytes4 answer = IERC7786Recipient(recipient).receiveMessage(
            keccak256(abi.encode(source, nonce)),
            InteroperableAddress.formatEvmV1(source, sender),
            payload
        );
        require(answer == IERC7786Recipient.receiveMessage.selector, NotReceived(recipient, answer));
    }

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4) external pure returns (bool) {
        return false;
    }
}
