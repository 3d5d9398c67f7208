// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IInbox} from "../interfaces/IInbox.sol";
import {IOrderVerifier} from "../interfaces/IOrderVerifier.sol";
import {IPreconfSlasher} from "../interfaces/IPreconfSlasher.sol";
import {ISequencingRights} from "../interfaces/ISequencingRights.sol";
import {IStakedSequencerSet} from "../interfaces/IStakedSequencerSet.sol";
import {Merkle} from "../libs/Merkle.sol";
import {OrderHash} from "../libs/OrderHash.sol";
import {OrderProof} from "../libs/OrderProof.sol";
import {CommitmentHash} from "../libs/CommitmentHash.sol";
import {TimelineClock} from "../libs/TimelineClock.sol";
import {RingWord} from "../types/RingWord.sol";

/// @title Promises of position, and what breaking one costs
/// @dev INV-SLASHER-1: the balance is the sum of all bonds (more only if ETH was forced in).
/// INV-SLASHER-2: a bond is taken by its sequencer `exitDelay + challengeWindow` after its last announcement, or by evidence, and by
/// nothing else.
/// INV-SLASHER-3: of what evidence takes, at most a tenth goes to anybody, and nothing of an omission.
/// INV-SLASHER-4: of each sequencer and tick, one omission and one other fault is charged.
contract PreconfSlasher is IPreconfSlasher, TimelineClock, EIP712 {
    using OrderProof for OrderProof.Publication;

    /// @dev EIP-4788: answers for a timestamp if a block of it was executed, and is not among the last 8,191 forgotten.
    address private constant BEACON_ROOTS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    /// @dev `ISequencingRights.rightOf`: the delegate of an L1 proposer; drawn from the staked set.
    uint8 private constant BY_PROPOSER = 2;
    uint8 private constant BY_STAKE = 3;
    /// @dev One part in so many: of a penalty, to who showed the fault; of a pool, slashed.
    uint256 private constant REWARD_PART = 10;
    uint256 private constant POOL_PART = 10;
    /// @dev What the staked set may use, and what is needed besides and for the rest of the transaction.
    uint256 private constant POOL_GAS = 400_000;
    uint256 private constant NEEDED_GAS = 500_000;

    uint256 private immutable BEACON_GENESIS_TIME;
    uint256 private immutable SLOT_SECONDS;
    uint256 private immutable MAX_ORIGIN_AGE;
    ISequencingRights private immutable RIGHTS;
    uint128 private immutable PENALTY;
    uint128 private immutable LIVENESS_FEE;
    uint64 private immutable EXIT_DELAY;
    uint64 private immutable CHALLENGE_WINDOW;

    /// @inheritdoc IPreconfSlasher
    IInbox public immutable override inbox;
    /// @inheritdoc IPreconfSlasher
    IOrderVerifier public immutable override orderVerifier;
    /// @inheritdoc IPreconfSlasher
    IStakedSequencerSet public immutable override stakedSet;

    /// @dev `leavesAt`: zero unless announced.
    struct Bond {
        uint192 amount;
        uint64 leavesAt;
    }

    mapping(address sequencer => Bond) private _bonds;
    mapping(address sequencer => mapping(uint256 tick => mapping(bool omission => bool))) private _shown;

    /// @dev Reverts with `InvalidParameter`. The clock and the rights module are the Inbox's.
    /// @param verifier may be zero: see `orderVerifier`
    /// @param set may be zero: see `stakedSet`
    constructor(
        IInbox inbox_,
        IOrderVerifier verifier,
        IStakedSequencerSet set,
        Parameters memory parameters_
    )
        TimelineClock(_config(inbox_).genesisTime, _config(inbox_).tickSeconds)
        EIP712(CommitmentHash.NAME, CommitmentHash.VERSION)
    {
        require(parameters_.penalty > 0, InvalidParameter("penalty", parameters_.penalty));
        require(
            parameters_.livenessFee > 0 && parameters_.livenessFee <= parameters_.penalty,
            InvalidParameter("livenessFee", parameters_.livenessFee)
        );
        require(
            parameters_.exitDelay > 0 && parameters_.exitDelay <= type(uint32).max,
            InvalidParameter("exitDelay", parameters_.exitDelay)
        );
        require(
            parameters_.challengeWindow > 0 && parameters_.challengeWindow <= type(uint32).max,
            InvalidParameter("challengeWindow", parameters_.challengeWindow)
        );
        _checkContract("orderVerifier", address(verifier));
        _checkContract("stakedSet", address(set));

        IInbox.TimelineConfig memory config = _config(inbox_);
        BEACON_GENESIS_TIME = config.beaconGenesisTime;
        SLOT_SECONDS = config.slotSeconds;
        MAX_ORIGIN_AGE = config.maxOriginAge;
        (, , , address rights, , , ) = inbox_.timeline();
        RIGHTS = ISequencingRights(rights);
        PENALTY = parameters_.penalty;
        LIVENESS_FEE = parameters_.livenessFee;
        EXIT_DELAY = parameters_.exitDelay;
        CHALLENGE_WINDOW = parameters_.challengeWindow;
        inbox = inbox_;
        orderVerifier = verifier;
        stakedSet = set;
    }

    /// @inheritdoc IPreconfSlasher
    function add(address sequencer) external payable {
        Bond storage bond = _bonds[sequencer];
        require(bond.leavesAt == 0, Leaving(sequencer, bond.leavesAt));
        bond.amount += uint192(msg.value);
        emit BondAdded(sequencer, msg.sender, msg.value, bond.amount);
    }

    /// @inheritdoc IPreconfSlasher
    function startLeaving() external {
        Bond storage bond = _bonds[msg.sender];
        require(bond.amount > 0, NoBond(msg.sender));
        require(bond.leavesAt == 0, Leaving(msg.sender, bond.leavesAt));
        uint256 leavesAt = block.timestamp + EXIT_DELAY + CHALLENGE_WINDOW;
        bond.leavesAt = uint64(leavesAt);
        emit Leaves(msg.sender, leavesAt);
    }

    /// @inheritdoc IPreconfSlasher
    function stay() external {
        Bond storage bond = _bonds[msg.sender];
        require(bond.leavesAt != 0, NotLeaving(msg.sender));
        bond.leavesAt = 0;
        emit Stays(msg.sender);
    }

    /// @inheritdoc IPreconfSlasher
    function take(address recipient) external {
        Bond memory bond = _bonds[msg.sender];
        require(bond.leavesAt != 0, NotLeaving(msg.sender));
        require(block.timestamp > bond.leavesAt, StillBonded(msg.sender, bond.leavesAt, block.timestamp));
        require(bond.amount > 0, NoBond(msg.sender));
        delete _bonds[msg.sender];
        emit BondTaken(msg.sender, recipient, bond.amount);
        require(LowLevelCall.callNoReturn(recipient, bond.amount, ""), TransferFailed(recipient, bond.amount));
    }

    /// @inheritdoc IPreconfSlasher
    function slash(Evidence calldata evidence) external returns (uint256 amount) {
        Commitment calldata commitment = evidence.commitment;
        uint64 tick = commitment.tick;
        address signer = _signerOf(commitment.tick, commitment.index, commitment.itemHash, commitment.signature);
        (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind) = RIGHTS.rightOf(evidence.slot);
        require(signer == sequencer && (kind == BY_PROPOSER || kind == BY_STAKE), NotOwner(signer, sequencer, kind));
        require(tick >= minTick && tick <= maxTick, OutsideWindow(tick, minTick, maxTick));
        uint256 deadline = _timeOf(tick) + CHALLENGE_WINDOW;
        require(block.timestamp <= deadline, ChallengeOver(tick, deadline, block.timestamp));
        bool omission = evidence.fault == Fault.Omission;
        require(!_shown[signer][tick][omission], AlreadyShown(signer, tick));

        if (evidence.fault == Fault.Equivocation) _checkEquivocation(commitment, signer, evidence.proof);
        else if (evidence.fault == Fault.Contradiction) _checkContradiction(commitment, signer, evidence.proof);
        else if (evidence.fault == Fault.Void) _checkVoid(tick, signer, evidence.proof);
        else {
            require(kind == BY_PROPOSER, NotAProposers(signer, kind));
            _checkMissedWindow(evidence.slot, minTick, maxTick);
            _checkOmission(tick, signer, _startOf(uint256(evidence.slot) + 1), evidence.proof);
            _checkOrigin(tick);
        }
        _shown[signer][tick][omission] = true;
        return _charge(signer, tick, evidence.fault, kind == BY_STAKE && address(stakedSet) != address(0));
    }

    /// @inheritdoc IPreconfSlasher
    function bondOf(address sequencer) external view returns (uint256 amount, uint256 leavesAt) {
        Bond storage bond = _bonds[sequencer];
        return (bond.amount, bond.leavesAt);
    }

    /// @inheritdoc IPreconfSlasher
    function isShown(address sequencer, uint64 tick, bool omission) external view returns (bool) {
        return _shown[sequencer][tick][omission];
    }

    /// @inheritdoc IPreconfSlasher
    function parameters() external view returns (Parameters memory) {
        return Parameters(PENALTY, LIVENESS_FEE, EXIT_DELAY, CHALLENGE_WINDOW);
    }

    /// @inheritdoc IPreconfSlasher
    function digestOf(uint64 tick, uint32 index, bytes32 itemHash) public view returns (bytes32) {
        return _hashTypedDataV4(CommitmentHash.structHash(address(inbox), tick, index, itemHash));
    }

    /// @dev P-6. All state is written before any call; whom it calls can only do to himself what he could do anyway.
    function _charge(address sequencer, uint64 tick, Fault fault, bool poolToo) private returns (uint256 amount) {
        Bond storage bond = _bonds[sequencer];
        amount = Math.min(bond.amount, fault == Fault.Omission ? LIVENESS_FEE : PENALTY);
        uint256 reward = fault == Fault.Omission ? 0 : amount / REWARD_PART;
        bond.amount -= uint192(amount);
        emit Slashed(sequencer, tick, fault, amount, reward, msg.sender);
        bool poolSlashed = poolToo && _slashPool(sequencer);
        require(amount > 0 || poolSlashed, NothingToSlash(sequencer));
        if (poolToo && !poolSlashed) emit PoolNotSlashed(sequencer, tick);
        // The zero address has no code and takes everything.
        LowLevelCall.callNoReturn(address(0), amount - reward, "");
        if (reward > 0) {
            require(LowLevelCall.callNoReturn(msg.sender, reward, ""), TransferFailed(msg.sender, reward));
        }
    }

    /// @dev K-7. Whatever the set does, the bond is slashed. Whoever shows the evidence, possibly the accused, cannot make the set
    /// fail by giving it too little gas; and what it returns is not copied.
    function _slashPool(address sequencer) private returns (bool success) {
        require(gasleft() >= NEEDED_GAS, TooLittleGas(gasleft(), NEEDED_GAS));
        address set = address(stakedSet);
        bytes memory question = abi.encodeCall(IStakedSequencerSet.slash, (sequencer, 1, POOL_PART));
        assembly ("memory-safe") {
            success := call(POOL_GAS, set, 0, add(question, 0x20), mload(question), 0, 0)
        }
    }

    /// @dev P-2.
    function _signerOf(
        uint64 tick,
        uint32 index,
        bytes32 itemHash,
        bytes memory signature
    ) private view returns (address) {
        return ECDSA.recover(digestOf(tick, index, itemHash), signature);
    }

    /// @dev P-8.
    function _checkEquivocation(Commitment calldata commitment, address signer, bytes calldata proof) private view {
        (bytes32 itemHash, bytes memory signature) = abi.decode(proof, (bytes32, bytes));
        require(itemHash != commitment.itemHash, SameItem(itemHash));
        address other = _signerOf(commitment.tick, commitment.index, itemHash, signature);
        require(other == signer, OtherSigner(signer, other));
    }

    /// @dev P-9.
    function _checkContradiction(Commitment calldata commitment, address signer, bytes calldata proof) private view {
        Contradiction memory contradiction = abi.decode(proof, (Contradiction));
        TickProof[] memory ticks = contradiction.ticks;
        _checkOwnPublication(contradiction.publication, commitment.tick, signer);
        bool holdsTick = ticks.length == 1;
        bool hasItem = holdsTick && commitment.index < ticks[0].itemCount;
        require(
            (holdsTick || ticks.length == 2) &&
                (hasItem || (contradiction.item == 0 && contradiction.itemSiblings.length == 0)),
            MalformedProof(ticks.length, contradiction.item, contradiction.itemSiblings.length)
        );
        uint256 first = ticks[0].tick;
        uint256 last = ticks[ticks.length - 1].tick;
        require(
            holdsTick ? first == commitment.tick : first < commitment.tick && commitment.tick < last,
            OtherTick(commitment.tick, first, last)
        );
        // Two places that follow each other in one tree, whatever its size: RFC 9162's path to a leaf is unique, and no node is a leaf.
        for (uint256 i = 0; i < ticks.length; ++i) _checkTick(contradiction, i);
        if (!hasItem) return;

        require(contradiction.item != commitment.itemHash, SameItem(contradiction.item));
        require(
            Merkle.includes(
                ticks[0].itemsRoot,
                contradiction.item,
                commitment.index,
                ticks[0].itemCount,
                contradiction.itemSiblings
            ),
            ItemNotIncluded(contradiction.item, ticks[0].itemsRoot)
        );
    }

    /// @dev P-10.
    function _checkVoid(uint64 tick, address signer, bytes calldata proof) private view {
        require(address(orderVerifier) != address(0), NoOrderVerifier());
        uint32 id = _checkOwnPublication(abi.decode(proof, (OrderProof.Publication)), tick, signer);
        IOrderVerifier.Status status = orderVerifier.status(id);
        require(status == IOrderVerifier.Status.Void, NotVoid(id, status));
    }

    /// @dev P-11, first part: the window's last slot is over and was not missed.
    function _checkMissedWindow(uint256 slot, uint64 minTick, uint64 maxTick) private view {
        require(!_isWindowOf(slot + 1, minTick, maxTick), NotLastSlot(slot));
        uint256 endsAt = _startOf(slot + 1);
        require(block.timestamp >= endsAt, WindowNotOver(slot, endsAt, block.timestamp));
        require(_hasBlock(_startOf(slot)), NoPayload(slot));
    }

    /// @dev Whether there was an execution payload at that time.
    function _hasBlock(uint256 time) private view returns (bool success) {
        (success, , ) = LowLevelCall.staticcallReturn64Bytes(BEACON_ROOTS, abi.encode(time));
        return success && LowLevelCall.returnDataSize() == 32;
    }

    /// @dev Whether the slot belongs to the window of these ticks. A module that has nothing to say of a slot does not give it to any
    /// window. (If the question fails for want of gas, what is left is not enough for the answer to matter.)
    function _isWindowOf(uint256 slot, uint64 minTick, uint64 maxTick) private view returns (bool) {
        try RIGHTS.rightOf(slot) returns (address, uint64 itsMinTick, uint64 itsMaxTick, uint8) {
            return itsMinTick == minTick && itsMaxTick == maxTick;
        } catch {
            return false;
        }
    }

    /// @dev P-11, second part: what took the tick, if anything, did not keep its owner from publishing it.
    function _checkOmission(uint64 tick, address signer, uint256 endsAt, bytes calldata proof) private view {
        if (proof.length == 0) {
            uint256 published = inbox.head().lastTick();
            require(published < tick, NotOmitted(tick, published));
            return;
        }
        OrderProof.Publication memory publication = abi.decode(proof, (OrderProof.Publication));
        _checkHeld(publication);
        (uint256 firstTick, uint256 lastTick) = (publication.meta.firstTick(), publication.meta.lastTick());
        bool own = publication.publisher == signer;
        require(
            publication.parent.lastTick() < tick && tick <= lastTick && !(own && firstTick <= tick),
            NotTaken(tick, publication.parent.lastTick(), firstTick, lastTick)
        );
        require(own || publication.timestamp >= endsAt, TakenWithinWindow(publication.timestamp, endsAt));
    }

    /// @dev P-11, last part. A tick that no block is left for cannot be published by anybody (D-5).
    function _checkOrigin(uint256 tick) private view {
        uint256 time = _timeOf(tick);
        // Genesis is a slot's begin, and no tick is before it.
        uint256 start = time - ((time - BEACON_GENESIS_TIME) % SLOT_SECONDS);
        for (; time - start <= MAX_ORIGIN_AGE; start -= SLOT_SECONDS) {
            if (_hasBlock(start)) return;
        }
        revert NoOrigin(tick, time - MAX_ORIGIN_AGE);
    }

    /// @dev That the Inbox holds the publication, that it is the signer's, and covers the tick.
    function _checkOwnPublication(
        OrderProof.Publication memory publication,
        uint64 tick,
        address signer
    ) private view returns (uint32 id) {
        id = _checkHeld(publication);
        require(publication.publisher == signer, OtherPublisher(publication.publisher, signer));
        (uint256 firstTick, uint256 lastTick) = (publication.meta.firstTick(), publication.meta.lastTick());
        require(firstTick <= tick && tick <= lastTick, TickNotCovered(tick, firstTick, lastTick));
    }

    /// @dev H-2, H-3.
    function _checkHeld(OrderProof.Publication memory publication) private view returns (uint32 id) {
        RingWord claimed = publication.word();
        id = uint32(claimed.id());
        RingWord found = inbox.entry(id);
        require(claimed == found, WrongPublication(claimed, found));
    }

    /// @dev S-3. The `i`th of the ticks shown, whose places follow each other.
    function _checkTick(Contradiction memory contradiction, uint256 i) private pure {
        TickProof memory proved = contradiction.ticks[i];
        bytes32 root = contradiction.publication.ticksRoot;
        bytes32 tickHash = OrderHash.tick(proved.tick, proved.itemCount, proved.itemsRoot);
        uint256 place = uint256(contradiction.tickIndex) + i;
        require(
            Merkle.includes(root, tickHash, place, contradiction.tickCount, proved.siblings),
            TickNotIncluded(proved.tick, root)
        );
    }

    /// @dev `startOf(slot)`. A slot has at most 64 bits and a few more.
    function _startOf(uint256 slot) private view returns (uint256) {
        return BEACON_GENESIS_TIME + slot * SLOT_SECONDS;
    }

    function _checkContract(bytes32 name, address account) private view {
        require(account == address(0) || account.code.length > 0, InvalidParameter(name, uint160(account)));
    }

    function _config(IInbox inbox_) private view returns (IInbox.TimelineConfig memory config) {
        (, , , , , config, ) = inbox_.timeline();
    }
}
