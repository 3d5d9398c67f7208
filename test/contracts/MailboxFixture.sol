// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Tags} from "../../contracts/libs/Tags.sol";
import {Mailbox} from "../../contracts/l2/Mailbox.sol";
import {Message} from "../../contracts/types/Message.sol";
import {Request} from "../../contracts/types/Request.sol";
import {Test, Vm} from "./Vm.sol";

/// @notice One Mailbox that stands for those of all rollups, which have one address too: what it remembers goes by ids, and which
/// rollup it is on is a matter of `on`.
abstract contract MailboxFixture is Test {
    uint64 internal constant A = 7001;
    uint64 internal constant B = 7002;
    uint64 internal constant C = 7003;
    bytes32 internal constant SESSION = keccak256("session");

    Mailbox internal mailbox;

    function createMailbox() internal {
        mailbox = new Mailbox();
        vm.chainId(A);
    }

    function on(uint64 chainId) internal {
        vm.chainId(chainId);
    }

    /// @dev As if the access list had the tag: what has been loaded is there to be made warm.
    function carry(bytes8 kind, bytes32 hash) internal {
        bytes32 tag = Tags.key(kind, hash);
        vm.load(address(mailbox), tag);
        vm.warmSlot(address(mailbox), tag);
    }

    function carrySession() internal {
        carry(Tags.HELPER, SESSION);
        carry(Tags.BOUND, SESSION);
    }

    function pathOf(uint64 chainId) internal pure returns (uint64[] memory path) {
        path = new uint64[](1);
        path[0] = chainId;
    }

    function one(Request memory request) internal pure returns (Request[] memory requests) {
        requests = new Request[](1);
        requests[0] = request;
    }

    /// @dev The last `Sent` of the Mailbox's among the recorded logs.
    function sentMessage() internal returns (Message memory message) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(mailbox)) message = abi.decode(logs[i].data, (Message));
        }
    }
}
