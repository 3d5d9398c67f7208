// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {IInbox} from "../../interfaces/IInbox.sol";
import {IPreconfSlasher} from "../../interfaces/IPreconfSlasher.sol";
import {IProposerRights} from "../../interfaces/IProposerRights.sol";
import {IStakedSequencerSet} from "../../interfaces/IStakedSequencerSet.sol";
import {OrderProof} from "../../libs/OrderProof.sol";
import {StakePool} from "../../libs/StakePool.sol";
import {RingWord} from "../../types/RingWord.sol";
import {StakedDraws} from "./StakedDraws.sol";

/// @title Sequencers by stake
/// @dev INV-STAKE-1: the token balance is at least the fund, all pools and the unpaid commissions together.
/// INV-STAKE-2: no action of one pool changes what another pool's shares are worth.
/// INV-STAKE-3: the shares of a pool, and those of what is leaving it, sum to its totals.
contract StakedSequencerSet is StakedDraws, ReentrancyGuard {
    using BitMaps for BitMaps.BitMap;
    using OrderProof for OrderProof.Publication;
    using SafeERC20 for IERC20;
    using StakePool for StakePool.Pool;

    uint256 private constant MAX_EXIT_DELAY = 366 days;
    /// @dev `ISequencingRights.rightOf` says so of a right that this set has given.
    uint256 private constant KIND_STAKED = 3;
    address private constant BURNT = 0x000000000000000000000000000000000000dEaD;

    /// @inheritdoc IStakedSequencerSet
    IERC20 public immutable override token;
    /// @inheritdoc IStakedSequencerSet
    uint256 public immutable override minimumStake;
    /// @inheritdoc IStakedSequencerSet
    uint256 public immutable override rewardPerPublication;
    /// @inheritdoc IStakedSequencerSet
    uint256 public immutable override exitDelay;
    /// @inheritdoc IStakedSequencerSet
    address public immutable override deployer;
    /// @inheritdoc IStakedSequencerSet
    IInbox public override inbox;
    /// @inheritdoc IStakedSequencerSet
    IProposerRights public override rights;
    /// @inheritdoc IStakedSequencerSet
    IPreconfSlasher public override slasher;
    /// @inheritdoc IStakedSequencerSet
    uint256 public override fund;

    mapping(address sequencer => StakePool.Pool) private _pools;
    mapping(address sequencer => mapping(address account => uint256)) private _shares;
    mapping(uint256 id => Request) private _requests;
    uint256 private _requestCount;
    BitMaps.BitMap private _rewarded;

    constructor(Parameters memory parameters) StakedDraws(parameters.oracle) {
        require(
            address(parameters.token).code.length > 0,
            InvalidParameter("token", uint160(address(parameters.token)))
        );
        require(parameters.minimumStake > 0, InvalidParameter("minimumStake", parameters.minimumStake));
        token = parameters.token;
        minimumStake = parameters.minimumStake;
        rewardPerPublication = parameters.rewardPerPublication;
        exitDelay = parameters.exitDelay;
        deployer = msg.sender;
        require(
            exitDelay >= EPOCHS_AHEAD * EPOCH_SECONDS && exitDelay <= MAX_EXIT_DELAY,
            InvalidParameter("exitDelay", exitDelay)
        );
    }

    /// @inheritdoc IStakedSequencerSet
    function bind(IInbox inbox_, IPreconfSlasher slasher_) external {
        require(msg.sender == deployer, NotDeployer(msg.sender, deployer));
        require(address(slasher) == address(0), AlreadyBound(inbox));
        (, , , address rights_, , IInbox.TimelineConfig memory config, ) = inbox_.timeline();
        require(
            config.beaconGenesisTime == BEACON_GENESIS_TIME && config.slotSeconds == SLOT_SECONDS,
            ForeignClock(config.beaconGenesisTime, config.slotSeconds, BEACON_GENESIS_TIME, SLOT_SECONDS)
        );
        address itsSet = address(IProposerRights(rights_).STAKED_SET());
        require(itsSet == address(this), ForeignRights(IProposerRights(rights_), itsSet));
        address itsInbox = address(slasher_.inbox());
        itsSet = address(slasher_.stakedSet());
        require(itsInbox == address(inbox_) && itsSet == address(this), ForeignSlasher(slasher_, itsInbox, itsSet));
        // Stake that is asked back answers for what is done before the third epoch after, and that can be shown so much later.
        uint256 minimum = EPOCHS_AHEAD * EPOCH_SECONDS + slasher_.parameters().challengeWindow;
        require(exitDelay >= minimum, ExitDelayTooShort(exitDelay, minimum));
        (inbox, rights, slasher) = (inbox_, IProposerRights(rights_), slasher_);
        emit Bound(inbox_, IProposerRights(rights_), slasher_);
    }

    /// @inheritdoc IStakedSequencerSet
    function open(uint16 commission, uint256 amount) external nonReentrant returns (uint256 shares) {
        require(address(slasher) != address(0), NotBound());
        require(commission <= StakePool.WHOLE, CommissionTooHigh(commission, StakePool.WHOLE));
        StakePool.Pool storage pool = _pools[msg.sender];
        require(!pool.seated, AlreadyOpen(msg.sender));
        require(pool.shares == 0 || commission == pool.commission, CommissionFixed(pool.commission));
        require(amount >= minimumStake, StakeTooLow(amount, minimumStake));
        (uint256 seat, address displaced) = _takeSeat(msg.sender);
        _pools[displaced].seated = false;
        (pool.commission, pool.seated) = (commission, true);
        emit Opened(msg.sender, seat, commission, displaced);
        return _stake(msg.sender, amount);
    }

    /// @inheritdoc IStakedSequencerSet
    function stake(address sequencer, uint256 amount) external nonReentrant returns (uint256 shares) {
        require(_pools[sequencer].seated, NoPool(sequencer));
        return _stake(sequencer, amount);
    }

    /// @inheritdoc IStakedSequencerSet
    function unstake(address sequencer, uint256 shares) external nonReentrant returns (uint256 id) {
        uint256 owned = _shares[sequencer][msg.sender];
        require(shares <= owned, InsufficientShares(shares, owned));
        _shares[sequencer][msg.sender] = owned - shares;
        (uint256 amount, uint256 leavingShares, uint256 rest) = _pools[sequencer].release(shares);
        fund += rest;
        _weigh(sequencer);
        id = ++_requestCount;
        uint64 payableAt = uint64(block.timestamp + exitDelay);
        _requests[id] = Request(msg.sender, payableAt, sequencer, leavingShares);
        emit Unstaked(sequencer, msg.sender, id, shares, amount, payableAt);
    }

    /// @inheritdoc IStakedSequencerSet
    function withdraw(uint256 id) external nonReentrant returns (uint256 amount) {
        Request memory request = _requests[id];
        require(request.account == msg.sender, NotYourRequest(id, request.account));
        require(block.timestamp >= request.payableAt, NotPayableYet(id, request.payableAt, block.timestamp));
        delete _requests[id];
        uint256 rest;
        (amount, rest) = _pools[request.sequencer].pay(request.shares);
        fund += rest;
        emit Withdrawn(id, msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakedSequencerSet
    function reward(OrderProof.Publication calldata publication) external nonReentrant returns (uint256 amount) {
        uint256 id = _checkPublication(publication);
        address sequencer = publication.publisher;
        StakePool.Pool storage pool = _pools[sequencer];
        require(!pool.isClosed(), PoolClosed(sequencer));
        // For less only with the sequencer's consent: others could use up its claims on an empty fund.
        uint256 available = fund;
        require(
            available >= rewardPerPublication || msg.sender == sequencer,
            FundTooLow(available, rewardPerPublication)
        );
        amount = Math.min(available, rewardPerPublication);
        _rewarded.set(id);
        fund = available - amount;
        uint256 commission = pool.earn(amount);
        _weigh(sequencer);
        emit Rewarded(id, sequencer, amount, commission);
    }

    /// @inheritdoc IStakedSequencerSet
    function takeCommission() external nonReentrant returns (uint256 amount) {
        StakePool.Pool storage pool = _pools[msg.sender];
        amount = pool.unpaidCommission;
        pool.unpaidCommission = 0;
        emit CommissionPaid(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakedSequencerSet
    function addFunds(uint256 amount) external nonReentrant {
        _pull(amount, fund);
        fund += amount;
        emit FundsAdded(msg.sender, amount);
    }

    /// @inheritdoc IStakedSequencerSet
    function slash(address sequencer, uint256 numerator, uint256 denominator) external returns (uint256 burnt) {
        require(msg.sender == address(slasher), NotSlasher(msg.sender, slasher));
        require(numerator <= denominator && denominator > 0, InvalidFraction(numerator, denominator));
        burnt = _pools[sequencer].slash(numerator, denominator);
        _weigh(sequencer);
        emit Slashed(sequencer, burnt);
        // Last, and whatever comes of it: no token may shield anybody. What it does not let go is in no account here.
        token.trySafeTransfer(BURNT, burnt);
    }

    /// @inheritdoc IStakedSequencerSet
    function poolOf(address sequencer) external view returns (StakePool.Pool memory) {
        return _pools[sequencer];
    }

    /// @inheritdoc IStakedSequencerSet
    function sharesOf(address sequencer, address account) external view returns (uint256) {
        return _shares[sequencer][account];
    }

    /// @inheritdoc IStakedSequencerSet
    function worthOf(address sequencer, uint256 shares) external view returns (uint256 amount) {
        return _pools[sequencer].worth(shares);
    }

    /// @inheritdoc IStakedSequencerSet
    function requestOf(uint256 id) external view returns (Request memory) {
        return _requests[id];
    }

    /// @inheritdoc IStakedSequencerSet
    function isRewarded(uint256 publication) external view returns (bool) {
        return _rewarded.get(publication);
    }

    function _stake(address sequencer, uint256 amount) private returns (uint256 shares) {
        StakePool.Pool storage pool = _pools[sequencer];
        _pull(amount, pool.stake);
        // Only now: while the token is moved the pool can be slashed.
        require(!pool.isClosed(), PoolClosed(sequencer));
        shares = pool.enter(amount);
        require(shares > 0, ZeroShares(amount));
        _shares[sequencer][msg.sender] += shares;
        _weigh(sequencer);
        emit Staked(sequencer, msg.sender, amount, shares);
    }

    /// @dev Takes an amount from the caller, for an account that has `held`.
    function _pull(uint256 amount, uint256 held) private {
        require(
            amount <= StakePool.MAX_AMOUNT && held + amount <= StakePool.MAX_AMOUNT,
            TooMuch(Math.saturatingAdd(held, amount), StakePool.MAX_AMOUNT)
        );
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received == amount, TransferFee(amount, received));
    }

    /// @dev After every change of a pool's stake.
    function _weigh(address sequencer) private {
        StakePool.Pool storage pool = _pools[sequencer];
        bool eligible = pool.seated && pool.stake >= minimumStake && !pool.isClosed();
        _setWeight(sequencer, eligible ? pool.stake : 0);
    }

    /// @dev K-6: a publication in the Inbox by the set's sequencer, in its remainder, not rewarded yet.
    function _checkPublication(OrderProof.Publication calldata publication) private view returns (uint256 id) {
        RingWord claimed = publication.word();
        id = claimed.id();
        require(address(inbox) != address(0), NotBound());
        RingWord found = inbox.entry(uint32(id));
        require(claimed == found, WrongPublication(claimed, found));
        require(!_rewarded.get(id), AlreadyRewarded(id));
        uint256 slot = (publication.timestamp - BEACON_GENESIS_TIME) / SLOT_SECONDS;
        (address sequencer, uint64 minTick, uint64 maxTick, uint8 kind) = rights.rightOf(slot);
        require(
            kind == KIND_STAKED &&
                sequencer == publication.publisher &&
                publication.meta.firstTick() >= minTick &&
                publication.meta.lastTick() <= maxTick,
            NotInRemainder(id, publication.publisher, slot)
        );
    }
}
