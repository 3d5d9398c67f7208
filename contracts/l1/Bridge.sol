// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridge} from "../interfaces/IBridge.sol";
import {IRollupRegistry} from "../interfaces/IRollupRegistry.sol";
import {HashChain} from "../libs/HashChain.sol";
import {Limits} from "../libs/Limits.sol";
import {TimelineClock} from "../libs/TimelineClock.sol";
import {Message} from "../types/Message.sol";

/// @title ETH and messages from L1 to the rollups
/// @dev INV-BRIDGE-1: the balance covers the sum of all escrows (more only if ETH was forced in).
/// INV-BRIDGE-2: a rollup's count is the number of its `Deposited` events, whose indices count from 0.
/// INV-BRIDGE-3: its chains are those of its events.
/// INV-BRIDGE-4: an id is sent iff there was a `MessageSent` of it; nonces count from 0 without gaps.
contract Bridge is IBridge, TimelineClock {
    uint256 private constant GWEI = 1e9;

    /// @inheritdoc IBridge
    IRollupRegistry public immutable override registry;

    mapping(uint32 rollupId => Escrow) private _escrows;
    /// @inheritdoc IBridge
    mapping(uint32 rollupId => bytes32) public override depositChain;
    /// @inheritdoc IBridge
    mapping(uint32 rollupId => bytes32) public override messageChain;
    /// @inheritdoc IBridge
    mapping(bytes32 id => bool) public override sent;
    /// @inheritdoc IBridge
    uint64 public override nonce;

    constructor(
        IRollupRegistry registry_
    ) TimelineClock(registry_.timing().genesisTime, registry_.timing().tickSeconds) {
        registry = registry_;
    }

    /// @inheritdoc IBridge
    function deposit(uint32 rollupId, address recipient) external payable {
        uint256 gweiAmount = msg.value / GWEI;
        require(gweiAmount > 0 && gweiAmount <= type(uint64).max && msg.value % GWEI == 0, InvalidAmount(msg.value));
        require(recipient != address(0), ZeroRecipient());
        _requireActive(rollupId);

        Escrow memory account = _escrows[rollupId];
        uint64 index;
        unchecked {
            // 2^64 deposits, or 2^128 gwei, do not happen.
            index = uint64(account.count);
            _escrows[rollupId] = Escrow(account.gweiAmount + uint128(gweiAmount), account.count + 1);
        }
        bytes32 added = HashChain.depositEntry(rollupId, index, msg.sender, recipient, uint64(gweiAmount));
        depositChain[rollupId] = HashChain.append(depositChain[rollupId], added);
        emit Deposited(rollupId, index, msg.sender, recipient, uint64(gweiAmount));
    }

    /// @inheritdoc IBridge
    function sendMessage(
        uint32 rollupId,
        address target,
        uint64 minGas,
        bytes calldata data
    ) external returns (bytes32 id) {
        IRollupRegistry.Rollup memory known = registry.rollupInfo(rollupId);
        require(known.cluster != 0, UnknownRollup(rollupId));
        require(known.lowestGasLimit != 0, RollupRetired(rollupId));
        require(data.length <= Limits.MAX_MESSAGE_BYTES, MessageTooLarge(data.length, Limits.MAX_MESSAGE_BYTES));
        Message memory message = Message({
            source: uint64(block.chainid),
            destination: known.chainId,
            nonce: nonce++,
            sender: msg.sender,
            target: target,
            minGas: minGas,
            data: data
        });
        id = message.id();
        sent[id] = true;
        messageChain[rollupId] = HashChain.append(messageChain[rollupId], HashChain.messageEntry(rollupId, id));
        emit MessageSent(rollupId, id, message);
    }

    /// @inheritdoc IBridge
    function escrow(uint32 rollupId) external view returns (Escrow memory) {
        return _escrows[rollupId];
    }

    function _requireActive(uint32 rollupId) private view {
        (uint32 cluster, uint64 activationTick, uint64 lowestGasLimit) = registry.gate(rollupId);
        require(cluster != 0, UnknownRollup(rollupId));
        require(lowestGasLimit != 0, RollupRetired(rollupId));
        uint256 activeFrom = _timeOf(activationTick);
        require(activeFrom <= block.timestamp, RollupNotActive(rollupId, activeFrom, block.timestamp));
    }
}
