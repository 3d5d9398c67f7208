// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridge} from "../../contracts/interfaces/IBridge.sol";
import {Message} from "../../contracts/types/Message.sol";
import {TimelineFixture} from "./TimelineFixture.sol";
import {Vm} from "./Vm.sol";

/// @notice X-5 on L1: messages to rollups.
contract BridgeMessagesTest is TimelineFixture {
    uint32 private rollupId;
    uint32 private other;

    function setUp() public {
        createTimeline();
        other = registry.register(rollupConfig(699), "");
        rollupId = activeRollup(700);
    }

    function test_Sends_X3_C12_INV_BRIDGE_3_INV_BRIDGE_4() public {
        bytes32 chain = bridge.messageChain(rollupId);
        assertEq(chain, 0, "C-1: the empty chain");
        for (uint64 nonce = 0; nonce < 3; ++nonce) {
            Message memory message = Message({
                source: uint64(block.chainid),
                destination: 700,
                nonce: nonce,
                sender: address(this),
                target: address(0xCAFE),
                minGas: 50_000 + nonce,
                data: abi.encode("hello", nonce)
            });
            bytes32 expected = keccak256(abi.encodePacked(uint8(0x11), abi.encode(message)));
            expected = (expected >> 64) << 64;
            assertTrue(!bridge.sent(expected), "not yet");
            vm.recordLogs();
            bytes32 id = bridge.sendMessage(rollupId, address(0xCAFE), 50_000 + nonce, abi.encode("hello", nonce));
            assertEq(id, expected, "X-3");
            assertTrue(bridge.sent(id), "sent");
            Vm.Log memory log = vm.getRecordedLogs()[0];
            assertEq(log.topics[0], IBridge.MessageSent.selector, "topic");
            assertEq(log.topics[1], bytes32(uint256(rollupId)), "rollup");
            assertEq(keccak256(log.data), keccak256(abi.encode(id, message)), "data");
            bytes32 added = keccak256(abi.encodePacked(uint8(12), rollupId, id));
            chain = keccak256(abi.encodePacked(uint8(7), chain, uint128(blockNumber()), uint128(now_()), added));
            assertEq(bridge.messageChain(rollupId), chain, "C-12");
            nextBlock(SLOT);
        }
        assertEq(bridge.nonce(), 3, "nonces");
        assertEq(bridge.messageChain(other), 0, "another rollup's chain");
        assertEq(bridge.depositChain(rollupId), 0, "no deposit");
    }

    function test_NoTwoMessagesAreTheSame() public {
        bytes32 first = bridge.sendMessage(rollupId, address(0xCAFE), 0, "");
        bytes32 second = bridge.sendMessage(rollupId, address(0xCAFE), 0, "");
        assertTrue(first != second, "nonce");
    }

    function test_ARollupThatIsNotActiveYetHasMessages() public {
        uint32 later = registry.register(rollupConfig(701), "");
        assertTrue(bridge.sent(bridge.sendMessage(later, address(0xCAFE), 0, "")), "sent");
    }

    function test_RevertsWithUnknownRollup() public {
        vm.expectRevert(abi.encodeWithSelector(IBridge.UnknownRollup.selector, 9));
        bridge.sendMessage(9, address(0xCAFE), 0, "");
    }

    function test_RevertsWithMessageTooLarge() public {
        vm.expectRevert(abi.encodeWithSelector(IBridge.MessageTooLarge.selector, 65_537, 65_536));
        bridge.sendMessage(rollupId, address(0xCAFE), 0, new bytes(65_537));
        bridge.sendMessage(rollupId, address(0xCAFE), 0, new bytes(65_536));
    }
}
