// SPDX-License-Identifier: Apache-2.0
// Bytes as text and numbers as little-endian bytes.
internal import Foundation

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
