// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRollupRegistry} from "../../contracts/interfaces/IRollupRegistry.sol";
import {IInbox} from "../../contracts/interfaces/IInbox.sol";
import {ISequencingRights} from "../../contracts/interfaces/ISequencingRights.sol";
import {Bridge} from "../../contracts/l1/Bridge.sol";
import {ForcedInclusion} from "../../contracts/l1/ForcedInclusion.sol";
import {Inbox} from "../../contracts/l1/Inbox.sol";
import {RollupRegistry} from "../../contracts/l1/RollupRegistry.sol";
import {OpenRights} from "../../contracts/l1/rights/OpenRights.sol";
import {HeaderMeta} from "../../contracts/types/HeaderMeta.sol";
import {Test} from "./Vm.sol";

/// @notice A timeline as in the spec's defaults, but with a ring that is soon full, at a time that is nobody's.
abstract contract TimelineFixture is Test {
    uint64 internal constant GENESIS = 1_800_000_012;
    uint64 internal constant BEACON_GENESIS = GENESIS - 1200;
    uint32 internal constant SLOT = 12;
    uint32 internal constant TICK = 2;
    uint32 internal constant MAX_LAG = 64 * SLOT;
    uint32 internal constant FORCED_DELAY = 32 * SLOT;
    uint32 internal constant MAX_ORIGIN_AGE = 16 * SLOT;
    uint32 internal constant RING_SIZE = 5;
    uint64 internal constant BUDGET = 180_000_000;
    uint256 internal constant PRICE = 1 gwei;
    uint256 internal constant START = 1_000_000;
    address internal constant RECIPIENT = address(0xFEE);

    RollupRegistry internal registry;
    ForcedInclusion internal forced;
    Bridge internal bridge;
    ISequencingRights internal rights;
    Inbox internal inbox;

    function createTimeline() internal {
        vm.roll(START);
        vm.warp(GENESIS);
        registry = new RollupRegistry(timing());
        forced = new ForcedInclusion(registry, PRICE);
        bridge = new Bridge(registry);
        rights = new OpenRights();
        inbox = new Inbox(registry, forced, bridge, rights, parameters());
    }

    function timing() internal pure returns (IRollupRegistry.Timing memory) {
        return IRollupRegistry.Timing(GENESIS, SLOT, TICK, MAX_LAG, FORCED_DELAY, BUDGET);
    }

    function parameters() internal pure returns (IInbox.InboxParameters memory) {
        return IInbox.InboxParameters(BEACON_GENESIS, MAX_ORIGIN_AGE, RING_SIZE);
    }

    /// @dev A config that the registry takes now.
    function rollupConfig(uint64 chainId) internal view returns (IRollupRegistry.RollupConfig memory) {
        return
            IRollupRegistry.RollupConfig({
                chainId: chainId,
                cluster: 0,
                gasLimit: 10_000_000,
                feeRecipient: RECIPIENT,
                activationTick: uint64(currentTick() + 1),
                settlement: address(0),
                template: 1,
                genesisHash: bytes32(0)
            });
    }

    /// @dev Registers a rollup in a new cluster of this contract's and waits until it is active.
    function activeRollup(uint64 chainId) internal returns (uint32 rollupId) {
        rollupId = registry.register(rollupConfig(chainId), "");
        vm.warp(now_() + TICK);
    }

    function currentTick() internal view returns (uint256) {
        return (now_() - GENESIS) / TICK;
    }

    function timeOf(uint256 tick) internal pure returns (uint256) {
        return GENESIS + tick * TICK;
    }

    /// @dev The next L1 block, and the one before it with a hash that `blockhash` knows.
    function nextBlock(uint256 secondsLater) internal returns (bytes32 parentHash) {
        parentHash = keccak256(abi.encode("block", blockNumber()));
        vm.roll(blockNumber() + 1);
        vm.warp(now_() + secondsLater);
        vm.setBlockhash(blockNumber() - 1, parentHash);
    }

    /// @dev Spec H-1.
    function packMeta(
        uint256 firstTick,
        uint256 span,
        uint256 l1Origin,
        uint256 blobs
    ) internal pure returns (HeaderMeta) {
        uint256 word = uint256(uint160(RECIPIENT)) << 96;
        return HeaderMeta.wrap(word | (firstTick << 56) | (span << 40) | (l1Origin << 8) | (1 << 4) | blobs);
    }
}
