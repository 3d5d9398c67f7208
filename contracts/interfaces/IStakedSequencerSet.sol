// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {OrderProof} from "../libs/OrderProof.sol";
import {StakePool} from "../libs/StakePool.sol";
import {RingWord} from "../types/RingWord.sol";
import {IInbox} from "./IInbox.sol";
import {ILookaheadOracle} from "./ILookaheadOracle.sol";
import {IPreconfSlasher} from "./IPreconfSlasher.sol";
import {IProposerRights} from "./IProposerRights.sol";

/// @title Sequencers by stake
/// @notice Drawn by stake for each epoch that L1's proposers leave (docs/spec/rights.md, section 4).
/// @dev Trust: nobody administers the set. The rights need its address and the Inbox needs the rights', so inbox and slasher are bound
/// after all of them exist: once, by the deployer, before anybody can stake, and only to an Inbox whose rights name this set and a
/// slasher of that Inbox. From then on nothing is ever changed. Who stakes trusts the slasher's code (it can burn, and nothing
/// else), the token's issuer, and of a delegator's the sequencer: its faults cost all of its pool alike.
/// Warning: a token that takes a fee on transfers is refused; one whose balances change by themselves must not be used. What is
/// sent here without a call is nobody's. Rewards go to the shares that are in the pool when a publication is shown, so sequencers
/// should show theirs soon. A reward above what publishing costs pays a sequencer for publishing in many pieces.
/// A seat costs `minimumStake` for as long as it is held: that should be too much to buy 64.
interface IStakedSequencerSet {
    /// @notice What a set is created with.
    /// @param token an ERC-20 without fees on transfer
    /// @param minimumStake what a sequencer stakes at least to open a pool; a pool of less does not count in draws
    /// @param rewardPerPublication from the fund, if it has so much
    /// @param exitDelay seconds from asking stake back to payment
    struct Parameters {
        IERC20 token;
        ILookaheadOracle oracle;
        uint96 minimumStake;
        uint96 rewardPerPublication;
        uint64 exitDelay;
    }

    /// @notice Stake on its way out of a pool.
    /// @param shares of what is leaving the pool
    struct Request {
        address account;
        uint64 payableAt;
        address sequencer;
        uint256 shares;
    }

    /// @notice Whom the set serves and who slashes; for good.
    event Bound(IInbox inbox, IProposerRights rights, IPreconfSlasher slasher);
    /// @notice A sequencer has a seat. `displaced`, whose stake had ceased to count, had it before.
    event Opened(address indexed sequencer, uint256 seat, uint256 commission, address displaced);
    event Staked(address indexed sequencer, address indexed account, uint256 amount, uint256 shares);
    /// @notice Stake has been asked back; if nothing is slashed until then, `amount` will be paid.
    event Unstaked(
        address indexed sequencer,
        address indexed account,
        uint256 id,
        uint256 shares,
        uint256 amount,
        uint256 payableAt
    );
    event Withdrawn(uint256 indexed id, address indexed account, uint256 amount);
    /// @notice The epoch's sequencer; zero if no stake counts. `total` is what does.
    event Drawn(uint256 indexed epoch, address indexed sequencer, uint256 total);
    /// @notice `amount` of the fund for a publication, `commission` of it for the sequencer alone.
    event Rewarded(uint256 indexed publication, address indexed sequencer, uint256 amount, uint256 commission);
    event CommissionPaid(address indexed sequencer, uint256 amount);
    event FundsAdded(address indexed from, uint256 amount);
    /// @notice `burnt` has left the pool for the address of the burnt, or, if the token would not go there, stays here for nobody.
    event Slashed(address indexed sequencer, uint256 burnt);

    /// @notice A parameter of the constructor is out of range.
    error InvalidParameter(bytes32 name, uint256 value);
    /// @notice Only the deployer binds.
    error NotDeployer(address caller, address deployer);
    error AlreadyBound(IInbox inbox);
    /// @notice Nobody can stake before inbox and slasher are bound.
    error NotBound();
    /// @notice The Inbox is of another beacon chain than the oracle: genesis and seconds per slot of the two.
    error ForeignClock(uint256 genesis, uint256 slotSeconds, uint256 oracleGenesis, uint256 oracleSlotSeconds);
    /// @notice The Inbox's rights draw on another set.
    error ForeignRights(IProposerRights rights, address itsSet);
    /// @notice The slasher judges another Inbox, or slashes another set.
    error ForeignSlasher(IPreconfSlasher slasher, address itsInbox, address itsSet);
    /// @notice Stake could be paid back before what it answers for can no longer be shown.
    error ExitDelayTooShort(uint256 exitDelay, uint256 minimum);
    error CommissionTooHigh(uint256 commission, uint256 maximum);
    /// @notice The pool has a seat already.
    error AlreadyOpen(address sequencer);
    /// @notice Others' shares from before are still in the pool, with this commission.
    error CommissionFixed(uint256 commission);
    error StakeTooLow(uint256 amount, uint256 minimum);
    /// @notice All seats have pools that count, now or in one of the next epochs.
    error NoSeat();
    /// @notice No pool of that sequencer has a seat.
    error NoPool(address sequencer);
    /// @notice So much has been slashed that shares and stake are out of all proportion: the pool takes and earns nothing more. Its
    /// stake can be asked back as ever.
    error PoolClosed(address sequencer);
    /// @notice The pool, or the fund, would hold too much.
    error TooMuch(uint256 total, uint256 maximum);
    /// @notice The token has not moved what it was told to.
    error TransferFee(uint256 amount, uint256 received);
    /// @notice The amount is not worth one share.
    error ZeroShares(uint256 amount);
    error InsufficientShares(uint256 shares, uint256 owned);
    /// @notice The request is of another account, or was paid, or never made.
    error NotYourRequest(uint256 id, address account);
    error NotPayableYet(uint256 id, uint256 payableAt, uint256 timestamp);
    /// @notice Only the next epoch can be drawn.
    error NotNextEpoch(uint256 epoch, uint256 next);
    /// @notice The oracle lacks the mix from which the epoch is drawn.
    error NoMix(uint256 epoch);
    /// @notice Under the publication's id the Inbox has another publication.
    error WrongPublication(RingWord claimed, RingWord found);
    /// @notice The publication was not made by the staked set's sequencer in its remainder.
    error NotInRemainder(uint256 publication, address publisher, uint256 slot);
    error AlreadyRewarded(uint256 publication);
    /// @notice The fund has less than a reward; only the sequencer itself may take it for one.
    error FundTooLow(uint256 fund, uint256 reward);
    error NotSlasher(address caller, IPreconfSlasher slasher);
    error InvalidFraction(uint256 numerator, uint256 denominator);

