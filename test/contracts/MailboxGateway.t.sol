// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CrosschainLinked} from "@openzeppelin/contracts/crosschain/CrosschainLinked.sol";
import {ERC7786Recipient} from "@openzeppelin/contracts/crosschain/ERC7786Recipient.sol";
import {BridgeERC20} from "@openzeppelin/contracts/crosschain/bridges/BridgeERC20.sol";
import {BridgeERC7802} from "@openzeppelin/contracts/crosschain/bridges/BridgeERC7802.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";

import {IMailbox} from "../../contracts/interfaces/IMailbox.sol";
import {IMailboxGateway} from "../../contracts/interfaces/IMailboxGateway.sol";
import {Tags} from "../../contracts/libs/Tags.sol";
import {MailboxGateway} from "../../contracts/l2/MailboxGateway.sol";
import {BridgedToken} from "../../contracts/mocks/l2/BridgedToken.sol";
import {Message} from "../../contracts/types/Message.sol";
import {MailboxFixture} from "./MailboxFixture.sol";
import {Vm} from "./Vm.sol";

/// @notice OpenZeppelin's bridges as they are: burning and minting, and locking.
contract MintingBridge is BridgeERC7802 {
    constructor(IERC7802 token) BridgeERC7802(token) CrosschainLinked(new Link[](0)) {}

    function link(address gateway, bytes calldata counterpart) external {
        _setLink(gateway, counterpart, false);
    }
}

contract LockingBridge is BridgeERC20 {
    constructor(IERC20 token) BridgeERC20(token) CrosschainLinked(new Link[](0)) {}

    function link(address gateway, bytes calldata counterpart) external {
        _setLink(gateway, counterpart, false);
    }
}

/// @notice Notes what it receives; answers as it is told.
contract Recipient {
    bytes4 public answer = this.receiveMessage.selector;
    bytes32 public seen;

    function setAnswer(bytes4 answer_) external {
        answer = answer_;
    }

    function receiveMessage(
        bytes32 id,
        bytes calldata sender,
        bytes calldata payload
    ) external payable returns (bytes4) {
        seen = keccak256(abi.encode(id, sender, payload));
        return answer;
    }
}

