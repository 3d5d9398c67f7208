// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITokenBridge} from "../../contracts/interfaces/ITokenBridge.sol";
import {Tags} from "../../contracts/libs/Tags.sol";
import {TokenBridge} from "../../contracts/l2/TokenBridge.sol";
import {BridgedToken} from "../../contracts/mocks/l2/BridgedToken.sol";
import {Message} from "../../contracts/types/Message.sol";
import {MailboxFixture} from "./MailboxFixture.sol";

/// @notice Moves a token between three rollups at random, in any order and more than once if that were possible.
contract TokenHandler is MailboxFixture {
    uint256 public constant SUPPLY = 1_000_000;
    TokenBridge private immutable BRIDGE;

    BridgedToken[3] private _tokens;
    Message[] private _messages;
    mapping(uint256 message => uint256) public amounts;
    mapping(uint256 message => uint256) public maxFees;
    mapping(uint256 message => bool) public arrived;
    uint256 public inFlight;

    constructor() {
        createMailbox();
        BRIDGE = new TokenBridge(mailbox, 0);
        for (uint256 i = 0; i < 3; ++i) {
            _tokens[i] = new BridgedToken();
            _tokens[i].setBridge(address(BRIDGE));
        }
        for (uint256 i = 0; i < 9; ++i) {
            if (i / 3 != i % 3) _tokens[i / 3].link(_chain(i % 3), address(_tokens[i % 3]));
        }
        _tokens[0].mint(address(this), SUPPLY);
    }

    function send(uint256 from, uint256 to, uint256 amount, uint256 maxFee) external {
        uint256 source = from % 3;
        uint256 destination = (source + 1 + (to % 2)) % 3;
        on(_chain(source));
        uint256 moved = bound(amount, 0, _tokens[source].balanceOf(address(this)));
        maxFees[_messages.length] = bound(maxFee, 0, moved);
        vm.recordLogs();
        BRIDGE.send(
            ITokenBridge.Order({
                token: address(_tokens[source]),
                destination: _chain(destination),
                recipient: address(this),
                amount: moved,
                maxFee: maxFees[_messages.length],
                minFinality: ITokenBridge.Finality.Preconfirmed,
                minGas: 0,
                hookData: ""
            })
        );
        amounts[_messages.length] = moved;
        _messages.push(sentMessage());
        inFlight += moved;
    }

    /// @dev Any message that was ever sent, on any rollup, with its tag.
    function deliver(uint256 which, uint256 where, uint256 fee) external {
        if (_messages.length == 0) return;
        uint256 index = which % _messages.length;
        Message memory message = _messages[index];
        uint64 chainId = where % 4 == 3 ? _chain(which % 3) : message.destination;
        on(chainId);
        carry(Tags.DELIVERY, message.id());
        try BRIDGE.relay(message, fee % 4, address(this)) {
            assertTrue(!arrived[index], "INV-MAILBOX-2: once");
            arrived[index] = true;
            inFlight -= amounts[index];
        } catch {
            assertTrue(
                arrived[index] || chainId != message.destination || fee % 4 > maxFees[index],
                "refused for no reason"
            );
        }
    }

    function supply() external view returns (uint256 sum) {
        for (uint256 i = 0; i < 3; ++i) sum += _tokens[i].totalSupply();
    }

    function mailboxState() external view returns (uint256 sent, uint64 nonce, bool serving) {
        return (_messages.length, mailbox.nonce(), mailbox.serving());
    }

    function _chain(uint256 index) private pure returns (uint64) {
        return uint64(A + index);
    }
}

/// @notice What holds after any sequence of transfers.
contract TokenInvariants is MailboxFixture {
    TokenHandler private handler;

    function setUp() public {
        handler = new TokenHandler();
    }

    /// @dev Only the handler is called at random.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_NothingIsMadeOrLost_INV_TOKEN_1_INV_TOKEN_2() external view {
        assertEq(handler.supply() + handler.inFlight(), handler.SUPPLY(), "INV-TOKEN-1");
    }

    function invariant_MessagesAreCounted_INV_MAILBOX_1_INV_MAILBOX_4() external view {
        (uint256 sent, uint64 nonce, bool serving) = handler.mailboxState();
        assertEq(nonce, sent, "INV-MAILBOX-1");
        assertTrue(!serving, "INV-MAILBOX-4");
    }
}
