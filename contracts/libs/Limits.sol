// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Constants of protocol version 1 that the contracts hold (spec section 1.2 and docs/spec/contracts.md).
library Limits {
    uint256 internal constant MAX_BLOBS = 6;
    /// @dev About what fits in one L1 transaction; larger ones are refused by L1's own network.
    uint256 internal constant MAX_CALLDATA_BYTES = 131_072;

    uint256 internal constant MIN_GAS_LIMIT = 5_000_000;
    uint256 internal constant MAX_GAS_LIMIT = 80_000_000;
    uint256 internal constant TEMPLATE = 1;
    /// @dev The largest whose legacy `v`, `2 * chainId + 36`, is at most 2^53 - 1: beyond it clients that keep numbers as doubles cannot
    /// sign. Readers refuse a rollup with a larger one (execution.md E-1).
    uint256 internal constant MAX_CHAIN_ID = 4_503_599_627_370_476;
    uint256 internal constant MAX_ALLOCATION_BYTES = 24_576;
    /// @dev How far ahead a tick may be scheduled; keeps ticks within 40 bits.
    uint256 internal constant MAX_TICKS_AHEAD = 2 ** 32;

    uint256 internal constant MAX_LEGS = 64;
    uint256 internal constant MAX_TX_BYTES = 131_072;
    /// @dev Of a message's data. What delivers it has room for as much again.
    uint256 internal constant MAX_MESSAGE_BYTES = 65_536;
    uint256 internal constant MIN_TX_GAS = 21_000;
    /// @dev EIP-7825: no transaction of an Osaka chain may have more.
    uint256 internal constant MAX_TX_GAS = 2 ** 24;
    /// @dev EIP-7623's floor for a zero byte of calldata, the cheapest byte a transaction can have; all but its calldata,
    /// access list and authorizations fits in FREE_TX_BYTES. So no valid transaction needs to declare less.
    uint256 internal constant TX_GAS_PER_BYTE = 10;
    uint256 internal constant FREE_TX_BYTES = 256;

    /// @dev Declared gas per tick that derivation always takes from a queue with due entries: of two neighbours that do not
    /// fit together one of the rollups' caps (half a gas limit) is exceeded, so two ticks take more than half of MIN_GAS_LIMIT.
    uint256 internal constant FORCED_GAS_PER_TICK = MIN_GAS_LIMIT / 4;
    /// @dev What an empty queue takes at once beyond `forcedDelay`'s worth. Derivation is done with it in less than FORCED_BURST_TICKS.
    uint256 internal constant FORCED_BURST = 2 ** 25;
    uint256 internal constant FORCED_BURST_TICKS = 32;
}