    // Every function that moves stake but `slash` reverts with OpenZeppelin's `ReentrancyGuardReentrantCall` if called from within
    // another, and, where tokens move, with `SafeERC20FailedOperation` if the token refuses.

    /// @notice Names the timeline's Inbox and slasher. Once, by the deployer.
    /// @dev Reverts, in this order: `NotDeployer`, `AlreadyBound`, `ForeignClock`, `ForeignRights`, `ForeignSlasher`,
    /// `ExitDelayTooShort`.
    function bind(IInbox inbox_, IPreconfSlasher slasher_) external;

    /// @notice Opens the caller's pool, or gives it a seat again, and stakes.
    /// @dev Reverts, in this order: `NotBound`, `CommissionTooHigh`, `AlreadyOpen`, `CommissionFixed`, `StakeTooLow`, `NoSeat`, and as
    /// `stake` does.
    /// @param commission of rewards, in ten-thousandths, for as long as the pool has shares
    function open(uint16 commission, uint256 amount) external returns (uint256 shares);

    /// @notice Adds the caller's stake to a pool. It counts from the third epoch after on (K-2).
    /// @dev Reverts, in this order: `NoPool`, `TooMuch`, `TransferFee`, `PoolClosed`, `ZeroShares`.
    function stake(address sequencer, uint256 amount) external returns (uint256 shares);

    /// @notice Asks stake back: it counts in this and the next two epochs still, earns no more, and is slashed with the pool until
    /// it is paid (K-2).
    /// @dev Reverts with `InsufficientShares`.
    function unstake(address sequencer, uint256 shares) external returns (uint256 id);

    /// @notice Pays what the caller asked back, at what it is worth now.
    /// @dev Reverts, in this order: `NotYourRequest`, `NotPayableYet`.
    function withdraw(uint256 id) external returns (uint256 amount);

    /// @notice Draws the sequencer of the next epoch (K-3 to K-5). Anyone may call; a second call changes nothing.
    /// @dev Reverts, in this order: `NotNextEpoch`, `NoMix`. With 64 pools about 500,000 gas.
    function draw(uint256 epoch) external returns (address sequencer);

    /// @notice Rewards a publication (K-6). Anyone may call.
    /// @dev Reverts, in this order: `NotBound`, `IInbox.UnknownEntry`, `WrongPublication`, `AlreadyRewarded`, an error of the
    /// rights', `NotInRemainder`, `PoolClosed`, `FundTooLow`.
    function reward(OrderProof.Publication calldata publication) external returns (uint256 amount);

    /// @notice Pays the caller the commission of its pool.
    function takeCommission() external returns (uint256 amount);

    /// @notice Adds to the fund for rewards. Nobody can take it back.
    /// @dev Reverts, in this order: `TooMuch`, `TransferFee`.
    function addFunds(uint256 amount) external;

    /// @notice Burns `numerator / denominator` of the sequencer's pool (K-7). Only the slasher.
    /// @dev Reverts, in this order: `NotSlasher`, `InvalidFraction`. Without a pool nothing is burnt. Neither a token that refuses to
    /// be sent to the address of the burnt nor a call from within another function stops it: nobody could be slashed who finds such.
    function slash(address sequencer, uint256 numerator, uint256 denominator) external returns (uint256 burnt);

    /// @notice The drawn sequencer; zero if none was drawn before the epoch began (K-4, K-5). Remembered for 512 epochs.
    function sequencerOf(uint256 epoch) external view returns (address);

    /// @notice What the pool weighs in the draw of an epoch from the current one on, as far as it is known now; zero for past epochs.
    function weightOf(address sequencer, uint256 epoch) external view returns (uint256);

    function poolOf(address sequencer) external view returns (StakePool.Pool memory);
    /// @notice Shares of the pool that are not leaving.
    function sharesOf(address sequencer, address account) external view returns (uint256);
    /// @notice What shares of the pool would come to if they left now.
    function worthOf(address sequencer, uint256 shares) external view returns (uint256 amount);
    function requestOf(uint256 id) external view returns (Request memory);
    function isRewarded(uint256 publication) external view returns (bool);
    /// @notice The pools in the order of their seats; zero for seats never taken.
    function seats() external view returns (address[64] memory);
    /// @notice What is left for rewards.
    function fund() external view returns (uint256);

    function token() external view returns (IERC20);
    function oracle() external view returns (ILookaheadOracle);
    function minimumStake() external view returns (uint256);
    function rewardPerPublication() external view returns (uint256);
    function exitDelay() external view returns (uint256);
    function deployer() external view returns (address);
    /// @notice Zero until bound, as are `rights` and `slasher`.
    function inbox() external view returns (IInbox);
    function rights() external view returns (IProposerRights);
    function slasher() external view returns (IPreconfSlasher);
}
