// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OrderProof} from "../libs/OrderProof.sol";
import {RingWord} from "../types/RingWord.sol";
import {IInbox} from "./IInbox.sol";
import {IOrderVerifier} from "./IOrderVerifier.sol";
import {IStakedSequencerSet} from "./IStakedSequencerSet.sol";

/// @title Promises of position, and what breaking one costs
/// @notice Holds the bonds of a timeline's sequencers, and takes from them if anyone shows that two signed things, or one signed
/// thing and L1 itself, contradict (docs/spec/preconfirmations.md).
/// @dev Trust: the timeline's rights module says who owned which ticks; its staked set and its order verifier, if there are any,
/// are those that this contract was created with. Nobody can pause, change or replace anything, nor touch a bond but by evidence.
/// Everything is judged on the chain that it is shown on.
interface IPreconfSlasher {
    /// @notice What a commitment is contradicted by. The comments say what `Evidence.proof` is then.
    enum Fault {
        /// `abi.encode(bytes32 itemHash, bytes signature)`: what else was promised at the same place.
        Equivocation,
        /// `abi.encode(Contradiction)`
        Contradiction,
        /// `abi.encode(OrderProof.Publication)`: the void one.
        Void,
        /// Empty if the newest publication ends before the tick; else `abi.encode(OrderProof.Publication)`: the first that does not.
        Omission
    }

    /// @notice P-1, P-2, without the timeline, which is this contract's.
    struct Commitment {
        uint64 tick;
        uint32 index;
        bytes32 itemHash;
        bytes signature;
    }

    /// @notice A broken promise.
    /// @param slot one in whose window the tick is; for an omission the window's last
    struct Evidence {
        Commitment commitment;
        uint64 slot;
        Fault fault;
        bytes proof;
    }

    /// @notice A tick in a publication's `ticksRoot` (S-3), with its siblings from the leaf on.
    struct TickProof {
        uint64 tick;
        uint32 itemCount;
        bytes32 itemsRoot;
        bytes32[] siblings;
    }

    /// @notice A publication that does not have the item at its place (P-9).
    /// @param tickCount how many ticks the publication has
    /// @param tickIndex the place of the first of `ticks` among them
    /// @param ticks (a), (b) the promised tick; (c) the two between which it is missing
    /// @param item (b) what stands at the promised index; else zero
    /// @param itemSiblings (b) from the leaf on; else none
    struct Contradiction {
        OrderProof.Publication publication;
        uint32 tickCount;
        uint32 tickIndex;
        TickProof[] ticks;
        bytes32 item;
        bytes32[] itemSiblings;
    }

    /// @notice What faults cost, and when.
    /// @param penalty wei, for any fault but an omission
    /// @param livenessFee wei, for an omission; at most `penalty`
    /// @param exitDelay seconds; at least as long as a sequencer knows ahead which ticks will be its own
    /// @param challengeWindow seconds after a tick in which its promises can be shown to be broken. Warning: the EIP-4788 contract
    /// forgets after 8,191 slots; omissions can be shown until then only.
    struct Parameters {
        uint128 penalty;
        uint128 livenessFee;
        uint64 exitDelay;
        uint64 challengeWindow;
    }

    event BondAdded(address indexed sequencer, address indexed from, uint256 amount, uint256 bond);
    /// @notice The bond may be taken after `leavesAt`.
    event Leaves(address indexed sequencer, uint256 leavesAt);
    event Stays(address indexed sequencer);
    event BondTaken(address indexed sequencer, address indexed recipient, uint256 amount);
    /// @notice `amount` was taken from the bond; `reward` of it went to who showed the fault, the rest is burnt.
    event Slashed(
        address indexed sequencer,
        uint64 indexed tick,
        Fault fault,
        uint256 amount,
        uint256 reward,
        address challenger
    );
    /// @notice The staked set did not slash the sequencer's pool.
    event PoolNotSlashed(address indexed sequencer, uint64 indexed tick);

    /// @notice A parameter of the constructor is out of range.
    error InvalidParameter(bytes32 name, uint256 value);
    /// @notice Nothing is added to a bond that is leaving, and it is announced once.
    error Leaving(address sequencer, uint256 leavesAt);
    error NotLeaving(address sequencer);
    error NoBond(address sequencer);
    /// @notice The bond may be taken after `leavesAt`.
    error StillBonded(address sequencer, uint256 leavesAt, uint256 timestamp);
    /// @notice The recipient does not take the ether.
    error TransferFailed(address recipient, uint256 amount);

    /// @notice Who signed is not who owned the slot's window by its stake or its L1 proposer. The signer is any address at all if
    /// the commitment is for another chain, contract or timeline, or says something else.
    error NotOwner(address signer, address sequencer, uint256 kind);
    /// @notice The tick is not in the slot's window.
    error OutsideWindow(uint256 tick, uint256 minTick, uint256 maxTick);
    error ChallengeOver(uint256 tick, uint256 deadline, uint256 timestamp);
    /// @notice An omission, or another fault, of the sequencer in this tick has been shown before.
    error AlreadyShown(address sequencer, uint256 tick);
    /// @notice The sequencer has no bond left, and no pool was slashed.
    error NothingToSlash(address sequencer);
    /// @notice With less gas left than `needed` the staked set might fail for want of it.
    error TooLittleGas(uint256 left, uint256 needed);

