// SPDX-License-Identifier: Apache-2.0
// Bytes as text and numbers as little-endian bytes.
internal import Foundation

enum Hex {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var out = ""
        for byte in bytes { out += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16) }
        return out
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(digits.count / 2)
        for at in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[at]), let low = value(digits[at + 1]) else { return nil }
            out.append(high << 4 | low)
        }
        return out
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        case 0x41...0x46: digit - 0x37
        default: nil
        }
    }
}

enum PEM {
    static func text(_ der: [UInt8], label: String = "CERTIFICATE") -> String {
        let encoded = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN \(label)-----\n\(encoded)\n-----END \(label)-----\n"
    }

    static func chain(_ certificates: [[UInt8]]) -> String { certificates.map { text($0) }.joined() }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        var rest = value
        for _ in 0..<(value.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Writes `bytes` over what is at `offset`.
    mutating func put(_ bytes: some Collection<UInt8>, at offset: Int) {
        replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }

    mutating func put(littleEndian value: some FixedWidthInteger, at offset: Int) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        put(bytes, at: offset)
    }

    /// Exactly `count` bytes: cut, or filled with zeros.
    func fitted(to count: Int) -> [UInt8] {
        self.count >= count ? Array(self[..<count]) : self + [UInt8](repeating: 0, count: count - self.count)
    }
}
