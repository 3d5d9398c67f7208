// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ILookaheadOracle} from "../../contracts/interfaces/ILookaheadOracle.sol";
import {IOrderVerifier} from "../../contracts/interfaces/IOrderVerifier.sol";
import {IPreconfSlasher} from "../../contracts/interfaces/IPreconfSlasher.sol";
import {IProposerRegistry} from "../../contracts/interfaces/IProposerRegistry.sol";
import {ISequencingRights} from "../../contracts/interfaces/ISequencingRights.sol";
import {IStakedSequencerSet} from "../../contracts/interfaces/IStakedSequencerSet.sol";
import {Bridge} from "../../contracts/l1/Bridge.sol";
import {ForcedInclusion} from "../../contracts/l1/ForcedInclusion.sol";
import {Inbox} from "../../contracts/l1/Inbox.sol";
import {PreconfSlasher} from "../../contracts/l1/PreconfSlasher.sol";
import {RollupRegistry} from "../../contracts/l1/RollupRegistry.sol";
import {ProposerRights} from "../../contracts/l1/rights/ProposerRights.sol";
import {StakedSequencerSet} from "../../contracts/l1/rights/StakedSequencerSet.sol";
import {OrderProof} from "../../contracts/libs/OrderProof.sol";
import {StakeOracleMock, StakeToken} from "../../contracts/mocks/StakeMocks.sol";
import {HeaderMeta} from "../../contracts/types/HeaderMeta.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {TimelineFixture} from "./TimelineFixture.sol";

/// @notice A staked set with the contracts that it serves: no L1 proposer has a delegate.
contract StakedTimelineTest is TimelineFixture {
    uint256 private constant SLOTS_PER_EPOCH = 32;
    uint256 private constant EPOCH = SLOTS_PER_EPOCH * SLOT;
    uint96 private constant STAKE = 1000 ether;
    uint96 private constant REWARD = 1 ether;
    uint64 private constant CHALLENGE_WINDOW = 8000 * 12;
    bytes32 private constant ROOT = keccak256("ticksRoot");
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    StakeToken private token;
    StakeOracleMock private oracle;
    StakedSequencerSet private set;
    PreconfSlasher private slasher;

    function setUp() public {
        vm.roll(START);
        vm.warp(GENESIS);
        token = new StakeToken();
        oracle = new StakeOracleMock(BEACON_GENESIS, SLOT, SLOTS_PER_EPOCH);
        set = new StakedSequencerSet(
            IStakedSequencerSet.Parameters({
                token: IERC20(address(token)),
                oracle: ILookaheadOracle(address(oracle)),
                minimumStake: STAKE,
                rewardPerPublication: REWARD,
                exitDelay: CHALLENGE_WINDOW + uint64(3 * EPOCH)
            })
        );
        registry = new RollupRegistry(timing());
        forced = new ForcedInclusion(registry, PRICE);
        bridge = new Bridge(registry);
        // No slot is sealed, so nobody is asked for delegates.
        rights = new ProposerRights(
            registry,
            ILookaheadOracle(address(oracle)),
            IProposerRegistry(address(token)),
            set,
            4,
            65
        );
        inbox = new Inbox(registry, forced, bridge, rights, parameters());
        slasher = new PreconfSlasher(
            inbox,
            IOrderVerifier(address(0)),
            set,
            IPreconfSlasher.Parameters(1 ether, 1, 1 days, CHALLENGE_WINDOW)
        );
        set.bind(inbox, slasher);
        _open(ALICE);
        token.mint(address(this), 10 * REWARD);
        token.approve(address(set), 10 * REWARD);
        set.addFunds(10 * REWARD);
    }

    function test_WhoIsDrawnPublishesAndIsRewarded_K5_K6() public {
        _drawnEpoch();
        OrderProof.Publication memory publication = _publish(ALICE, "");
        assertEq(set.reward(publication), REWARD, "rewarded");
        _expectNotSequencer(BOB);
    }

    /// @dev R-14: without a draw the epoch is nobody's, and what is published once it is open earns nothing.
    function test_AnEpochWithoutDrawIsNobodys_K5() public {
        nextBlock(100 * SLOT);
        OrderProof.Publication memory publication = _publish(ALICE, abi.encode(uint32(0)));
        uint256 slot = (now_() - BEACON_GENESIS) / SLOT;
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NotInRemainder.selector, 1, ALICE, slot));
        set.reward(publication);
    }

    function test_OnlyTheSlasherSlashes_K7() public {
        vm.prank(address(slasher));
        assertEq(set.slash(ALICE, 1, 10), STAKE / 10, "a tenth");
        vm.expectRevert(abi.encodeWithSelector(IStakedSequencerSet.NotSlasher.selector, address(this), slasher));
        set.slash(ALICE, 1, 10);
    }

    function _open(address sequencer) private {
        token.mint(sequencer, STAKE);
        vm.startPrank(sequencer);
        token.approve(address(set), STAKE);
        set.open(500, STAKE);
        vm.stopPrank();
    }

    /// @dev The second slot of the first epoch in which stake counts, drawn in the last second before it.
    function _drawnEpoch() private {
        uint256 epoch = (now_() - BEACON_GENESIS) / EPOCH + 3;
        oracle.setMix(epoch - 2, "mix");
        nextBlock(BEACON_GENESIS + epoch * EPOCH - 1 - now_());
        assertEq(set.draw(epoch), ALICE, "drawn");
        nextBlock(1 + SLOT);
    }

    function _publish(address publisher, bytes memory proof) private returns (OrderProof.Publication memory) {
        bytes32 originHash = nextBlock(SLOT);
        RingWord parent = inbox.head();
        HeaderMeta meta = packMeta(currentTick() - 5, 4, blockNumber() - 1, 0);
        vm.prank(publisher);
        inbox.publishCalldata(parent, meta, ROOT, originHash, "data", proof);
        return
            OrderProof.Publication({
                parent: parent,
                meta: meta,
                ticksRoot: ROOT,
                l1OriginHash: originHash,
                publisher: publisher,
                blockNumber: uint128(blockNumber()),
                timestamp: uint128(now_()),
                payload: abi.encodePacked(keccak256("data"))
            });
    }

    function _expectNotSequencer(address publisher) private {
        bytes32 originHash = nextBlock(SLOT);
        RingWord parent = inbox.head();
        HeaderMeta meta = packMeta(currentTick(), 0, blockNumber() - 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ISequencingRights.NotSequencer.selector, publisher, ALICE));
        vm.prank(publisher);
        inbox.publishCalldata(parent, meta, ROOT, originHash, "data", "");
    }
}
