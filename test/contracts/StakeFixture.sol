// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {ILookaheadOracle} from "../../contracts/interfaces/ILookaheadOracle.sol";
import {IPreconfSlasher} from "../../contracts/interfaces/IPreconfSlasher.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {StakedSequencerSet} from "../../contracts/l1/rights/StakedSequencerSet.sol";
import {OrderHash} from "../../contracts/libs/OrderHash.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {StakePool} from "../../contracts/libs/StakePool.sol";
import {
    StakeInboxMock,
    StakeOracleMock,
    StakeRightsMock,
    StakeSlasherMock,
    StakeToken
} from "../../contracts/mocks/StakeMocks.sol";
import {HeaderMeta} from "../../contracts/types/HeaderMeta.sol";
import {RingWord, ringWord} from "../../contracts/types/RingWord.sol";
import {Test} from "./Vm.sol";

/// @notice A staked set in epoch FIRST_EPOCH, of a chain of eight slots per epoch.
abstract contract StakeFixture is Test {
    uint64 internal constant BEACON_GENESIS = 1_700_000_000;
    uint32 internal constant SLOT = 12;
    uint256 internal constant SLOTS_PER_EPOCH = 8;
    uint256 internal constant EPOCH = SLOT * SLOTS_PER_EPOCH;
    uint256 internal constant FIRST_EPOCH = 1000;
    uint64 internal constant CHALLENGE_WINDOW = 5000;
    uint64 internal constant EXIT_DELAY = uint64(3 * EPOCH) + CHALLENGE_WINDOW;
    uint96 internal constant MINIMUM = 100 ether;
    uint96 internal constant REWARD = 10 ether;
    uint16 internal constant COMMISSION = 1000;
    address internal constant BURNT = 0x000000000000000000000000000000000000dEaD;
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    address internal constant CAROL = address(0xCA401);

    StakeToken internal token;
    StakeOracleMock internal oracle;
    StakedSequencerSet internal set;
    StakeRightsMock internal rights;
    StakeInboxMock internal inbox;
    StakeSlasherMock internal slasher;
    uint256 private _published;

    function createSet() internal {
        vm.warp(BEACON_GENESIS + FIRST_EPOCH * EPOCH + 5);
        token = new StakeToken();
        oracle = new StakeOracleMock(BEACON_GENESIS, SLOT, SLOTS_PER_EPOCH);
        set = new StakedSequencerSet(parameters());
        rights = new StakeRightsMock(address(set));
        inbox = new StakeInboxMock(address(rights), BEACON_GENESIS, SLOT);
        slasher = new StakeSlasherMock(IInbox(address(inbox)), set, CHALLENGE_WINDOW);
    }

    function bindSet() internal {
        set.bind(IInbox(address(inbox)), IPreconfSlasher(address(slasher)));
    }

    function parameters() internal view returns (IStakedSequencerSet.Parameters memory) {
        return
            IStakedSequencerSet.Parameters({
                token: IERC20(address(token)),
                oracle: ILookaheadOracle(address(oracle)),
                minimumStake: MINIMUM,
                rewardPerPublication: REWARD,
                exitDelay: EXIT_DELAY
            });
    }

    /// @dev The account has the amount and the set may take it.
    function give(address account, uint256 amount) internal {
        token.mint(account, amount);
        vm.prank(account);
        token.approve(address(set), type(uint256).max);
    }

    function open(address sequencer, uint256 amount) internal returns (uint256 shares) {
        give(sequencer, amount);
        vm.prank(sequencer);
        return set.open(COMMISSION, amount);
    }

    function stake(address account, address sequencer, uint256 amount) internal returns (uint256 shares) {
        give(account, amount);
        vm.prank(account);
        return set.stake(sequencer, amount);
    }

    function unstake(address account, address sequencer, uint256 shares) internal returns (uint256 id) {
        vm.prank(account);
        return set.unstake(sequencer, shares);
    }

    function withdraw(address account, uint256 id) internal returns (uint256 amount) {
        vm.prank(account);
        return set.withdraw(id);
    }

    /// @dev All of an account's shares, out and paid.
    function leaveWholly(address account, address sequencer) internal returns (uint256 amount) {
        uint256 id = unstake(account, sequencer, set.sharesOf(sequencer, account));
        vm.warp(now_() + EXIT_DELAY);
        return withdraw(account, id);
    }

    function addFunds(uint256 amount) internal {
        give(address(this), amount);
        set.addFunds(amount);
    }

    function worthOf(address account, address sequencer) internal view returns (uint256) {
        return set.worthOf(sequencer, set.sharesOf(sequencer, account));
    }

    function epochNow() internal view returns (uint256) {
        return (now_() - BEACON_GENESIS) / EPOCH;
    }

    /// @dev The epoch's first second.
    function startOf(uint256 epoch) internal pure returns (uint256) {
        return BEACON_GENESIS + epoch * EPOCH;
    }

    /// @dev Draws the next epoch from a mix that the oracle is given.
    function drawNext(bytes32 mix) internal returns (address sequencer) {
        uint256 epoch = epochNow() + 1;
        oracle.setMix(epoch - 2, mix);
        return set.draw(epoch);
    }

    /// @dev A publication that the Inbox holds, of ticks 10 to 12, made now, in a remainder of ticks 10 to 12.
    function publish(address publisher) internal returns (OrderProof.Publication memory publication) {
        rights.setRight((now_() - BEACON_GENESIS) / SLOT, StakeRightsMock.Right(publisher, 10, 12, 3));
        return publishAnywhere(publisher);
    }

    function publishAnywhere(address publisher) internal returns (OrderProof.Publication memory publication) {
        publication = OrderProof.Publication({
            parent: ringWord(_published, 9, 0),
            meta: HeaderMeta.wrap((10 << 56) | (2 << 40)),
            ticksRoot: keccak256("ticks"),
            l1OriginHash: keccak256("origin"),
            publisher: publisher,
            blockNumber: 77,
            timestamp: uint128(now_()),
            payload: abi.encodePacked(keccak256("data"))
        });
        ++_published;
        inbox.setEntry(wordOf(publication));
    }

    function published() internal view returns (uint256) {
        return _published;
    }

    /// @dev H-2, H-3.
    function wordOf(OrderProof.Publication memory publication) internal pure returns (RingWord) {
        bytes32 hash = OrderHash.publication(
            abi.encode(
                publication.parent,
                publication.meta,
                publication.ticksRoot,
                publication.l1OriginHash,
                publication.publisher
            ),
            publication.blockNumber,
            publication.timestamp,
            publication.payload
        );
        return ringWord(publication.parent.id() + 1, publication.meta.lastTick(), hash);
    }

    /// @dev What the set owes: fund, pools, and commissions of these sequencers.
    function owed(address[] memory sequencers) internal view returns (uint256 sum) {
        sum = set.fund();
        for (uint256 i = 0; i < sequencers.length; ++i) {
            StakePool.Pool memory pool = set.poolOf(sequencers[i]);
            sum += uint256(pool.stake) + pool.leaving + pool.unpaidCommission;
        }
    }
}
