// SPDX-License-Identifier: Apache-2.0
// The field of 256 elements with the polynomial of AES (x^8 + x^4 + x^3 + x + 1). No table and no branch depends on a value, so
// that neither time nor cache tells anything of it.

enum GF256 {
    static func multiply(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var product: UInt8 = 0
        var factor = a
        for bit in UInt8(0)..<8 {
            // All ones where the bit is set.
            product ^= factor & (0 &- (b >> bit & 1))
            factor = factor << 1 ^ (0x1B & (0 &- (factor >> 7)))
        }
        return product
    }

    /// a^254; 0 has no inverse and gives 0.
    static func inverse(_ a: UInt8) -> UInt8 {
        var power = a
        var result: UInt8 = 1
        // 254 = 0b11111110
        for _ in 0..<7 {
            power = multiply(power, power)
            result = multiply(result, power)
        }
        return result
    }
}
