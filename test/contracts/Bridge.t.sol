// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridge} from "../../contracts/interfaces/IBridge.sol";
import {TimelineFixture} from "./TimelineFixture.sol";
import {Vm} from "./Vm.sol";

contract BridgeTest is TimelineFixture {
    uint32 private rollupId;

    function setUp() public {
        createTimeline();
        rollupId = activeRollup(700);
        vm.deal(address(this), type(uint128).max);
    }

    function test_Deposits_INV_BRIDGE_2_INV_BRIDGE_3() public {
        bytes32 chain = bridge.depositChain(rollupId);
        assertEq(chain, 0, "C-1: the empty chain");
        for (uint64 index = 0; index < 3; ++index) {
            uint64 amount = 5 + index;
            vm.recordLogs();
            bridge.deposit{value: uint256(amount) * 1 gwei}(rollupId, address(0xCAFE));
            Vm.Log memory log = vm.getRecordedLogs()[0];
            assertEq(log.topics[0], IBridge.Deposited.selector, "topic");
            assertEq(log.topics[1], bytes32(uint256(rollupId)), "rollup");
            bytes memory data = abi.encode(index, address(this), address(0xCAFE), amount);
            assertEq(keccak256(log.data), keccak256(data), "data");
            bytes32 added = keccak256(
                abi.encodePacked(uint8(9), rollupId, index, address(this), address(0xCAFE), amount)
            );
            chain = keccak256(abi.encodePacked(uint8(7), chain, uint128(blockNumber()), uint128(now_()), added));
            assertEq(bridge.depositChain(rollupId), chain, "C-3");
            vm.warp(now_() + SLOT);
        }
        assertEq(bridge.escrow(rollupId).gweiAmount, 18, "escrow");
        assertEq(bridge.escrow(rollupId).count, 3, "count");
        assertEq(address(bridge.registry()), address(registry), "registry");
    }

    function test_RevertsWithInvalidAmount() public {
        uint256[4] memory amounts = [uint256(0), 1, 1 gwei + 1, 2 ** 64 * 1 gwei];
        for (uint256 i = 0; i < amounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBridge.InvalidAmount.selector, amounts[i]));
            bridge.deposit{value: amounts[i]}(rollupId, address(0xCAFE));
        }
        bridge.deposit{value: (2 ** 64 - 1) * 1 gwei}(rollupId, address(0xCAFE));
        bridge.deposit{value: 1 gwei}(rollupId, address(0xCAFE));
        assertEq(bridge.escrow(rollupId).gweiAmount, 2 ** 64, "more than 64 bits in all");
    }

    function test_RevertsWithZeroRecipient() public {
        vm.expectRevert(abi.encodeWithSelector(IBridge.ZeroRecipient.selector));
        bridge.deposit{value: 1 gwei}(rollupId, address(0));
    }

    function test_RevertsWithUnknownRollup() public {
        vm.expectRevert(abi.encodeWithSelector(IBridge.UnknownRollup.selector, 9));
        bridge.deposit{value: 1 gwei}(9, address(0xCAFE));
    }

    function test_RevertsWithRollupNotActive_trap20() public {
        uint32 later = registry.register(rollupConfig(701), "");
        uint256 activeFrom = timeOf(currentTick() + 1);
        vm.warp(activeFrom - 1);
        vm.expectRevert(abi.encodeWithSelector(IBridge.RollupNotActive.selector, later, activeFrom, activeFrom - 1));
        bridge.deposit{value: 1 gwei}(later, address(0xCAFE));
        vm.warp(activeFrom);
        bridge.deposit{value: 1 gwei}(later, address(0xCAFE));
    }

    /// @dev Nobody sends ETH by mistake.
    function test_TakesNoEtherWithoutADeposit() public {
        (bool accepted, ) = address(bridge).call{value: 1 ether}("");
        assertTrue(!accepted, "refused");
    }

    function testFuzz_EscrowIsTheSumOfDeposits_INV_BRIDGE_1(uint64[] calldata amounts) public {
        uint256 sum;
        for (uint256 i = 0; i < amounts.length && i < 20; ++i) {
            if (amounts[i] == 0) continue;
            bridge.deposit{value: uint256(amounts[i]) * 1 gwei}(rollupId, address(0xCAFE));
            sum += amounts[i];
        }
        assertEq(bridge.escrow(rollupId).gweiAmount, sum, "escrow");
        assertEq(address(bridge).balance, sum * 1 gwei, "balance");
    }
}
