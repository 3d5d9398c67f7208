// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMailbox} from "../../contracts/interfaces/IMailbox.sol";
import {Tags} from "../../contracts/libs/Tags.sol";
import {Alias} from "../../contracts/l2/Alias.sol";
import {MailboxUser} from "../../contracts/mocks/l2/MailboxUser.sol";
import {Message} from "../../contracts/types/Message.sol";
import {Entry, Request, hashAnswer} from "../../contracts/types/Request.sol";
import {MailboxFixture} from "./MailboxFixture.sol";
import {Vm} from "./Vm.sol";

/// @notice Synchronous calls: `fill`, `call`, `tryCall`, `serve`.
contract MailboxTapeTest is MailboxFixture {
    bytes private constant LOOK = abi.encodeCall(MailboxUser.look, ());
    bytes private constant ANSWER = "an answer of more than thirty-two bytes, and not a multiple";

    MailboxUser private user;

    function setUp() public {
        createMailbox();
        user = new MailboxUser(mailbox);
    }

    // ---------------------------------------------------------------------------------------------- the tape

    function test_FillsAndReads_X11_X12_INV_MAILBOX_3() public {
        carrySession();
        Entry[] memory entries = new Entry[](3);
        entries[0] = Entry(_request(0).hashRequest(), true, ANSWER);
        entries[1] = Entry(_request(1).hashRequest(), true, "");
        entries[2] = Entry(_request(2).hashRequest(), true, new bytes(64));
        vm.recordLogs();
        mailbox.fill(SESSION, entries);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(logs[i].topics[0], IMailbox.Filled.selector, "topic");
            bytes32 answer = keccak256(abi.encode(true, entries[i].returnData));
            assertEq(keccak256(logs[i].data), keccak256(abi.encode(entries[i].requestHash, answer)), "X-10");
        }
        _assertTape(0, 3);
        for (uint64 i = 0; i < 3; ++i) {
            vm.recordLogs();
            bytes memory data = mailbox.call(B, address(user), 100_000, LOOK);
            assertEq(keccak256(data), keccak256(entries[i].returnData), "the answer");
            Vm.Log memory log = vm.getRecordedLogs()[0];
            assertEq(log.topics[0], IMailbox.Read.selector, "topic");
            bytes32 answer = hashAnswer(true, entries[i].returnData);
            assertEq(keccak256(log.data), keccak256(abi.encode(B, entries[i].requestHash, answer)), "data");
            _assertTape(uint16(i + 1), 3);
        }
        vm.expectRevert(abi.encodeWithSelector(IMailbox.TapeEmpty.selector, _request(3)));
        mailbox.call(B, address(user), 100_000, LOOK);
    }

    /// @dev What a longer tape left behind shows nowhere.
    function testFuzz_TapesAreRecycled_INV_MAILBOX_3(uint256 seed) public {
        carrySession();
        for (uint256 round = 0; round < 4; ++round) {
            uint256 count = uint256(keccak256(abi.encode(seed, round))) % 5;
            Entry[] memory entries = new Entry[](count);
            for (uint64 i = 0; i < count; ++i) {
                bytes32 noise = keccak256(abi.encode(seed, round, i));
                bytes memory data = new bytes(uint256(noise) % 100);
                for (uint256 k = 0; k < data.length; ++k) data[k] = noise[k % 32];
                entries[i] = Entry(_request(i).hashRequest(), uint8(noise[0]) & 1 == 1, data);
            }
            mailbox.fill(SESSION, entries);
            for (uint256 i = 0; i < count; ++i) {
                (bool ok, bytes memory data) = mailbox.tryCall(B, address(user), 100_000, LOOK);
                assertTrue(ok == entries[i].ok, "ok");
                assertEq(keccak256(data), keccak256(entries[i].returnData), "the answer");
            }
        }
    }

    function test_RevertsWithTapeNotEmpty() public {
        carrySession();
        mailbox.fill(SESSION, new Entry[](0));
        mailbox.fill(SESSION, _entries(true, "a"));
        vm.expectRevert(abi.encodeWithSelector(IMailbox.TapeNotEmpty.selector, 1));
        mailbox.fill(SESSION, new Entry[](0));
    }

    function test_RevertsWithTapeMismatch() public {
        carrySession();
        mailbox.fill(SESSION, _entries(true, "a"));
        Request memory asked = _request(0);
        asked.gas = 99_999;
        bytes24 found = bytes24(_request(0).hashRequest());
        vm.expectRevert(abi.encodeWithSelector(IMailbox.TapeMismatch.selector, asked, found));
        mailbox.call(B, address(user), 99_999, LOOK);
        // By another caller it is another request, too.
        asked = _request(0);
        asked.caller = address(0xBEEF);
        vm.prank(address(0xBEEF));
        vm.expectRevert(abi.encodeWithSelector(IMailbox.TapeMismatch.selector, asked, found));
        mailbox.call(B, address(user), 100_000, LOOK);
    }

    function test_NoHelperNoFillNoServe_X11_X13() public {
        carry(Tags.BOUND, SESSION);
        bytes memory reason = _missing(Tags.HELPER);
        vm.expectRevert(reason);
        mailbox.fill(SESSION, new Entry[](0));
        vm.expectRevert(reason);
        mailbox.serve(SESSION, new Request[](0));
    }

    function test_OnlyTheSessionsBoundLegReads_X12() public {
        carry(Tags.HELPER, SESSION);
        mailbox.fill(SESSION, _entries(true, "a"));
        vm.expectRevert(_missing(Tags.BOUND));
        mailbox.call(B, address(user), 100_000, LOOK);
        carry(Tags.BOUND, keccak256("another session"));
        vm.expectRevert(_missing(Tags.BOUND));
        mailbox.call(B, address(user), 100_000, LOOK);
        carry(Tags.BOUND, SESSION);
        mailbox.call(B, address(user), 100_000, LOOK);
    }

    function test_ACallToTheOwnChainReverts_X12() public {
        carrySession();
        mailbox.fill(SESSION, _entries(true, "a"));
        vm.expectRevert(abi.encodeWithSelector(IMailbox.DestinationInPath.selector, A));
        mailbox.call(A, address(user), 100_000, LOOK);
    }

    /// @dev `call` reverts with the answer and has read nothing; `tryCall` tells, and has.
    function test_AnAnswerThatIsNotOk_X12() public {
        carrySession();
        bytes memory reason = abi.encodeWithSelector(MailboxUser.Failed.selector, bytes("there"));
        mailbox.fill(SESSION, _entries(false, reason));
        vm.expectRevert(reason);
        mailbox.call(B, address(user), 100_000, LOOK);
        _assertTape(0, 1);
        (bool ok, bytes memory data) = mailbox.tryCall(B, address(user), 100_000, LOOK);
        assertTrue(!ok, "not ok");
        assertEq(keccak256(data), keccak256(reason), "why");
        _assertTape(1, 1);
    }

    /// @dev An answer may leak from a frame that reverts, but then it is still on the tape.
    function test_AFrameThatRevertsHasReadNothing_X16() public {
        carrySession();
        Request memory request = _request(0);
        request.caller = address(user);
        Entry[] memory entries = new Entry[](1);
        entries[0] = Entry(request.hashRequest(), true, "secret");
        mailbox.fill(SESSION, entries);
        user.attempt(address(user), abi.encodeCall(user.peek, (B, address(user), 100_000, LOOK)));
        assertEq(
            keccak256(user.last()),
            keccak256(abi.encodeWithSelector(MailboxUser.Failed.selector, bytes("secret"))),
            "it knows"
        );
        _assertTape(0, 1);
    }

    // ---------------------------------------------------------------------------------------------- serving

    function test_ServesFromTheCallersAlias_X13() public {
        carrySession();
        address expected = mailbox.aliasOf(A, address(this));
        bytes32 salt = keccak256(abi.encode(A, address(this)));
        bytes32 code = keccak256(type(Alias).creationCode);
        bytes32 create2 = keccak256(abi.encodePacked(bytes1(0xff), address(mailbox), salt, code));
        assertEq(expected, address(uint160(uint256(create2))), "CREATE2");
        on(B);
        for (uint256 i = 0; i < 2; ++i) {
            Request memory request = _forward(abi.encodeCall(user.forward, (address(user), LOOK)));
            (bytes32 hash, bytes32 answer) = _serve(request);
            assertEq(hash, request.hashRequest(), "request");
            assertEq(answer, hashAnswer(true, abi.encode(user.last())), "answer");
            assertTrue(expected.code.length > 0, "made");
        }
        assertTrue(!mailbox.serving(), "INV-MAILBOX-4");
        assertTrue(mailbox.aliasOf(C, address(this)) != expected, "another chain's");
    }

    /// @dev Exactly the gas that is named, whatever the transaction has.
    function test_TheTargetGetsTheGasThatIsNamed_X13() public {
        carrySession();
        on(B);
        GasReporter reporter = new GasReporter();
        uint256[3] memory limits = [uint256(400_000), 1_000_000, 10_000_000];
        uint256 seen;
        for (uint256 i = 0; i < 3; ++i) {
            Request[] memory requests = one(Request(pathOf(A), B, address(this), address(reporter), 100_000, "", 0));
            mailbox.serve{gas: limits[i]}(SESSION, requests);
            if (i > 0) assertEq(reporter.seen(), seen, "the same");
            seen = reporter.seen();
            assertTrue(seen > 99_000 && seen < 100_000, "what is named");
        }
    }

    function test_RevertsWithTooLittleGas_X13() public {
        carrySession();
        on(B);
        Request memory request = Request(pathOf(A), B, address(this), address(user), 100_000, LOOK, 0);
        _serve(request);
        uint256 enough;
        for (uint256 gas = 60_000; gas < 160_000; gas += 2000) {
            (bool success, bytes memory reason) = address(mailbox).call{gas: gas}(
                abi.encodeCall(IMailbox.serve, (SESSION, one(request)))
            );
            if (success) {
                enough = gas;
                break;
            }
            assertEq(
                keccak256(reason),
                keccak256(abi.encodeWithSelector(IMailbox.TooLittleGas.selector, 100_000)),
                "named as such"
            );
        }
        assertTrue(enough > 100_000, "never with less");
    }

    function test_ATargetThatRevertsIsAnAnswer_X13() public {
        carrySession();
        on(B);
        (, bytes32 answer) = _serve(_forward(abi.encodeCall(user.fail, ("no"))));
        bytes memory reason = abi.encodeWithSelector(MailboxUser.Failed.selector, bytes("no"));
        assertEq(answer, hashAnswer(false, reason), "the reason");
        (, answer) = _serve(_forward(abi.encodeCall(user.burnGas, ())));
        assertEq(answer, hashAnswer(false, ""), "out of gas");
        (, answer) = _serve(_forward(abi.encodeCall(user.bomb, (1000))));
        assertEq(answer, hashAnswer(true, new bytes(1000)), "a thousand bytes");
        // Nobody there: as everywhere in the EVM, a call that succeeds.
        (, answer) = _serve(Request(pathOf(A), B, address(this), address(0xDEAD), 100_000, LOOK, 0));
        assertEq(answer, hashAnswer(true, ""), "nobody");
    }

    function test_RevertsWithWrongDestination_X13() public {
        carrySession();
        on(C);
        Request memory request = _request(0);
        vm.expectRevert(abi.encodeWithSelector(IMailbox.WrongDestination.selector, B, C));
        mailbox.serve(SESSION, one(request));
    }

    function test_RevertsWithInvalidPath_X10() public {
        carrySession();
        on(B);
        Request memory request = _request(0);
        request.path = new uint64[](0);
        vm.expectRevert(abi.encodeWithSelector(IMailbox.InvalidPath.selector, 0));
        mailbox.serve(SESSION, one(request));
        request.path = new uint64[](9);
        vm.expectRevert(abi.encodeWithSelector(IMailbox.InvalidPath.selector, 9));
        mailbox.serve(SESSION, one(request));
        // With eight behind it, a rollup can be called but not call on.
        request.path = new uint64[](8);
        for (uint64 i = 0; i < 8; ++i) request.path[i] = 100 + i;
        bytes memory onward = abi.encodeCall(IMailbox.call, (C, address(user), 50_000, LOOK));
        request.data = abi.encodeCall(user.forward, (address(mailbox), onward));
        (, bytes32 answer) = _serve(request);
        bytes memory reason = abi.encodeWithSelector(IMailbox.InvalidPath.selector, 9);
        assertEq(answer, hashAnswer(false, abi.encodeWithSelector(MailboxUser.Failed.selector, reason)), "no ninth");
    }

    function test_RevertsWithDestinationInPath_X13() public {
        carrySession();
        on(B);
        Request memory request = _request(0);
        request.path = new uint64[](2);
        (request.path[0], request.path[1]) = (B, A);
        vm.expectRevert(abi.encodeWithSelector(IMailbox.DestinationInPath.selector, B));
        mailbox.serve(SESSION, one(request));
    }

    /// @dev While B serves A, its own calls continue the path, of any length, and cannot come back to it.
    function testFuzz_CallsContinueThePath_X13(uint8 length) public {
        carrySession();
        on(B);
        uint256 behind = 1 + (length % 7);
        Request memory request = _request(0);
        request.gas = 2_000_000;
        request.path = new uint64[](behind);
        uint64[] memory path = new uint64[](behind + 1);
        for (uint64 i = 0; i < behind; ++i) (request.path[i], path[i]) = (1000 + i, 1000 + i);
        path[behind] = B;
        Request memory nested = Request(path, C, address(user), address(user), 50_000, LOOK, 0);
        Entry[] memory entries = new Entry[](1);
        entries[0] = Entry(nested.hashRequest(), true, "nested");
        mailbox.fill(SESSION, entries);
        bytes memory onward = abi.encodeCall(IMailbox.call, (C, address(user), 50_000, LOOK));
        request.data = abi.encodeCall(user.forward, (address(mailbox), onward));
        (, bytes32 answer) = _serve(request);
        assertEq(answer, hashAnswer(true, abi.encode(abi.encode(bytes("nested")))), "read");
        uint64 back = path[length % path.length];
        onward = abi.encodeCall(IMailbox.call, (back, address(user), 50_000, LOOK));
        request.data = abi.encodeCall(user.forward, (address(mailbox), onward));
        (, answer) = _serve(request);
        bytes memory reason = abi.encodeWithSelector(IMailbox.DestinationInPath.selector, back);
        assertEq(answer, hashAnswer(false, abi.encodeWithSelector(MailboxUser.Failed.selector, reason)), "no way back");
    }

    function test_RevertsWithNowServing_X6_X13() public {
        carrySession();
        on(B);
        Message memory message = Message(A, B, 0, address(this), address(user), 0, "");
        bytes[4] memory closed = [
            abi.encodeCall(IMailbox.deliver, (message)),
            abi.encodeCall(IMailbox.fill, (SESSION, new Entry[](0))),
            abi.encodeCall(IMailbox.serve, (SESSION, new Request[](0))),
            abi.encodeCall(IMailbox.context, ())
        ];
        bytes memory reason = abi.encodeWithSelector(IMailbox.NowServing.selector);
        for (uint256 i = 0; i < closed.length; ++i) {
            _serve(_forward(abi.encodeCall(user.attempt, (address(mailbox), closed[i]))));
            assertEq(keccak256(user.last()), keccak256(reason), "closed");
        }
        // A message can be sent, in the alias's name.
        on(B);
        bytes memory open = abi.encodeCall(IMailbox.send, (A, address(user), 0, ""));
        _serve(Request(pathOf(A), B, address(this), address(mailbox), 500_000, open, 0));
        assertEq(mailbox.nonce(), 1, "sent");
    }

    /// @dev The Mailbox calls what a message names with what a message says; that must not be an alias acting for a stranger.
    function test_NoMessageMovesAnAlias() public {
        carrySession();
        on(B);
        _serve(_forward(abi.encodeCall(user.receiveMessage, ())));
        address account = mailbox.aliasOf(A, address(this));
        uint256 before = user.count();
        bytes memory act = abi.encodeCall(user.attempt, (address(0), ""));
        bytes memory order = abi.encodePacked(uint256(uint160(address(user))), uint256(100_000), act);
        on(A);
        vm.recordLogs();
        vm.prank(address(0xBAD));
        mailbox.send(B, account, 0, order);
        Message memory message = sentMessage();
        on(B);
        carry(Tags.DELIVERY, message.id());
        vm.expectRevert(abi.encodeWithSelector(IMailbox.DeliveryFailed.selector, message.id(), bytes("")));
        mailbox.deliver(message);
        (bool success, ) = account.call(order);
        assertTrue(!success, "nor does anybody else");
        // While it serves, a stranger who calls the alias gets no further.
        _serve(_forward(abi.encodeCall(user.attempt, (account, order))));
        assertEq(user.count(), before + 1, "only that attempt itself");
    }

    // ---------------------------------------------------------------------------------------------- helpers

    /// @dev The request that this contract makes of B.
    function _request(uint64 sequence) private view returns (Request memory) {
        return Request(pathOf(A), B, address(this), address(user), 100_000, LOOK, sequence);
    }

    function _forward(bytes memory data) private view returns (Request memory) {
        return Request(pathOf(A), B, address(this), address(user), 500_000, data, 0);
    }

    function _entries(bool ok, bytes memory data) private view returns (Entry[] memory entries) {
        entries = new Entry[](1);
        entries[0] = Entry(_request(0).hashRequest(), ok, data);
    }

    function _missing(bytes8 kind) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMailbox.MissingTag.selector, Tags.key(kind, SESSION));
    }

    function _assertTape(uint16 next, uint16 count) private view {
        (bytes24 session, uint16 actualNext, uint16 actualCount) = mailbox.tape();
        assertEq(bytes32(session), bytes32(bytes24(SESSION)), "session");
        assertEq(actualNext, next, "next");
        assertEq(actualCount, count, "count");
    }

    /// @dev Serves one request; what its `Served` says.
    function _serve(Request memory request) private returns (bytes32 requestHash, bytes32 answerHash) {
        vm.recordLogs();
        mailbox.serve(SESSION, one(request));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMailbox.Served.selector) continue;
            (requestHash, answerHash) = abi.decode(logs[i].data, (bytes32, bytes32));
        }
    }
}

/// @notice Notes how much gas it was given.
contract GasReporter {
    uint256 public seen;

    fallback() external {
        uint256 gas = gasleft();
        seen = gas;
    }
}
