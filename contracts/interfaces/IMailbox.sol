// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Message} from "../types/Message.sol";
import {Answer, Entry, Request} from "../types/Request.sol";

/// @title Messages and synchronous calls between the rollups of a cluster (docs/spec/bundles.md)
/// @notice A predeploy, at one address on every rollup. *Messages* are recorded where they are sent, and delivered where they are
/// meant to go by whoever carries them there, once. *Synchronous calls* return what the other rollup answers, within one bundle:
/// a builder puts the answers on a *tape* before, the caller reads them, and the calls are made for real after; derivation
/// compares, and undoes the bundle on all rollups unless everything matches.
/// @dev Trust: derivation's rules X-7 to X-17, which any reader of the timeline applies; nobody else. A chain that has this
/// contract but not those rules has neither true messages nor true answers.
interface IMailbox {
    /// @notice A message has been sent. (X-5)
    event Sent(bytes32 indexed id, Message message);
    /// @notice A message has been delivered.
    event Delivered(bytes32 indexed id);
    /// @notice An answer has been put on the tape. (X-16)
    event Filled(bytes32 requestHash, bytes32 answerHash);
    /// @notice An answer has been read from the tape. (X-16)
    event Read(uint64 destination, bytes32 requestHash, bytes32 answerHash);
    /// @notice A call has been made for another rollup. (X-16)
    event Served(bytes32 requestHash, bytes32 answerHash);

    /// @notice The transaction's access list lacks the storage key `tag` of this contract.
    error MissingTag(bytes32 tag);
    /// @notice A chain sends no messages to itself.
    error OwnChain(uint64 chainId);
    /// @notice What is meant for another chain.
    error WrongDestination(uint64 destination, uint256 chainId);
    error AlreadyDelivered(bytes32 id);
    /// @notice Nobody is called in this contract's own name.
    error InvalidTarget(address target);
    /// @notice The target could not get the gas that is named.
    error TooLittleGas(uint256 named);
    /// @notice The target of a message reverted; the message can be delivered later.
    error DeliveryFailed(bytes32 id, bytes returnData);
    /// @notice Not while this contract makes calls for other rollups.
    error NowServing();
    /// @notice No message is being delivered.
    error NotDelivering();
    /// @notice `left` answers have not been read.
    error TapeNotEmpty(uint256 left);
    /// @notice No answer is left; the request is one that nobody has answered.
    error TapeEmpty(Request request);
    /// @notice The next answer is to another request, whose hash begins with `found`.
    error TapeMismatch(Request request, bytes24 found);
    /// @notice A call may not come back to a rollup that waits for its answer, its own included.
    error DestinationInPath(uint64 destination);
    /// @notice A path names the caller's rollup, and at most 8 in all.
    error InvalidPath(uint256 length);

    /// @notice Sends a message: `target` can be called with `data` on the chain `destination`, once, in the caller's name.
    /// @dev Reverts with `OwnChain`. Warning: a destination that is not a rollup of the cluster gets nothing, nor does one that has
    /// left, and a target that reverts gets the message only when it no longer does.
    /// @param minGas what the target gets at least
    /// @return id spec X-3
    function send(uint64 destination, address target, uint64 minGas, bytes calldata data) external returns (bytes32 id);

    /// @notice Delivers a message to this chain. Anyone may, in a transaction that carries its delivery tag.
    /// @dev Reverts, in this order: `NowServing`, `WrongDestination`, `InvalidTarget`, `MissingTag`, `AlreadyDelivered`,
    /// `TooLittleGas`, `DeliveryFailed`.
    function deliver(Message calldata message) external;

    /// @notice Who sent the message that is being delivered.
    /// @dev Reverts with `NotDelivering`, also while this contract serves: who is served is known by its alias.
    /// Warning: holds for all that the target calls, too. Only if this contract is the caller is one the target.
    function context() external view returns (uint64 source, address sender);

    /// @notice Puts answers on the empty tape, for the session's bound legs and for what they call.
    /// @dev Reverts, in this order: `NowServing`, `MissingTag` (the session's helper tag), `TapeNotEmpty`.
    /// @param sessionId spec X-2
    /// @param entries in the order in which they will be read
    function fill(bytes32 sessionId, Entry[] calldata entries) external;

    /// @notice Calls `target` on another rollup and returns what it returned, or reverts with that.
    /// @dev Reverts, in this order: `MissingTag` (unless this contract serves: the bound tag of the session that filled the tape),
    /// `InvalidPath`, `DestinationInPath`, `TapeEmpty`, `TapeMismatch`, or with the data of an answer that is not ok.
    /// Warning: a revert also undoes the reading. A leg that catches it leaves the answer on the tape, and its bundle fails;
    /// `tryCall` is the way to go on after a call that failed.
    /// @param gas what the target gets, exactly
    function call(
        uint64 destination,
        address target,
        uint64 gas,
        bytes calldata data
    ) external returns (bytes memory returnData);

    /// @notice Calls `target` on another rollup and tells how that went.
    /// @dev Reverts as `call` does, but not for an answer that is not ok.
    function tryCall(
        uint64 destination,
        address target,
        uint64 gas,
        bytes calldata data
    ) external returns (bool ok, bytes memory returnData);

    /// @notice Makes calls that legs of other rollups have read the answers of, each from its caller's alias.
    /// @dev Reverts, in this order: `NowServing`, `MissingTag` (the session's helper tag), and for each request:
    /// `WrongDestination`, `InvalidPath`, `DestinationInPath`, `TooLittleGas`. A target that reverts is an answer.
    /// @param sessionId spec X-2
    /// @param requests in the order in which they were read
    /// @return answers what each call came to; for whoever simulates, to fill the tape with
    function serve(bytes32 sessionId, Request[] calldata requests) external returns (Answer[] memory answers);

    /// @notice The account on this chain that makes the calls of `caller`, an account of the chain `chainId`. It exists once it has
    /// made one.
    function aliasOf(uint64 chainId, address caller) external view returns (address);

    /// @notice Whether a message has been sent from here.
    function sent(bytes32 id) external view returns (bool);

    /// @notice Whether a message has been delivered here.
    function delivered(bytes32 id) external view returns (bool);

    /// @notice The number of messages sent: the next one's nonce.
    function nonce() external view returns (uint64);

    /// @notice Whether calls for other rollups are being made.
    function serving() external view returns (bool);

    /// @notice The tape: the first 24 bytes of the session that filled it, the next answer's place, and how many there are.
    function tape() external view returns (bytes24 session, uint16 next, uint16 count);
}
