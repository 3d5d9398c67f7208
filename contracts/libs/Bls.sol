// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice BLS signatures of validators, verified by EIP-2537's precompiles. Keys are points of G1, signatures of G2, messages 32 bytes.
/// @dev Points are uncompressed: coordinates of 64 bytes, of which the first 16 are zero. The pairing refuses points that are not
/// on the curve or not in the subgroup; the pairing and `read` know coordinates that are not below the modulus. A precompile that
/// refuses its input takes the gas it was given.
library Bls {
    uint256 internal constant KEY_BYTES = 128;
    uint256 internal constant SIGNATURE_BYTES = 256;

    /// @dev The field's modulus: first 16 bytes, last 32 bytes.
    uint128 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    /// @dev `(p - 1) / 2`.
    uint128 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    /// @dev Domain separation of hashing to G2, and the length of what stands before it.
    bytes private constant DST_PRIME = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_\x2b";

    /// @dev Input of MODEXP before the number: lengths of number, exponent and modulus.
    bytes private constant MODEXP_HEAD = abi.encodePacked(uint256(64), uint256(1), uint256(64));
    /// @dev And after it: exponent and modulus.
    bytes private constant MODEXP_TAIL = abi.encodePacked(uint8(1), bytes16(0), P_HIGH, P_LOW);

    /// @dev The generator of G1, with the other sign.
    bytes private constant MINUS_G1 =
        hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
        hex"00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f267816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca";

    /// @notice Whether all of the point's coordinates are below the modulus, and whether all of them are zero.
    /// @param point of `KEY_BYTES` or `SIGNATURE_BYTES`
    function read(bytes calldata point) internal pure returns (bool isCanonical, bool isInfinity) {
        isCanonical = true;
        uint256 all = 0;
        for (uint256 i = 0; i < point.length; i += 64) {
            (uint256 high, uint256 low) = _coordinate(point, i);
            isCanonical = isCanonical && _isBelow(high, low, P_HIGH, P_LOW);
            all |= high | low;
        }
        isInfinity = all == 0;
    }

    /// @notice SSZ root of the compressed key, as `validators[i].pubkey` has it.
    /// @param key canonical, of `KEY_BYTES`
    function keyRoot(bytes calldata key) internal pure returns (bytes32) {
        (uint256 high, uint256 low) = _coordinate(key, 0);
        (uint256 yHigh, uint256 yLow) = _coordinate(key, 64);
        // Bit 383: compressed. Bit 381: y is the larger of the two.
        high |= 1 << 127;
        if (_isBelow(HALF_HIGH, HALF_LOW, yHigh, yLow)) high |= 1 << 125;
        return sha256(abi.encodePacked(uint128(high), low, uint128(0)));
    }

    /// @notice Whether the key has signed the message: `e(key, H(message)) * e(-G1, signature) = 1`.
    /// @dev False for points that are none, but true for two at infinity.
    /// @param key of `KEY_BYTES`
    /// @param signature of `SIGNATURE_BYTES`
    function verify(
        bytes calldata key,
        bytes32 message,
        bytes calldata signature
    ) internal view returns (bool isValid) {
        bytes memory input = abi.encodePacked(key, hashToG2(message), MINUS_G1, signature);
        assembly ("memory-safe") {
            // The pairing. Where there is none, nothing is returned, and nothing is valid.
            let success := staticcall(gas(), 0x0f, add(input, 0x20), mload(input), 0x00, 0x20)
            isValid := and(and(success, eq(returndatasize(), 0x20)), eq(mload(0x00), 1))
        }
    }

    /// @notice RFC 9380, `hash_to_curve` of the suite BLS12381G2_XMD:SHA-256_SSWU_RO_.
    function hashToG2(bytes32 message) internal view returns (bytes memory point) {
        bytes memory elements = _hashToField(message);
        point = new bytes(256);
        assembly ("memory-safe") {
            let from := add(elements, 0x20)
            let points := mload(0x40)
            // Map both, behind the free memory, then add them.
            let success := staticcall(gas(), 0x11, from, 0x80, points, 0x100)
            success := and(success, staticcall(gas(), 0x11, add(from, 0x80), 0x80, add(points, 0x100), 0x100))
            success := and(success, staticcall(gas(), 0x0d, points, 0x200, add(point, 0x20), 0x100))
            // Of what is in the field all succeed, if they have the gas.
            if iszero(success) {
                revert(0, 0)
            }
        }
    }

    /// @dev RFC 9380, `hash_to_field`: two elements of Fp2, so four of Fp, each 64 of 256 uniform bytes modulo p.
    function _hashToField(bytes32 message) private view returns (bytes memory elements) {
        // `expand_message_xmd`: a seed, then eight hashes, each over the one before.
        bytes32 seed = sha256(abi.encodePacked(bytes32(0), bytes32(0), message, uint16(256), uint8(0), DST_PRIME));
        bytes memory expanded = abi.encodePacked(bytes32(0), uint8(0), DST_PRIME);
        bytes memory reduced = abi.encodePacked(MODEXP_HEAD, bytes32(0), bytes32(0), MODEXP_TAIL);
        elements = new bytes(256);
        assembly ("memory-safe") {
            let hashed := 0
            let success := 1
            for {
                let i := 0
            } lt(i, 8) {
                i := add(i, 1)
            } {
                mstore(add(expanded, 0x20), xor(seed, hashed))
                mstore8(add(expanded, 0x40), add(i, 1))
                success := and(success, staticcall(gas(), 0x02, add(expanded, 0x20), mload(expanded), 0x00, 0x20))
                hashed := mload(0x00)
                // Two make a number, whose first half is behind the three lengths of MODEXP's input.
                mstore(add(reduced, add(0x80, shl(5, and(i, 1)))), hashed)
                if and(i, 1) {
                    let element := add(add(elements, 0x20), shl(5, sub(i, 1)))
                    success := and(success, staticcall(gas(), 0x05, add(reduced, 0x20), mload(reduced), element, 0x40))
                }
            }
            if iszero(success) {
                revert(0, 0)
            }
        }
    }

    /// @dev The 64 bytes from `start` on: more than 32 in `high` are no coordinate.
    function _coordinate(bytes calldata point, uint256 start) private pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            high := calldataload(add(point.offset, start))
            low := calldataload(add(point.offset, add(start, 0x20)))
        }
    }

    function _isBelow(uint256 high, uint256 low, uint256 otherHigh, uint256 otherLow) private pure returns (bool) {
        return high < otherHigh || (high == otherHigh && low < otherLow);
    }
}