contract MailboxGatewayTest is MailboxFixture {
    MailboxGateway private gateway;
    Recipient private recipient;

    function setUp() public {
        createMailbox();
        gateway = new MailboxGateway(mailbox);
        recipient = new Recipient();
        assertEq(address(gateway.mailbox()), address(mailbox), "mailbox");
    }

    function test_SendsAndReceives_INV_GATEWAY_1() public {
        bytes memory to = InteroperableAddress.formatEvmV1(B, address(recipient));
        bytes memory from = InteroperableAddress.formatEvmV1(A, address(this));
        vm.recordLogs();
        bytes32 id = gateway.sendMessage(to, "payload", new bytes[](0));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Message memory message = abi.decode(logs[0].data, (Message));
        assertEq(id, message.id(), "the Mailbox's id");
        assertEq(logs[1].topics[0], IERC7786GatewaySource.MessageSent.selector, "topic");
        assertEq(logs[1].topics[1], id, "send id");
        bytes memory data = abi.encode(from, to, bytes("payload"), 0, new bytes[](0));
        assertEq(keccak256(logs[1].data), keccak256(data), "event");
        _deliver(message);
        bytes32 receiveId = keccak256(abi.encode(A, uint64(0)));
        assertEq(recipient.seen(), keccak256(abi.encode(receiveId, from, bytes("payload"))), "received");
    }

    function test_OpenZeppelinsMintingBridgeWorksOnIt_INV_TOKEN_1() public {
        BridgedToken here = new BridgedToken();
        BridgedToken there = new BridgedToken();
        MintingBridge bridgeHere = new MintingBridge(here);
        MintingBridge bridgeThere = new MintingBridge(there);
        here.setBridge(address(bridgeHere));
        there.setBridge(address(bridgeThere));
        bridgeHere.link(address(gateway), InteroperableAddress.formatEvmV1(B, address(bridgeThere)));
        bridgeThere.link(address(gateway), InteroperableAddress.formatEvmV1(A, address(bridgeHere)));
        here.mint(address(this), 1000);
        here.approve(address(bridgeHere), 1000);
        vm.recordLogs();
        bridgeHere.crosschainTransfer(InteroperableAddress.formatEvmV1(B, address(0xCAFE)), 300);
        assertEq(here.totalSupply(), 700, "burnt");
        _deliver(sentMessage());
        assertEq(there.balanceOf(address(0xCAFE)), 300, "minted");
        // And back.
        vm.recordLogs();
        vm.startPrank(address(0xCAFE));
        there.approve(address(bridgeThere), 100);
        bridgeThere.crosschainTransfer(InteroperableAddress.formatEvmV1(A, address(0xBEEF)), 100);
        vm.stopPrank();
        _deliver(sentMessage());
        assertEq(here.balanceOf(address(0xBEEF)), 100, "minted again");
        assertEq(here.totalSupply() + there.totalSupply(), 1000, "the sum");
    }

    function test_OpenZeppelinsLockingBridgeWorksOnIt() public {
        BridgedToken here = new BridgedToken();
        BridgedToken there = new BridgedToken();
        LockingBridge bridgeHere = new LockingBridge(here);
        MintingBridge bridgeThere = new MintingBridge(there);
        there.setBridge(address(bridgeThere));
        bridgeHere.link(address(gateway), InteroperableAddress.formatEvmV1(B, address(bridgeThere)));
        bridgeThere.link(address(gateway), InteroperableAddress.formatEvmV1(A, address(bridgeHere)));
        here.mint(address(this), 1000);
        here.approve(address(bridgeHere), 1000);
        vm.recordLogs();
        bridgeHere.crosschainTransfer(InteroperableAddress.formatEvmV1(B, address(0xCAFE)), 300);
        _deliver(sentMessage());
        assertEq(here.balanceOf(address(bridgeHere)), 300, "locked");
        assertEq(there.balanceOf(address(0xCAFE)), 300, "minted");
    }

    /// @dev What is not the linked counterpart gets nowhere, though the gateway carries it.
    function test_AStrangersMessageIsTheRecipientsToRefuse() public {
        BridgedToken there = new BridgedToken();
        MintingBridge bridgeThere = new MintingBridge(there);
        there.setBridge(address(bridgeThere));
        bridgeThere.link(address(gateway), InteroperableAddress.formatEvmV1(A, address(0xABCD)));
        vm.recordLogs();
        gateway.sendMessage(
            InteroperableAddress.formatEvmV1(B, address(bridgeThere)),
            abi.encode(bytes(""), abi.encodePacked(address(this)), 1e18),
            new bytes[](0)
        );
        bytes memory sender = InteroperableAddress.formatEvmV1(A, address(this));
        _deliverReverting(
            sentMessage(),
            abi.encodeWithSelector(
                ERC7786Recipient.ERC7786RecipientUnauthorizedGateway.selector,
                address(gateway),
                sender
            )
        );
    }

    function test_RevertsWithValueNotSupported() public {
        vm.deal(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(IMailboxGateway.ValueNotSupported.selector, 1));
        gateway.sendMessage{value: 1}("", "", new bytes[](0));
    }

    function test_RevertsWithUnsupportedAttribute() public {
        bytes[] memory attributes = new bytes[](1);
        attributes[0] = hex"1234567890";
        assertTrue(!gateway.supportsAttribute(0x12345678), "as it says");
        vm.expectRevert(
            abi.encodeWithSelector(IERC7786GatewaySource.UnsupportedAttribute.selector, bytes4(0x12345678))
        );
        gateway.sendMessage("", "", attributes);
    }

    function test_RevertsWithInvalidRecipient() public {
        bytes[4] memory invalid = [
            bytes(""),
            InteroperableAddress.formatEvmV1(address(recipient)),
            InteroperableAddress.formatEvmV1(2 ** 64, address(recipient)),
            InteroperableAddress.formatV1(0x0002, hex"01", hex"02")
        ];
        for (uint256 i = 0; i < invalid.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMailboxGateway.InvalidRecipient.selector, invalid[i]));
            gateway.sendMessage(invalid[i], "", new bytes[](0));
        }
    }

    function test_RevertsWithNotMailboxOrNotGateway_INV_GATEWAY_1() public {
        bytes memory forged = abi.encodeCall(gateway.relay, (0, address(0xABCD), address(recipient), "payload"));
        vm.expectRevert(abi.encodeWithSelector(IMailboxGateway.NotMailbox.selector, address(this)));
        gateway.relay(0, address(0xABCD), address(recipient), "payload");
        vm.recordLogs();
        mailbox.send(B, address(gateway), 0, forged);
        _deliverReverting(sentMessage(), abi.encodeWithSelector(IMailboxGateway.NotGateway.selector, A, address(this)));
    }

    function test_RevertsWithNotReceived() public {
        recipient.setAnswer(0x12345678);
        vm.recordLogs();
        gateway.sendMessage(InteroperableAddress.formatEvmV1(B, address(recipient)), "", new bytes[](0));
        _deliverReverting(
            sentMessage(),
            abi.encodeWithSelector(IMailboxGateway.NotReceived.selector, address(recipient), bytes4(0x12345678))
        );
    }

    function _deliver(Message memory message) private {
        on(message.destination);
        carry(Tags.DELIVERY, message.id());
        mailbox.deliver(message);
    }

    function _deliverReverting(Message memory message, bytes memory reason) private {
        on(message.destination);
        carry(Tags.DELIVERY, message.id());
        vm.expectRevert(abi.encodeWithSelector(IMailbox.DeliveryFailed.selector, message.id(), reason));
        mailbox.deliver(message);
    }
}
