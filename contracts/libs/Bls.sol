// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice BLS signatures of validators, verified by EIP-2537's precompiles. Keys are points of G1, signatures of G2, messages 32 bytes.
/// @dev Points are uncompressed: coordinates of 64 bytes, of which the first 16 are zero. The pairing refuses points that are not
/// on the curve or not in the subgroup; the pairing and `isCanonical` refuse coordinates that are not below the modulus.
/// A precompile that refuses its input takes the gas it was given.
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

    /// @dev The generator of G1, with the other sign.
    bytes private constant MINUS_G1 =
        hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
        hex"00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f267816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca";

    address private constant MODEXP = address(0x05);
    address private constant G2_ADD = address(0x0d);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_TO_G2 = address(0x11);

    /// @notice Whether the point consists of whole coordinates, all below the modulus.
    function isCanonical(bytes calldata point) internal pure returns (bool) {
        if (point.length % 64 != 0) return false;
        for (uint256 start = 0; start < point.length; start += 64) {
            (uint256 high, uint256 low) = _coordinate(point, start);
            if (!_isBelow(high, low, P_HIGH, P_LOW)) return false;
        }
        return true;
    }

    /// @notice Whether the point is the one at infinity: all zero.
    function isInfinity(bytes calldata point) internal pure returns (bool) {
        for (uint256 i = 0; i < point.length; i += 32) if (bytes32(point[i:]) != 0) return false;
        return true;
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

    /// @notice Whether the key has signed the message.
    /// @dev `e(key, H(message)) * e(-G1, signature) = 1`. False for points that are none, but true for two at infinity.
    function verify(bytes calldata key, bytes32 message, bytes calldata signature) internal view returns (bool) {
        bytes memory input = abi.encodePacked(key, hashToG2(message), MINUS_G1, signature);
        (bool success, bytes memory output) = PAIRING.staticcall(input);
        return success && output.length == 32 && bytes32(output) == bytes32(uint256(1));
    }

    /// @notice RFC 9380, `hash_to_curve` of the suite BLS12381G2_XMD:SHA-256_SSWU_RO_.
    function hashToG2(bytes32 message) internal view returns (bytes memory point) {
        bytes32[8] memory uniform = _expand(message);
        bytes memory first = _mapToG2(_field(uniform[0], uniform[1]), _field(uniform[2], uniform[3]));
        bytes memory second = _mapToG2(_field(uniform[4], uniform[5]), _field(uniform[6], uniform[7]));
        return _call(G2_ADD, abi.encodePacked(first, second), 256);
    }

    /// @dev RFC 9380, `expand_message_xmd` to 256 bytes.
    function _expand(bytes32 message) private pure returns (bytes32[8] memory uniform) {
        bytes32 seed = sha256(abi.encodePacked(bytes32(0), bytes32(0), message, uint16(256), uint8(0), DST_PRIME));
        bytes32 last;
        for (uint256 i = 0; i < 8; ++i) {
            last = sha256(abi.encodePacked(seed ^ last, uint8(i + 1), DST_PRIME));
            uniform[i] = last;
        }
    }

    /// @dev 64 bytes modulo p, as a coordinate.
    function _field(bytes32 high, bytes32 low) private view returns (bytes memory) {
        uint256 size = 64;
        bytes memory input = abi.encodePacked(size, uint256(1), size, high, low, uint8(1), bytes16(0), P_HIGH, P_LOW);
        return _call(MODEXP, input, 64);
    }

    function _mapToG2(bytes memory c0, bytes memory c1) private view returns (bytes memory) {
        return _call(MAP_TO_G2, abi.encodePacked(c0, c1), 256);
    }

    /// @dev For inputs that the precompile cannot refuse.
    function _call(address precompile, bytes memory input, uint256 size) private view returns (bytes memory) {
        (bool success, bytes memory output) = precompile.staticcall(input);
        assert(success && output.length == size);
        return output;
    }

    /// @dev The 64 bytes from `start` on: more than 32 in `high` are no coordinate.
    function _coordinate(bytes calldata point, uint256 start) private pure returns (uint256 high, uint256 low) {
        return (uint256(bytes32(point[start:])), uint256(bytes32(point[start + 32:])));
    }

    function _isBelow(uint256 high, uint256 low, uint256 otherHigh, uint256 otherLow) private pure returns (bool) {
        return high < otherHigh || (high == otherHigh && low < otherLow);
    }
}
