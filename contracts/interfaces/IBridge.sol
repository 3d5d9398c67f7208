// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Message} from "../types/Message.sol";
import {IRollupRegistry} from "./IRollupRegistry.sol";

/// @title ETH and messages from L1 to the rollups
/// @notice A deposit is credited by derivation itself, to the recipient's balance on the rollup, in the first tick whose
/// l1Origin has seen it. ETH stays here, counted per rollup, so that no rollup can ever draw on another's.
/// A message is delivered on the rollup by anyone, once its l1Origin has seen it: the contract is L1's twin of the rollups' Mailbox.
/// @dev Trust: none in any person.
/// Warning: **one way for now.** No function of this contract releases escrow. Withdrawals need a settled state to be proved
/// against; a timeline that has them is created with the bridge that comes with settlement, which releases a rollup's escrow to
/// proofs against that rollup's settlement module, up to that rollup's escrow, and to nothing and nobody else.
interface IBridge {
    /// @notice A rollup's deposits. (A full word.)
    struct Escrow {
        uint128 gweiAmount;
        uint128 count;
    }

    /// @notice ETH has been deposited for an account of a rollup.
    event Deposited(uint32 indexed rollupId, uint64 index, address sender, address recipient, uint64 gweiAmount);

    /// @notice A message has been sent to a rollup. (spec X-5)
    event MessageSent(uint32 indexed rollupId, bytes32 id, Message message);

    /// @notice Zero, not whole gwei, or more gwei than 64 bits hold: nothing a withdrawal of the rollup's block could credit.
    error InvalidAmount(uint256 weiAmount);
    /// @notice The ETH could never be used.
    error ZeroRecipient();
    /// @notice No rollup has this number.
    error UnknownRollup(uint32 rollupId);
    /// @notice The rollup begins at `activeFrom`; before that it has no blocks to credit anything in.
    error RollupNotActive(uint32 rollupId, uint256 activeFrom, uint256 timestamp);
    /// @notice The rollup is announced to leave the timeline, or has left.
    error RollupRetired(uint32 rollupId);
    error MessageTooLarge(uint256 size, uint256 maximum);

    /// @notice Deposits the ETH sent along for `recipient` on a rollup.
    /// @dev Reverts, in this order: `InvalidAmount`, `ZeroRecipient`, `UnknownRollup`, `RollupRetired`, `RollupNotActive`.
    /// Warning: a rollup that readers refuse (IRollupRegistry) credits nothing, and the ETH is lost.
    function deposit(uint32 rollupId, address recipient) external payable;

    /// @notice Sends a message: on the rollup `target` can be called with `data`, once, in the name of the caller on L1.
    /// @dev Reverts, in this order: `UnknownRollup`, `RollupRetired`, `MessageTooLarge`.
    /// Warning: a rollup that is not active yet delivers it when it is; a `minGas` that no transaction has, or a target that always
    /// reverts, keeps it from ever being delivered.
    /// @param minGas what the target gets at least
    /// @return id what it is delivered by (spec X-3)
    function sendMessage(
        uint32 rollupId,
        address target,
        uint64 minGas,
        bytes calldata data
    ) external returns (bytes32 id);

    /// @notice Whether a message has been sent from here.
    function sent(bytes32 id) external view returns (bool);

    /// @notice The number of messages sent, to all rollups: the next one's nonce.
    function nonce() external view returns (uint64);

    /// @notice The hash chain of a rollup's messages (docs/spec/contracts.md, C-1); zero before the first.
    function messageChain(uint32 rollupId) external view returns (bytes32);

    /// @notice A rollup's escrow in gwei, and how many deposits it has had.
    function escrow(uint32 rollupId) external view returns (Escrow memory);

    /// @notice The hash chain of a rollup's deposits (docs/spec/contracts.md, C-1); zero before the first.
    function depositChain(uint32 rollupId) external view returns (bytes32);

    /// @notice Where rollups are looked up.
    function registry() external view returns (IRollupRegistry);
}
