// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156.sol";

import {CrossRollupFlashLoan} from "../../contracts/examples/CrossRollupFlashLoan.sol";
import {CrossRollupToken} from "../../contracts/examples/CrossRollupToken.sol";
import {FlashLender} from "../../contracts/examples/FlashLender.sol";
import {PairPool} from "../../contracts/examples/PairPool.sol";
import {IMailbox} from "../../contracts/interfaces/IMailbox.sol";
import {Entry, Request, hashAnswer} from "../../contracts/types/Request.sol";
import {MailboxFixture} from "./MailboxFixture.sol";
import {Vm} from "./Vm.sol";

/// @notice The example, with the tape a builder would find. Tokens have another address on each rollup here.
contract CrossRollupFlashLoanTest is MailboxFixture {
    uint256 private constant LOAN = 10_000;
    uint64 private constant TOKEN_GAS = 150_000;
    uint64 private constant CALL_GAS = 250_000;

    CrossRollupToken private xHere;
    CrossRollupToken private yHere;
    CrossRollupToken private xThere;
    CrossRollupToken private yThere;
    PairPool private poolHere;
    PairPool private poolThere;
    FlashLender private lender;
    CrossRollupFlashLoan private example;
    Request[] private requests;
    Entry[] private entries;

    function setUp() public {
        createMailbox();
        (xHere, xThere) = _pair("X");
        (yHere, yThere) = _pair("Y");
        poolHere = new PairPool(xHere, yHere);
        poolThere = new PairPool(xThere, yThere);
        lender = new FlashLender(xHere);
        example = new CrossRollupFlashLoan(mailbox);
        // Y is worth two X here, and one there.
        xHere.transfer(address(poolHere), 2_000_000);
        yHere.transfer(address(poolHere), 1_000_000);
        xThere.transfer(address(poolThere), 1_000_000);
        yThere.transfer(address(poolThere), 1_000_000);
        xHere.transfer(address(lender), 100_000);
    }

    function test_BorrowsTradesThereAndRepays() public {
        uint256 supply = _supply();
        _fillTape(poolThere.quote(address(xThere), LOAN));
        uint256 before = xHere.balanceOf(address(this));
        example.run(_trade(1000));
        uint256 profit = xHere.balanceOf(address(this)) - before;
        assertTrue(profit >= 1000 && profit < LOAN, "profit");
        assertEq(xHere.balanceOf(address(lender)), 100_009, "repaid with the fee");
        _serveAndCompare();
        assertEq(_supply(), supply, "INV-TOKEN-1: nothing is made or lost");
        address account = mailbox.aliasOf(A, address(example));
        assertEq(xThere.balanceOf(account) + yThere.balanceOf(account), 0, "nothing is left there");
    }

    /// @dev An answer that promises more than the other rollup gives is not what is served.
    function test_ALyingTapeDoesNotMatch_X16() public {
        _fillTape(poolThere.quote(address(xThere), LOAN) + 1);
        example.run(_trade(0));
        on(B);
        vm.recordLogs();
        mailbox.serve(SESSION, requests);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 served;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMailbox.Served.selector) continue;
            (, bytes32 answer) = abi.decode(logs[i].data, (bytes32, bytes32));
            bool same = answer == hashAnswer(entries[served].ok, entries[served].returnData);
            assertTrue(same == (served < 2), "the swap's answer is not that, and then there is too little to pull");
            ++served;
        }
        assertEq(served, 4, "all served");
    }

    function test_RevertsWithTooLittleProfit() public {
        uint256 bought = poolThere.quote(address(xThere), LOAN);
        _fillTape(bought);
        uint256 back = poolHere.quote(address(yHere), bought);
        vm.expectRevert(
            abi.encodeWithSelector(CrossRollupFlashLoan.TooLittleProfit.selector, back, LOAN + 9, 1_000_000)
        );
        example.run(_trade(1_000_000));
    }

    function test_RevertsWithNotBorrowing() public {
        bytes memory data = abi.encode(_trade(0));
        vm.expectRevert(
            abi.encodeWithSelector(CrossRollupFlashLoan.NotBorrowing.selector, address(this), address(this))
        );
        example.onFlashLoan(address(this), address(xHere), LOAN, 0, data);
        vm.expectRevert(
            abi.encodeWithSelector(CrossRollupFlashLoan.NotBorrowing.selector, address(lender), address(this))
        );
        lender.flashLoan(example, address(xHere), LOAN, data);
    }

    function test_LenderRevertsWithUnknownTokenOrNotAgreed() public {
        vm.expectRevert(abi.encodeWithSelector(FlashLender.UnknownToken.selector, address(yHere)));
        lender.flashFee(address(yHere), 1);
        assertEq(lender.maxFlashLoan(address(yHere)), 0, "nothing of it");
        assertEq(lender.maxFlashLoan(address(xHere)), 100_000, "all");
        vm.expectRevert(abi.encodeWithSelector(FlashLender.NotAgreed.selector, bytes32(0)));
        lender.flashLoan(IERC3156FlashBorrower(address(this)), address(xHere), 1, "");
    }

    /// @dev A borrower that does not agree.
    function onFlashLoan(address, address, uint256, uint256, bytes calldata) external pure returns (bytes32) {
        return 0;
    }

    function test_PoolRevertsWithUnknownTokenOrTooLittleOut() public {
        vm.expectRevert(abi.encodeWithSelector(PairPool.UnknownToken.selector, address(yThere)));
        poolHere.swap(address(yThere), 1, 0);
        uint256 quoted = poolHere.quote(address(xHere), 100);
        vm.expectRevert(abi.encodeWithSelector(PairPool.TooLittleOut.selector, quoted, quoted + 1));
        poolHere.swap(address(xHere), 100, quoted + 1);
    }

    function test_TokenRevertsWithNotLinkerNotLinkedOrNotRemote() public {
        vm.expectRevert(abi.encodeWithSelector(CrossRollupToken.NotLinked.selector, C));
        xHere.push(C, 1);
        vm.expectRevert(abi.encodeWithSelector(CrossRollupToken.NotRemote.selector, address(this)));
        xHere.mintRemote(address(this), B, 1);
        vm.expectRevert(abi.encodeWithSelector(CrossRollupToken.NotRemote.selector, address(this)));
        xHere.burnRemote(address(lender), B, 1);
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(CrossRollupToken.NotLinker.selector, address(0xBAD)));
        xHere.link(C, address(1));
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(CrossRollupToken.NotLinker.selector, address(0xBAD)));
        xHere.seal();
        xHere.seal();
        vm.expectRevert(abi.encodeWithSelector(CrossRollupToken.NotLinker.selector, address(this)));
        xHere.link(C, address(1));
    }

    // ---------------------------------------------------------------------------------------------- helpers

    function _pair(string memory name) private returns (CrossRollupToken here, CrossRollupToken there) {
        here = new CrossRollupToken(mailbox, name, name, 10_000_000);
        there = new CrossRollupToken(mailbox, name, name, 10_000_000);
        here.link(B, address(there));
        there.link(A, address(here));
    }

    function _trade(uint256 minimumProfit) private view returns (CrossRollupFlashLoan.Trade memory) {
        return
            CrossRollupFlashLoan.Trade({
                lender: lender,
                borrowed: xHere,
                traded: yHere,
                pool: poolHere,
                chainId: B,
                remotePool: address(poolThere),
                amount: LOAN,
                minimumProfit: minimumProfit
            });
    }

    /// @dev The four calls of a run, answered as if the swap there brought `bought`.
    function _fillTape(uint256 bought) private {
        bytes memory mint = abi.encodeCall(xThere.mintRemote, (address(example), A, LOAN));
        _expect(address(xHere), address(xThere), TOKEN_GAS, mint, "");
        bytes memory approve = abi.encodeCall(xThere.approve, (address(poolThere), LOAN));
        _expect(address(example), address(xThere), CALL_GAS, approve, abi.encode(true));
        bytes memory swap = abi.encodeCall(PairPool.swap, (address(xThere), LOAN, 0));
        _expect(address(example), address(poolThere), CALL_GAS, swap, abi.encode(bought));
        bytes memory burn = abi.encodeCall(yThere.burnRemote, (address(example), A, bought));
        _expect(address(yHere), address(yThere), TOKEN_GAS, burn, "");
        carrySession();
        mailbox.fill(SESSION, entries);
    }

    function _expect(address caller, address target, uint64 gas, bytes memory data, bytes memory answer) private {
        Request memory request = Request(pathOf(A), B, caller, target, gas, data, uint64(requests.length));
        requests.push(request);
        entries.push(Entry(request.hashRequest(), true, answer));
    }

    function _serveAndCompare() private {
        on(B);
        vm.recordLogs();
        mailbox.serve(SESSION, requests);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 served;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMailbox.Served.selector) continue;
            bytes32 answer = hashAnswer(true, entries[served].returnData);
            bytes memory expected = abi.encode(entries[served].requestHash, answer);
            assertEq(keccak256(logs[i].data), keccak256(expected), "X-16: as it was read");
            ++served;
        }
        assertEq(served, 4, "all served");
    }

    function _supply() private view returns (uint256) {
        return xHere.totalSupply() + xThere.totalSupply() + yHere.totalSupply() + yThere.totalSupply();
    }
}
