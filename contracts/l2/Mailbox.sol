// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IMailbox} from "../interfaces/IMailbox.sol";
import {Tags} from "../libs/Tags.sol";
import {Message} from "../types/Message.sol";
import {Answer, Entry, Request, hashAnswer} from "../types/Request.sol";
import {Alias} from "./Alias.sol";

/// @title Messages and synchronous calls between the rollups of a cluster
/// @dev Genesis code: it has no constructor and no immutables, and the first two slots are part of the spec. What an attacker
/// may try is noted where it is stopped; in short:
/// - *Reentrancy*: a message is marked before its target runs; answers are read without any call; while it serves, everything
///   but `send` and `call` is closed.
/// - *Gas*: a target gets the gas that is named or the whole reverts, so nobody who carries a message or serves a call can starve
///   it. What a target returns has been paid for out of that gas; bringing it back costs the transaction as much again.
/// - *Identity*: only aliases and senders of messages are ever spoken for; see `Alias` and `InvalidTarget`.
///
/// INV-MAILBOX-1: an id is sent iff there was a `Sent` of it; nonces count from 0 without gaps.
/// INV-MAILBOX-2: a message is delivered at most once, and its target ran to its end.
/// INV-MAILBOX-3: answers are read in the order in which they were filled, each once, by the request they are for.
/// INV-MAILBOX-4: between transactions nothing is being served or delivered.
/// INV-MAILBOX-5: no slot that is a tag is ever written, or warm unless the access list names it.
contract Mailbox is IMailbox {
    /// @dev The state of the tape. Where the next entry begins, `position`, counts words. No transaction has gas for 2^16
    /// entries, or 2^32 words.
    struct Tape {
        bytes24 session;
        uint16 next;
        uint16 count;
        uint32 position;
    }

    /// @inheritdoc IMailbox
    mapping(bytes32 id => bool) public override sent;
    /// @inheritdoc IMailbox
    mapping(bytes32 id => bool) public override delivered;
    /// @inheritdoc IMailbox
    uint64 public override nonce;
    Tape private _tape;
    /// @dev For each entry a head, `first 24 bytes of the request's hash ‖ u56 length ‖ u8 ok`, and the returned bytes. The words are
    /// written over by the next fill, not cleared: that costs a third.
    bytes32[2 ** 32] private _words;

    /// @inheritdoc IMailbox
    bool public transient override serving;
    /// @dev Of the message that is being delivered. The sender's address may be zero, so a flag tells.
    bool private transient _delivering;
    uint64 private transient _source;
    address private transient _sender;
    /// @dev Of the request that is being served: its path's length, and its chain ids, the first in the lowest 64 bits.
    uint8 private transient _pathLength;
    uint256 private transient _pathStart;
    uint256 private transient _pathEnd;

    uint256 private constant MAX_PATH = 8;
    /// @dev As in `Alias`: what reaching a target can cost, and the steps until then.
    uint256 private constant CALL_RESERVE = 6000;

    modifier notServing() {
        require(!serving, NowServing());
        _;
    }

    /// @inheritdoc IMailbox
    function send(
        uint64 destination,
        address target,
        uint64 minGas,
        bytes calldata data
    ) external returns (bytes32 id) {
        require(destination != block.chainid, OwnChain(destination));
        Message memory message = Message({
            source: _chainId(),
            destination: destination,
            nonce: nonce++,
            sender: msg.sender,
            target: target,
            minGas: minGas,
            data: data
        });
        id = message.id();
        sent[id] = true;
        emit Sent(id, message);
    }

    /// @inheritdoc IMailbox
    function deliver(Message calldata message) external notServing {
        require(message.destination == block.chainid, WrongDestination(message.destination, block.chainid));
        // As a target it would act in its own name for a stranger.
        require(message.target != address(this), InvalidTarget(message.target));
        bytes32 id = message.id();
        _requireTag(Tags.key(Tags.DELIVERY, id));
        require(!delivered[id], AlreadyDelivered(id));
        delivered[id] = true;
        emit Delivered(id);

        // The target may deliver another message; its own sender is then again who it was.
        (bool nested, uint64 source, address sender) = (_delivering, _source, _sender);
        (_delivering, _source, _sender) = (true, message.source, message.sender);
        _callTarget(id, message);
        (_delivering, _source, _sender) = (nested, source, sender);
    }

    /// @inheritdoc IMailbox
    function fill(bytes32 sessionId, Entry[] calldata entries) external notServing {
        _requireTag(Tags.key(Tags.HELPER, sessionId));
        uint256 left = _tape.count - _tape.next;
        require(left == 0, TapeNotEmpty(left));
        _tape = Tape({session: bytes24(sessionId), next: 0, count: uint16(entries.length), position: 0});
        uint256 position = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            position = _write(position, entry);
            emit Filled(entry.requestHash, hashAnswer(entry.ok, entry.returnData));
        }
    }

    /// @inheritdoc IMailbox
    function call(
        uint64 destination,
        address target,
        uint64 gas,
        bytes calldata data
    ) external returns (bytes memory returnData) {
        bool ok;
        (ok, returnData) = _read(destination, target, gas, data);
        if (!ok) LowLevelCall.bubbleRevert(returnData);
    }

    /// @inheritdoc IMailbox
    function tryCall(
        uint64 destination,
        address target,
        uint64 gas,
        bytes calldata data
    ) external returns (bool ok, bytes memory returnData) {
        return _read(destination, target, gas, data);
    }

    /// @inheritdoc IMailbox
    function serve(
        bytes32 sessionId,
        Request[] calldata requests
    ) external notServing returns (Answer[] memory answers) {
        _requireTag(Tags.key(Tags.HELPER, sessionId));
        serving = true;
        answers = new Answer[](requests.length);
        for (uint256 i = 0; i < requests.length; ++i) answers[i] = _serve(requests[i]);
        serving = false;
    }

    /// @inheritdoc IMailbox
    function context() external view notServing returns (uint64 source, address sender) {
        require(_delivering, NotDelivering());
        return (_source, _sender);
    }

    /// @inheritdoc IMailbox
    function tape() external view returns (bytes24 session, uint16 next, uint16 count) {
        return (_tape.session, _tape.next, _tape.count);
    }

    /// @inheritdoc IMailbox
    function aliasOf(uint64 chainId, address caller) public view returns (address) {
        return Create2.computeAddress(_salt(chainId, caller), keccak256(type(Alias).creationCode));
    }

    /// @dev With at least the gas that the message names. All that is returned is dropped unless it is a reason.
    function _callTarget(bytes32 id, Message calldata message) private {
        bytes memory data = message.data;
        uint256 named = message.minGas;
        require(gasleft() >= named + named / 63 + CALL_RESERVE, TooLittleGas(named));
        if (!LowLevelCall.callNoReturn(message.target, data)) revert DeliveryFailed(id, LowLevelCall.returnData());
    }

    /// @dev Makes one call, and remembers the path for what it calls in turn.
    function _serve(Request calldata request) private returns (Answer memory made) {
        require(request.destination == block.chainid, WrongDestination(request.destination, block.chainid));
        _storePath(request.path, request.destination);
        address account = _aliasFor(request.path[request.path.length - 1], request.caller);
        (bool success, bytes memory answer) = account.call(
            abi.encodePacked(uint256(uint160(request.target)), uint256(request.gas), request.data)
        );
        // An alias fails for want of gas and for no other reason.
        require(success, TooLittleGas(request.gas));
        made = _readAliasAnswer(answer);
        emit Served(request.hashRequest(), hashAnswer(made.ok, made.returnData));
    }

    /// @dev The alias; made if this is its first call.
    function _aliasFor(uint64 chainId, address caller) private returns (address account) {
        account = aliasOf(chainId, caller);
        if (account.code.length == 0) account = address(new Alias{salt: _salt(chainId, caller)}());
    }

    /// @dev Takes the next answer off the tape, if it is to this very request.
    function _read(
        uint64 destination,
        address target,
        uint64 gas,
        bytes calldata data
    ) private returns (bool ok, bytes memory returnData) {
        Tape memory state = _tape;
        if (!serving) _requireTag(Tags.key(Tags.BOUND, state.session));
        Request memory request = Request({
            path: _path(destination),
            destination: destination,
            caller: msg.sender,
            target: target,
            gas: gas,
            data: data,
            sequence: state.next
        });
        require(state.next < state.count, TapeEmpty(request));
        bytes32 requestHash = request.hashRequest();
        bytes32 head = _words[state.position];
        require(bytes24(head) == bytes24(requestHash), TapeMismatch(request, bytes24(head)));

        ok = uint8(uint256(head)) == 1;
        uint256 words;
        (words, returnData) = _readBytes(state.position + 1, uint56(uint256(head) >> 8));
        (_tape.next, _tape.position) = (state.next + 1, uint32(state.position + 1 + words));
        emit Read(destination, requestHash, hashAnswer(ok, returnData));
    }

    /// @dev Writes an entry's head and bytes; returns where the next one begins.
    function _write(uint256 position, Entry calldata entry) private returns (uint256) {
        bytes calldata data = entry.returnData;
        uint256 flags = (data.length << 8) | (entry.ok ? 1 : 0);
        _words[position] = bytes32(bytes24(entry.requestHash)) | bytes32(flags);
        ++position;
        for (uint256 offset = 0; offset < data.length; offset += 32) {
            // What is behind the end is read as zero.
            _words[position] = bytes32(data[offset:Math.min(offset + 32, data.length)]);
            ++position;
        }
        return position;
    }

    /// @dev The bytes that begin at a word, and in how many words they are.
    function _readBytes(uint256 position, uint256 size) private view returns (uint256 words, bytes memory data) {
        words = (size + 31) / 32;
        data = new bytes(size);
        for (uint256 i = 0; i < words; ++i) {
            bytes32 word = _words[position + i];
            // Memory is given out in whole words.
            assembly ("memory-safe") {
                mstore(add(add(data, 0x20), mul(i, 0x20)), word)
            }
        }
    }

    /// @dev The path of a call that is made now: that of the request which is being served, if any, and this chain.
    function _path(uint64 destination) private view returns (uint64[] memory path) {
        uint256 length = serving ? _pathLength : 0;
        require(length < MAX_PATH, InvalidPath(length + 1));
        path = new uint64[](length + 1);
        for (uint256 i = 0; i < length; ++i) path[i] = uint64((i < 4 ? _pathStart : _pathEnd) >> (64 * (i % 4)));
        path[length] = _chainId();
        for (uint256 i = 0; i <= length; ++i) require(path[i] != destination, DestinationInPath(destination));
    }

    function _storePath(uint64[] calldata path, uint64 destination) private {
        uint256 length = path.length;
        require(length > 0 && length <= MAX_PATH, InvalidPath(length));
        uint256[2] memory words;
        for (uint256 i = 0; i < length; ++i) {
            require(path[i] != destination, DestinationInPath(destination));
            words[i / 4] |= uint256(path[i]) << (64 * (i % 4));
        }
        (_pathLength, _pathStart, _pathEnd) = (uint8(length), words[0], words[1]);
    }

    /// @dev Reverts if the tag is not there, and must: see `Tags`.
    function _requireTag(bytes32 tag) private view {
        require(Tags.isCarried(tag), MissingTag(tag));
    }

    /// @dev What an alias returned, without copying: the word `ok` in front becomes the length.
    function _readAliasAnswer(bytes memory answer) private pure returns (Answer memory made) {
        bool ok;
        bytes memory returnData;
        assembly ("memory-safe") {
            ok := mload(add(answer, 0x20))
            returnData := add(answer, 0x20)
            mstore(returnData, sub(mload(answer), 0x20))
        }
        return Answer({ok: ok, returnData: returnData});
    }

    function _salt(uint64 chainId, address caller) private pure returns (bytes32) {
        return keccak256(abi.encode(chainId, caller));
    }

    /// @dev No chain of a timeline has a larger one than 2^53 - 1.
    function _chainId() private view returns (uint64) {
        return uint64(block.chainid);
    }
}