    /// @notice Twice the same promise is one promise.
    error SameItem(bytes32 itemHash);
    /// @notice The second commitment is another's.
    error OtherSigner(address signer, address other);
    /// @notice Under the publication's id the Inbox has another publication.
    error WrongPublication(RingWord claimed, RingWord found);
    /// @notice It is not the promising sequencer's publication.
    error OtherPublisher(address publisher, address sequencer);
    /// @notice The publication is over other ticks.
    error TickNotCovered(uint256 tick, uint256 firstTick, uint256 lastTick);
    /// @notice One tick, or the two around it, and an item only where there is one to show.
    error MalformedProof(uint256 ticks, bytes32 item, uint256 itemSiblings);
    error TickNotIncluded(uint256 tick, bytes32 ticksRoot);
    error ItemNotIncluded(bytes32 itemHash, bytes32 itemsRoot);
    /// @notice The promised tick is neither the one shown nor between the two shown.
    error OtherTick(uint256 tick, uint256 first, uint256 last);
    /// @notice The timeline has no order verifier: this fault cannot be shown yet.
    error NoOrderVerifier();
    error NotVoid(uint256 id, IOrderVerifier.Status status);
    /// @notice Who was drawn from the staked set is not charged with omissions.
    error NotAProposers(address sequencer, uint256 kind);
    /// @notice The next slot belongs to the same window.
    error NotLastSlot(uint256 slot);
    error WindowNotOver(uint256 slot, uint256 endsAt, uint256 timestamp);
    /// @notice The slot was missed, or is forgotten.
    error NoPayload(uint256 slot);
    /// @notice The newest publication does not end before the tick.
    error NotOmitted(uint256 tick, uint256 published);
    /// @notice The tick was taken before the publication, or after it, or by the sequencer itself as it should.
    error NotTaken(uint256 tick, uint256 parentLastTick, uint256 firstTick, uint256 lastTick);
    /// @notice Somebody else took the tick while the window lasted: its owner could not have published it.
    error TakenWithinWindow(uint256 timestamp, uint256 endsAt);
    /// @notice From `oldest` to the tick L1 has no block that the tick could have seen: nobody could publish it.
    error NoOrigin(uint256 tick, uint256 oldest);

    /// @notice Adds to the bond of `sequencer`. Anyone may.
    /// @dev Reverts with `Leaving`.
    function add(address sequencer) external payable;

    /// @notice Announces that the caller's bond leaves. Until it is taken it is slashed as before.
    /// @dev Reverts with `NoBond`, `Leaving`.
    function startLeaving() external;

    /// @notice Takes the announcement back.
    /// @dev Reverts with `NotLeaving`.
    function stay() external;

    /// @notice Takes the caller's bond, `exitDelay + challengeWindow` after the announcement.
    /// @dev Reverts with `NotLeaving`, `StillBonded`, `NoBond`, `TransferFailed`.
    function take(address recipient) external;

    /// @notice Shows a fault. Anyone may; a tenth of what a fault costs goes to the caller, nothing of an omission.
    /// @dev Reverts, in this order: `ECDSAInvalidSignatureLength`, `ECDSAInvalidSignatureS`, `ECDSAInvalidSignature`, an error of
    /// the rights module's, `NotOwner`, `OutsideWindow`, `ChallengeOver`, `AlreadyShown`; then
    /// for an equivocation: `SameItem`, the three of signatures, `OtherSigner`;
    /// for a contradiction: `IInbox.UnknownEntry`, `WrongPublication`, `OtherPublisher`, `TickNotCovered`, `MalformedProof`,
    /// `OtherTick`, `TickNotIncluded`, `SameItem`, `ItemNotIncluded`;
    /// for a void publication: `NoOrderVerifier`, `IInbox.UnknownEntry`, `WrongPublication`, `OtherPublisher`, `TickNotCovered`,
    /// `NotVoid`;
    /// for an omission: `NotAProposers`, `NotLastSlot`, `WindowNotOver`, `NoPayload`, then `NotOmitted`, or
    /// `IInbox.UnknownEntry`, `WrongPublication`, `NotTaken`, `TakenWithinWindow`; then `NoOrigin`;
    /// and then `TooLittleGas`, `NothingToSlash`, `TransferFailed`. A `proof` that does not decode reverts without data.
    /// Warning: whoever sees evidence on its way can show it first.
    /// @return amount wei that were taken from the bond
    function slash(Evidence calldata evidence) external returns (uint256 amount);

    /// @notice What is signed (P-1).
    function digestOf(uint64 tick, uint32 index, bytes32 itemHash) external view returns (bytes32);

    /// @notice A sequencer's bond, and after which time it may be taken; zero if it is not announced to leave.
    function bondOf(address sequencer) external view returns (uint256 amount, uint256 leavesAt);

    /// @notice Whether an omission, or another fault, of the sequencer in the tick has been shown.
    function isShown(address sequencer, uint64 tick, bool omission) external view returns (bool);

    function parameters() external view returns (Parameters memory);

    /// @notice The timeline.
    function inbox() external view returns (IInbox);

    /// @notice Who says what is void; zero: nobody yet, and void publications cannot be shown.
    function orderVerifier() external view returns (IOrderVerifier);

    /// @notice Whose pools are slashed, too; zero: none.
    function stakedSet() external view returns (IStakedSequencerSet);
}
