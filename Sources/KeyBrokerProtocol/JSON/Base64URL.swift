// SPDX-License-Identifier: Apache-2.0
// Base64url without padding (RFC 4648 section 5), strict: one text for each value, as hashes of texts need.

package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.underestimatedCount / 3 * 4 + 4)
        var held: UInt32 = 0
        var heldBits: UInt32 = 0
        for byte in bytes {
            held = (held << 8 | UInt32(byte)) & 0xFFFF
            heldBits += 8
            while heldBits >= 6 {
                heldBits -= 6
                text.append(alphabet[Int(held >> heldBits & 0x3F)])
            }
        }
        if heldBits > 0 { text.append(alphabet[Int(held << (6 - heldBits) & 0x3F)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil for a character outside the alphabet, padding, an impossible length, or bits that no encoder leaves set.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3 + 3)
        var held: UInt32 = 0
        var heldBits: UInt32 = 0
        for character in text.utf8 {
            let value = values[Int(character)]
            if value == 0xFF { return nil }
            held = (held << 6 | UInt32(value)) & 0xFFFF
            heldBits += 6
            if heldBits >= 8 {
                heldBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> heldBits))
            }
        }
        if heldBits >= 6 || held & ((1 << heldBits) - 1) != 0 { return nil }
        return bytes
    }
}
