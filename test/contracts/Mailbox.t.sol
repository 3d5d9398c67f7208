// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMailbox} from "../../contracts/interfaces/IMailbox.sol";
import {Tags} from "../../contracts/libs/Tags.sol";
import {MailboxUser} from "../../contracts/mocks/l2/MailboxUser.sol";
import {Message} from "../../contracts/types/Message.sol";
import {MailboxFixture} from "./MailboxFixture.sol";
import {Vm} from "./Vm.sol";

/// @notice Messages and tags.
contract MailboxTest is MailboxFixture {
    MailboxUser private user;

    function setUp() public {
        createMailbox();
        user = new MailboxUser(mailbox);
    }

    function test_Sends_X3_X5_INV_MAILBOX_1() public {
        for (uint64 nonce = 0; nonce < 3; ++nonce) {
            Message memory message = Message(A, B, nonce, address(this), address(user), 10_000, "data");
            bytes32 id = keccak256(abi.encodePacked(uint8(0x11), abi.encode(message)));
            id = (id >> 64) << 64;
            assertTrue(!mailbox.sent(id), "not yet");
            vm.recordLogs();
            assertEq(mailbox.send(B, address(user), 10_000, "data"), id, "X-3");
            Vm.Log memory log = vm.getRecordedLogs()[0];
            assertEq(log.topics[0], IMailbox.Sent.selector, "topic");
            assertEq(log.topics[1], id, "id");
            assertEq(keccak256(log.data), keccak256(abi.encode(message)), "message");
            assertTrue(mailbox.sent(id), "sent");
            // The spec fixes where a reader finds it.
            assertEq(vm.load(address(mailbox), keccak256(abi.encode(id, 0))), bytes32(uint256(1)), "slot 0");
        }
        assertEq(mailbox.nonce(), 3, "nonces");
    }

    function test_RevertsWithOwnChain() public {
        vm.expectRevert(abi.encodeWithSelector(IMailbox.OwnChain.selector, A));
        mailbox.send(A, address(user), 0, "");
    }

    function test_Delivers_X6_INV_MAILBOX_2() public {
        Message memory message = _send(address(user), 30_000, abi.encodeCall(user.receiveMessage, ()));
        bytes32 id = message.id();
        carry(Tags.DELIVERY, id);
        vm.recordLogs();
        mailbox.deliver(message);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IMailbox.Delivered.selector, "topic");
        assertEq(log.topics[1], id, "id");
        assertEq(user.source(), A, "source");
        assertEq(user.sender(), address(this), "sender");
        assertTrue(mailbox.delivered(id), "delivered");
        assertEq(vm.load(address(mailbox), keccak256(abi.encode(id, 1))), bytes32(uint256(1)), "slot 1");
        vm.expectRevert(abi.encodeWithSelector(IMailbox.AlreadyDelivered.selector, id));
        mailbox.deliver(message);
        assertEq(user.count(), 1, "once");
        vm.expectRevert(abi.encodeWithSelector(IMailbox.NotDelivering.selector));
        mailbox.context();
    }

    /// @dev Looking for a tag does not make it be there, however often, and in whatever frame that is undone.
    function test_RevertsWithMissingTag_X6_INV_MAILBOX_5() public {
        Message memory message = _send(address(user), 0, abi.encodeCall(user.receiveMessage, ()));
        bytes32 tag = Tags.key(Tags.DELIVERY, message.id());
        bytes memory reason = abi.encodeWithSelector(IMailbox.MissingTag.selector, tag);
        bytes memory attempt = abi.encodeCall(IMailbox.deliver, (message));
        for (uint256 i = 0; i < 3; ++i) {
            user.attempt(address(mailbox), attempt);
            assertEq(keccak256(user.last()), keccak256(reason), "missing");
        }
        vm.expectRevert(reason);
        mailbox.deliver(message);
        // Too little gas to find out is none, either.
        for (uint256 gas = 8000; gas < 16_000; gas += 500) {
            (bool success, ) = address(mailbox).call{gas: gas}(attempt);
            assertTrue(!success, "not with any gas");
        }
        // Another kind of tag is another tag.
        carry(Tags.HELPER, message.id());
        carry(Tags.BOUND, message.id());
        vm.expectRevert(reason);
        mailbox.deliver(message);
        carry(Tags.DELIVERY, message.id());
        mailbox.deliver(message);
    }

    function test_TagKeys_X1() public pure {
        bytes32 hash = 0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff;
        bytes32 rest = 0x000000000000000000112233445566778899aabbccddeeff0011223344556677;
        assertEq(Tags.key(Tags.BOUND, hash), bytes32("MRDNbond") | rest, "bound");
        assertEq(Tags.key(Tags.HELPER, hash), bytes32("MRDNhelp") | rest, "helper");
        assertEq(Tags.key(Tags.DELIVERY, hash), bytes32("MRDNdlvr") | rest, "delivery");
    }

    function test_RevertsWithWrongDestination() public {
        Message memory message = _send(address(user), 0, "");
        on(C);
        carry(Tags.DELIVERY, message.id());
        vm.expectRevert(abi.encodeWithSelector(IMailbox.WrongDestination.selector, B, C));
        mailbox.deliver(message);
    }

    /// @dev As a target it would send in its own name for anybody.
    function test_RevertsWithInvalidTarget() public {
        bytes memory data = abi.encodeCall(IMailbox.send, (A, address(user), 0, ""));
        Message memory message = _send(address(mailbox), 0, data);
        carry(Tags.DELIVERY, message.id());
        vm.expectRevert(abi.encodeWithSelector(IMailbox.InvalidTarget.selector, address(mailbox)));
        mailbox.deliver(message);
    }

    function test_RevertsWithDeliveryFailedAndCanBeTriedAgain() public {
        Message memory message = _send(address(user), 0, abi.encodeCall(user.fail, ("no")));
        carry(Tags.DELIVERY, message.id());
        bytes memory reason = abi.encodeWithSelector(MailboxUser.Failed.selector, bytes("no"));
        vm.expectRevert(abi.encodeWithSelector(IMailbox.DeliveryFailed.selector, message.id(), reason));
        mailbox.deliver(message);
        assertTrue(!mailbox.delivered(message.id()), "not delivered");
    }

    /// @dev The target gets what is named, or nothing happens: for any gas, either it sees at least so much or the call reverts.
    function test_RevertsWithTooLittleGas() public {
        uint64 named = 200_000;
        Message memory message = _send(address(user), named, abi.encodeCall(user.burnGas, ()));
        carry(Tags.DELIVERY, message.id());
        (bool success, bytes memory reason) = address(mailbox).call{gas: 200_000}(
            abi.encodeCall(IMailbox.deliver, (message))
        );
        assertTrue(!success, "too little");
        assertEq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(IMailbox.TooLittleGas.selector, named)),
            "named as such"
        );
        GasWitness witness = new GasWitness();
        message = _send(address(witness), named, "");
        carry(Tags.DELIVERY, message.id());
        for (uint256 gas = 200_000; gas < 260_000; gas += 1000) {
            uint256 state = vm.snapshotState();
            vm.cool(address(witness));
            (success, ) = address(mailbox).call{gas: gas}(abi.encodeCall(IMailbox.deliver, (message)));
            if (success) assertTrue(witness.seen() + 200 >= named, "what is named");
            assertTrue(success || gas < 245_000, "enough");
            vm.revertToState(state);
            carry(Tags.DELIVERY, message.id());
        }
    }

    /// @dev What a target returns is not brought back.
    function test_AReturnBombCostsTheTargetOnly() public {
        Message memory message = _send(address(user), 0, abi.encodeCall(user.bomb, (100_000)));
        carry(Tags.DELIVERY, message.id());
        uint256 before = gasleft();
        mailbox.deliver(message);
        assertTrue(before - gasleft() < 150_000, "once only");
    }

    /// @dev A target that has another message delivered is told of its own sender before and after.
    function test_NestedDeliveries_X6() public {
        MailboxUser inner = new MailboxUser(mailbox);
        on(A);
        vm.recordLogs();
        vm.prank(address(0xBEEF));
        mailbox.send(B, address(inner), 0, abi.encodeCall(user.receiveMessage, ()));
        Message memory second = sentMessage();
        bytes memory deliverSecond = abi.encodeCall(IMailbox.deliver, (second));
        Message memory first = _send(
            address(user),
            0,
            abi.encodeCall(user.callAndReceive, (address(mailbox), deliverSecond))
        );
        carry(Tags.DELIVERY, first.id());
        carry(Tags.DELIVERY, second.id());
        mailbox.deliver(first);
        assertEq(inner.sender(), address(0xBEEF), "the inner one's");
        assertEq(user.sender(), address(this), "and again the outer one's");
    }

    /// @dev Marked before its target runs.
    function test_AMessageCannotDeliverItself_trap17() public {
        // Its own bytes cannot be in it; the target passes on what it is given.
        Message memory message = _send(address(user), 0, abi.encodeCall(user.receiveMessage, ()));
        Redeliverer again = new Redeliverer(mailbox);
        message = _send(address(again), 0, "");
        again.set(message);
        carry(Tags.DELIVERY, message.id());
        mailbox.deliver(message);
        assertEq(
            keccak256(again.reason()),
            keccak256(abi.encodeWithSelector(IMailbox.AlreadyDelivered.selector, message.id())),
            "refused"
        );
    }

    function testFuzz_EveryFieldIsInTheId_INV_MAILBOX_2(uint8 field, bytes32 noise) public {
        Message memory message = _send(address(user), 0, abi.encodeCall(user.receiveMessage, ()));
        carry(Tags.DELIVERY, message.id());
        uint256 which = field % 6;
        uint64 salt = uint64(uint256(noise) | 1);
        if (which == 0) message.source ^= salt;
        if (which == 1) message.nonce ^= salt;
        if (which == 2) message.sender = address(uint160(message.sender) ^ salt);
        if (which == 3) message.target = address(uint160(message.target) ^ salt);
        if (which == 4) message.minGas ^= salt;
        if (which == 5) message.data = bytes.concat(message.data, noise);
        bytes32 tag = Tags.key(Tags.DELIVERY, message.id());
        vm.expectRevert(abi.encodeWithSelector(IMailbox.MissingTag.selector, tag));
        mailbox.deliver(message);
    }

    /// @dev Sends from A and goes to B.
    function _send(address target, uint64 minGas, bytes memory data) private returns (Message memory message) {
        on(A);
        vm.recordLogs();
        mailbox.send(B, target, minGas, data);
        message = sentMessage();
        on(B);
    }
}

/// @notice Notes how much gas it was given.
contract GasWitness {
    uint256 public seen;

    fallback() external {
        uint256 gas = gasleft();
        seen = gas;
    }
}

/// @notice A target that tries to have its message delivered again.
contract Redeliverer {
    IMailbox private immutable MAILBOX;
    bytes private _attempt;
    bytes public reason;

    constructor(IMailbox mailbox) {
        MAILBOX = mailbox;
    }

    function set(Message calldata message) external {
        _attempt = abi.encodeCall(IMailbox.deliver, (message));
    }

    fallback() external {
        (, reason) = address(MAILBOX).call(_attempt);
    }
}
