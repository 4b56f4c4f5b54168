// SPDX-License-Identifier: Apache-2.0
// Concat KDF as RFC 7518 section 4.6.2 uses it, for the one output size that A256KW needs: 256 bits are one round of SHA-256.
import Crypto

enum ConcatKDF {
    /// Hashed after the shared secret: algorithm id, empty party infos, key length in bits.
    static func otherInfo(algorithm: String) -> [UInt8] {
        bigEndian(UInt32(algorithm.utf8.count)) + Array(algorithm.utf8) + bigEndian(0) + bigEndian(0) + bigEndian(256)
    }

    static func wrappingKey(from secret: SharedSecret, algorithm: String) -> SymmetricKey {
        var hash = SHA256()
        hash.update(data: bigEndian(1))
        secret.update(&hash)
        hash.update(data: otherInfo(algorithm: algorithm))
        return SymmetricKey(data: hash.finalize())
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
