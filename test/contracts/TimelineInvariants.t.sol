// SPDX-License-Identifier: MIT
// solhint-disable one-contract-per-file, no-empty-blocks
pragma solidity 0.8.37;

import {IRollupRegistry} from "../../contracts/interfaces/IRollupRegistry.sol";
import {Bridge} from "../../contracts/l1/Bridge.sol";
import {ForcedInclusion} from "../../contracts/l1/ForcedInclusion.sol";
import {Inbox} from "../../contracts/l1/Inbox.sol";
import {RollupRegistry} from "../../contracts/l1/RollupRegistry.sol";
import {RingWord} from "../../contracts/types/RingWord.sol";
import {TimelineHandler} from "./TimelineHandler.sol";
import {Test} from "./Vm.sol";

/// @notice The handler under a name of this file: the runner calls contracts of test files only.
contract Handler is TimelineHandler {}

/// @notice What holds after any sequence of uses. The ids stand in the contracts.
contract TimelineInvariants is Test {
    uint256 private constant RING_SIZE = 5;
    uint256 private constant TICKS_PER_SLOT = 6;
    uint256 private constant BUDGET = 180_000_000;

    TimelineHandler private handler;
    RollupRegistry private registry;
    ForcedInclusion private forced;
    Bridge private bridge;
    Inbox private inbox;

    function setUp() public {
        handler = new Handler();
        (address a, address b, address c, address d) = handler.timelineContracts();
        registry = RollupRegistry(a);
        forced = ForcedInclusion(payable(b));
        bridge = Bridge(c);
        inbox = Inbox(d);
    }

    /// @dev Only the handler is called at random.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_RingHoldsTheLastPublications_INV_INBOX_1_INV_INBOX_3() external view {
        uint256 newest = handler.wordCount() - 1;
        assertTrue(inbox.head() == handler.words(newest), "INV-INBOX-3: head");
        for (uint256 back = 0; back < RING_SIZE && back < newest; ++back) {
            uint256 id = newest - back;
            assertTrue(inbox.entry(uint32(id)) == handler.words(id), "INV-INBOX-1: entry");
        }
    }

    function invariant_IdsAndTicksRise_INV_INBOX_2() external view {
        uint256 count = handler.wordCount();
        for (uint256 i = 1; i < count; ++i) {
            assertEq(handler.words(i).id(), i, "ids rise by one");
            assertTrue(handler.words(i).lastTick() > handler.words(i - 1).lastTick(), "ticks rise strictly");
        }
    }

    function invariant_PinsStay_INV_INBOX_4() external view {
        uint256 count = handler.pinCount();
        for (uint256 i = 0; i < count; ++i) {
            RingWord word = handler.pins(i);
            assertTrue(inbox.entry(uint32(word.id())) == word, "pinned");
            assertTrue(handler.words(word.id()) == word, "pinned what was published");
        }
    }

    function invariant_ClusterBudgets_INV_REGISTRY_1() external view {
        (uint32 rollups, uint32 clusters) = registry.counts();
        assertEq(rollups, handler.rollups(), "INV-REGISTRY-3: ids count");
        uint256[] memory used = new uint256[](clusters + 1);
        for (uint32 id = 1; id <= rollups; ++id) {
            IRollupRegistry.Rollup memory known = registry.rollupInfo(id);
            uint256 most = known.gasLimit > known.pendingGasLimit ? known.gasLimit : known.pendingGasLimit;
            used[known.cluster] += most * TICKS_PER_SLOT;
            assertTrue(known.lowestGasLimit <= known.gasLimit, "INV-REGISTRY-2: lowest");
            assertTrue(
                known.pendingTick == 0 || known.lowestGasLimit <= known.pendingGasLimit,
                "INV-REGISTRY-2: lowest, pending included"
            );
            assertEq(registry.rollupOfChain(known.chainId), id, "INV-REGISTRY-3: chain ids");
        }
        for (uint32 id = 1; id <= clusters; ++id) {
            (address owner, uint96 gasPerSlot) = registry.clusterInfo(id);
            assertEq(owner, address(handler), "owner");
            assertEq(gasPerSlot, used[id], "INV-REGISTRY-1: the sum");
            assertTrue(gasPerSlot <= BUDGET, "INV-REGISTRY-1: the budget");
        }
    }

    function invariant_Chains_INV_REGISTRY_4_INV_FORCED_2_INV_BRIDGE_3() external view {
        assertEq(registry.configChain(), handler.configChain(), "INV-REGISTRY-4");
        assertEq(forced.forcedChain(), handler.forcedChain(), "INV-FORCED-2");
        for (uint32 id = 1; id <= handler.rollups(); ++id) {
            assertEq(bridge.depositChain(id), handler.depositChain(id), "INV-BRIDGE-3");
        }
    }

    function invariant_QueueIndices_INV_FORCED_1_INV_FORCED_4() external view {
        (, uint32 clusters) = registry.counts();
        for (uint32 id = 1; id <= clusters; ++id) {
            assertEq(forced.queue(id).nextIndex, handler.entries(id), "INV-FORCED-1");
            uint256 level = forced.queue(id).level;
            assertTrue(level <= forced.capacity(), "INV-FORCED-4: capacity");
            assertTrue(level <= handler.declaredGas(id), "INV-FORCED-4: no more than was declared");
        }
    }

    function invariant_Fees_INV_FORCED_3() external view {
        assertEq(address(forced).balance + handler.burnt(), handler.fees(), "INV-FORCED-3");
    }

    function invariant_Escrow_INV_BRIDGE_1_INV_BRIDGE_2() external view {
        uint256 sum;
        for (uint32 id = 1; id <= handler.rollups(); ++id) {
            assertEq(bridge.escrow(id).gweiAmount, handler.deposited(id), "INV-BRIDGE-1: escrow");
            assertEq(bridge.escrow(id).count, handler.deposits(id), "INV-BRIDGE-2");
            sum += bridge.escrow(id).gweiAmount;
        }
        assertEq(address(bridge).balance, sum * 1 gwei, "INV-BRIDGE-1: balance");
    }
}
