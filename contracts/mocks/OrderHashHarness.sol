// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IForcedInclusion} from "../interfaces/IForcedInclusion.sol";
import {IInbox} from "../interfaces/IInbox.sol";
import {Merkle} from "../libs/Merkle.sol";
import {OrderHash} from "../libs/OrderHash.sol";
import {CommitmentHash} from "../libs/CommitmentHash.sol";
import {HeaderMeta} from "../types/HeaderMeta.sol";
import {RingWord, ringWord} from "../types/RingWord.sol";

/// @title The libraries' functions as calls
/// @notice For tests that run the shared vectors through the contracts' own code.
contract OrderHashHarness {
    function txHash(uint32 rollupId, bytes calldata rawTx) external pure returns (bytes32) {
        return OrderHash.transaction(rollupId, keccak256(rawTx));
    }

    function bundleHash(IForcedInclusion.ForcedLeg[] calldata legs) external pure returns (bytes32) {
        bytes memory parts;
        for (uint256 i = 0; i < legs.length; ++i) {
            parts = bytes.concat(parts, OrderHash.leg(legs[i].rollupId, keccak256(legs[i].rawTx)));
        }
        return OrderHash.bundle(parts);
    }

    function merkleRoot(bytes32[] calldata elements) external pure returns (bytes32) {
        return Merkle.root(elements);
    }

    function includes(
        bytes32 root,
        bytes32 element,
        uint256 index,
        uint256 count,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        return Merkle.includes(root, element, index, count, proof);
    }

    function tickHash(uint64 tick, uint32 itemCount, bytes32 itemsRoot) external pure returns (bytes32) {
        return OrderHash.tick(tick, itemCount, itemsRoot);
    }

    function forcedHash(uint32 cluster, uint64 index, bytes32 itemHash) external pure returns (bytes32) {
        return OrderHash.forced(cluster, index, itemHash);
    }

    function orderRoot(
        uint64 tick,
        uint32 forcedCount,
        bytes32 forcedRoot,
        uint32 itemCount,
        bytes32 itemsRoot
    ) external pure returns (bytes32) {
        return OrderHash.order(tick, forcedCount, forcedRoot, itemCount, itemsRoot);
    }

    function publicationHash(
        bytes calldata header,
        uint256 number,
        uint256 timestamp,
        bytes calldata payload
    ) external pure returns (bytes32) {
        return OrderHash.publication(header, number, timestamp, payload);
    }

    /// @dev H-4 for any chain and Inbox.
    function genesisWord(
        uint256 chainId,
        address inbox,
        IInbox.TimelineConfig calldata config
    ) external pure returns (RingWord) {
        return ringWord(0, 0, keccak256(abi.encode(chainId, inbox, config)));
    }

    /// @dev P-1 for any chain and slasher.
    function commitmentDigest(
        uint256 chainId,
        address slasher,
        address timeline,
        uint64 tick,
        uint32 index,
        bytes32 itemHash
    ) external pure returns (bytes32) {
        bytes32 domain = MessageHashUtils.toDomainSeparator(
            hex"0f",
            CommitmentHash.NAME,
            CommitmentHash.VERSION,
            chainId,
            slasher,
            bytes32(0)
        );
        return MessageHashUtils.toTypedDataHash(domain, CommitmentHash.structHash(timeline, tick, index, itemHash));
    }

    /// @dev P-2.
    function recover(bytes32 digest, bytes calldata signature) external pure returns (address) {
        return ECDSA.recoverCalldata(digest, signature);
    }

    function packRingWord(uint256 id, uint256 lastTick, bytes32 hash) external pure returns (RingWord) {
        return ringWord(id, lastTick, hash);
    }

    function unpackRingWord(RingWord word) external pure returns (uint256 id, uint256 lastTick, bytes23 digest) {
        return (word.id(), word.lastTick(), word.digest());
    }

    function unpackMeta(
        HeaderMeta meta
    )
        external
        pure
        returns (address coinbase, uint256 firstTick, uint256 lastTick, uint256 l1Origin, uint256 codec, uint256 blobs)
    {
        return (meta.coinbase(), meta.firstTick(), meta.lastTick(), meta.l1Origin(), meta.codec(), meta.blobs());
    }
}
