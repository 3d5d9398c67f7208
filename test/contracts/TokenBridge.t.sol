// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITokenBridge, ITransferHook} from "../../contracts/interfaces/ITokenBridge.sol";
import {IMailbox} from "../../contracts/interfaces/IMailbox.sol";
import {Tags} from "../../contracts/libs/Tags.sol";
import {TokenBridge} from "../../contracts/l2/TokenBridge.sol";
import {BridgedToken} from "../../contracts/mocks/l2/BridgedToken.sol";
import {Message} from "../../contracts/types/Message.sol";
import {MailboxFixture} from "./MailboxFixture.sol";

contract TokenBridgeTest is MailboxFixture, ITransferHook {
    uint256 private constant DELAY = 768;
    address private constant RECIPIENT = address(0xCAFE);
    address private constant RELAYER = address(0xFEE);

    TokenBridge private bridge;
    BridgedToken private here;
    BridgedToken private there;
    bytes32 private hooked;
    bool private refusing;

    function setUp() public {
        createMailbox();
        bridge = new TokenBridge(mailbox, DELAY);
        here = new BridgedToken();
        there = new BridgedToken();
        here.setBridge(address(bridge));
        there.setBridge(address(bridge));
        here.link(B, address(there));
        there.link(A, address(here));
        here.mint(address(this), 1000);
        vm.warp(1_800_000_000);
    }

    function test_BurnsHereAndMintsThere_INV_TOKEN_1() public {
        Message memory message = _send(_order());
        assertEq(here.totalSupply(), 900, "burnt");
        assertEq(there.totalSupply(), 0, "on its way");
        mailbox.deliver(message);
        assertEq(there.balanceOf(RECIPIENT), 100, "minted");
        assertEq(address(bridge.mailbox()), address(mailbox), "mailbox");
        assertEq(bridge.inclusionDelay(), DELAY, "delay");
        assertEq(bridge.remoteTokenOf(address(here), B), address(there), "link");
    }

    /// @dev CCTP v2's fields, all in the message.
    function test_TheMessageSaysAll() public {
        ITokenBridge.Order memory order = _order();
        (order.maxFee, order.minGas, order.hookData) = (7, 12_345, "hook");
        Message memory message = _send(order);
        ITokenBridge.Transfer memory transfer = ITokenBridge.Transfer({
            burnToken: address(here),
            mintToken: address(there),
            mintRecipient: RECIPIENT,
            amount: 100,
            messageSender: address(this),
            maxFee: 7,
            minFinality: ITokenBridge.Finality.Preconfirmed,
            burntAt: uint64(now_()),
            hookData: "hook"
        });
        assertEq(
            keccak256(message.data),
            keccak256(abi.encodeCall(ITokenBridge.receiveTransfer, (transfer))),
            "transfer"
        );
        assertEq(message.minGas, 12_345, "gas");
        assertEq(message.target, address(bridge), "target");
    }

    function testFuzz_TheFeeGoesToWhoDelivers_INV_TOKEN_2(uint256 amount, uint256 maxFee, uint256 fee) public {
        ITokenBridge.Order memory order = _order();
        order.amount = bound(amount, 0, 1000);
        order.maxFee = bound(maxFee, 0, order.amount);
        fee = bound(fee, 0, order.maxFee);
        bridge.relay(_send(order), fee, RELAYER);
        assertEq(there.balanceOf(RECIPIENT), order.amount - fee, "recipient");
        assertEq(there.balanceOf(RELAYER), fee, "fee");
        assertEq(here.totalSupply() + there.totalSupply(), 1000, "INV-TOKEN-1");
    }

    function test_CallsTheHook() public {
        ITokenBridge.Order memory order = _order();
        (order.recipient, order.hookData) = (address(this), "hook");
        refusing = true;
        Message memory message = _send(order);
        bytes memory reason = abi.encodeWithSignature("Refused()");
        vm.expectRevert(abi.encodeWithSelector(IMailbox.DeliveryFailed.selector, message.id(), reason));
        mailbox.deliver(message);
        assertEq(there.totalSupply(), 0, "not minted");
        refusing = false;
        mailbox.deliver(message);
        assertEq(hooked, keccak256(abi.encode(A, address(this), address(there), 100, bytes("hook"))), "called");
    }

    error Refused();

    function onTransferReceived(
        uint64 source,
        address messageSender,
        address token,
        uint256 amount,
        bytes calldata hookData
    ) external {
        require(!refusing, Refused());
        assertEq(there.balanceOf(address(this)), amount, "after the mint");
        hooked = keccak256(abi.encode(source, messageSender, token, amount, hookData));
    }

    function test_RevertsWithTooEarly() public {
        ITokenBridge.Order memory order = _order();
        order.minFinality = ITokenBridge.Finality.Included;
        uint256 from = now_() + DELAY;
        Message memory message = _send(order);
        vm.warp(from - 1);
        _expectFailure(message, abi.encodeWithSelector(ITokenBridge.TooEarly.selector, from, from - 1));
        mailbox.deliver(message);
        vm.warp(from);
        mailbox.deliver(message);
        assertEq(there.balanceOf(RECIPIENT), 100, "minted");
    }

    function test_RevertsWithUnsupportedFinality() public {
        ITokenBridge.Order memory order = _order();
        order.minFinality = ITokenBridge.Finality.Settled;
        vm.expectRevert(abi.encodeWithSelector(ITokenBridge.UnsupportedFinality.selector, order.minFinality));
        bridge.send(order);
    }

    function test_RevertsWithZeroRecipient() public {
        ITokenBridge.Order memory order = _order();
        order.recipient = address(0);
        vm.expectRevert(abi.encodeWithSelector(ITokenBridge.ZeroRecipient.selector));
        bridge.send(order);
    }

    function test_RevertsWithFeeTooHigh_INV_TOKEN_2() public {
        ITokenBridge.Order memory order = _order();
        order.maxFee = 101;
        vm.expectRevert(abi.encodeWithSelector(ITokenBridge.FeeTooHigh.selector, 101, 100));
        bridge.send(order);
        order.maxFee = 10;
        Message memory message = _send(order);
        _expectFailure(message, abi.encodeWithSelector(ITokenBridge.FeeTooHigh.selector, 11, 10));
        bridge.relay(message, 11, RELAYER);
        // What failed is forgotten.
        mailbox.deliver(message);
        assertEq(there.balanceOf(RECIPIENT), 100, "all of it");
    }

    /// @dev A fee that was named for a message that is no transfer is not taken of the next one.
    function test_AFeeIsForOneTransfer() public {
        ITokenBridge.Order memory order = _order();
        order.maxFee = 10;
        Message memory transfer = _send(order);
        on(A);
        vm.recordLogs();
        mailbox.send(B, address(bridge), 0, abi.encodeCall(ITokenBridge.link, (C, address(1))));
        Message memory none = sentMessage();
        on(B);
        carry(Tags.DELIVERY, none.id());
        bridge.relay(none, 10, RELAYER);
        mailbox.deliver(transfer);
        assertEq(there.balanceOf(RELAYER), 0, "no fee");
    }

    function test_RevertsWithNotLinked_INV_TOKEN_3() public {
        ITokenBridge.Order memory order = _order();
        order.destination = C;
        vm.expectRevert(abi.encodeWithSelector(ITokenBridge.NotLinked.selector, address(here), C, address(0)));
        bridge.send(order);
        // One-sided: what has not linked the source mints nothing, nor does what has taken its link back.
        Message memory message = _send(_order());
        there.link(A, address(0));
        bytes memory reason = abi.encodeWithSelector(ITokenBridge.NotLinked.selector, address(there), A, address(here));
        _expectFailure(message, reason);
        mailbox.deliver(message);
        // Another token that links itself to the minted one cannot mint it.
        BridgedToken other = new BridgedToken();
        other.setBridge(address(bridge));
        on(A);
        other.link(B, address(there));
        other.mint(address(this), 100);
        there.link(A, address(here));
        order = _order();
        order.token = address(other);
        message = _send(order);
        reason = abi.encodeWithSelector(ITokenBridge.NotLinked.selector, address(there), A, address(other));
        _expectFailure(message, reason);
        mailbox.deliver(message);
    }

    function test_RevertsWithNotMailboxOrNotBridge_INV_TOKEN_3() public {
        ITokenBridge.Transfer memory transfer;
        (transfer.burnToken, transfer.mintToken, transfer.mintRecipient) = (address(here), address(there), RECIPIENT);
        transfer.amount = 1_000_000;
        vm.expectRevert(abi.encodeWithSelector(ITokenBridge.NotMailbox.selector, address(this)));
        bridge.receiveTransfer(transfer);
        vm.recordLogs();
        mailbox.send(B, address(bridge), 0, abi.encodeCall(ITokenBridge.receiveTransfer, (transfer)));
        Message memory message = sentMessage();
        on(B);
        carry(Tags.DELIVERY, message.id());
        _expectFailure(message, abi.encodeWithSelector(ITokenBridge.NotBridge.selector, A, address(this)));
        mailbox.deliver(message);
    }

    function test_RevertsWithNotForBridge() public {
        Message memory message = _send(_order());
        message.target = RECIPIENT;
        vm.expectRevert(abi.encodeWithSelector(ITokenBridge.NotForBridge.selector, RECIPIENT));
        bridge.relay(message, 0, RELAYER);
    }

    function test_TheTokenDecidesWhoIsItsBridge() public {
        here.setBridge(address(1));
        vm.expectRevert(abi.encodeWithSelector(BridgedToken.NotTokenBridge.selector, address(bridge)));
        bridge.send(_order());
    }

    function _order() private view returns (ITokenBridge.Order memory) {
        return
            ITokenBridge.Order({
                token: address(here),
                destination: B,
                recipient: RECIPIENT,
                amount: 100,
                maxFee: 0,
                minFinality: ITokenBridge.Finality.Preconfirmed,
                minGas: 0,
                hookData: ""
            });
    }

    /// @dev Burns on A and goes to B with the tag.
    function _send(ITokenBridge.Order memory order) private returns (Message memory message) {
        on(A);
        vm.recordLogs();
        bytes32 id = bridge.send(order);
        message = sentMessage();
        assertEq(message.id(), id, "id");
        on(B);
        carry(Tags.DELIVERY, id);
    }

    function _expectFailure(Message memory message, bytes memory reason) private {
        vm.expectRevert(abi.encodeWithSelector(IMailbox.DeliveryFailed.selector, message.id(), reason));
    }
}
